/** The least that decoding a memo can cost. */
import { createDecipheriv, hash } from 'node:crypto';
import type { Memo } from '../../src/protocol';
import type { Contestant } from '../measure';
import { inTurn } from '../peers/primitives';

/** What remains when the shared secret is known: a hash, the cipher and the checksum, called directly. */
export function cipherLimit(memos: readonly Memo[]): Contestant {
  const secret = hash('sha512', 'a shared secret', 'hex');
  const inputs = memos.map(({ nonce, message }) => ({
    nonce: String(nonce),
    message: Buffer.from(message, 'hex'),
  }));
  return {
    name: 'hashes and AES of node:crypto',
    role: 'limit',
    run: inTurn(inputs, ({ nonce, message }) => {
      const seed = hash('sha512', `${nonce}${secret}`, 'buffer');
      const cipher = createDecipheriv('aes-256-cbc', seed.subarray(0, 32), seed.subarray(32, 48));
      const plaintext = cipher.setAutoPadding(false).update(message);
      return hash('sha256', plaintext.subarray(4), 'buffer');
    }),
  };
}
