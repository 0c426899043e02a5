/** Sends a transaction once and reads the node's answer. */
import { isDuplicate } from '../chain/duplicateTransaction';
import type { Broadcaster } from '../chain/interfaces';
import { BitSharesError, isBitSharesError } from '../errors';
import type { SignedTransaction } from '../protocol';

export interface BroadcastOutcome {
  /** The node has the transaction, from now or from before. */
  accepted: boolean;
  /** Why it is not known to be accepted; null when it is. */
  reason: BitSharesError | null;
  /** Sending again in this run is useless. It says nothing about a copy that was sent earlier. */
  refusedForGood: boolean;
}

/** Refusals that another moment or another node may not repeat: our window ended, or the node is on another fork. */
const refusalsOfTheMoment = [/now <= trx\.expiration/, /ref_block_prefix ==/];

/**
 * Broadcasts. Never rejects: a timeout or a lost connection is an unknown outcome, not a failure.
 * Sending the same bytes any number of times can pay only once.
 */
export async function broadcastOutcome(
  broadcaster: Broadcaster,
  transaction: SignedTransaction,
): Promise<BroadcastOutcome> {
  try {
    await broadcaster.broadcast(transaction);
    return { accepted: true, reason: null, refusedForGood: false };
  } catch (error) {
    if (!isBitSharesError(error)) {
      const reason = new BitSharesError('INTERNAL', { message: 'Broadcasting went wrong', cause: error });
      return { accepted: false, reason, refusedForGood: false };
    }
    if (error.code !== 'NODE_ERROR') return { accepted: false, reason: error, refusedForGood: false };
    if (isDuplicate(error)) return { accepted: true, reason: null, refusedForGood: false };
    const text = String(error.data.nodeMessage ?? error.message);
    const refusedForGood = !refusalsOfTheMoment.some((pattern) => pattern.test(text));
    return { accepted: false, reason: refusal(text, error), refusedForGood };
  }
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
