/** The watched account and the operations of its history, wherever they were read. */
import { compareKeys, formatKey, keyOf, type OperationKey } from '../../chain/operationKey';
import type { HistoryOperation, Operation, SignedTransaction } from '../../chain/interfaces';
import { FalseAnswer } from '../../chain/falseAnswer';

export interface WatchedAccount {
  id: string;
  name: string;
  /** `2.6.x` */
  statisticsId: string;
  /** The block that created it; 0 when it is as old as the chain, null or absent when the node does not say. */
  creationBlock?: number | null | undefined;
}

export interface AccountOperation {
  key: OperationKey;
  /** The account's sequence number on the node that was read; a hint when `source` is `blocks`. */
  sequence: number;
  operation: Operation;
  /** `[kind, value]` as the node shows it. */
  result: unknown;
  /** `1.11.x` of the node that was read; null when read from blocks. */
  operationId: string | null;
  /** Seconds since the epoch; null on nodes older than 6.1, where the block has to be asked. */
  blockTime: number | null;
  /** Null on nodes older than 6.1. */
  isVirtual: boolean | null;
  source: 'history' | 'blocks';
  /** The transaction that holds it, when it was read from a block. */
  transaction: SignedTransaction | null;
}

export function fromHistory(operation: HistoryOperation, sequence: number): AccountOperation {
  return {
    key: keyOf(operation),
    sequence,
    operation: operation.operation,
    result: operation.result,
    operationId: operation.id,
    blockTime: operation.blockTime,
    isVirtual: operation.isVirtual,
    source: 'history',
    transaction: null,
  };
}

/** The highest block of operations in any order; 0 without one. */
export function highestBlock(operations: readonly AccountOperation[]): number {
  return operations.reduce((highest, { key }) => Math.max(highest, key.block), 0);
}

/**
 * Refuses operations whose keys do not ascend strictly, beginning behind `after`: that is the order of every history.
 *
 * @throws INVALID_ANSWER
 */
export function checkAscending(
  endpoint: string,
  account: WatchedAccount,
  operations: readonly AccountOperation[],
  after: OperationKey,
): void {
  let previous = after;
  for (const { key } of operations) {
    if (compareKeys(key, previous) <= 0) {
      throw new FalseAnswer({
        endpoint,
        asked: `get_relative_account_history of ${account.name} (${account.id}) behind ${formatKey(previous)}`,
        answered: formatKey(key),
      });
    }
    previous = key;
  }
}
