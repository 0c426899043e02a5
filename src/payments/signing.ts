/** Who signs: the keys of the credential, or a wallet that keeps the keys and never shows them. */
import type { Account } from '../chain/interfaces';
import { BitSharesError } from '../errors';
import { labels } from '../labels';
import {
  recoverSigners,
  signTransaction,
  transactionId,
  type Chain,
  type PrivateKey,
  type SignedTransaction,
  type Transaction,
} from '../protocol';

/** Signs a transaction as it is: reference block, expiration and operations stay the same, byte by byte. */
export interface RemoteSigner {
  sign(transaction: Transaction): Promise<SignedTransaction>;
}

/** What can sign for an account. */
export interface Signing {
  activeKeys: PrivateKey[];
  /** Signs instead of the active keys. */
  signer?: RemoteSigner;
}

/**
 * The keys that sign: those of the credential that are in the active authority, as few as reach its threshold, because the
 * chain refuses signatures that are not needed.
 *
 * @throws KEY_WITHOUT_AUTHORITY when none is in it; SEVERAL_SIGNATURES_NEEDED when together they weigh too little
 */
export function signingKeys(sender: Account, activeKeys: PrivateKey[], prefix: string): PrivateKey[] {
  const weighed = activeKeys
    .map((key) => {
      const text = key.publicKey.toString(prefix);
      return { key, weight: sender.active.keys.find((entry) => entry.key === text)?.weight ?? 0 };
    })
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight);
  if (weighed.length === 0) {
    throw new BitSharesError('KEY_WITHOUT_AUTHORITY', {
      field: labels.activeKey,
      message: `the active key of the credential is not in the active authority of ${sender.name}`,
      fix: 'Enter an active key of this account in the keys credential, or correct its Account.',
    });
  }
  const chosen: PrivateKey[] = [];
  let total = 0;
  for (const { key, weight } of weighed) {
    if (total >= sender.active.threshold) break;
    chosen.push(key);
    total += weight;
  }
  if (total < sender.active.threshold) {
    throw new BitSharesError('SEVERAL_SIGNATURES_NEEDED', {
      field: labels.activeKey,
      message: `${sender.name} needs signatures of weight ${sender.active.threshold}, the credential has ${total}`,
      fix: 'Use Proposal: Create, and let the other signers approve it.',
      data: { threshold: sender.active.threshold, weight: total },
    });
  }
  return chosen;
}

/** How many signatures to count into the size of a transaction. Errors as `signingKeys`. */
export function signatureCount(account: Account, { activeKeys, signer }: Signing, prefix: string): number {
  if (signer !== undefined) return Math.max(1, account.active.keys.length);
  return signingKeys(account, activeKeys, prefix).length;
}

/**
 * Signs for the account with as few keys as it needs. What a wallet returns is checked before it can be sent: the same
 * bytes, and signatures that are enough.
 *
 * @throws KEY_WITHOUT_AUTHORITY, SEVERAL_SIGNATURES_NEEDED; INVALID_ANSWER for a wallet that changed the transaction; what
 *   the wallet's call throws
 */
export async function signFor(
  transaction: Transaction,
  account: Account,
  signing: Signing,
  chain: Chain,
): Promise<SignedTransaction> {
  const { activeKeys, signer } = signing;
  if (signer === undefined) {
    return signTransaction(transaction, chain, signingKeys(account, activeKeys, chain.prefix));
  }
  const signed = await signer.sign(transaction);
  if (transactionId(signed, chain.prefix) !== transactionId(transaction, chain.prefix)) {
    throw new BitSharesError('INVALID_ANSWER', {
      message: 'The wallet changed the transaction that it was asked to sign',
      fix: 'Use cli_wallet of bitshares-core 6 or later. Nothing was sent.',
    });
  }
  checkWeight(signed, account, chain);
  return signed;
}

function checkWeight(signed: SignedTransaction, account: Account, chain: Chain): void {
  const keys = new Set(recoverSigners(signed, chain).map((key) => key.toString(chain.prefix)));
  const weight = account.active.keys.reduce(
    (sum, entry) => sum + (keys.has(entry.key) ? entry.weight : 0),
    0,
  );
  if (weight >= account.active.threshold) return;
  if (weight === 0) {
    throw new BitSharesError('KEY_WITHOUT_AUTHORITY', {
      field: 'Wallet',
      message: `the wallet holds no active key of ${account.name}`,
      fix: 'Import the active key into the wallet (Wallet: Import Key), or choose another account. Nothing was sent.',
    });
  }
  throw new BitSharesError('SEVERAL_SIGNATURES_NEEDED', {
    field: 'Wallet',
    message: `${account.name} needs signatures of weight ${account.active.threshold}, the wallet has ${weight}`,
    fix: 'Use Proposal: Create, and let the other signers approve it.',
    data: { threshold: account.active.threshold, weight },
  });
}
