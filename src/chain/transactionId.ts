/** The ids of transactions as they are in blocks, also of those that this package cannot write as bytes. */
import type { ChainReader, SignedTransaction } from './interfaces';
import { isBitSharesError, rethrow } from '../errors';
import { sha256, transactionId } from '../protocol';

/**
 * The id of a transaction of a block: SHA-256 of its bytes without signatures, first 20 bytes, in hexadecimal. Nodes do not
 * give it.
 */
export async function identifyTransaction(
  reader: Pick<ChainReader, 'transactionHex'>,
  transaction: SignedTransaction,
  prefix: string,
): Promise<string> {
  try {
    return transactionId(transaction, prefix);
  } catch (error) {
    // An operation that this package has no bytes for; the node knows them all.
    if (!isBitSharesError(error)) rethrow(error);
    const hex = await reader.transactionHex(transaction);
    return sha256(Buffer.from(hex, 'hex')).toString('hex').slice(0, 40);
  }
}
