/** Sends a transaction once and reads the node's answer. */
import { isDuplicate } from '../chain/duplicateTransaction';
import type { Broadcaster } from '../chain/interfaces';
import { asBitSharesError, BitSharesError } from '../errors';
import type { SignedTransaction } from '../protocol';

/** What is known of a transaction after it was sent once. It says nothing about a copy that was sent earlier. */
export type BroadcastAnswer =
  /** The node has the transaction, from now or from before. */
  | { result: 'accepted' }
  /** The node refused it, and will again: sending it again in this run is useless. */
  | { result: 'refused'; reason: BitSharesError }
  /** The node refused it, but another moment or another node may not. */
  | { result: 'refused for now'; reason: BitSharesError }
  /** It may be on its way: a timeout or a lost connection is no answer. */
  | { result: 'unanswered'; reason: BitSharesError };

/** Refusals of a moment: the window ended, or the node is on another fork. */
const refusalsOfTheMoment = [/now <= trx\.expiration/, /ref_block_prefix ==/];

/** Sends a transaction. Never rejects. Sending the same bytes any number of times can move money only once. */
export async function broadcast(
  broadcaster: Broadcaster,
  transaction: SignedTransaction,
): Promise<BroadcastAnswer> {
  try {
    await broadcaster.broadcast(transaction);
    return { result: 'accepted' };
  } catch (thrown) {
    const error = asBitSharesError(thrown);
    if (isDuplicate(error)) return { result: 'accepted' };
    // An error without a code is made by a proxy in front of the node, when the answer of the node did not come.
    const isAnswer = error.code === 'NODE_ERROR' && Number(error.data.nodeCode) !== 0;
    if (!isAnswer) return { result: 'unanswered', reason: error };
    const text = String(error.data.nodeMessage ?? error.message);
    const passes = refusalsOfTheMoment.some((pattern) => pattern.test(text));
    return { result: passes ? 'refused for now' : 'refused', reason: refusal(text, error) };
  }
}

/** Why it is not known to be accepted; null when it is. */
export function reasonOf(answer: BroadcastAnswer): BitSharesError | null {
  return answer.result === 'accepted' ? null : answer.reason;
}

function refusal(text: string, error: BitSharesError): BitSharesError {
  return new BitSharesError('NODE_ERROR', {
    message: `the node refused the transaction: ${text}`,
    fix: adviceFor(text),
    data: error.data,
  });
}

function adviceFor(text: string): string {
  if (/insufficient_balance/.test(text)) return 'Send funds to the account, then run this again.';
  if (/Missing Active Authority/i.test(text)) {
    return 'The active key was changed, or node and credential are on different chains. Correct the credential, then run this again.';
  }
  if (/insufficient fee/i.test(text)) return 'Leave Fee empty, or fix a higher fee in a new request.';
  if (/now <= trx\.expiration/.test(text)) return 'The window ended before it was sent. Run this again.';
  if (/ref_block_prefix/.test(text))
    return 'The node is on another fork or chain. Wait, or use another node.';
  if (/not whitelisted|transfer_restricted/.test(text))
    return 'The asset does not allow this payment. Ask its issuer.';
  return 'Read what the node says, correct it, then run this again.';
}
