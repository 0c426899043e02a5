/** What is known of a claim transaction that was sent, how an answer or a look changes it, and the outcome that it proves. */
import type { BlockStore } from '../chain/blocks';
import type { ChainReader } from '../chain/interfaces';
import { BitSharesError } from '../errors';
import type { BroadcastAnswer } from '../payments/broadcast';
import { settle, type Outcome, type Settlement } from '../payments/settlement';
import { isDead, type Standing } from '../payments/standing';
import { isOperation, transactionId, type SignedTransaction } from '../protocol';

export type ClaimOutcome =
  | Outcome
  /** Nothing was sent, as asked. */
  | 'dry_run'
  /** An earlier transaction claimed these balances into the account. */
  | 'already_claimed'
  /** None of the keys owns a balance of which something can be claimed now. */
  | 'nothing_to_claim';

/** A claim as it can be sent, signed here or by cli_wallet. */
export interface BuiltClaim {
  transaction: SignedTransaction;
  transactionId: string;
  /** Seconds. */
  expiration: number;
}

export interface ClaimPlace {
  blockNumber: number;
  /** Seconds. */
  blockTime: number;
  trxInBlock: number;
}

/** What is known of a claim that is to be sent. */
export interface Sent {
  standing: Standing<ClaimPlace>;
  /** What can have come of all copies so far. `refused`: there was one, and the node refused it for good, so that it was not spread. */
  copies: 'none' | 'refused' | 'maybe spread';
  /** Why it stands no better. Null with no copy: the execution was stopped before one was sent. */
  reason: BitSharesError | null;
}

export type SentClaim = BuiltClaim & { sent: Sent };

export const nothingSent: Sent = { standing: { at: 'unseen' }, copies: 'none', reason: null };

export function settleClaim({ expiration, sent }: Pick<SentClaim, 'expiration' | 'sent'>): Settlement {
  if (sent.copies === 'refused') return { outcome: 'rejected', paid: false, final: true };
  return settle(sent.standing, { lastExpiration: expiration, isFaulty: false });
}

/** What is known after a copy was answered. A refusal counts for good only when no other copy can have been spread. */
export function afterAnswer(sent: Sent, answer: BroadcastAnswer): Sent {
  if (answer.result === 'accepted') {
    return { standing: { at: 'pending' }, copies: 'maybe spread', reason: null };
  }
  const isFirst = sent.copies === 'none';
  if (answer.result === 'refused' && isFirst) return { ...sent, copies: 'refused', reason: answer.reason };
  // The earlier copy may be in a block of another node, and then it is what used up the balance.
  const saysLittle = answer.result !== 'unanswered' && !isFirst;
  const reason = saysLittle ? ofAnotherCopy(answer.reason) : answer.reason;
  return { ...sent, copies: 'maybe spread', reason };
}

function ofAnotherCopy({ code, message, data }: BitSharesError): BitSharesError {
  const text = 'A copy that was sent before may have been included all the same';
  return new BitSharesError(code, { message: `${message.replace(/\.?$/, '.')} ${text}`, data });
}

type ClaimReader = Pick<ChainReader, 'block' | 'endpoint' | 'recentTransaction' | 'state'>;

/**
 * Looks for the transactions in every block after `afterBlock`, which was irreversible before they were built.
 *
 * What is called irreversible is in the chain of the head that the node named together with its last irreversible block. When it
 * rejects, what was known stays as it was.
 */
export async function look(
  reader: ClaimReader,
  claims: readonly SentClaim[],
  afterBlock: number,
  prefix: string,
  blocks: BlockStore,
): Promise<void> {
  const state = await reader.state();
  const open = claims.filter((claim) => !settleClaim(claim).final);
  const places = new Map<SentClaim, Standing<ClaimPlace>>();
  let through = 0;
  for (const { number, timestamp, transactions } of await blocks.upToHead(reader, afterBlock + 1, state)) {
    const isIrreversible = number <= state.lastIrreversibleBlock;
    if (isIrreversible) through = timestamp;
    for (const [trxInBlock, transaction] of transactions.entries()) {
      const claim = open.find((candidate) => isSame(candidate, transaction, prefix));
      if (claim === undefined) continue;
      const place = { blockNumber: number, blockTime: timestamp, trxInBlock };
      places.set(claim, { at: isIrreversible ? 'irreversible' : 'in block', place });
    }
  }
  const absent: Standing<ClaimPlace> = { at: 'absent', through };
  for (const claim of open) {
    const isPending = async () => (await reader.recentTransaction(claim.transactionId)) !== null;
    let standing = places.get(claim) ?? absent;
    if (standing.at === 'absent' && !isDead(standing, claim.expiration) && (await isPending())) {
      standing = { at: 'pending' };
    }
    claim.sent = { ...claim.sent, standing, reason: standing.at === 'absent' ? claim.sent.reason : null };
  }
}

/** The id is computed only where the first claim is the same: most transactions of a block are none of ours. */
function isSame(claim: BuiltClaim, transaction: SignedTransaction, prefix: string): boolean {
  const [ours] = claim.transaction.operations;
  const [theirs] = transaction.operations;
  if (ours === undefined || theirs === undefined) return false;
  if (!isOperation(ours, 'balance_claim') || !isOperation(theirs, 'balance_claim')) return false;
  if (ours[1].balance_to_claim !== theirs[1].balance_to_claim) return false;
  try {
    return transactionId(transaction, prefix) === claim.transactionId;
  } catch {
    return false;
  }
}
