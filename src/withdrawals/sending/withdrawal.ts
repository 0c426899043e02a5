/** One withdrawal while it is being worked on, and the item that tells how far it came. */
import { nextStep, settle, type Settlement } from '../../payments/settlement';
import { placeOf } from '../../payments/standing';
import type { BitSharesError } from '../../errors';
import type { SignedTransaction } from '../../protocol';
import type { WithdrawalStanding } from '../proof/standing';
import { isTimely } from './checks';
import { requestTimeOf, withdrawalIdOf, type SettleOrder, type Waiting, type WithdrawalOrder } from './order';
import {
  decide,
  lastExpirationOf,
  type Decision,
  type HandedIn,
  type LookedFor,
  type Mode,
  type Phase,
} from './phases';
import {
  amountsOf,
  transferItem,
  type NamedParties,
  type TransferFacts,
  type TransferItem,
} from './transferItem';

export interface WithdrawalResult {
  item: TransferItem;
  /** Refused as something else: worth an error of the item instead of an outcome, when nothing was signed. */
  conflict: BitSharesError | null;
  /** Only from Prepare. */
  transaction: SignedTransaction | null;
  /** The run signed something, for this order or another: an error instead of the items would hide it. */
  signedInRun: boolean;
  /** A proposal in a block that may still pay this withdrawal. */
  proposal: { proposalId: string | null; blockNumber: number; expirationTime: number } | null;
}

/** What the operator does to go on, in one sentence. */
const repeatAdvice: Record<Mode, string> = {
  send: 'Run Send again with the same Withdrawal ID and Requested At; that is always safe.',
  prepare: 'Hand the transaction to Transfer: Broadcast, or run Prepare again; both are safe.',
  propose: 'Run Proposal: Create again with the same Withdrawal ID and Requested At; that is always safe.',
  broadcast: 'Run Broadcast again with the same transaction; that is always safe.',
  look: 'Ask again later, or run Send with the same Withdrawal ID and Requested At; both are safe.',
};

const faultAdvice =
  'Nothing is sent for the request as it stands. Something may have been sent under its id before: ask Transfer: Get Status with the expiration of this item until it says expired.';

export const noNames: NamedParties = { from: null, to: null, asset: null, feeAsset: null };

export class Withdrawal {
  /** What the last look that could tell proved, or what a node said to a broadcast since. */
  standing: WithdrawalStanding = { at: 'unseen' };
  /** Why it is not further; null where nothing is wrong. */
  reason: BitSharesError | null = null;
  /** `over`: nothing more to do in this run. `conflict`: refused as something else, for the reason. */
  state: 'open' | 'over' | 'conflict' = 'open';
  /** This run may have sent something, so a payment that appears is its own. */
  sent = false;
  private alreadyPaid = false;

  private constructor(
    readonly withdrawalId: string,
    /** In seconds. */
    readonly requestedAt: number,
    readonly waiting: Waiting,
    private readonly mode: Mode,
    public phase: Phase,
  ) {}

  static ofOrder(order: WithdrawalOrder, mode: Mode): Withdrawal {
    const { request } = order;
    const phase: Phase = { at: 'asked', order };
    return new Withdrawal(withdrawalIdOf(request), requestTimeOf(request), order, mode, phase);
  }

  static sentBefore(order: SettleOrder, mode: 'broadcast' | 'look', phase: HandedIn | LookedFor): Withdrawal {
    return new Withdrawal(order.withdrawalId, order.requestedAt, order, mode, phase);
  }

  /** Ends when there is nothing more to do. `timeLeft` is in milliseconds. */
  decide(timeLeft: number): Decision {
    const { waitFor } = this.waiting;
    const decision = decide(this.phase, this.standing, { mode: this.mode, waitFor, timeLeft });
    if (decision === 'done' && this.state === 'open') this.state = 'over';
    return decision;
  }

  /** From when on it has to be looked for, in seconds. `headTime` is the chain's, in seconds. */
  searchedSince(headTime: number): number {
    const { phase, requestedAt } = this;
    if (phase.at === 'handed in' || phase.at === 'looked for') {
      // Back to the window of the transaction, whatever requestedAt says.
      return Math.min(requestedAt, lastExpirationOf(phase) ?? Infinity);
    }
    // A time that is going to be refused must not cause a scan of years.
    const earliest = headTime - phase.order.maximumAge;
    return requestedAt < earliest ? earliest : requestedAt;
  }

  /** Whether that reaches back to whatever may have been sent: where the scan begins later than that, it proves nothing. */
  isSearchedWhole(headTime: number): boolean {
    const { phase, requestedAt } = this;
    if (phase.at === 'handed in' || phase.at === 'looked for') return true;
    return isTimely(requestedAt, headTime, phase.order.maximumAge);
  }

  /** What a look proved. */
  see(standing: WithdrawalStanding): void {
    this.standing = standing;
    if (placeOf(standing) !== null && !this.sent) this.alreadyPaid = true;
  }

  /** Nothing more is done for it in this run. */
  stop(reason: BitSharesError): void {
    this.reason = reason;
    this.state = 'over';
  }

  /** It is something else than what was paid, or asked for, under its id: nothing that was seen is its own. */
  contradict(reason: BitSharesError): void {
    this.reason = reason;
    this.state = 'conflict';
    this.standing = { at: 'unseen' };
  }

  /** The open proposal, flat. */
  get openProposal(): WithdrawalResult['proposal'] {
    if (this.standing.at !== 'proposed') return null;
    const { proposal, proposalId } = this.standing.proposal;
    return { proposalId, blockNumber: proposal.blockNumber, expirationTime: proposal.expirationTime };
  }

  private settlement(): Settlement {
    const { standing, mode, phase } = this;
    // What a proposer sent is a proposal, which is no payment on its way.
    const ofPayment = standing.at === 'pending' && mode === 'propose' ? { at: 'unseen' as const } : standing;
    return settle(ofPayment, { lastExpiration: lastExpirationOf(phase), isFaulty: phase.at === 'faulty' });
  }

  item(): TransferItem {
    const { phase, mode, reason } = this;
    const settlement = this.settlement();
    const payment = placeOf(this.standing);
    const facts = { ...factsOf(phase), ...(payment === null ? {} : amountsOf(payment.operation)) };
    const isFaulty = phase.at === 'faulty';
    return transferItem({
      withdrawalId: this.withdrawalId,
      requestedAt: this.requestedAt,
      settlement,
      alreadyPaid: this.alreadyPaid,
      nextStep: nextStep(settlement, {
        reason: isFaulty && this.state !== 'conflict' ? phase.fault : reason,
        expiration: facts.expiration,
        repeat: isFaulty ? faultAdvice : repeatAdvice[mode],
      }),
      place: payment,
      ...facts,
      expiration: payment === null ? facts.expiration : payment.expiration,
    });
  }
}

type PhaseFacts = Pick<
  TransferFacts,
  'parties' | 'amount' | 'fee' | 'transactionId' | 'expiration' | 'window'
>;

const noFacts: PhaseFacts = {
  parties: noNames,
  amount: null,
  fee: null,
  transactionId: null,
  expiration: null,
  window: null,
};

/** What an item tells of a phase. */
function factsOf(phase: Phase): PhaseFacts {
  switch (phase.at) {
    case 'asked':
      return noFacts;
    case 'faulty':
      return { ...noFacts, expiration: phase.lastExpiration };
    case 'looked for':
      return { ...noFacts, parties: phase.names, expiration: phase.expiration };
    case 'handed in':
      return { ...noFacts, ...phase.attempt, parties: phase.names, ...amountsOf(phase.transfer) };
    case 'formed':
    case 'built':
    case 'signed': {
      const { sender, receiver, asset, feeAsset } = phase.parties;
      const formed = {
        ...noFacts,
        parties: { from: sender, to: receiver, asset, feeAsset },
        amount: phase.intent.amount,
      };
      if (phase.at === 'formed') return formed;
      const { fee, transactionId, expiration, window } = phase.attempt;
      return { ...formed, fee, transactionId, expiration, window };
    }
  }
}
