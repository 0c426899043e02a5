/** Memos to one exchange from many senders, the same in every run. */
import { createHash } from 'node:crypto';
import { encryptMemo, mainnet, PrivateKey, type Memo } from '../../src/protocol';

export const exchangeKey = PrivateKey.fromSeed('bench exchange');

export const sizes = [16, 256, 2048] as const;

export function senderKey(index: number): PrivateKey {
  return PrivateKey.fromSeed(`bench sender ${index}`);
}

/** A text of `length` bytes that differs from memo to memo. */
export function memoText(length: number, index: number): string {
  return `customer ${index} `.padEnd(length, 'abcdefghij').slice(0, length);
}

/** A nonce as wallets choose them: 64 bits that do not repeat. */
export function nonceOf(index: number): bigint {
  return createHash('sha256').update(`bench nonce ${index}`).digest().readBigUInt64BE();
}

/** `count` memos, sent by `senders` keys in turn. */
export function memosTo(
  receiver: PrivateKey,
  parts: { count: number; senders: number; length: number },
): Memo[] {
  const keys = Array.from({ length: parts.senders }, (_, index) => senderKey(index));
  return Array.from({ length: parts.count }, (_, index) =>
    encryptMemo({
      from: keys[index % parts.senders] as PrivateKey,
      to: receiver.publicKey,
      nonce: nonceOf(index),
      text: memoText(parts.length, index),
      prefix: mainnet.prefix,
    }),
  );
}
