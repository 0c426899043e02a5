/** How fast a trigger works off a backlog of deposits. */
import type { Bench, Figures } from '../bench';
import { growth, ofLimit, ofOurs, ofTheLimit, readBacklogs, type Backlog } from './backlogs';
import { loopFigures, loopTarget } from './loopFigures';

/** Deposits with memos of 20 senders, ten in each block: history, blocks for the transaction ids, memos, items. */
export const catchUp: Bench = {
  name: 'catch-up',
  about: 'a backlog of deposits from a node over WebSocket into items, with peak memory',
  run: async (context) => {
    const backlogs = await readBacklogs(context, {
      sizes: context.quick ? [1000, 3000] : [1000, 10_000, 100_000],
      rounds: context.quick ? 1 : 5,
      deposits: { perBlock: 10, memoLength: 32, newKeys: false },
      ours: 'items',
      limit: 'answers',
    });
    const grown = growth(backlogs, ({ time, memory }) =>
      context.quick
        ? []
        : [
            { text: 'time at most 11 x', met: time.median <= 11 },
            { text: 'memory within 40 MB', met: memory.median <= 40 },
          ],
    );
    return [...backlogs.map(figuresOf), ...grown];
  },
};

function figuresOf(backlog: Backlog): Figures {
  const { size } = backlog;
  const rate = ofOurs(backlog, ({ seconds }) => size / seconds);
  return {
    kind: 'figures',
    size: `${size.toLocaleString('en-US')} deposits`,
    values: [
      { name: 'into items', value: rate, unit: 'deposits/s' },
      {
        name: 'limit: the answers parsed and dropped',
        value: ofLimit(backlog, ({ seconds }) => size / seconds),
        unit: 'deposits/s',
      },
      { name: 'of the limit', value: ofTheLimit(backlog), unit: 'x' },
      {
        name: 'processor time for each',
        value: ofOurs(backlog, ({ microsecondsEach }) => microsecondsEach),
        unit: 'µs',
      },
      {
        name: 'peak resident memory',
        value: ofOurs(backlog, ({ peakResidentMiB }) => peakResidentMiB),
        unit: 'MiB',
      },
      { name: 'peak heap', value: ofOurs(backlog, ({ peakHeapMiB }) => peakHeapMiB), unit: 'MiB' },
      ...loopFigures(backlog),
      {
        name: 'longest work while only parsing',
        value: ofLimit(backlog, ({ loop }) => loop.longestWorkMs),
        unit: 'ms',
      },
    ],
    targets: [
      ...(size < 10_000 ? [] : [{ text: 'at least 5,000 deposits/s', met: rate.median >= 5000 }]),
      loopTarget(backlog),
    ],
  };
}
