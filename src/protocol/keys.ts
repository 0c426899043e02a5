/**
 * Private and public keys on secp256k1. A private key prints as `[secret]` wherever it is shown, and no error here
 * repeats what was given.
 */
import { BitSharesError } from '../errors';
import { decodeBase58, decodePrefixedBase58Check, encodeBase58, encodeBase58Check } from './base58';
import { doubleSha256, sha256, sha512 } from './hashes';
import { KeyExchange } from './keyExchange';

const wifVersion = 0x80;
const checksumLength = 4;
const secretLength = 32;
const publicKeyLength = 33;
const curveOrder = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

const wifFix =
  'Give the private key in wallet import format: 51 characters that start with 5, as the wallet shows it.';

/**
 * Keys that were read lately, by their text. Base58 is the slowest part of the wire format, and the same few keys stand in
 * most of an account's memos. Only valid public keys get here, so nothing secret is kept.
 */
const readKeys = new Map<string, { prefix: string; key: PublicKey }>();
const readKeysKept = 5000;

/** The bytes of a public key: 33 of them, not necessarily a point on the curve, because the chain does not check. */
export class PublicKey {
  readonly #bytes: Uint8Array;

  private constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /**
   * Reads `prefix + base58(33 bytes + checksum)`. Errors: INVALID_PUBLIC_KEY for another prefix, length or checksum.
   * Rule: libraries/protocol/types.cpp, `public_key_type`.
   */
  static fromString(text: string, prefix: string, field?: string): PublicKey {
    const known = readKeys.get(text);
    if (known?.prefix === prefix) return known.key;
    const given: unknown = text;
    const decoded: { payload?: Uint8Array | undefined; fault?: string | undefined } =
      typeof given === 'string'
        ? decodePrefixedBase58Check(given, prefix, publicKeyLength)
        : { fault: 'it is not text' };
    if (decoded.payload === undefined) {
      throw new BitSharesError('INVALID_PUBLIC_KEY', {
        // A private key pasted into a field for a public key must not be shown: only the fault is named.
        message: `This is not a public key of this chain: ${decoded.fault}`,
        fix: `Give a public key that starts with ${prefix}, without blanks, copied whole.`,
        ...(field === undefined ? {} : { field }),
      });
    }
    const key = new PublicKey(Uint8Array.from(decoded.payload));
    readKeys.set(text, { prefix, key });
    if (readKeys.size > readKeysKept) {
      const oldest = readKeys.keys().next();
      if (oldest.done !== true) readKeys.delete(oldest.value);
    }
    return key;
  }

  /** Takes 33 bytes as they are. Errors: INVALID_PUBLIC_KEY for another length. */
  static fromBytes(bytes: Uint8Array, field?: string): PublicKey {
    if (bytes.length !== publicKeyLength) {
      throw new BitSharesError('INVALID_PUBLIC_KEY', {
        message: `A public key has ${publicKeyLength} bytes; these are ${bytes.length}`,
        fix: 'Give the compressed form of the key.',
        ...(field === undefined ? {} : { field }),
      });
    }
    return new PublicKey(Uint8Array.from(bytes));
  }

  /** The 33 bytes, as a copy. */
  get bytes(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }

  /** True for 33 zero bytes: the key of nobody, which marks a public memo. */
  get isNull(): boolean {
    return this.#bytes.every((byte) => byte === 0);
  }

  equals(other: PublicKey): boolean {
    return Buffer.compare(this.#bytes, other.#bytes) === 0;
  }

  /** The text of the key on a chain with this address prefix. */
  toString(prefix: string): string {
    return prefix + encodeBase58Check(this.#bytes);
  }
}

/** The key of nobody: 33 zero bytes. */
export const nullPublicKey = PublicKey.fromBytes(new Uint8Array(publicKeyLength));

/** A private key. What follows from its bytes leaves only through `secretBytes`, `toWif`, `derivedKey` and `sharedX`. */
export class PrivateKey {
  readonly #secret: Uint8Array;
  #publicKey: PublicKey | undefined;
  #exchange: KeyExchange | undefined;

  private constructor(secret: Uint8Array) {
    this.#secret = secret;
  }

  /**
   * Reads a key in wallet import format: base58 of 0x80, 32 bytes and a checksum, which is the double SHA-256 or, as in
   * old wallets, the single SHA-256. Blanks around the text are ignored. Errors: INVALID_KEY, which never holds the text.
   * Rule: `wif_to_key` of libraries/utilities/key_conversion.cpp; stricter here, because the version byte counts.
   */
  static fromWif(wif: string, field?: string): PrivateKey {
    const decoded = decodeWif(wif);
    if (typeof decoded === 'string') throw invalidKey(decoded, wifFix, field);
    return PrivateKey.fromBytes(decoded, field);
  }

  /** Takes the 32 bytes of a secret. Errors: INVALID_KEY for another length or a number outside the curve's order. */
  static fromBytes(bytes: Uint8Array, field?: string): PrivateKey {
    if (bytes.length !== secretLength) {
      throw invalidKey(`a private key has ${secretLength} bytes; these are ${bytes.length}`, wifFix, field);
    }
    const secret = Uint8Array.from(bytes);
    const number = BigInt(`0x${Buffer.from(secret).toString('hex')}`);
    if (number === 0n || number >= curveOrder) {
      throw invalidKey('its number lies outside the order of the curve', wifFix, field);
    }
    return new PrivateKey(secret);
  }

  /** The key whose secret is the SHA-256 of a text: keys of test chains and of brain-key wallets. */
  static fromSeed(text: string): PrivateKey {
    return PrivateKey.fromBytes(sha256(text));
  }

  /** The public key, computed once. */
  get publicKey(): PublicKey {
    this.#publicKey ??= PublicKey.fromBytes(this.#keyExchange().publicKey());
    return this.#publicKey;
  }

  /**
   * The x coordinate (32 bytes, big endian) of this key times a public key, or undefined where the public key is no
   * point on the curve. The chain accepts such keys in memos.
   */
  sharedX(other: PublicKey): Uint8Array | undefined {
    return this.#keyExchange().sharedX(other.bytes);
  }

  // Setting the key costs as much as using it, so it is set once.
  #keyExchange(): KeyExchange {
    this.#exchange ??= new KeyExchange(this.#secret);
    return this.#exchange;
  }

  /** The secret itself, as a copy. Only for signing and for writing a wallet. */
  secretBytes(): Uint8Array {
    return Uint8Array.from(this.#secret);
  }

  /**
   * The key in wallet import format (double SHA-256 checksum). `src/rpc/secretExit.ts` alone may ask for it, which lint
   * rules hold: it knows where the text goes.
   */
  toWif(): string {
    return this.#wif();
  }

  /**
   * The key with this number in the sequence whose words are the text of this key: SHA-256 of SHA-512 of the text, a blank and
   * the number. Rule: `derive_private_key` of libraries/wallet/wallet.cpp.
   */
  derivedKey(sequence: number): PrivateKey {
    return PrivateKey.fromBytes(sha256(sha512(`${this.#wif()} ${sequence}`)));
  }

  #wif(): string {
    const payload = Buffer.concat([Uint8Array.of(wifVersion), this.#secret]);
    return encodeBase58(Buffer.concat([payload, doubleSha256(payload).subarray(0, checksumLength)]));
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[secret]';
  }
}

/**
 * Whether a text is a private key in wallet import format, also the compressed form that other chains use. Used to keep
 * such texts out of items and logs.
 */
export function isWif(text: string): boolean {
  const payload = wifPayload(text);
  if (typeof payload === 'string') return false;
  return payload.length === 1 + secretLength || (payload.length === 2 + secretLength && payload.at(-1) === 1);
}

/** The 32 bytes in a WIF text, or a sentence about its form that never repeats it. */
function decodeWif(text: unknown): Uint8Array | string {
  const payload = wifPayload(text);
  if (typeof payload === 'string') return payload;
  if (payload.length === 1 + secretLength) return payload.subarray(1);
  return payload.length === 2 + secretLength
    ? 'it is a compressed key, which BitShares does not use'
    : 'characters are missing or added';
}

/** Version and content of a text with version byte and checksum of a private key, or a sentence about its form. */
function wifPayload(text: unknown): Uint8Array | string {
  if (typeof text !== 'string') return 'it is not text';
  const trimmed = text.trim();
  if (trimmed === '') return 'it is empty';
  // Base58 needs quadratic time: longer than any key is refused before it is decoded.
  if (trimmed.length > 60) return 'it is too long';
  const bytes = decodeBase58(trimmed);
  if (bytes === undefined) return 'it holds a character that base58 does not have';
  if (bytes.length < 1 + secretLength + checksumLength) return 'characters are missing or added';
  if (bytes[0] !== wifVersion) return 'it does not start with the version of a private key';
  const payload = bytes.subarray(0, -checksumLength);
  const checksum = bytes.subarray(-checksumLength);
  const single = sha256(payload);
  const matches =
    sha256(single).subarray(0, checksumLength).equals(checksum) ||
    single.subarray(0, checksumLength).equals(checksum);
  return matches ? payload : 'its checksum is wrong: a character differs';
}

function invalidKey(reason: string, fix: string, field: string | undefined): BitSharesError {
  return new BitSharesError('INVALID_KEY', {
    message: `This is not a private key: ${reason}`,
    fix,
    ...(field === undefined ? {} : { field }),
  });
}
