/** How fast a backlog is worked off when no shared secret can be remembered. */
import type { Bench, Figures } from '../bench';
import { growth, ofLimit, ofOurs, ofTheLimit, readBacklogs, type Backlog } from './backlogs';
import { loopFigures, loopTarget } from './loopFigures';

/** The worst backlog: no sender pays twice, so every memo takes a multiplication on the curve. */
export const newSenders: Bench = {
  name: 'new-senders',
  about: 'a backlog in which every deposit comes from another memo key',
  run: async (context) => {
    const backlogs = await readBacklogs(context, {
      // The larger one is more than the keyring remembers.
      sizes: context.quick ? [200, 500] : [2000, 20_000],
      rounds: context.quick ? 1 : 2,
      deposits: { perBlock: 10, memoLength: 32, newKeys: true },
      ours: 'items',
      limit: 'secrets',
    });
    const grown = growth(backlogs, ({ memory }) => [
      { text: 'memory within 40 MB', met: memory.median <= 40 },
    ]);
    return [...backlogs.map(figuresOf), ...grown];
  },
};

function figuresOf(backlog: Backlog): Figures {
  const { size } = backlog;
  return {
    kind: 'figures',
    size: `${size.toLocaleString('en-US')} deposits`,
    values: [
      { name: 'into items', value: ofOurs(backlog, ({ seconds }) => size / seconds), unit: 'deposits/s' },
      {
        name: 'limit: the answers and an ECDH of node:crypto each',
        value: ofLimit(backlog, ({ seconds }) => size / seconds),
        unit: 'deposits/s',
      },
      { name: 'of the limit', value: ofTheLimit(backlog), unit: 'x' },
      {
        name: 'peak resident memory',
        value: ofOurs(backlog, ({ peakResidentMiB }) => peakResidentMiB),
        unit: 'MiB',
      },
      ...loopFigures(backlog),
    ],
    targets: [loopTarget(backlog)],
  };
}
