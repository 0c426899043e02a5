/** The hash functions of the protocol, in the forms in which BitShares uses them. */
import { createHmac, hash } from 'node:crypto';

type Input = Uint8Array | string;

/** SHA-256 of bytes, or of the UTF-8 bytes of a text. 32 bytes. */
export function sha256(input: Input): Buffer {
  return hash('sha256', input, 'buffer');
}

/** SHA-256 applied twice, as in the checksum of a private key in wallet import format. 32 bytes. */
export function doubleSha256(input: Input): Buffer {
  return sha256(sha256(input));
}

/** SHA-224 of bytes, from which block ids are cut. 28 bytes. */
export function sha224(input: Input): Buffer {
  return hash('sha224', input, 'buffer');
}

/** SHA-512 of bytes, or of the UTF-8 bytes of a text. 64 bytes. */
export function sha512(input: Input): Buffer {
  return hash('sha512', input, 'buffer');
}

/** RIPEMD-160 of bytes, as in the checksums of public keys and addresses. 20 bytes. */
export function ripemd160(input: Input): Buffer {
  return hash('ripemd160', input, 'buffer');
}

/** HMAC-SHA-256, which deterministic signatures (RFC 6979) need. 32 bytes. */
export function hmacSha256(key: Uint8Array, message: Uint8Array): Buffer {
  return createHmac('sha256', key).update(message).digest();
}
