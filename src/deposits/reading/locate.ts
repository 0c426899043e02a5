/** Finds the place of a position in the history of a node: where it was, elsewhere, in what was pruned, or nowhere. */
import { compareKeys, formatKey, isEndOfBlock, keyOf, type OperationKey } from '../../chain/operationKey';
import type { HistoryPages } from '../../chain/historyPages';
import type { AccountStatistics, HistoryOperation } from '../../chain/interfaces';
import { BitSharesError } from '../../errors';
import type { WatchedAccount } from './accountOperation';
import type { Position } from './position';

/** The position, with its sequence number on this node. */
export interface FoundPosition {
  kind: 'found';
  position: Position;
  /** The operation at that number; null when there is none, or when the node does not have it any more. */
  known: HistoryOperation | null;
}

/** The node removed operations that were not read yet. */
export interface PrunedPosition {
  kind: 'pruned';
  removedOps: number;
  /** How many operations were removed unread; null when sequence numbers of this node say nothing about the position. */
  missing: number | null;
  /** The oldest operation that the node still has; null when it has none. */
  first: HistoryOperation | null;
}

export type LocatedPosition = FoundPosition | PrunedPosition;

/**
 * @param framed whether the position's sequence number was learned from this node
 * @param isHidden whether the node cannot show an operation and says that it moves nothing; where it is, the next one tells
 * @throws HISTORY_MISMATCH when the node's history does not hold the position's operation, HistoryChanged
 */
export async function locate(
  pages: Pick<HistoryPages, 'at' | 'endpoint'>,
  account: WatchedAccount,
  position: Position,
  statistics: AccountStatistics,
  framed: boolean,
  isHidden: (sequence: number) => Promise<boolean>,
): Promise<LocatedPosition> {
  checkTracked(pages.endpoint, account, statistics);
  const { totalOps, removedOps } = statistics;
  const operationAt = (sequence: number) => pages.at(sequence);

  if (position.sequence > removedOps && position.sequence <= totalOps) {
    const known = await operationAt(position.sequence);
    if (await isAt(position, known, totalOps, operationAt, isHidden))
      return { kind: 'found', position, known };
  } else if (position.sequence === removedOps && (framed || removedOps === 0) && totalOps >= removedOps) {
    // The operation itself is gone, but the next one has the next number.
    const isNextHidden = totalOps > removedOps && (await isHidden(removedOps + 1));
    const next = totalOps > removedOps && !isNextHidden ? await operationAt(removedOps + 1) : null;
    if (next === null || compareKeys(keyOf(next), position.key) > 0) {
      return { kind: 'found', position, known: null };
    }
  }
  return search(pages.endpoint, account, position, statistics, framed, operationAt);
}

/** Whether the position's operation, or the end of its block, is at its sequence number. */
async function isAt(
  position: Position,
  known: HistoryOperation,
  totalOps: number,
  operationAt: (sequence: number) => Promise<HistoryOperation>,
  isHidden: (sequence: number) => Promise<boolean>,
): Promise<boolean> {
  const order = compareKeys(keyOf(known), position.key);
  if (!isEndOfBlock(position.key)) return order === 0;
  if (order > 0) return false;
  return (
    position.sequence === totalOps ||
    (await isHidden(position.sequence + 1)) ||
    compareKeys(keyOf(await operationAt(position.sequence + 1)), position.key) > 0
  );
}

async function search(
  endpoint: string,
  account: WatchedAccount,
  position: Position,
  { totalOps, removedOps }: AccountStatistics,
  framed: boolean,
  operationAt: (sequence: number) => Promise<HistoryOperation>,
): Promise<LocatedPosition> {
  const next = await firstBehind(position.key, removedOps + 1, totalOps, operationAt);
  const previous = next - 1;
  if (previous > removedOps) {
    const known = await operationAt(previous);
    const exact = compareKeys(keyOf(known), position.key) === 0;
    if (exact || isEndOfBlock(position.key)) {
      return { kind: 'found', position: { sequence: previous, key: position.key }, known };
    }
    throw mismatch(endpoint, account, position.key);
  }
  if (removedOps > 0) {
    return {
      kind: 'pruned',
      removedOps,
      missing: framed && position.sequence <= removedOps ? removedOps - position.sequence : null,
      first: totalOps > removedOps ? await operationAt(next) : null,
    };
  }
  // A position with a number has operations before it; a node that has none began to track the account too late.
  if (isEndOfBlock(position.key) && position.sequence === 0) return { kind: 'found', position, known: null };
  throw mismatch(endpoint, account, position.key);
}

/** The sequence number of the first operation behind the key, among `first` to `last`; `last + 1` when there is none. */
export async function firstBehind(
  key: OperationKey,
  first: number,
  last: number,
  operationAt: (sequence: number) => Promise<HistoryOperation>,
): Promise<number> {
  let [low, high] = [first, last + 1];
  while (low < high) {
    const middle = low + Math.floor((high - low) / 2);
    if (compareKeys(keyOf(await operationAt(middle)), key) > 0) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * Refuses a node that does not track the account: its history is empty, which looks like an account without deposits.
 *
 * @throws HISTORY_MISMATCH when not even the operation is there that created the account, or one of those for which it paid
 */
export function checkTracked(
  endpoint: string,
  account: WatchedAccount,
  { totalOps, hasPaidFees = false }: AccountStatistics,
): void {
  if (totalOps > 0) return;
  // An account as old as the chain was not created by an operation, but every fee was paid for one.
  const wasCreated = (account.creationBlock ?? 0) > 0;
  if (!wasCreated && !hasPaidFees) return;
  throw new BitSharesError('HISTORY_MISMATCH', {
    message: `The history of ${account.name} on ${endpoint} is empty: ${wasCreated ? 'not even the operation is in it that created the account' : 'the account has paid fees, and no operation of it is there'}`,
    fix: `The node does not track ${account.name} (${account.id}). ${trackIt}`,
  });
}

const trackIt =
  'Start it with account_history, with track-account for this account or for all, and replay; or use another node. Nothing is skipped meanwhile.';

function mismatch(endpoint: string, account: WatchedAccount, key: OperationKey): BitSharesError {
  return new BitSharesError('HISTORY_MISMATCH', {
    message: `The history of ${account.name} on ${endpoint} does not hold the operation ${formatKey(key)} that was handled last`,
    fix: `The node does not track ${account.name} (${account.id}) completely, or it is on another fork. ${trackIt}`,
    data: { key: formatKey(key) },
  });
}
