/** The bare primitives: what the work cannot be faster than with the library that does it. */
import { createECDH } from 'node:crypto';
import { getSharedSecret, sign } from '@noble/secp256k1';
import type { Contestant } from '../measure';
import { importPeer, requirePeer } from './installation';

interface TinySecp256k1 {
  pointMultiply(point: Uint8Array, scalar: Uint8Array): Uint8Array | null;
  sign(digest: Uint8Array, secret: Uint8Array): Uint8Array;
}

interface Libauth {
  instantiateSecp256k1(): Promise<{
    mulTweakPublicKeyCompressed(point: Uint8Array, scalar: Uint8Array): Uint8Array | string;
    signMessageHashCompact(secret: Uint8Array, digest: Uint8Array): Uint8Array | string;
  }>;
}

/**
 * One secret times each of the points, in turn.
 *
 * The WebAssembly builds multiply in a time that depends on the secret, so they are limits and not offers.
 */
export async function keyExchangeLimits(
  secret: Uint8Array,
  points: readonly Uint8Array[],
): Promise<Contestant[]> {
  const ecdh = createECDH('secp256k1');
  ecdh.setPrivateKey(secret);
  const tiny = requirePeer('tiny-secp256k1') as TinySecp256k1;
  const libauth = await ((await importPeer('@bitauth/libauth')) as Libauth).instantiateSecp256k1();
  return [
    { name: 'node:crypto ECDH', role: 'limit', run: inTurn(points, (point) => ecdh.computeSecret(point)) },
    {
      name: '@noble/secp256k1',
      role: 'limit',
      run: inTurn(points, (point) => getSharedSecret(secret, point)),
    },
    {
      name: 'tiny-secp256k1 (Wasm)',
      role: 'limit',
      run: inTurn(points, (point) => tiny.pointMultiply(point, secret)),
    },
    {
      name: 'libauth (Wasm)',
      role: 'limit',
      run: inTurn(points, (point) => libauth.mulTweakPublicKeyCompressed(point, secret)),
    },
  ];
}

/** One signature of each of the digests, in turn; canonical only where the library does it by itself. */
export async function signatureLimits(
  secret: Uint8Array,
  digests: readonly Uint8Array[],
): Promise<Contestant[]> {
  const tiny = requirePeer('tiny-secp256k1') as TinySecp256k1;
  const libauth = await ((await importPeer('@bitauth/libauth')) as Libauth).instantiateSecp256k1();
  return [
    {
      name: '@noble/secp256k1, one signature',
      role: 'limit',
      run: inTurn(digests, (digest) => sign(digest, secret, { prehash: false })),
    },
    {
      name: 'tiny-secp256k1 (Wasm), one signature',
      role: 'limit',
      run: inTurn(digests, (digest) => tiny.sign(digest, secret)),
    },
    {
      name: 'libauth (Wasm), one signature',
      role: 'limit',
      run: inTurn(digests, (digest) => libauth.signMessageHashCompact(secret, digest)),
    },
  ];
}

/** Goes on where the last call stopped, so that no call sees the same inputs as the one before. */
export function inTurn<Input>(
  inputs: readonly Input[],
  work: (input: Input) => unknown,
): (count: number) => void {
  let next = 0;
  return (count) => {
    for (let done = 0; done < count; done += 1) {
      work(inputs[next] as Input);
      next = (next + 1) % inputs.length;
    }
  };
}
