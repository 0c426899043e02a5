/** The memo nonce that marks a withdrawal on the chain. */
import { createHash } from 'node:crypto';

const domain = 'n8n-nodes-bitshares withdrawal 1';

/**
 * The memo nonce of a withdrawal: the first 8 bytes (big endian) of a SHA-256 over a domain tag, the sender's id and the
 * withdrawalId. Every attempt carries it, so it makes this withdrawal differ from an equal one and finds it in blocks.
 *
 * The parts are separated by a byte that neither an id nor the tag can hold, so no two withdrawals write the same text.
 */
export function withdrawalNonce(senderId: string, withdrawalId: string): bigint {
  const digest = createHash('sha256').update(`${domain}\0${senderId}\0${withdrawalId}`, 'utf8').digest();
  return digest.readBigUInt64BE(0);
}
