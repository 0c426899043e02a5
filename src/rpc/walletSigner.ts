/** Lets cli_wallet sign a transaction as it is. */
import type { SignedTransaction, Transaction } from '../protocol';
import { Answer } from './answer';
import type { WalletCall } from './walletSession';

/**
 * Adds the signatures of the wallet's keys that the transaction needs. `add_transaction_signature` keeps reference block
 * and expiration, while `sign_transaction` would set its own (wallet_sign.cpp). Without a fitting key there are none.
 */
export async function signWithWallet(call: WalletCall, transaction: Transaction): Promise<SignedTransaction> {
  const answer = new Answer(
    await call('add_transaction_signature', [{ ...transaction, signatures: [] }, false]),
    'add_transaction_signature',
  );
  const signatures = answer
    .field('signatures')
    .list()
    .map((signature) => signature.text(/^[0-9a-f]{130}$/));
  // Everything but the signatures is ours; the caller checks that they fit it.
  return { ...transaction, signatures };
}
