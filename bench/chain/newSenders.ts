import type { Bench, Figures, Result } from '../bench';
import { spread } from '../measure';
import { ChainProcess } from './chainProcess';
import { loopFigures, loopTarget } from './loopFigures';
import type { ReadingReport } from './reading';
import { allDecoded, readInProcess } from './readingProcess';

const pageSize = 100;

/** The worst backlog: no sender pays twice, so every memo takes a multiplication on the curve. */
export const newSenders: Bench = {
  name: 'new-senders',
  about: 'a backlog in which every deposit comes from another memo key',
  run: async (context) => {
    // The larger one is more than the keyring remembers.
    const sizes = context.quick ? [500] : [2000, 20_000];
    const results: Result[] = [];
    const resident: number[] = [];
    const { chain, facts } = await ChainProcess.start({ historyLimit: pageSize });
    try {
      let filled = 0;
      for (const size of sizes) {
        const plan = { count: size - filled, perBlock: 10, memoLength: 32, newKeys: true };
        await chain.order('fill', plan, context.progress);
        filled = size;
        const rounds = context.quick || size > 5000 ? 1 : 3;
        const ours: ReadingReport[] = [];
        const limit: ReadingReport[] = [];
        for (let round = 0; round < rounds; round += 1) {
          context.progress(`${size} deposits, round ${round + 1} of ${rounds}`);
          const task = { facts, count: size, pageSize };
          ours.push(allDecoded(await readInProcess({ ...task, what: 'items' }), size));
          limit.push(await readInProcess({ ...task, what: 'secrets' }));
        }
        resident.push(spread(ours.map(({ peakResidentMiB }) => peakResidentMiB)).median);
        results.push(figuresOf(size, ours, limit, resident));
      }
    } finally {
      chain.stop();
    }
    return results;
  },
};

function figuresOf(
  size: number,
  ours: ReadingReport[],
  limit: ReadingReport[],
  resident: readonly number[],
): Figures {
  const [before, now] = [resident.at(-2), resident.at(-1)];
  const more = before === undefined || now === undefined ? null : now - before;
  return {
    kind: 'figures',
    size: `${size.toLocaleString('en-US')} deposits`,
    values: [
      { name: 'into items', value: spread(ours.map(({ seconds }) => size / seconds)), unit: 'deposits/s' },
      {
        name: 'limit: the answers and an ECDH of node:crypto each',
        value: spread(limit.map(({ seconds }) => size / seconds)),
        unit: 'deposits/s',
      },
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
      ...loopFigures(ours),
    ],
    targets: [
      loopTarget(ours),
      ...(more === null ? [] : [{ text: 'memory within 40 MB of the smaller backlog', met: more <= 40 }]),
    ],
  };
}
