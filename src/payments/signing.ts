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

/** Keys that sign a transaction in any case, such as those that own what it claims. */
interface OtherSigners {
  keys: readonly PrivateKey[];
  /** What to do where all keys together are not enough. */
  advice: string;
}

const noOthers: OtherSigners = {
  keys: [],
  advice: 'Use Proposal: Create, and let the other signers approve it.',
};

/**
 * The keys that sign beside `others`: those of the credential that are in the active authority, as few as reach its threshold,
 * because the chain refuses signatures that are not needed (4010004). What the others weigh in it counts.
 *
 * @throws KEY_WITHOUT_AUTHORITY when none is in it; SEVERAL_SIGNATURES_NEEDED when together they weigh too little
 */
export function signingKeys(
  account: Account,
  activeKeys: readonly PrivateKey[],
  prefix: string,
  others = noOthers,
): PrivateKey[] {
  const { threshold } = account.active;
  const weights = new Map(account.active.keys.map(({ key, weight }) => [key, weight]));
  const textOf = (key: PrivateKey) => key.publicKey.toString(prefix);
  const weightOf = (key: PrivateKey) => weights.get(textOf(key)) ?? 0;
  const signing = new Set(others.keys.map(textOf));
  let total = [...signing].reduce((sum, text) => sum + (weights.get(text) ?? 0), 0);
  const usable = activeKeys.filter((key) => weightOf(key) > 0).sort((a, b) => weightOf(b) - weightOf(a));
  if (usable.length === 0 && (signing.size === 0 || total < threshold)) {
    throw new BitSharesError('KEY_WITHOUT_AUTHORITY', {
      field: labels.activeKey,
      message:
        activeKeys.length === 0
          ? `no active key of ${account.name} is given`
          : `the active key of the credential is not in the active authority of ${account.name}`,
      fix: 'Enter an active key of this account in the keys credential, or correct its Account.',
    });
  }
  const chosen: PrivateKey[] = [];
  for (const key of usable) {
    if (total >= threshold) break;
    if (signing.has(textOf(key))) continue;
    signing.add(textOf(key));
    chosen.push(key);
    total += weightOf(key);
  }
  if (total < threshold) {
    throw new BitSharesError('SEVERAL_SIGNATURES_NEEDED', {
      field: labels.activeKey,
      message: `${account.name} needs signatures of weight ${threshold}, the given keys have ${total}`,
      fix: others.advice,
      data: { threshold, weight: total },
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
