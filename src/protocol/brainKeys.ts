/** Keys that follow from words: brain keys of wallets, and the passwords of web accounts. */
import { PrivateKey } from './keys';
import { sha256, sha512 } from './hashes';

/** The words with single blanks between them. Upper case is left alone: cli_wallet adds it, web wallets do not. */
export function normalizeBrainKey(words: string): string {
  return words
    .trim()
    .split(/[\t\n\v\f\r ]+/)
    .join(' ');
}

/**
 * The key with this number in a brain key's sequence: SHA-256 of SHA-512 of the words, a blank and the number. Rule:
 * `derive_private_key` of libraries/wallet/wallet.cpp.
 */
export function brainKey(words: string, sequence: number): PrivateKey {
  return PrivateKey.fromBytes(sha256(sha512(`${normalizeBrainKey(words)} ${sequence}`)));
}

/** The keys of an account that cli_wallet creates from a brain key: each level derives from the text of the one above. */
export function walletAccountKeys(words: string): {
  owner: PrivateKey;
  active: PrivateKey;
  memo: PrivateKey;
} {
  const owner = brainKey(normalizeBrainKey(words).toUpperCase(), 0);
  const active = owner.derivedKey(0);
  return { owner, active, memo: active.derivedKey(0) };
}

/**
 * The key of a web wallet account that is opened with a password: SHA-256 of account name, role and password. Rule:
 * `generateKeys` of bitsharesjs, which also joins white space.
 */
export function passwordKey(account: string, role: string, password: string): PrivateKey {
  return PrivateKey.fromSeed(normalizeBrainKey(account + role + password));
}
