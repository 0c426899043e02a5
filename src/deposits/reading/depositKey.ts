/**
 * Where an operation stands in the chain. Block, transaction, operation and virtual operation are consensus data: every
 * node gives the same four numbers, so they are the identity of a deposit. The `1.11.x` ids and an account's sequence
 * numbers belong to one node's plugin and are never used for that.
 */
import { BitSharesError } from '../../errors';

/** Position of an operation in the chain. Their lexicographic order is the order of every account's history. */
export interface OperationKey {
  block: number;
  /** Equal to the number of transactions in the block for what runs at its end (an expired proposal, for one). */
  trxInBlock: number;
  opInTrx: number;
  /** 0 for an operation that a transaction holds. */
  virtualOp: number;
}

/** Larger than any index in a block; a key with it stands behind everything in its block. */
const end = 0xffffffff;

/** A key behind every operation of a block and before every operation of the next. */
export function endOfBlock(block: number): OperationKey {
  return { block, trxInBlock: end, opInTrx: end, virtualOp: end };
}

/** Whether the key stands at the end of a block instead of at an operation. */
export function isEndOfBlock(key: OperationKey): boolean {
  return key.trxInBlock === end;
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

const uint = '(0|[1-9]\\d{0,9})';
const keyPattern = new RegExp(`^${uint}:(?:(end)|${uint}:${uint}:${uint})$`);

/** The key in a text written by `formatKey`; null when it is none. */
export function parseKey(text: unknown): OperationKey | null {
  const match = typeof text === 'string' ? keyPattern.exec(text) : null;
  if (match === null) return null;
  const [block, trxInBlock, opInTrx, virtualOp] = [match[1], match[3], match[4], match[5]].map(Number) as [
    number,
    number,
    number,
    number,
  ];
  if (block > end) return null;
  if (match[2] !== undefined) return endOfBlock(block);
  return Math.max(trxInBlock, opInTrx, virtualOp) >= end ? null : { block, trxInBlock, opInTrx, virtualOp };
}

/** The identity of a deposit for ever and on every node: the first 8 hex digits of the chain id, and the key. */
export function depositIdOf(chainId: string, key: OperationKey): string {
  return `${chainId.slice(0, 8)}:${formatKey(key)}`;
}

/**
 * The key in a depositId of this chain.
 *
 * @throws INVALID_PARAMETER when it is not a depositId or belongs to another chain
 */
export function parseDepositId(text: string, chainId: string, field: string): OperationKey {
  const key = /^[0-9a-f]{8}:/.test(text) ? parseKey(text.slice(9)) : null;
  if (key === null || isEndOfBlock(key)) {
    throw new BitSharesError('INVALID_PARAMETER', {
      message: 'this is not a depositId',
      fix: 'Copy depositId from an item of BitShares Trigger. It looks like 4018d784:81234567:3:0:0.',
      field,
    });
  }
  if (text.slice(0, 8) !== chainId.slice(0, 8)) {
    throw new BitSharesError('INVALID_PARAMETER', {
      message: `the deposit ${text} is on another chain`,
      fix: 'Take a depositId of the chain that the node credential names.',
      field,
    });
  }
  return key;
}
