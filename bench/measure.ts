/**
 * Measures several ways to do the same work in turns, so that a machine that is busy with something else slows all of
 * them down: the ratio of two figures of one round says more than any figure alone.
 */

/** `ours` is this package; a peer is another library for the same work; a limit is the bare primitive that it needs. */
export type Role = 'ours' | 'peer' | 'limit';

export interface Contestant {
  name: string;
  role: Role;
  /** Where `results.json` does not name it for all benchmarks. */
  version?: string;
  /** Does the work `count` times. */
  run(count: number): void | Promise<void>;
  /** Called when nothing more is measured. */
  end?(): void;
}

/** The middle half of the figures of all rounds. */
export interface Spread {
  median: number;
  low: number;
  high: number;
}

export interface Measured {
  name: string;
  role: Role;
  version?: string;
  /** How often the work was done in a second. */
  perSecond: Spread;
  /** Ours divided by this one, within one round; null for ours. */
  oursIsTimes: Spread | null;
}

export interface MeasureOptions {
  rounds: number;
  /** How long one contestant works in one round, in milliseconds. */
  slice: number;
  progress: (text: string) => void;
}

/** @returns the contestants in the order given, of which the first must be ours */
export async function measureInTurns(
  contestants: readonly Contestant[],
  options: MeasureOptions,
): Promise<Measured[]> {
  try {
    return await inTurns(contestants, options);
  } finally {
    for (const contestant of contestants) contestant.end?.();
  }
}

async function inTurns(
  contestants: readonly Contestant[],
  { rounds, slice, progress }: MeasureOptions,
): Promise<Measured[]> {
  const counts: number[] = [];
  for (const contestant of contestants) {
    progress(`${contestant.name}: warming up`);
    counts.push(await countFor(contestant, slice));
  }
  const rates: number[][] = [];
  for (let round = 0; round < rounds; round += 1) {
    progress(`round ${round + 1} of ${rounds}`);
    const inThisRound: number[] = [];
    // Every round begins with another contestant, so that none always follows the same one.
    for (let turn = 0; turn < contestants.length; turn += 1) {
      const index = (turn + round) % contestants.length;
      const count = counts[index] as number;
      inThisRound[index] = (count * 1000) / (await duration(contestants[index] as Contestant, count));
    }
    rates.push(inThisRound);
  }
  return contestants.map(({ name, role, version }, index) => ({
    name,
    role,
    ...(version === undefined ? {} : { version }),
    perSecond: spread(rates.map((round) => round[index] as number)),
    oursIsTimes:
      index === 0 ? null : spread(rates.map((round) => (round[0] as number) / (round[index] as number))),
  }));
}

/** How often the work fits into a slice, found with the code already warm. */
async function countFor(contestant: Contestant, slice: number): Promise<number> {
  for (let count = 1; ; count *= 2) {
    const elapsed = await duration(contestant, count);
    if (elapsed >= slice / 2) return Math.max(1, Math.round((count * slice) / elapsed));
  }
}

async function duration(contestant: Contestant, count: number): Promise<number> {
  const start = performance.now();
  await contestant.run(count);
  return performance.now() - start;
}

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((left, right) => left - right);
  const last = sorted.length - 1;
  const at = (index: number) => sorted[index] ?? Number.NaN;
  return {
    median: at(Math.round(last / 2)),
    low: at(Math.floor(last / 4)),
    high: at(Math.ceil((last * 3) / 4)),
  };
}

/** A figure that was taken once. */
export function exact(value: number): Spread {
  return { median: value, low: value, high: value };
}

/**
 * The median, and the values between which the true one lies in at least 95 of 100 cases, whatever the distribution: so
 * many on each side that a fair coin would hardly ever fall like that. Fewer than six values give their whole range.
 */
export function intervalOfMedian(values: readonly number[]): Spread {
  const sorted = [...values].sort((left, right) => left - right);
  const count = sorted.length;
  let [left, likely, ways] = [0, 0, 1];
  for (let index = 0; index < count / 2; index += 1) {
    likely += ways / 2 ** count;
    if (likely > 0.025) break;
    left = index;
    ways = (ways * (count - index)) / (index + 1);
  }
  return {
    median: spread(values).median,
    low: sorted[left] ?? Number.NaN,
    high: sorted[count - 1 - left] ?? Number.NaN,
  };
}
