/** What a benchmark is and what comes out of it. */
import type { Contestant, Measured, Spread } from './measure';

/** A figure that this project asks of itself. */
export interface Target {
  text: string;
  met: boolean;
}

/** Several ways to do one work, compared. */
export interface Comparison {
  kind: 'comparison';
  /** What was varied: `text of 64 bytes`, `100 operations`. */
  size: string;
  unit: string;
  contestants: Measured[];
  /** Peers that could not be measured, with the reason. */
  absent: { name: string; reason: string }[];
  targets: Target[];
}

/** Figures that have nothing to be compared with, or whose parts are compared in the text. */
export interface Figures {
  kind: 'figures';
  size: string;
  values: { name: string; value: Spread; unit: string }[];
  targets: Target[];
}

export type Result = Comparison | Figures;

export interface BenchContext {
  /** Fewer rounds and smaller sizes: to see that a benchmark works, not to publish its figures. */
  quick: boolean;
  /** Replaces the line that says how far the work is. */
  progress: (text: string) => void;
  compare: (
    size: string,
    unit: string,
    contestants: readonly (Contestant | AbsentPeer)[],
    targets?: (measured: ReadonlyMap<string, Measured>) => Target[],
  ) => Promise<Comparison>;
}

/** A peer that is not on this machine. */
export interface AbsentPeer {
  name: string;
  role: 'absent';
  reason: string;
}

export interface Bench {
  name: string;
  about: string;
  run(context: BenchContext): Promise<Result[]>;
}

/** `at least N x peer`, judged by the median. A peer that is not there decides nothing. */
export function atLeastTimes(measured: ReadonlyMap<string, Measured>, peer: string, times: number): Target[] {
  const ratio = measured.get(peer)?.oursIsTimes;
  if (ratio === undefined || ratio === null) return [];
  return [{ text: `at least ${times} x ${peer}`, met: ratio.median >= times }];
}
