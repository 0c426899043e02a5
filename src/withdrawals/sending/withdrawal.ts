/** One withdrawal while it is being worked on, and the item that tells how far it came. */
import { nextStep, settle } from '../../payments/settlement';
import { placeOf, type Waiting } from '../../payments/standing';
import type { Clock } from '../../chain/interfaces';
import type { BitSharesError } from '../../errors';
import type { SignedTransaction } from '../../protocol';
import type { WithdrawalStanding } from '../proof/standing';
import type { WithdrawalIdentity } from './order';
import { decide, lastExpirationOf, type Decision, type Mode, type Phase } from './phases';
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
  /** What this run signed last for it. */
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
  /** In milliseconds. */
  private readonly deadline: number;

  constructor(
    readonly asked: WithdrawalIdentity & Waiting,
    private readonly mode: Mode,
    public phase: Phase,
    private readonly clock: Clock,
  ) {
    this.deadline = clock.now() + asked.maximumWait * 1000;
  }

  /** In milliseconds. */
  get timeLeft(): number {
    return this.deadline - this.clock.now();
  }

  /** What to do now. It is over when that is nothing. */
  decide(): Decision {
    if (this.state !== 'open') return 'done';
    const { mode, timeLeft } = this;
    const { waitFor } = this.asked;
    const decision = decide(this.phase, this.standing, { mode, waitFor, timeLeft });
    if (decision === 'done') this.state = 'over';
    return decision;
  }

  /** From when on it has to be looked for, in seconds. `headTime` is the chain's, in seconds. */
  searchedSince(headTime: number): number {
    const { phase } = this;
    const { requestedAt } = this.asked;
    if (phase.at === 'handed in' || phase.at === 'looked for') {
      // Back to the window of the transaction, whatever requestedAt says.
      return Math.min(requestedAt, lastExpirationOf(phase) ?? Infinity);
    }
    // A time that is going to be refused must not cause a scan of years.
    const earliest = headTime - phase.order.maximumAge;
    return requestedAt < earliest ? earliest : requestedAt;
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

  /** @param names Those of what was handed in or looked for; a request brings its own */
  item(names?: NamedParties): TransferItem {
    const { phase, mode, standing, alreadyPaid } = this;
    // What a proposer sent is a proposal, which is no payment on its way.
    const ofPayment = standing.at === 'pending' && mode === 'propose' ? { at: 'unseen' as const } : standing;
    const lastExpiration = lastExpirationOf(phase);
    const settlement = settle(ofPayment, { lastExpiration, isFaulty: phase.at === 'faulty' });
    const expiration = 'attempt' in phase ? phase.attempt.expiration : lastExpiration;
    const next = nextStep(settlement, {
      reason: phase.at === 'faulty' && this.state !== 'conflict' ? phase.fault : this.reason,
      expiration,
      repeat: phase.at === 'faulty' ? faultAdvice : repeatAdvice[mode],
    });
    const payment = placeOf(standing);
    return transferItem(this.asked, { ...settlement, alreadyPaid, nextStep: next }, payment, {
      ...(names === undefined ? {} : { parties: names }),
      ...factsOf(phase),
      ...(payment === null
        ? { expiration }
        : { ...amountsOf(payment.operation), expiration: payment.expiration }),
    });
  }
}

/** What an item tells of a phase. */
function factsOf(phase: Phase): TransferFacts {
  switch (phase.at) {
    case 'asked':
    case 'faulty':
    case 'looked for':
      return {};
    case 'handed in':
      return { ...phase.attempt, ...amountsOf(phase.transfer) };
    case 'formed':
    case 'built':
    case 'signed': {
      const { sender, receiver, asset, feeAsset } = phase.parties;
      const { amount } = phase.intent;
      const attempt = phase.at === 'formed' ? {} : phase.attempt;
      return { ...attempt, amount, parties: { from: sender, to: receiver, asset, feeAsset } };
    }
  }
}
