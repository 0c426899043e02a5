/** How fast deposits are read again from blocks. */
import type { Bench, Figures } from '../bench';
import { growth, ofLimit, ofOurs, ofTheLimit, readBacklogs, type Backlog } from './backlogs';
import type { ReadingReport } from './reading';

/** Two transfers to the account in each block: what a node that prunes makes necessary. */
const perBlock = 2;

export const recovery: Bench = {
  name: 'recovery',
  about: 'pruned history read again from blocks',
  run: async (context) => {
    const backlogs = await readBacklogs(context, {
      sizes: (context.quick ? [500] : [1000, 10_000]).map((blocks) => blocks * perBlock),
      rounds: context.quick ? 1 : 5,
      deposits: { perBlock, memoLength: 32, newKeys: false },
      ours: 'recovery',
      limit: 'blocks',
    });
    return [...backlogs.map(figuresOf), ...growth(backlogs)];
  },
};

function figuresOf(backlog: Backlog): Figures {
  const rate = ({ blocks, seconds }: ReadingReport) => blocks / seconds;
  const recovered = ofOurs(backlog, rate);
  return {
    kind: 'figures',
    size: `${(backlog.size / perBlock).toLocaleString('en-US')} blocks of ${perBlock} transfers`,
    values: [
      { name: 'recovered', value: recovered, unit: 'blocks/s' },
      { name: 'limit: the blocks parsed and dropped', value: ofLimit(backlog, rate), unit: 'blocks/s' },
      { name: 'of the limit', value: ofTheLimit(backlog), unit: 'x' },
      {
        name: 'peak resident memory',
        value: ofOurs(backlog, ({ peakResidentMiB }) => peakResidentMiB),
        unit: 'MiB',
      },
    ],
    targets: [{ text: 'at least 1,000 blocks/s', met: recovered.median >= 1000 }],
  };
}
