/** One withdrawal while it is being worked on, and the item that tells how far it came. */
import type { BitSharesError } from '../../errors';
import type { SignedTransaction } from '../../protocol';
import { checkRequestedAt, type Attempt } from './attempt';
import { requestedAtOf, type Payment, type ProposalInFlight } from '../proof/evidence';
import type { Intent } from '../transaction/intent';
import type { LimitSettings } from '../transaction/limits';
import type { Parties, WithdrawalRequest } from '../transaction/request';
import { nextStep, settle, type Settlement } from '../../payments/settlement';
import { isReached, type WaitFor } from '../../payments/waitFor';
import { amountsOf, transferItem, type TransferItem } from './transferItem';
import type { ChainView } from '../proof/view';
import { latestExpiration } from '../transaction/window';

/** A request with what the operator set for it. */
export interface WithdrawalOrder extends LimitSettings {
  request: WithdrawalRequest;
  /** Name or `1.2.x` of the account that must be the paying one; null where any account may be. */
  payingAccount: string | null;
  waitFor: WaitFor;
  /** In seconds. */
  maximumWait: number;
  /** How old a requestedAt may be, in seconds. */
  maximumAge: number;
}

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

/** The id of a request, however it is described. */
export function withdrawalIdOf(request: WithdrawalRequest): string {
  return request.kind === 'plain' ? request.withdrawalId : request.intent.withdrawalId;
}

function isTimely(...question: Parameters<typeof checkRequestedAt>): boolean {
  try {
    checkRequestedAt(...question);
    return true;
  } catch {
    return false;
  }
}

/** Our clock and our node may be behind by this, in seconds, when another process is in the next window already. */
const mostSlow = 60;

const faultAdvice =
  'Nothing is sent for the request as it stands. Something may have been sent under its id before: ask Transfer: Get Status with the expiration of this item until it says expired.';

export class Withdrawal {
  intent: Intent | null = null;
  parties: Parties | null = null;
  attempt: Attempt | null = null;
  signed: SignedTransaction | null = null;
  /** The node holds the attempt's transaction, or accepted it. */
  pending = false;
  /** This run may have sent something, so a payment that appears is its own. */
  sent = false;
  alreadyPaid = false;
  payment: Payment | null = null;
  /** A proposal that may still pay it. */
  proposal: ProposalInFlight | null = null;
  fault: BitSharesError | null = null;
  /** With a fault: when the last attempt expires that may have been made, with another content, before this run saw it. */
  private lastExpiration: number | null = null;
  private absentThrough: number | null = null;
  conflict: BitSharesError | null = null;
  reason: BitSharesError | null = null;
  /** Nothing more to do in this run. */
  stopped = false;

  constructor(
    readonly order: WithdrawalOrder,
    /** A proposal is made, and waited for, instead of a payment. */
    private readonly proposing = false,
  ) {}

  get withdrawalId(): string {
    return withdrawalIdOf(this.order.request);
  }

  /** Name or `1.2.x` of who is paid, as the request has it. */
  get receiver(): string {
    const { request } = this.order;
    return request.kind === 'plain' ? request.to : request.intent.to;
  }

  get requestedAt(): number {
    const { request } = this.order;
    return request.kind === 'plain' ? request.requestedAt : requestedAtOf(request.intent);
  }

  /** As far as the caller wanted to wait. */
  get isDone(): boolean {
    if (this.stopped || this.conflict !== null || this.settlement().outcome === 'rejected') return true;
    return isReached(this.order.waitFor, {
      isBroadcast: this.pending,
      isInBlock: this.payment !== null || this.proposed !== null,
      isIrreversible: this.payment?.final === true || this.proposed?.final === true,
    });
  }

  private get proposed(): { final: boolean } | null {
    return this.proposing && this.payment === null ? this.proposal : null;
  }

  /** The open proposal, flat. */
  get openProposal(): WithdrawalResult['proposal'] {
    if (this.proposal === null || this.payment !== null) return null;
    const { proposal, proposalId } = this.proposal;
    return { proposalId, blockNumber: proposal.blockNumber, expirationTime: proposal.expirationTime };
  }

  /** Its intent is known, or that it can never have one. */
  get isFormed(): boolean {
    return this.intent !== null || this.fault !== null;
  }

  /** Nothing is sent for the request as it stands. `now` is in seconds, of a clock that may be slow. */
  refuse(fault: BitSharesError, now: number): void {
    this.fault = fault;
    this.lastExpiration = latestExpiration(now + mostSlow);
  }

  stop(reason: BitSharesError): void {
    this.reason = reason;
    this.stopped = true;
  }

  /**
   * With a fault, when no block shows a payment: final only when every earlier attempt is dead. Waits for that only where the
   * caller's time is enough for it.
   *
   * @param timeLeft In milliseconds
   */
  awaitDeath({ state, finalTime }: ChainView, timeLeft: number): void {
    // Where the scan begins later than the request may have, it proves nothing.
    const isProved =
      this.proposal === null && isTimely(this.requestedAt, state.headTime, this.order.maximumAge);
    this.absentThrough = isProved ? finalTime : null;
    const missing = (this.lastExpiration ?? Infinity) - (this.absentThrough ?? -Infinity);
    if (this.order.waitFor !== 'irreversible' || missing * 1000 >= timeLeft) this.stopped = true;
  }

  /** A new window: what was known of the old transaction does not hold for the new one. */
  replaceAttempt(attempt: Attempt): void {
    if (attempt.transactionId === this.attempt?.transactionId) return;
    this.attempt = attempt;
    this.signed = null;
    this.pending = false;
  }

  settlement(): Settlement {
    return settle({
      fault: this.fault,
      payment: this.payment,
      // A proposal on its way is no payment on its way.
      pending: this.pending && !this.proposing,
      // Send goes on with the next window, so no single transaction's death is the end of a withdrawal without a fault.
      expiration: this.lastExpiration,
      absentThrough: this.absentThrough,
    });
  }

  /** @param repeat What the operator does to go on, in one sentence. */
  item(repeat: string): TransferItem {
    const settlement = this.settlement();
    const { attempt, payment, intent, parties } = this;
    const paid = payment === null ? null : amountsOf(payment.operation);
    return transferItem({
      withdrawalId: this.withdrawalId,
      requestedAt: this.requestedAt,
      settlement,
      alreadyPaid: this.alreadyPaid,
      nextStep: nextStep(settlement, {
        reason: this.conflict ?? this.fault ?? this.reason,
        expiration: attempt?.expiration ?? this.lastExpiration,
        repeat: this.fault === null ? repeat : faultAdvice,
      }),
      parties: {
        from: parties?.sender ?? null,
        to: parties?.receiver ?? null,
        asset: parties?.asset ?? null,
        feeAsset: parties?.feeAsset ?? null,
      },
      amount: paid?.amount ?? intent?.amount ?? null,
      fee: paid?.fee ?? attempt?.fee ?? null,
      place: payment,
      transactionId: attempt?.transactionId ?? null,
      expiration: payment === null ? (attempt?.expiration ?? this.lastExpiration) : payment.expiration,
      window: attempt?.window ?? null,
    });
  }
}
