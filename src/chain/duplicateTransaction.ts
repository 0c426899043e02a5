/** A node that refuses a transaction because it has it already. */
import type { BitSharesError } from '../errors';

/** `duplicate_transaction` (bitshares-core `exceptions.cpp`). */
export const duplicateTransaction = 3030001;

/** Whether a refusal says that the node has this very transaction already: it was accepted before. */
export function isDuplicate(error: BitSharesError): boolean {
  return error.code === 'NODE_ERROR' && Number(error.data.nodeCode) === duplicateTransaction;
}
