import type { Bench, BenchContext, Figures, Result } from '../bench';
import { exact, spread } from '../measure';
import { ChainProcess } from './chainProcess';
import { loopFigures, loopTarget } from './loopFigures';
import type { ReadingReport } from './reading';
import { allDecoded, readInProcess } from './readingProcess';

const pageSize = 100;

/** Deposits with memos of 20 senders, ten in each block: history, blocks for the transaction ids, memos, items. */
export const catchUp: Bench = {
  name: 'catch-up',
  about: 'a backlog of deposits from a node over WebSocket into items, with peak memory',
  run: async (context) => {
    const sizes = context.quick ? [1000, 3000] : [1000, 10_000, 100_000];
    const results: Result[] = [];
    const medians = new Map<number, { seconds: number; resident: number }>();
    const { chain, facts } = await ChainProcess.start({ historyLimit: pageSize });
    try {
      let filled = 0;
      for (const size of sizes) {
        await chain.order(
          'fill',
          { count: size - filled, perBlock: 10, memoLength: 32, newKeys: false },
          context.progress,
        );
        filled = size;
        const rounds = context.quick ? 1 : size > 50_000 ? 2 : 3;
        const ours: ReadingReport[] = [];
        const limit: ReadingReport[] = [];
        for (let round = 0; round < rounds; round += 1) {
          context.progress(`${size} deposits, round ${round + 1} of ${rounds}`);
          const task = { facts, count: size, pageSize };
          ours.push(allDecoded(await readInProcess({ ...task, what: 'items' }), size));
          limit.push(await readInProcess({ ...task, what: 'answers' }));
        }
        const figures = figuresOf(size, ours, limit);
        medians.set(size, {
          seconds: spread(ours.map(({ seconds }) => seconds)).median,
          resident: spread(ours.map(({ peakResidentMiB }) => peakResidentMiB)).median,
        });
        results.push(figures);
      }
    } finally {
      chain.stop();
    }
    results.push(growth(context, sizes, medians));
    return results;
  },
};

function figuresOf(size: number, ours: ReadingReport[], limit: ReadingReport[]): Figures {
  const rate = spread(ours.map(({ seconds }) => size / seconds));
  const of = (pick: (report: ReadingReport) => number) => spread(ours.map(pick));
  return {
    kind: 'figures',
    size: `${size.toLocaleString('en-US')} deposits`,
    values: [
      { name: 'into items', value: rate, unit: 'deposits/s' },
      {
        name: 'limit: the answers parsed and dropped',
        value: spread(limit.map(({ seconds }) => size / seconds)),
        unit: 'deposits/s',
      },
      {
        name: 'of the limit',
        value: spread(ours.map(({ seconds }, round) => (limit[round]?.seconds ?? Number.NaN) / seconds)),
        unit: 'x',
      },
      {
        name: 'processor time for each',
        value: of(({ microsecondsEach }) => microsecondsEach),
        unit: 'µs',
      },
      { name: 'peak resident memory', value: of(({ peakResidentMiB }) => peakResidentMiB), unit: 'MiB' },
      { name: 'peak heap', value: of(({ peakHeapMiB }) => peakHeapMiB), unit: 'MiB' },
      ...loopFigures(ours),
      {
        name: 'longest work while only parsing',
        value: spread(limit.map(({ loop }) => loop.longestWorkMs)),
        unit: 'ms',
      },
    ],
    targets: [
      ...(size < 10_000 ? [] : [{ text: 'at least 5,000 deposits/s', met: rate.median >= 5000 }]),
      loopTarget(ours),
    ],
  };
}

function growth(
  context: BenchContext,
  sizes: readonly number[],
  medians: ReadonlyMap<number, { seconds: number; resident: number }>,
): Figures {
  const [from, to] = [sizes.at(-2) ?? 0, sizes.at(-1) ?? 0];
  const [small, large] = [medians.get(from), medians.get(to)];
  const times = (large?.seconds ?? Number.NaN) / (small?.seconds ?? Number.NaN);
  const more = (large?.resident ?? Number.NaN) - (small?.resident ?? Number.NaN);
  return {
    kind: 'figures',
    size: `growth from ${from.toLocaleString('en-US')} to ${to.toLocaleString('en-US')}`,
    values: [
      { name: 'time', value: exact(times), unit: 'x' },
      { name: 'peak resident memory', value: exact(more), unit: 'MiB more' },
    ],
    targets: context.quick
      ? []
      : [
          { text: 'time at most 11 x', met: times <= 11 },
          { text: 'memory within 40 MB', met: more <= 40 },
        ],
  };
}
