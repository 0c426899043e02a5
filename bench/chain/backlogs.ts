/**
 * Backlogs of several sizes on one chain, read in turns with their limit. Each round goes up through the sizes and down
 * again, so that a machine that becomes slower or faster meanwhile changes all of them alike: how the time grows from one
 * size to the next is then told by the figures of one round.
 */
import type { BenchContext, Figures, Target } from '../bench';
import { spread, type Spread } from '../measure';
import { ChainProcess } from './chainProcess';
import type { DepositPlan } from './deposits';
import type { ReadingReport, ReadingTask } from './reading';
import { readInProcess } from './readingProcess';

export interface BacklogPlan {
  /** How many deposits wait, the smallest first. */
  sizes: readonly number[];
  rounds: number;
  deposits: Omit<DepositPlan, 'count'>;
  ours: ReadingTask['what'];
  limit: ReadingTask['what'];
}

export interface Backlog {
  size: number;
  /** Of each round, its readings. */
  rounds: { ours: ReadingReport[]; limit: ReadingReport[] }[];
}

/** How many operations the node gives in one answer. */
const pageSize = 100;

/** @returns one for each size, in the order of the plan */
export async function readBacklogs(context: BenchContext, plan: BacklogPlan): Promise<Backlog[]> {
  const backlogs: Backlog[] = plan.sizes.map((size) => ({ size, rounds: [] }));
  const upAndDown = [...backlogs, ...backlogs.slice(0, -1).reverse()];
  const { chain, facts } = await ChainProcess.start({ historyLimit: pageSize });
  try {
    const count = Math.max(...plan.sizes);
    await chain.order('fill', { ...plan.deposits, count }, context.progress);
    for (let round = 0; round < plan.rounds; round += 1) {
      for (const backlog of backlogs) backlog.rounds.push({ ours: [], limit: [] });
      for (const { size, rounds } of upAndDown) {
        context.progress(`round ${round + 1} of ${plan.rounds}, ${size} deposits`);
        const read = async (what: ReadingTask['what']) => {
          const task = { facts, what, count: size, pageSize };
          return complete(await readInProcess(task), task);
        };
        rounds[round]?.ours.push(await read(plan.ours));
        rounds[round]?.limit.push(await read(plan.limit));
      }
    }
  } finally {
    chain.stop();
  }
  return backlogs;
}

/** One figure of all our readings. */
export function ofOurs({ rounds }: Backlog, pick: (report: ReadingReport) => number): Spread {
  return spread(rounds.flatMap(({ ours }) => ours.map(pick)));
}

/** One figure of all readings of the limit. */
export function ofLimit({ rounds }: Backlog, pick: (report: ReadingReport) => number): Spread {
  return spread(rounds.flatMap(({ limit }) => limit.map(pick)));
}

/** Our speed divided by the limit's, of readings one after the other. */
export function ofTheLimit({ rounds }: Backlog): Spread {
  return spread(
    rounds.flatMap(({ ours, limit }) =>
      ours.map(({ seconds }, index) => (limit[index]?.seconds ?? Number.NaN) / seconds),
    ),
  );
}

/** How time and memory grow from the second largest backlog to the largest; the targets say how far they may. */
export function growth(
  backlogs: readonly Backlog[],
  targets: (grown: { time: Spread; memory: Spread }) => Target[] = () => [],
): Figures[] {
  const [smaller, larger] = backlogs.slice(-2);
  if (smaller === undefined || larger === undefined) return [];
  const inRound = (backlog: Backlog, round: number, pick: (report: ReadingReport) => number) =>
    mean(backlog.rounds[round]?.ours.map(pick) ?? []);
  const together = (
    pick: (report: ReadingReport) => number,
    compare: (small: number, large: number) => number,
  ) =>
    spread(
      larger.rounds.map((_, round) => compare(inRound(smaller, round, pick), inRound(larger, round, pick))),
    );
  const time = together(
    ({ seconds }) => seconds,
    (small, large) => large / small,
  );
  const memory = together(
    ({ peakResidentMiB }) => peakResidentMiB,
    (small, large) => large - small,
  );
  return [
    {
      kind: 'figures',
      size: `growth from ${smaller.size.toLocaleString('en-US')} to ${larger.size.toLocaleString('en-US')} deposits`,
      values: [
        { name: 'time', value: time, unit: 'x' },
        { name: 'peak resident memory', value: memory, unit: 'MiB more' },
      ],
      targets: targets({ time, memory }),
    },
  ];
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** @throws when a deposit is missing, or a memo was not read where memos are read: figures of such a reading mean nothing */
function complete(report: ReadingReport, { what, count }: ReadingTask): ReadingReport {
  if (report.read !== count || (what === 'items' && report.decoded !== count)) {
    throw new Error(`${report.read} of ${count} deposits were read, ${report.decoded} memos decoded.`);
  }
  return report;
}
