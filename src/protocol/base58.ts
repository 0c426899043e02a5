/**
 * Base58 text with a checksum: how BitShares writes public keys, addresses and private keys. Nothing here repeats its
 * input in an error, because the input may be a private key.
 */
import bs58 from 'bs58';
import { ripemd160 } from './hashes';

const checksumLength = 4;

/** Base58 of the payload followed by the first four bytes of its RIPEMD-160. */
export function encodeBase58Check(payload: Uint8Array): string {
  return bs58.encode(Buffer.concat([payload, ripemd160(payload).subarray(0, checksumLength)]));
}

/** Base58 of bytes that bring their own checksum. */
export function encodeBase58(bytes: Uint8Array): string {
  return bs58.encode(bytes);
}

/** The bytes of a base58 text, or undefined where it holds a foreign character. */
export function decodeBase58(text: string): Uint8Array | undefined {
  return bs58.decodeUnsafe(text);
}

/** Why a text is not the base58 form of `length` bytes with a checksum; or those bytes. */
export type CheckedPayload =
  { payload: Uint8Array; fault?: undefined } | { payload?: undefined; fault: string };

/**
 * The payload of a text `prefix + base58(payload + checksum)`, of exactly `length` bytes. The fault is a sentence about
 * the form only.
 */
export function decodePrefixedBase58Check(text: string, prefix: string, length: number): CheckedPayload {
  if (!text.startsWith(prefix)) return { fault: `it does not start with ${prefix}` };
  // Base58 needs quadratic time: longer than any valid text is refused before it is decoded.
  if (text.length > prefix.length + 2 * (length + checksumLength)) return { fault: 'it is too long' };
  const bytes = bs58.decodeUnsafe(text.slice(prefix.length));
  if (bytes === undefined) return { fault: 'it holds a character that base58 does not have' };
  if (bytes.length !== length + checksumLength) {
    return {
      fault: `it holds ${bytes.length} bytes and not ${length + checksumLength}: characters are missing or added`,
    };
  }
  const payload = bytes.subarray(0, length);
  const checksum = ripemd160(payload).subarray(0, checksumLength);
  if (!checksum.equals(bytes.subarray(length)))
    return { fault: 'its checksum is wrong: a character differs' };
  return { payload };
}
