/** Reads a stretch of an account's history once, for queries: the same reader and the same proof as the trigger. */
import type { NodeSession } from '../../chain/interfaces';
import type { AccountOperation, WatchedAccount } from './accountOperation';
import type { FinalHeight } from './finality';
import { HistoryReader } from './historyReader';
import type { Mark } from './position';
import type { HistoryGap } from './gap';

export interface RangePage {
  operations: AccountOperation[];
  /** Where the reading stands behind them. */
  mark: Mark;
  gap: HistoryGap | null;
  /** The gap that there is when nothing more is read: only the end of a pruned stretch proves that nothing is missing in it. */
  gapWhenLeft: HistoryGap | null;
}

/**
 * The operations behind `from` up to and including block `lastBlock`, in order.
 *
 * @param height read before this call
 */
export async function* readRange(
  session: NodeSession,
  account: WatchedAccount,
  from: Mark,
  lastBlock: number,
  height: FinalHeight,
): AsyncGenerator<RangePage> {
  const reader = new HistoryReader(session, account);
  const capped = { ...height, final: Math.min(height.final, lastBlock) };
  let mark = from;
  for await (const { operations, position, frame, gap } of reader.read(from.position, from.frame, capped)) {
    mark = { position, frame };
    yield { operations, mark, gap, gapWhenLeft: reader.unproved };
  }
  const gap = reader.unproved;
  if (gap !== null) yield { operations: [], mark, gap, gapWhenLeft: null };
}
