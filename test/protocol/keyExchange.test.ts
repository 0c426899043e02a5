import { getPublicKey, getSharedSecret } from '@noble/secp256k1';
import { KeyExchange } from '../../src/protocol/keyExchange';
import { sha256 } from '../../src/protocol/hashes';

const secrets = Array.from({ length: 40 }, (_, index) => Uint8Array.from(sha256(`key exchange ${index}`)));

describe('key exchange', () => {
  it('gives the public key and the shared x coordinate that another implementation computes', () => {
    secrets.forEach((secret, index) => {
      const other = getPublicKey(secrets[(index + 1) % secrets.length] as Uint8Array, true);
      const exchange = new KeyExchange(secret);
      expect(Buffer.from(exchange.publicKey())).toEqual(Buffer.from(getPublicKey(secret, true)));
      expect(Buffer.from(exchange.sharedX(other) ?? [])).toEqual(
        Buffer.from(getSharedSecret(secret, other).subarray(1)),
      );
    });
  });

  it('gives nothing for bytes that are no point on the curve', () => {
    const exchange = new KeyExchange(secrets[0] as Uint8Array);
    const notPoints = [
      '000000000000000000000000000000000000000000000000000000000000000000',
      // x = 5 has no y on this curve, and x = p is outside of the field.
      '020000000000000000000000000000000000000000000000000000000000000005',
      '02fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f',
      // The first bytes of the uncompressed and hybrid forms do not belong to 33 bytes.
      '0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798',
      '0679be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798',
    ];
    for (const hex of notPoints) expect(exchange.sharedX(Buffer.from(hex, 'hex'))).toBeUndefined();
  });
});
