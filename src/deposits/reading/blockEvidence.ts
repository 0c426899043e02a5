/**
 * What the block of an operation says about it. A history is the word of one plugin; a transfer that a transaction holds is
 * in the block, and one that something else caused has its place beside what caused it.
 *
 * Source of the places: bitshares-core 7.0, `db_block.cpp` (`push_applied_operation`), `proposal_evaluator.cpp` and
 * `db_update.cpp` (where proposals are executed), `htlc_evaluator.cpp`.
 */
import { formatKey } from '../../chain/operationKey';
import type { Operation, SignedTransaction } from '../../chain/interfaces';
import { FalseAnswer } from '../../chain/falseAnswer';
import { operationName } from '../../protocol/operationTypes';
import { sameValue } from '../../chain/sameValue';
import type { AccountOperation } from './accountOperation';

/** What a block shows at the place that an operation claims. */
export interface PlaceInBlock {
  /** Seconds since the epoch; null where only the transaction could be read. */
  timestamp: number | null;
  /** The transaction with the claimed number; null when the block has none. */
  transaction: SignedTransaction | null;
  /** Whether the claimed number is that of what runs when all transactions of the block are done. */
  isEnd: boolean;
}

const proposalUpdate = 23;
const htlcRedeem = 50;
/** The chain makes this operation when an HTLC is redeemed, by a proposal or not. */
export const htlcRedeemed = 51;

/**
 * Whether the operation was caused instead of being held by a transaction.
 *
 * @throws INVALID_ANSWER when the block does not hold what a transaction of it should, or when nothing at the claimed place
 *   can have caused it
 */
export function isVirtualAt(endpoint: string, read: AccountOperation, place: PlaceInBlock): boolean {
  const { key, operation, isVirtual, blockTime } = read;
  const held = place.transaction?.operations[key.opInTrx];
  const refuse = (found: string): FalseAnswer =>
    new FalseAnswer({
      endpoint,
      asked: `get_block ${key.block}, whose operation ${formatKey(key)} is a ${operationName(operation[0])} in the history`,
      answered: found,
    });
  if (blockTime !== null && place.timestamp !== null && blockTime !== place.timestamp) {
    throw refuse('a block of another time');
  }
  const isEqual = held !== undefined && sameValue(held, operation);
  // A node older than 6.1 does not say whether an operation is virtual, and one older than 3.1 counts otherwise.
  const isHeld = isVirtual === false || (isVirtual === null && (isEqual || isPlain(read, place)));
  if (isHeld) {
    if (isEqual && (key.virtualOp === 0 || isVirtual === null)) return false;
    throw refuse(describe(held, isEqual));
  }
  if (place.transaction === null) {
    if (place.isEnd && (key.opInTrx === 0 || isVirtual === null)) return true;
    throw refuse('a block without such a place');
  }
  if (key.virtualOp > 0 && held !== undefined && canCause(held, operation)) return true;
  throw refuse(`${describe(held, false)}, which does not cause that`);
}

function isPlain({ key }: AccountOperation, { transaction }: PlaceInBlock): boolean {
  return key.virtualOp === 0 && transaction !== null;
}

/** A transaction moves value beside its own operations when it completes a proposal, or redeems an HTLC. */
function canCause([type]: Operation, caused: Operation): boolean {
  return type === proposalUpdate || (type === htlcRedeem && caused[0] === htlcRedeemed);
}

function describe(held: Operation | undefined, isEqual: boolean): string {
  if (held === undefined) return 'a block without that operation';
  return isEqual
    ? 'the operation itself, which no virtual one is'
    : `another ${operationName(held[0])} there`;
}
