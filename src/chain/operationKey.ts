/**
 * Where an operation is in the chain. Block, transaction, operation and virtual operation are consensus data: every node
 * gives the same four numbers. The `1.11.x` ids and an account's sequence numbers belong to one node's plugin.
 */
import type { HistoryOperation } from './interfaces';

/** Position of an operation in the chain. Their lexicographic order is the order of every account's history. */
export interface OperationKey {
  block: number;
  /** Equal to the number of transactions in the block for what runs at its end (an expired proposal, for one). */
  trxInBlock: number;
  opInTrx: number;
  /** 0 for an operation that a transaction holds. */
  virtualOp: number;
}

/** Larger than any index in a block; a key with it is behind everything in its block. */
export const endIndex = 0xffffffff;

/** A key behind every operation of a block and before every operation of the next. */
export function endOfBlock(block: number): OperationKey {
  return { block, trxInBlock: endIndex, opInTrx: endIndex, virtualOp: endIndex };
}

/** Whether the key is the end of a block instead of an operation. */
export function isEndOfBlock(key: OperationKey): boolean {
  return key.trxInBlock === endIndex;
}

/** The key of an operation in an account's history. */
export function keyOf(operation: HistoryOperation): OperationKey {
  return {
    block: operation.blockNumber,
    trxInBlock: operation.trxInBlock,
    opInTrx: operation.opInTrx,
    virtualOp: operation.virtualOp,
  };
}

/** Negative when `a` comes first, 0 when they are equal, positive when `b` comes first. */
export function compareKeys(a: OperationKey, b: OperationKey): number {
  return (
    a.block - b.block || a.trxInBlock - b.trxInBlock || a.opInTrx - b.opInTrx || a.virtualOp - b.virtualOp
  );
}

/** `block:trx:op:virtual`, or `block:end`. */
export function formatKey(key: OperationKey): string {
  return isEndOfBlock(key)
    ? `${key.block}:end`
    : `${key.block}:${key.trxInBlock}:${key.opInTrx}:${key.virtualOp}`;
}
