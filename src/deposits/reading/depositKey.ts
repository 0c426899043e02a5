/** The place of an operation in the chain is the identity of a deposit: as text in a stored position, and as depositId. */
import { endIndex, endOfBlock, formatKey, isEndOfBlock, type OperationKey } from '../../chain/operationKey';
import { BitSharesError } from '../../errors';

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
  if (block > endIndex) return null;
  if (match[2] !== undefined) return endOfBlock(block);
  return Math.max(trxInBlock, opInTrx, virtualOp) >= endIndex
    ? null
    : { block, trxInBlock, opInTrx, virtualOp };
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
