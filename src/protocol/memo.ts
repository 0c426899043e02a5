/**
 * Memos: encrypted, public, and everything else that the chain lets through, because it does not check them. Decoding
 * never throws: a memo that cannot be read must not hide a deposit. Rules: libraries/protocol/memo.cpp.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { BitSharesError } from '../errors';
import { chainUint64, toBigInt } from './amounts';
import { sha256, sha512 } from './hashes';
import { nullPublicKey, type PrivateKey, PublicKey } from './keys';
import { maskPrivateKeys } from './memoMasking';
import type { Memo } from './operations';

/**
 * What became of a memo:
 * - `none`: the operation has no memo.
 * - `plain`: a public memo (its sender key is the null key), read as it is.
 * - `decoded`: decrypted with one of our keys, and its checksum is right.
 * - `no_key`: encrypted between two keys of which none is ours.
 * - `wrong_key`: names one of our keys and decrypts to well-padded text whose checksum is wrong.
 * - `corrupt`: cannot be read by anybody: malformed keys, nonce or hexadecimal text, a ciphertext that is no whole number
 *   of blocks, a key that is no point on the curve, fewer than 4 bytes, or bad padding without a matching checksum. A memo
 *   encrypted to another key than it names looks like this too, except for one in 256.
 */
export type MemoStatus = 'none' | 'plain' | 'decoded' | 'no_key' | 'wrong_key' | 'corrupt';

/** The end of a memo at which we are: a payment that came in was written to our key, one that we sent from it. */
export type MemoSide = 'to' | 'from';

export interface DecodedMemo {
  status: MemoStatus;
  /** The text without surrounding white space; null when empty, unknown or not UTF-8. */
  memo: string | null;
  details: {
    /** The text as it was written, its first 4,096 characters; null when unknown or not UTF-8. */
    text: string | null;
    /** All bytes of the text in hexadecimal; null when unknown or masked. */
    hex: string | null;
    /** The public key of ours that decoded the memo. */
    key: string | null;
    /** With `no_key` the public key whose private key opens the memo on our side; null otherwise, and for the null key. */
    neededKey: string | null;
    /** True where a private key was removed from the text. */
    masked: boolean;
  };
}

/** The longest text, in UTF-16 units, that a decoded memo shows. The whole is in `details.hex`. */
export const longestMemoText = 4096;

const checksumLength = 4;
const blockLength = 16;

/** What a memo is made of. The nonce is an unsigned 64-bit integer. */
export interface EncryptMemoParts {
  from: PrivateKey;
  to: PublicKey;
  nonce: bigint;
  text: string;
  prefix: string;
}

/**
 * Encrypts a text between two keys: AES-256-CBC, key and iv from SHA-512 of the nonce and the shared secret, a checksum
 * before the text. The same parts give the same memo. Errors: INVALID_MEMO for text that is not well-formed Unicode,
 * INVALID_PUBLIC_KEY for a receiver's key that is no point on the curve, INVALID_AMOUNT for a nonce outside 64 bits.
 */
export function encryptMemo(parts: EncryptMemoParts): Memo {
  const text = textBytes(parts.text);
  const nonce = chainUint64(parts.nonce, 'nonce');
  const x = parts.to.isNull ? undefined : parts.from.sharedX(parts.to);
  if (x === undefined) {
    throw new BitSharesError('INVALID_PUBLIC_KEY', {
      message: "The receiver's memo key is not a point on the curve, so nothing can be encrypted to it.",
      fix: 'Send a public memo, or ask the receiver to set a memo key.',
    });
  }
  const { key, iv } = cipherKey(sharedSecret(x), parts.nonce);
  const cipher = createCipheriv('aes-256-cbc', key, iv);
  const message = Buffer.concat([
    cipher.update(sha256(text).subarray(0, checksumLength)),
    cipher.update(text),
    cipher.final(),
  ]);
  return {
    from: parts.from.publicKey.toString(parts.prefix),
    to: parts.to.toString(parts.prefix),
    nonce,
    message: message.toString('hex'),
  };
}

/**
 * A memo that everybody can read: null keys, four zero bytes, then the text. Without text it only carries its nonce. Errors:
 * INVALID_MEMO for text that is not well-formed Unicode, INVALID_AMOUNT for a nonce outside 64 bits.
 */
export function publicMemo(parts: { nonce: bigint; text: string; prefix: string }): Memo {
  const nobody = nullPublicKey.toString(parts.prefix);
  return {
    from: nobody,
    to: nobody,
    nonce: chainUint64(parts.nonce, 'nonce'),
    message: Buffer.concat([Buffer.alloc(checksumLength), textBytes(parts.text)]).toString('hex'),
  };
}

export interface MemoKeyringOptions {
  /** How many shared secrets are kept, the least recently used dropped first. A secret takes about 500 bytes. */
  cacheSize?: number;
}

/** The shared secrets of two keys: the proper one, and where x starts with zero bytes that of old web wallets. */
interface SharedSecrets {
  standard: string;
  withoutLeadingZeros: string | undefined;
}

/**
 * The memo keys of an account, present and past, ready to decode. Which key is used follows from the keys in the memo, not
 * from the account's present memo key. The secret of two keys is the same for all their memos, so it is computed once.
 */
export class MemoKeyring {
  readonly #keys = new Map<string, PrivateKey>();
  readonly #secrets = new Map<string, SharedSecrets | undefined>();
  readonly #cacheSize: number;
  readonly #nullKey: string;
  readonly #prefix: string;

  constructor(keys: readonly PrivateKey[], prefix: string, options: MemoKeyringOptions = {}) {
    for (const key of keys) this.#keys.set(key.publicKey.toString(prefix), key);
    this.#cacheSize = options.cacheSize ?? 10_000;
    this.#nullKey = nullPublicKey.toString(prefix);
    this.#prefix = prefix;
  }

  /** The public keys of the ring, as text. */
  get publicKeys(): string[] {
    return [...this.#keys.keys()];
  }

  /**
   * Reads a memo. Never throws, whatever the chain holds. Either of its two keys opens it.
   *
   * @param side which of them `neededKey` names when the ring has neither
   */
  decode(memo: Memo | null | undefined, side: MemoSide = 'to'): DecodedMemo {
    if (memo === null || memo === undefined) return unread('none');
    const parts = readMemo(memo);
    if (parts === undefined) return unread('corrupt');
    if (parts.from === this.#nullKey) {
      if (parts.message.length < checksumLength) return unread('corrupt');
      return read('plain', parts.message.subarray(checksumLength), null);
    }
    // Both sides compute the same secret; where both are ours, either key does.
    const [own, other] = this.#keys.has(parts.to) ? [parts.to, parts.from] : [parts.from, parts.to];
    const key = this.#keys.get(own);
    if (key === undefined) {
      const wellFormed = this.#parse(parts.from) !== undefined && this.#parse(parts.to) !== undefined;
      if (!wellFormed) return unread('corrupt');
      return unread('no_key', parts[side] === this.#nullKey ? null : parts[side]);
    }
    if (parts.message.length === 0 || parts.message.length % blockLength !== 0) return unread('corrupt');
    const secrets = this.#secretsOf(own, key, other);
    if (secrets === undefined) return unread('corrupt');
    const plaintext = decrypt(secrets.standard, parts);
    const text =
      findText(plaintext) ??
      (secrets.withoutLeadingZeros === undefined
        ? undefined
        : findText(decrypt(secrets.withoutLeadingZeros, parts)));
    if (text !== undefined) return read('decoded', text, own);
    return unread(paddingLength(plaintext) === undefined ? 'corrupt' : 'wrong_key');
  }

  #secretsOf(own: string, key: PrivateKey, other: string): SharedSecrets | undefined {
    const pair = `${own} ${other}`;
    let secrets = this.#secrets.get(pair);
    if (secrets !== undefined) {
      // Moved to the end, so that the first entry is always the least recently used one.
      this.#secrets.delete(pair);
      this.#secrets.set(pair, secrets);
      return secrets;
    }
    const publicKey = this.#parse(other);
    const x = publicKey === undefined ? undefined : key.sharedX(publicKey);
    if (x === undefined) return undefined;
    const zeros = x.findIndex((byte) => byte !== 0);
    secrets = {
      standard: sharedSecret(x),
      withoutLeadingZeros: zeros > 0 ? sharedSecret(x.subarray(zeros)) : undefined,
    };
    this.#secrets.set(pair, secrets);
    if (this.#secrets.size > this.#cacheSize) {
      const oldest = this.#secrets.keys().next();
      if (oldest.done !== true) this.#secrets.delete(oldest.value);
    }
    return secrets;
  }

  #parse(text: string): PublicKey | undefined {
    try {
      return PublicKey.fromString(text, this.#prefix);
    } catch {
      return undefined;
    }
  }
}

/** Whatever reads memos, with keys of its own. */
export type MemoDecoder = Pick<MemoKeyring, 'decode'>;

interface MemoParts {
  from: string;
  to: string;
  nonce: bigint;
  message: Buffer;
}

function readMemo(memo: unknown): MemoParts | undefined {
  if (typeof memo !== 'object' || memo === null) return undefined;
  const { from, to, nonce, message }: { from?: unknown; to?: unknown; nonce?: unknown; message?: unknown } =
    memo;
  if (typeof from !== 'string' || typeof to !== 'string' || typeof message !== 'string') return undefined;
  const number = readNonce(nonce);
  const bytes = Buffer.from(message, 'hex');
  // Buffer stops silently at the first character that is no digit.
  if (number === undefined || bytes.length * 2 !== message.length) return undefined;
  return { from, to, nonce: number, message: bytes };
}

function readNonce(nonce: unknown): bigint | undefined {
  if (typeof nonce !== 'string' && typeof nonce !== 'number') return undefined;
  try {
    const number = toBigInt(nonce);
    return number === BigInt.asUintN(64, number) ? number : undefined;
  } catch {
    return undefined;
  }
}

/** Lower-case hexadecimal text of the SHA-512 of the x coordinate: the form that enters the cipher key. */
function sharedSecret(x: Uint8Array): string {
  return sha512(x).toString('hex');
}

function cipherKey(secret: string, nonce: bigint): { key: Buffer; iv: Buffer } {
  const seed = sha512(nonce.toString() + secret);
  return { key: seed.subarray(0, 32), iv: seed.subarray(32, 48) };
}

/** The plaintext with its padding: the padding is judged apart, because some clients wrote it wrongly. */
function decrypt(secret: string, memo: MemoParts): Buffer {
  const { key, iv } = cipherKey(secret, memo.nonce);
  return createDecipheriv('aes-256-cbc', key, iv).setAutoPadding(false).update(memo.message);
}

/** The length of well-formed PKCS#7 padding. */
function paddingLength(plaintext: Uint8Array): number | undefined {
  const length = plaintext.at(-1) ?? 0;
  if (length < 1 || length > blockLength) return undefined;
  return plaintext.subarray(-length).every((byte) => byte === length) ? length : undefined;
}

/**
 * The text of a plaintext whose checksum is right. The proper padding is tried first; then none (an old Python client added
 * none to a text that filled its last block), then every other length, because the checksum decides and not the padding.
 */
function findText(plaintext: Buffer): Buffer | undefined {
  const proper = paddingLength(plaintext);
  if (proper !== undefined) {
    const text = checkedText(plaintext, proper);
    if (text !== undefined) return text;
  }
  for (let length = 0; length <= blockLength; length += 1) {
    const text = checkedText(plaintext, length);
    if (text !== undefined) return text;
  }
  return undefined;
}

function checkedText(plaintext: Buffer, padding: number): Buffer | undefined {
  const end = plaintext.length - padding;
  if (end < checksumLength) return undefined;
  const text = plaintext.subarray(checksumLength, end);
  const matches = sha256(text).compare(plaintext, 0, checksumLength, 0, checksumLength) === 0;
  return matches ? text : undefined;
}

function textBytes(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.toString('utf8') !== text) {
    throw new BitSharesError('INVALID_MEMO', {
      message: 'The memo holds half a character (a lone surrogate), which UTF-8 cannot carry',
      fix: 'Correct the text: it was probably cut in the middle of an emoji.',
    });
  }
  return bytes;
}

function unread(status: MemoStatus, neededKey: string | null = null): DecodedMemo {
  return { status, memo: null, details: { text: null, hex: null, key: null, neededKey, masked: false } };
}

function read(status: 'plain' | 'decoded', bytes: Buffer, key: string | null): DecodedMemo {
  const whole = bytes.toString('utf8');
  const isUtf8 = Buffer.from(whole, 'utf8').equals(bytes);
  // A private key is ASCII, so it is found in bytes that are not UTF-8 as well.
  const { text, masked } = maskPrivateKeys(isUtf8 ? whole : bytes.toString('latin1'));
  const shown = isUtf8 ? capped(text) : null;
  const trimmed = shown?.trim() ?? '';
  return {
    status,
    memo: trimmed === '' ? null : trimmed,
    details: { text: shown, hex: masked ? null : bytes.toString('hex'), key, neededKey: null, masked },
  };
}

function capped(text: string): string {
  if (text.length <= longestMemoText) return text;
  const last = text.charCodeAt(longestMemoText - 1);
  const splitsPair = last >= 0xd800 && last <= 0xdbff;
  return text.slice(0, splitsPair ? longestMemoText - 1 : longestMemoText);
}
