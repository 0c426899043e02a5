/** What a round does for a withdrawal after it looked: build for the present window, check, sign, send. */
import { checkFit, paying } from '../../chain/health';
import type { Account } from '../../chain/interfaces';
import { BitSharesError, isBitSharesError, passingForPayments, rethrow, unanswered } from '../../errors';
import { broadcast, reasonOf } from '../../payments/broadcast';
import { signatureCount, signFor } from '../../payments/signing';
import { encodeTransaction } from '../../protocol';
import { refuseBesidePending, type Evidence } from '../proof/evidence';
import { factsOf } from '../proof/view';
import { checkMaximumFee, maximumFeeOf } from '../transaction/limits';
import { buildAttempt, type Attempt } from './attempt';
import { checkNeedsSeveral, checkOneKeySuffices, checkPayment, Funds } from './checks';
import type { WithdrawalContext } from './context';
import { isToDo, type Decision, type Mode, type PhaseAt } from './phases';
import type { Withdrawal } from './withdrawal';

/** What a round looked at and acts with. */
export interface Round {
  context: WithdrawalContext;
  mode: Mode;
  evidence: Evidence;
  /** Who signs and who pays, as the node has them now. */
  signer: Account;
  payer: Account;
}

/** Brings it to the transaction that may be sent now, as `decision` says. True when that may be signed and sent. */
export async function makeReady(withdrawal: Withdrawal, decision: Decision, round: Round): Promise<boolean> {
  const { phase } = withdrawal;
  try {
    if (decision === 'repeat' && (phase.at === 'signed' || phase.at === 'handed in')) {
      return await isMissing(withdrawal, phase.attempt, round);
    }
    if (decision === 'act' && (phase.at === 'formed' || phase.at === 'built' || phase.at === 'signed')) {
      return await buildAndCheck(withdrawal, phase, round);
    }
    throw new BitSharesError('INTERNAL', { message: `Nothing can be sent for what is ${phase.at}` });
  } catch (error) {
    // A session that was lost ends the round for all.
    if (!isBitSharesError(error) || unanswered.has(error.code)) rethrow(error);
    // What was handed in is sent or only looked for, so trying again does no harm, whatever a node answered.
    if (phase.at === 'handed in' || passingForPayments.has(error.code)) withdrawal.reason = error;
    else withdrawal.stop(error);
    return false;
  }
}

async function buildAndCheck(
  withdrawal: Withdrawal,
  phase: PhaseAt<'formed' | 'built' | 'signed'>,
  round: Round,
): Promise<boolean> {
  const { context, evidence, signer, payer } = round;
  const isProposal = round.mode === 'propose';
  if (isProposal) checkNeedsSeveral(payer);
  else checkOneKeySuffices(payer);
  const { intent, order } = phase;
  const present = phase.at === 'formed' ? null : phase.attempt;
  const attempt = await buildAttempt(intent, present, evidence, context, isProposal ? signer.id : null);
  if (attempt instanceof BitSharesError) {
    withdrawal.reason = attempt;
    return false;
  }
  const parties = { ...phase.parties, sender: payer };
  // In another window nothing holds of the one before: neither its signature nor what a node said about it.
  withdrawal.phase =
    phase.at === 'signed' && attempt === phase.attempt
      ? { ...phase, parties }
      : { at: 'built', order, intent, parties, attempt };
  // What is on its way needs no checks: they would only look at a balance that it lowered itself.
  if (!(await isMissing(withdrawal, attempt, round))) return false;
  if (isProposal) await refuseBesidePending(evidence.view, intent);
  checkAttempt({ order, intent, parties, attempt }, round);
  return true;
}

/** Whether something is left to be done for a transaction after the node said whether it holds it. */
async function isMissing(
  withdrawal: Withdrawal,
  { transactionId }: Pick<Attempt, 'transactionId'>,
  { evidence }: Round,
): Promise<boolean> {
  const held = await evidence.view.session.recentTransaction(transactionId);
  if (held !== null) withdrawal.see({ at: 'pending' });
  return isToDo(withdrawal.decide());
}

/**
 * All checks that need no sum over a batch. Nothing is signed before they pass.
 *
 * @throws NODE_OUT_OF_SYNC, KEY_WITHOUT_AUTHORITY, SEVERAL_SIGNATURES_NEEDED; as `checkPayment`
 */
function checkAttempt(
  { order, intent, parties, attempt }: Omit<PhaseAt<'built'>, 'at'>,
  { context: { chain, keys, clock }, evidence: { view }, signer }: Round,
): void {
  checkFit(factsOf(view), paying, clock.now());
  const { cost, fee, requiredFee, transaction } = attempt;
  const signatures = signatureCount(signer, keys, chain.prefix);
  const bytes = encodeTransaction(transaction, chain.prefix).length + 1 + 65 * signatures;
  const maximumFee = maximumFeeOf(order.maximumFee, parties.coreAsset, intent);
  checkPayment({ amount: intent.amount, fee, requiredFee, bytes }, parties, order, maximumFee, view.state);
  // What the signing account pays itself: for a proposal another fee, always in the core asset.
  if (cost.fee !== fee) checkMaximumFee(cost.fee, parties.coreAsset, parties.coreAsset, maximumFee);
}

/** Sums over the batch in its order, then signs what the funds cover. */
export async function sign(
  ready: Withdrawal[],
  { context: { chain, keys }, evidence, signer }: Round,
): Promise<void> {
  const unsigned = ready.flatMap((withdrawal) =>
    withdrawal.phase.at === 'built' ? [{ withdrawal, phase: withdrawal.phase }] : [],
  );
  if (unsigned.length === 0) return;
  const assetIds = unsigned.flatMap(({ phase: { parties, attempt } }) => [
    parties.asset.id,
    attempt.cost.fee.assetId,
  ]);
  const funds = new Funds(await evidence.view.session.balances(signer.id, [...new Set(assetIds)]));
  for (const { withdrawal, phase } of unsigned) {
    const { asset, feeAsset } = phase.parties;
    const { cost, transaction } = phase.attempt;
    try {
      if (withdrawal.standing.at !== 'pending') funds.reserve({ asset, feeAsset, ...cost });
      const signed = await signFor(transaction, signer, keys, chain);
      withdrawal.phase = { ...phase, at: 'signed', transaction: signed };
    } catch (error) {
      if (!isBitSharesError(error)) rethrow(error);
      withdrawal.stop(error);
    }
  }
}

/** Sends what is signed, unless the execution was stopped. Sending the same bytes again can move money only once. */
export async function send(withdrawal: Withdrawal, { context, evidence }: Round): Promise<void> {
  const { phase } = withdrawal;
  if ((phase.at !== 'signed' && phase.at !== 'handed in') || context.signal?.aborted === true) return;
  const isFirst = !withdrawal.sent;
  withdrawal.sent = true;
  const answer = await broadcast(evidence.view.session, phase.transaction);
  // Where it was accepted, what the look said of the nodes still holds.
  withdrawal.reason = reasonOf(answer) ?? withdrawal.reason;
  if (answer.result === 'accepted') withdrawal.see({ at: 'pending' });
  // What was sent before may be on its way, whatever this node says of another copy.
  else if (answer.result === 'refused' && isFirst) withdrawal.stop(answer.reason);
}
