/**
 * `npm run bench` measures everything, in about half an hour; `npm run bench -- NAME ...` only what is named. `--list` names
 * them, `--quick` takes fewer rounds, `--readme` writes the stored results into README.md. Results go to the screen and into
 * bench/results.json.
 */
import '../test/support/platformWebSocket.cjs';
import type { AbsentPeer, BenchContext } from './bench';
import { benches } from './benches';
import { measureInTurns, type Contestant } from './measure';
import { installPeers } from './peers/installation';
import { showProgress } from './progress';
import { writeReadme } from './readme';
import { storeResults } from './results';
import { resultLines } from './table';

const longestBenchMs = 20 * 60_000;

async function main(args: readonly string[]): Promise<void> {
  const quick = args.includes('--quick');
  const names = args.filter((arg) => !arg.startsWith('--'));
  if (args.includes('--list')) {
    for (const { name, about } of benches) console.log(`${name.padEnd(20)} ${about}`);
    return;
  }
  if (args.includes('--readme')) {
    await writeReadme();
    return;
  }
  const unknown = names.find((name) => benches.every((bench) => bench.name !== name));
  if (unknown !== undefined) throw new Error(`There is no benchmark ${unknown}. --list names them.`);
  installPeers();
  const chosen = names.length === 0 ? benches : benches.filter(({ name }) => names.includes(name));
  const failed: string[] = [];
  const missed: string[] = [];
  const begun = performance.now();
  for (const [index, bench] of chosen.entries()) {
    const started = performance.now();
    const progress = showProgress(`[${index + 1} of ${chosen.length}] ${bench.name}`);
    try {
      const results = await withinTime(bench.run(contextOf(quick, progress.update)));
      progress.clear();
      missed.push(
        ...results.flatMap(({ size, targets }) =>
          targets.filter(({ met }) => !met).map(({ text }) => `${bench.name}, ${size}: ${text}`),
        ),
      );
      console.log(resultLines(bench.name, results).join('\n'));
      // Figures of a quick run are not worth keeping.
      if (!quick) storeResults(bench.name, results);
    } catch (error) {
      progress.clear();
      failed.push(bench.name);
      console.log(`${bench.name} failed: ${error instanceof Error ? error.stack : String(error)}\n`);
    }
    progress.clear();
    if (!quick) console.error(`${bench.name} took ${secondsSince(started)} s\n`);
  }
  console.log(`${chosen.length - failed.length} of ${chosen.length} measured in ${secondsSince(begun)} s.`);
  console.log(missed.length === 0 ? 'No target was missed.' : `Missed:\n  ${missed.join('\n  ')}`);
  if (failed.length > 0) throw new Error(`Not measured: ${failed.join(', ')}`);
}

function secondsSince(moment: number): number {
  return Math.round((performance.now() - moment) / 1000);
}

/** A benchmark that hangs must not keep the others from being measured. */
async function withinTime<Value>(work: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`It was not finished after ${longestBenchMs / 60_000} minutes.`));
    }, longestBenchMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function contextOf(quick: boolean, progress: (text: string) => void): BenchContext {
  return {
    quick,
    progress,
    compare: async (size, unit, all, targets) => {
      const contestants = all.filter((one): one is Contestant => one.role !== 'absent');
      const measured = await measureInTurns(contestants, {
        rounds: quick ? 3 : 11,
        slice: quick ? 100 : 300,
        progress: (text) => progress(`${size}: ${text}`),
      });
      return {
        kind: 'comparison',
        size,
        unit,
        contestants: measured,
        absent: all
          .filter((one): one is AbsentPeer => one.role === 'absent')
          .map(({ name, reason }) => ({ name, reason })),
        targets: targets?.(new Map(measured.map((one) => [one.name, one]))) ?? [],
      };
    },
  };
}

void main(process.argv.slice(2)).then(
  // Peers may hold sockets and processes open.
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
