/**
 * Elliptic-curve Diffie-Hellman with one private key: the slowest step of reading the memo of a new sender, so the way to
 * do it is chosen here and nowhere else.
 *
 * Node's `diffieHellman` and not its `ECDH` class: that one multiplies three times for each secret, because it checks the
 * pair of keys that it was given every time (`npm run bench -- key-exchange` compares them).
 */
import { createPrivateKey, createPublicKey, diffieHellman, type KeyObject } from 'node:crypto';

/** What comes before and after the 32 bytes of a secret in the form of RFC 5915, with the curve secp256k1. */
const secretHeader = Buffer.from('302e0201010420', 'hex');
const secretTrailer = Buffer.from('a00706052b8104000a', 'hex');
/** What comes before the 33 bytes of a compressed public key in the form of RFC 5480, with the curve secp256k1. */
const publicKeyHeader = Buffer.from('3036301006072a8648ce3d020106052b8104000a032200', 'hex');

/** The exchange of keys with others. Setting it up costs as much as using it, so keep it. */
export class KeyExchange {
  readonly #secret: KeyObject;

  /** @param secret 32 bytes: a number inside the order of the curve */
  constructor(secret: Uint8Array) {
    this.#secret = createPrivateKey({
      key: Buffer.concat([secretHeader, secret, secretTrailer]),
      format: 'der',
      type: 'sec1',
    });
  }

  /** The compressed public key of the secret: 33 bytes. */
  publicKey(): Uint8Array {
    const { x, y } = createPublicKey(this.#secret).export({ format: 'jwk' });
    const lastByteOfY = Buffer.from(y ?? '', 'base64url').at(-1) ?? 0;
    return Buffer.concat([Uint8Array.of(2 + (lastByteOfY & 1)), Buffer.from(x ?? '', 'base64url')]);
  }

  /**
   * The x coordinate (32 bytes, big endian) of the secret times a public key.
   *
   * @param other 33 bytes
   * @returns undefined where they are no point on the curve
   */
  sharedX(other: Uint8Array): Uint8Array | undefined {
    try {
      const publicKey = createPublicKey({
        key: Buffer.concat([publicKeyHeader, other]),
        format: 'der',
        type: 'spki',
      });
      return diffieHellman({ privateKey: this.#secret, publicKey });
    } catch {
      // The reason holds nothing that helps, and it must not carry key material along.
      return undefined;
    }
  }
}
