/** Addresses: hashes of public keys, which own the claimable balances that older chains left behind. */
import { ECDH } from 'node:crypto';
import { BitSharesError } from '../errors';
import { decodePrefixedBase58Check, encodeBase58Check } from './base58';
import { doubleSha256, ripemd160, sha256, sha512 } from './hashes';
import type { PublicKey } from './keys';

const addressLength = 20;

/** Which form of a ProtoShares (PTS) address. The version is 56 (ProtoShares) or 0 (Bitcoin). */
export interface PtsForm {
  compressed: boolean;
  version: 0 | 56;
}

/** The 20 bytes of a key's native address: RIPEMD-160 of the SHA-512 of its 33 bytes (libraries/protocol/address.cpp). */
export function nativeAddressBytes(publicKey: PublicKey): Uint8Array {
  return ripemd160(sha512(publicKey.bytes));
}

/** A key's native address as text. */
export function nativeAddress(publicKey: PublicKey, prefix: string): string {
  return prefix + encodeBase58Check(nativeAddressBytes(publicKey));
}

/**
 * The address that stands for a key's PTS address: RIPEMD-160 of its 25 bytes (version, hash, checksum). Errors:
 * INVALID_PUBLIC_KEY where an uncompressed form is asked of a key that is no point on the curve. Rule:
 * libraries/protocol/pts_address.cpp.
 */
export function ptsAddress(publicKey: PublicKey, form: PtsForm, prefix: string): string {
  const key = form.compressed ? publicKey.bytes : uncompressed(publicKey);
  const payload = Buffer.concat([Uint8Array.of(form.version), ripemd160(sha256(key))]);
  const address = Buffer.concat([payload, doubleSha256(payload).subarray(0, 4)]);
  return prefix + encodeBase58Check(ripemd160(address));
}

/**
 * The five addresses whose balances a key can claim: native, then PTS uncompressed 56, compressed 56, uncompressed 0,
 * compressed 0, the order in which cli_wallet asks. Rule: libraries/chain/balance_evaluator.cpp.
 */
export function addressForms(publicKey: PublicKey, prefix: string): string[] {
  return [
    nativeAddress(publicKey, prefix),
    ptsAddress(publicKey, { compressed: false, version: 56 }, prefix),
    ptsAddress(publicKey, { compressed: true, version: 56 }, prefix),
    ptsAddress(publicKey, { compressed: false, version: 0 }, prefix),
    ptsAddress(publicKey, { compressed: true, version: 0 }, prefix),
  ];
}

/** The 20 bytes of an address text. Errors: INVALID_ADDRESS for another prefix, length or checksum. */
export function parseAddress(text: string, prefix: string, field?: string): Uint8Array {
  const decoded = decodePrefixedBase58Check(text, prefix, addressLength);
  if (decoded.payload === undefined) {
    throw new BitSharesError('INVALID_ADDRESS', {
      message: `This is not an address of this chain: ${decoded.fault}`,
      fix: `Give an address that starts with ${prefix}, without blanks, copied whole.`,
      ...(field === undefined ? {} : { field }),
    });
  }
  return Uint8Array.from(decoded.payload);
}

function uncompressed(publicKey: PublicKey): Uint8Array {
  const key = convertToUncompressed(publicKey.bytes);
  if (key === undefined) {
    throw new BitSharesError('INVALID_PUBLIC_KEY', {
      message: 'This public key is not a point on the curve, so it has no uncompressed form',
      fix: 'Give the public key of an existing private key.',
    });
  }
  return key;
}

function convertToUncompressed(compressed: Uint8Array): Uint8Array | undefined {
  try {
    const key = ECDH.convertKey(compressed, 'secp256k1', undefined, undefined, 'uncompressed');
    return typeof key === 'string' ? Buffer.from(key, 'latin1') : key;
  } catch {
    return undefined;
  }
}
