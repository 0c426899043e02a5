/** A stretch of history that no node could show completely. */
export interface HistoryGap {
  /** Sequence numbers of the operations concerned, both ends inclusive; null when the numbers mean nothing here. */
  fromSequence: number | null;
  toSequence: number | null;
  /** The blocks in which they are. */
  fromBlock: number;
  toBlock: number;
  /** Operations that the node counts in the stretch, null when unknown, and how many the blocks showed. */
  expected: number | null;
  found: number;
}
