/** Memos, encrypted and read (protocol/memo.cpp). */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import {
  publicKeyBytes,
  publicKeyFromText,
  publicKeyText,
  secretFromWif,
  sha256,
  sha512,
  sharedX,
} from './keys';
import type { Memo } from './operations';
import { bytesOf, textOf } from './text';

const secrets = new Map<string, string>();

function sharedSecret(secret: Buffer, key: Buffer): string {
  const name = `${secret.toString('hex')}:${key.toString('hex')}`;
  let value = secrets.get(name);
  if (value === undefined) {
    value = sha512(sharedX(secret, key)).toString('hex');
    if (secrets.size > 20_000) secrets.clear();
    secrets.set(name, value);
  }
  return value;
}

function cipherKey(secret: Buffer, key: Buffer, nonce: bigint): Buffer {
  return sha512(Buffer.from(`${nonce}${sharedSecret(secret, key)}`, 'ascii'));
}

export interface MemoParts {
  /** WIF of the writer. */
  from: string;
  /** Public key text of the reader. */
  to: string;
  text: string | Uint8Array;
  nonce: bigint;
  prefix: string;
}

/** An encrypted memo as the C++ core makes it (protocol/memo.cpp): 4 bytes of SHA-256, then the text, in AES-256-CBC. */
export function encryptMemo({ from, to, text, nonce, prefix }: MemoParts): Memo {
  const secret = secretFromWif(from);
  const other = publicKeyFromText(to, prefix);
  const plain = typeof text === 'string' ? bytesOf(text) : Buffer.from(text);
  const seed = cipherKey(secret, other, nonce);
  const cipher = createCipheriv('aes-256-cbc', seed.subarray(0, 32), seed.subarray(32, 48));
  const message = Buffer.concat([
    cipher.update(Buffer.concat([sha256(plain).subarray(0, 4), plain])),
    cipher.final(),
  ]);
  return {
    from: publicKeyText(publicKeyBytes(secret), prefix),
    to,
    nonce: nonce <= 0xffffffffn ? Number(nonce) : nonce.toString(),
    message: message.toString('hex'),
  };
}

/** The text of a memo (any bytes, see wire/text.ts) for one of its two keys; throws an Error when it does not decrypt. */
export function decryptMemo(memo: Memo, wif: string, prefix: string): string {
  const secret = secretFromWif(wif);
  const own = publicKeyText(publicKeyBytes(secret), prefix);
  const other = publicKeyFromText(own === memo.to ? memo.from : memo.to, prefix);
  const seed = cipherKey(secret, other, BigInt(memo.nonce));
  const cipher = createDecipheriv('aes-256-cbc', seed.subarray(0, 32), seed.subarray(32, 48));
  const plain = Buffer.concat([cipher.update(Buffer.from(memo.message, 'hex')), cipher.final()]);
  const text = plain.subarray(4);
  if (!sha256(text).subarray(0, 4).equals(plain.subarray(0, 4)))
    throw new Error('the memo does not decrypt with this key');
  return textOf(text);
}
