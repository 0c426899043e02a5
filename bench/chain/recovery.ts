import type { Bench, Figures, Result } from '../bench';
import { spread } from '../measure';
import { ChainProcess } from './chainProcess';
import type { ReadingReport } from './reading';
import { readInProcess } from './readingProcess';

/** Two transfers to the account in each block: what a node that prunes makes necessary. */
const perBlock = 2;

export const recovery: Bench = {
  name: 'recovery',
  about: 'pruned history read again from blocks',
  run: async (context) => {
    const results: Result[] = [];
    const { chain, facts } = await ChainProcess.start({});
    try {
      let filled = 0;
      for (const size of context.quick ? [500] : [1000, 10_000]) {
        const count = size * perBlock;
        await chain.order(
          'fill',
          { count: count - filled, perBlock, memoLength: 32, newKeys: false },
          context.progress,
        );
        filled = count;
        const ours: ReadingReport[] = [];
        const limit: ReadingReport[] = [];
        const rounds = context.quick ? 1 : 3;
        for (let round = 0; round < rounds; round += 1) {
          context.progress(`${size} blocks, round ${round + 1} of ${rounds}`);
          const task = { facts, count, pageSize: 100 };
          const report = await readInProcess({ ...task, what: 'recovery' });
          if (report.read !== count) throw new Error(`${report.read} of ${count} deposits were found.`);
          ours.push(report);
          limit.push(await readInProcess({ ...task, what: 'blocks' }));
        }
        results.push(figuresOf(size, ours, limit));
      }
    } finally {
      chain.stop();
    }
    return results;
  },
};

function figuresOf(size: number, ours: ReadingReport[], limit: ReadingReport[]): Figures {
  const rate = ({ blocks, seconds }: ReadingReport) => blocks / seconds;
  const recovered = spread(ours.map(rate));
  return {
    kind: 'figures',
    size: `${size.toLocaleString('en-US')} blocks of ${perBlock} transfers`,
    values: [
      { name: 'recovered', value: recovered, unit: 'blocks/s' },
      { name: 'limit: the blocks parsed and dropped', value: spread(limit.map(rate)), unit: 'blocks/s' },
      {
        name: 'of the limit',
        value: spread(ours.map(({ seconds }, round) => (limit[round]?.seconds ?? Number.NaN) / seconds)),
        unit: 'x',
      },
      {
        name: 'peak resident memory',
        value: spread(ours.map(({ peakResidentMiB }) => peakResidentMiB)),
        unit: 'MiB',
      },
    ],
    targets: [{ text: 'at least 1,000 blocks/s', met: recovered.median >= 1000 }],
  };
}
