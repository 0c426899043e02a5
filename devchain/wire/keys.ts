/** Hashes, keys, addresses and signatures (fc, crypto/; protocol/types.cpp, protocol/address.cpp). */
import { createHash, createHmac } from 'node:crypto';
import bs58 from 'bs58';
import * as secp from '@noble/secp256k1';

function joined(algorithm: string, parts: readonly Uint8Array[]): Buffer {
  const hash = createHash(algorithm);
  for (const part of parts) hash.update(part);
  return hash.digest();
}

export const sha256 = (...parts: Uint8Array[]): Buffer => joined('sha256', parts);
export const sha512 = (...parts: Uint8Array[]): Buffer => joined('sha512', parts);
export const sha224 = (...parts: Uint8Array[]): Buffer => joined('sha224', parts);
export const ripemd160 = (...parts: Uint8Array[]): Buffer => joined('ripemd160', parts);

secp.hashes.sha256 = (message: Uint8Array) => new Uint8Array(sha256(message));
secp.hashes.hmacSha256 = (key: Uint8Array, message: Uint8Array) =>
  new Uint8Array(createHmac('sha256', key).update(message).digest());

/** 33 zero bytes: the null key of a public memo. */
export const nullKey = Buffer.alloc(33);

/** The 32 secret bytes of a WIF. Throws an Error for anything that is not one. */
export function secretFromWif(wif: string): Buffer {
  const bytes = Buffer.from(bs58.decode(wif));
  if (bytes.length !== 37 || bytes[0] !== 0x80) throw new Error('not a WIF key');
  const body = bytes.subarray(0, 33);
  const checksum = sha256(sha256(body)).subarray(0, 4);
  if (!checksum.equals(bytes.subarray(33))) throw new Error('not a WIF key: wrong checksum');
  return Buffer.from(body.subarray(1));
}

export function wifFromSecret(secret: Uint8Array): string {
  const body = Buffer.concat([Buffer.from([0x80]), secret]);
  return bs58.encode(Buffer.concat([body, sha256(sha256(body)).subarray(0, 4)]));
}

const publicKeys = new Map<string, Buffer>();

export function publicKeyBytes(secret: Uint8Array): Buffer {
  const name = Buffer.from(secret).toString('latin1');
  let key = publicKeys.get(name);
  if (!key) {
    key = Buffer.from(secp.getPublicKey(new Uint8Array(secret), true));
    if (publicKeys.size > 20_000) publicKeys.clear();
    publicKeys.set(name, key);
  }
  return key;
}

const encodedKeys = new Map<string, string>();

export function publicKeyText(bytes: Uint8Array, prefix: string): string {
  const name = prefix + Buffer.from(bytes).toString('latin1');
  let text = encodedKeys.get(name);
  if (text === undefined) {
    text = prefix + bs58.encode(Buffer.concat([bytes, ripemd160(bytes).subarray(0, 4)]));
    if (encodedKeys.size > 20_000) encodedKeys.clear();
    encodedKeys.set(name, text);
  }
  return text;
}

const decodedKeys = new Map<string, Buffer>();

/** The 33 bytes of a public key's text. Throws an Error when prefix, length or checksum is wrong. */
export function publicKeyFromText(text: string, prefix: string): Buffer {
  const known = decodedKeys.get(text);
  if (known && text.startsWith(prefix)) return known;
  if (!text.startsWith(prefix)) throw new Error(`a public key of this chain starts with ${prefix}`);
  const bytes = Buffer.from(bs58.decode(text.slice(prefix.length)));
  if (bytes.length !== 37) throw new Error('a public key has 37 bytes with its checksum');
  const key = Buffer.from(bytes.subarray(0, 33));
  if (!ripemd160(key).subarray(0, 4).equals(bytes.subarray(33)))
    throw new Error('wrong checksum in a public key');
  if (decodedKeys.size > 20_000) decodedKeys.clear();
  decodedKeys.set(text, key);
  return key;
}

/** Uncompressed (65 bytes) form of a compressed public key. */
export function uncompressed(key: Uint8Array): Buffer {
  return Buffer.from(secp.Point.fromBytes(new Uint8Array(key)).toBytes(false));
}

export function addressText(hash: Uint8Array, prefix: string): string {
  return prefix + bs58.encode(Buffer.concat([hash, ripemd160(hash).subarray(0, 4)]));
}

export function addressFromText(text: string, prefix: string): Buffer {
  const bytes = Buffer.from(bs58.decode(text.slice(prefix.length)));
  if (!text.startsWith(prefix) || bytes.length !== 24) throw new Error('not an address of this chain');
  if (!ripemd160(bytes.subarray(0, 20)).subarray(0, 4).equals(bytes.subarray(20)))
    throw new Error('wrong checksum in an address');
  return Buffer.from(bytes.subarray(0, 20));
}

/** The address of a key: by it the node orders keys in an authority (bitshares-core types.hpp). */
export function addressBytes(key: Uint8Array): Buffer {
  return ripemd160(sha512(key));
}

function ptsAddress(key: Uint8Array, version: number): Buffer {
  const body = Buffer.concat([Buffer.from([version]), ripemd160(sha256(key))]);
  return ripemd160(Buffer.concat([body, sha256(sha256(body)).subarray(0, 4)]));
}

/** The five addresses that a balance object of this key can have (balance_evaluator.cpp): native, then the PTS forms. */
export function balanceAddresses(key: Uint8Array, prefix: string): string[] {
  const long = uncompressed(key);
  return [
    addressBytes(key),
    ptsAddress(long, 56),
    ptsAddress(key, 56),
    ptsAddress(long, 0),
    ptsAddress(key, 0),
  ].map((hash) => addressText(hash, prefix));
}

const addressOrder = new Map<string, Buffer>();

/** Orders public key texts as the node's flat_map does: by address. */
export function comparePublicKeys(prefix: string): (a: string, b: string) => number {
  const order = (text: string): Buffer => {
    let value = addressOrder.get(text);
    if (!value) {
      value = addressBytes(publicKeyFromText(text, prefix));
      if (addressOrder.size > 20_000) addressOrder.clear();
      addressOrder.set(text, value);
    }
    return value;
  };
  return (a, b) => (a === b ? 0 : Buffer.compare(order(a), order(b)));
}

/** r and s without a set top bit and without a needless leading zero byte (fc elliptic_common.cpp is_canonical). */
export function isCanonical(signature: Uint8Array): boolean {
  const [r0, r1, s0, s1] = [signature[1] ?? 0, signature[2] ?? 0, signature[33] ?? 0, signature[34] ?? 0];
  return r0 < 0x80 && !(r0 === 0 && r1 < 0x80) && s0 < 0x80 && !(s0 === 0 && s1 < 0x80);
}

const recovered = new Map<string, Buffer>();

function remember(signatureHex: string, digestHex: string, key: Buffer): void {
  if (recovered.size > 50_000) recovered.clear();
  recovered.set(`${digestHex}${signatureHex}`, key);
}

/** A canonical 65-byte signature as hex. The counter in the extra entropy makes it deterministic. */
export function signDigest(digest: Buffer, secret: Uint8Array): string {
  const message = new Uint8Array(digest);
  const key = new Uint8Array(secret);
  for (let counter = 0; ; counter++) {
    const entropy = new Uint8Array(32);
    new DataView(entropy.buffer).setUint32(0, counter);
    const extra = counter === 0 ? {} : { extraEntropy: entropy };
    const bytes = Buffer.from(
      secp.sign(message, key, { prehash: false, lowS: true, format: 'recovered', ...extra }),
    );
    bytes[0] = 31 + (bytes[0] ?? 0);
    if (isCanonical(bytes)) {
      const hex = bytes.toString('hex');
      remember(hex, digest.toString('hex'), publicKeyBytes(secret));
      return hex;
    }
  }
}

/**
 * The public key that made a signature over a digest. A signature that devchain itself made is looked up;
 * every other one is recovered on the curve. Throws an Error when it is not canonical or has no key.
 */
export function recoverKey(signatureHex: string, digest: Buffer): Buffer {
  const digestHex = digest.toString('hex');
  const known = recovered.get(`${digestHex}${signatureHex}`);
  if (known) return known;
  const bytes = Buffer.from(signatureHex, 'hex');
  const header = bytes[0] ?? 0;
  if (bytes.length !== 65 || header < 27 || header >= 35)
    throw new Error('unable to reconstruct public key from signature');
  if (!isCanonical(bytes)) throw new Error('signature is not canonical');
  const plain = new Uint8Array(bytes);
  plain[0] = (header - 27) & 3;
  const key = Buffer.from(secp.recoverPublicKey(plain, new Uint8Array(digest), { prehash: false }));
  remember(signatureHex, digestHex, key);
  return key;
}

/** The x coordinate of the shared point of a secret and another's public key: 32 bytes. */
export function sharedX(secret: Uint8Array, publicKey: Uint8Array): Buffer {
  return Buffer.from(secp.getSharedSecret(new Uint8Array(secret), new Uint8Array(publicKey), true)).subarray(
    1,
  );
}
