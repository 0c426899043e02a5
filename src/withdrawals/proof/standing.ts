/** Where a withdrawal stands in the chain: from everything that was read to the one thing that it proves. */
import type { Standing } from '../../payments/standing';
import {
  findPayment,
  proposalInFlight,
  type Evidence,
  type Payment,
  type ProposalInFlight,
} from './evidence';

export type WithdrawalStanding =
  | Standing<Payment>
  /** A proposal that may still pay it. Its execution shows in no block, so blocks alone prove no absence. */
  | { at: 'proposed'; proposal: ProposalInFlight };

/**
 * What the evidence proves of a withdrawal of its sender. Whether a node holds a transaction is no part of the evidence, so
 * nothing is `pending` here; absence holds for what may have been sent since the scan begins.
 *
 * @throws INVALID_ANSWER, or why the history was refused, where this node cannot tell whether it is paid
 */
export async function standingOf(evidence: Evidence, withdrawalId: string): Promise<WithdrawalStanding> {
  const { finalTime } = evidence.view;
  const { senderId } = evidence.scanned;
  const payment = await findPayment(evidence, senderId, withdrawalId);
  if (payment !== null) return { at: payment.final ? 'irreversible' : 'in block', place: payment };
  const proposal = proposalInFlight(evidence, senderId, withdrawalId);
  if (proposal !== null) return { at: 'proposed', proposal };
  return finalTime === null ? { at: 'unseen' } : { at: 'absent', through: finalTime };
}
