/**
 * `npm run bench` measures everything, `npm run bench -- NAME ...` only what is named. `--list` names them, `--quick`
 * takes fewer rounds. Results go to the screen and into bench/results.json.
 */
import type { AbsentPeer, BenchContext } from './bench';
import { benches } from './benches';
import { measureInTurns, type Contestant } from './measure';
import { installPeers } from './peers/installation';
import { showProgress } from './progress';
import { storeResults } from './results';
import { resultLines } from './table';

async function main(args: readonly string[]): Promise<void> {
  const quick = args.includes('--quick');
  const names = args.filter((arg) => !arg.startsWith('--'));
  if (args.includes('--list')) {
    for (const { name, about } of benches) console.log(`${name.padEnd(20)} ${about}`);
    return;
  }
  const unknown = names.find((name) => benches.every((bench) => bench.name !== name));
  if (unknown !== undefined) throw new Error(`There is no benchmark ${unknown}. --list names them.`);
  installPeers();
  const chosen = names.length === 0 ? benches : benches.filter(({ name }) => names.includes(name));
  const failed: string[] = [];
  for (const [index, bench] of chosen.entries()) {
    const started = performance.now();
    const progress = showProgress(`[${index + 1} of ${chosen.length}] ${bench.name}`);
    try {
      const results = await bench.run(contextOf(quick, progress.update));
      progress.clear();
      console.log(resultLines(bench.name, results).join('\n'));
      // Figures of a quick run are not worth keeping.
      if (!quick) storeResults(bench.name, results);
    } catch (error) {
      progress.clear();
      failed.push(bench.name);
      console.log(`${bench.name} failed: ${error instanceof Error ? error.stack : String(error)}\n`);
    }
    progress.clear();
    if (!quick) console.error(`${bench.name} took ${Math.round((performance.now() - started) / 1000)} s\n`);
  }
  if (failed.length > 0) throw new Error(`Not measured: ${failed.join(', ')}`);
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
