/**
 * Drives withdrawals from request to outcome: look, decide, act, look again. Nothing here is remembered for correctness:
 * a run that dies anywhere is continued by any other run of the same request.
 */
import type { Account } from '../../chain/interfaces';
import { BitSharesError, isBitSharesError, passingForPayments, rethrow, unanswered } from '../../errors';
import { labels } from '../../labels';
import { usedByProposal, usedByTransfer, windowDisagreement } from '../proof/agreedParameters';
import { buildAttempt, checkAttempt, checkRequestedAt, signAttempt, usableWindow } from './attempt';
import { broadcast, reasonOf } from '../../payments/broadcast';
import { checkNeedsSeveral, checkOneKeySuffices, Funds } from './checks';
import {
  agreedLookupOf,
  keyringOf,
  lookAgain,
  lookupOf,
  pauseAfter,
  type WithdrawalContext,
} from './context';
import {
  checkSameContent,
  findPayment,
  gatherEvidence,
  isProposed,
  paidBeforeFault,
  proposalInFlight,
  proposalReason,
  readHistory,
  refuseBesidePending,
  type Evidence,
  type Payment,
} from '../proof/evidence';
import { contentFingerprint } from '../transaction/intent';
import { maximumFeeOf } from '../transaction/limits';
import type { HistoryReading } from '../proof/senderHistory';
import { formIntent, isFaultOfRequest, otherPayer, type Lookup } from '../transaction/request';
import { leaveUnfit, type ChainView } from '../proof/view';
import { inGroups } from './inGroups';
import { Withdrawal, type WithdrawalOrder, type WithdrawalResult } from './withdrawal';
import type { ScannedBlocks } from '../proof/scan';

/** Before anything was signed, a node that cannot be used is reported after this time, in milliseconds. */
const patience = 30_000;

export interface RunOptions {
  /** `prepare` signs and sends nothing; `propose` makes a proposal that lets `payingAccount` pay. */
  mode: 'send' | 'prepare' | 'propose';
  /** One item that is refused as a conflict keeps the whole batch from being sent. */
  refuseBatchOnConflict: boolean;
}

/**
 * Pays, or prepares, a batch of withdrawals: all are checked before the first is sent, all are sent, then all are awaited.
 * The results are in the order of the orders. Rejects only while nothing was signed, and only with a fault of ours.
 */
export async function runWithdrawals(
  orders: WithdrawalOrder[],
  context: WithdrawalContext,
  options: RunOptions,
): Promise<WithdrawalResult[]> {
  return new Run(orders, context, options).run();
}

const repeatAdvice: Record<RunOptions['mode'], string> = {
  send: 'Run Send again with the same Withdrawal ID and Requested At; that is always safe.',
  prepare: 'Hand the transaction to Transfer: Broadcast, or run Prepare again; both are safe.',
  propose: 'Run Proposal: Create again with the same Withdrawal ID and Requested At; that is always safe.',
};

class Run {
  private readonly withdrawals: Withdrawal[];
  /** Which withdrawal answers for each order: the same id with the same content is one payment. */
  private readonly answering: Withdrawal[];
  private readonly begin: number;
  private signedAnything = false;
  /** One stretch a run: the caches may let it go meanwhile, and everything would be read again. */
  private scanned: ScannedBlocks | null = null;
  /** Read once a run, and again while a proposal may be open. */
  private history: HistoryReading | null = null;
  /** The look of the present round. */
  private view: ChainView | null = null;
  private lastView: ChainView | null = null;
  /** Where the scan starts, and the earliest requestedAt that it is for. */
  private start: { block: number; requestedAt: number } | null = null;
  private sender: Account | null = null;
  private duplicatesResolved = false;
  /** What a node did not show of one withdrawal in the present round, though it goes on with the others. */
  private unfit: BitSharesError | null = null;
  /** `1.2.x` of who signs and who pays, as both nodes named them. */
  private accountIds: { signerId: string; payerId: string } | null = null;

  constructor(
    orders: WithdrawalOrder[],
    private readonly context: WithdrawalContext,
    private readonly options: RunOptions,
  ) {
    this.withdrawals = orders.map((order) => new Withdrawal(order, options.mode === 'propose'));
    this.answering = [...this.withdrawals];
    this.begin = context.clock.now();
  }

  async run(): Promise<WithdrawalResult[]> {
    const { clock, signal } = this.context;
    while (signal?.aborted !== true) {
      let pause = 1000;
      this.view = null;
      this.unfit = null;
      try {
        pause = await this.round();
        if (this.view !== null) leaveUnfit(this.view, this.unfit);
      } catch (error) {
        this.afterFailedRound(error);
      }
      const left = Math.max(0, ...this.open().map((withdrawal) => this.timeLeft(withdrawal)));
      if (left === 0) break;
      await clock.sleep(Math.min(pause, left), signal);
    }
    return this.answering.map((withdrawal) => this.resultOf(withdrawal));
  }

  private get payingAccount(): string {
    return this.context.payingAccount ?? this.context.keys.account;
  }

  private open(): Withdrawal[] {
    return [...new Set(this.answering)].filter((withdrawal) => !this.isDone(withdrawal));
  }

  private isDone(withdrawal: Withdrawal): boolean {
    return withdrawal.isDone || (this.options.mode === 'prepare' && withdrawal.signed !== null);
  }

  private timeLeft({ order }: Withdrawal): number {
    return Math.max(0, this.begin + order.maximumWait * 1000 - this.context.clock.now());
  }

  private resultOf(withdrawal: Withdrawal): WithdrawalResult {
    // Thrown, an error would hide what became of the rest of the batch.
    const isItem = withdrawal.signed !== null || (this.options.refuseBatchOnConflict && this.signedAnything);
    return {
      item: withdrawal.item(repeatAdvice[this.options.mode]),
      conflict: isItem ? null : withdrawal.conflict,
      transaction: withdrawal.signed,
      signedInRun: this.signedAnything,
      proposal: withdrawal.openProposal,
    };
  }

  /** An error that ended the round concerns every open withdrawal. What is known of them stays as it was. */
  private afterFailedRound(error: unknown): void {
    if (!isBitSharesError(error) && !this.signedAnything) rethrow(error);
    const reason = isBitSharesError(error)
      ? error
      : new BitSharesError('INTERNAL', { message: 'Something impossible happened', cause: error });
    const isLeft = this.view !== null && leaveUnfit(this.view, error);
    const outOfPatience = !this.signedAnything && this.context.clock.now() - this.begin >= patience;
    for (const withdrawal of this.open()) {
      withdrawal.reason = reason;
      if (outOfPatience || !(isLeft || passingForPayments.has(reason.code))) withdrawal.stopped = true;
    }
  }

  /** One look and what follows from it. Returns how long to wait before the next, in milliseconds. */
  private async round(): Promise<number> {
    const { keys } = this.context;
    const view = await lookAgain(this.context, this.lastView);
    this.view = view;
    this.lastView = view;
    const pause = pauseAfter(view);
    const open = this.open();
    // What is in a block only waits: nothing can be built before the next look, which may show that the block was replaced.
    if (this.sender !== null && open.every(({ payment }) => payment !== null)) {
      await this.lookAt(open, this.sender, view);
      return pause;
    }
    const lookup = lookupOf(view);
    const agreed = agreedLookupOf(view, lookup);
    await agreed.expectReceivers(open.flatMap((one) => (one.isFormed ? [] : one.receiver)));
    await inGroups(open, (withdrawal) => this.form(withdrawal, agreed, view));
    if (!this.resolveDuplicates()) return pause;
    const formed = this.open().filter(({ isFormed }) => isFormed);
    if (formed.length === 0) return pause;
    const signer = await lookup.account(keys.account);
    const sender = await lookup.account(this.payingAccount);
    if (signer === null || sender === null) return pause;
    this.checkAccountIds(signer, sender, view);
    this.sender = sender;
    const { evidence, seen } = await this.lookAt(formed, sender, view);
    const unpaid = formed.filter(
      (withdrawal) => seen.has(withdrawal) && !this.isDone(withdrawal) && withdrawal.payment === null,
    );
    const ready: Withdrawal[] = [];
    await inGroups(unpaid, async (withdrawal) => {
      if (withdrawal.parties !== null) withdrawal.parties = { ...withdrawal.parties, sender };
      if (await this.build(withdrawal, evidence, signer)) ready.push(withdrawal);
    });
    await this.sign(
      unpaid.filter((withdrawal) => ready.includes(withdrawal)),
      signer,
      view,
    );
    if (this.options.mode !== 'prepare') {
      const signed = ready.filter(({ signed: transaction, pending }) => transaction !== null && !pending);
      await inGroups(signed, (withdrawal) => this.broadcast(withdrawal, view));
    }
    return pause;
  }

  private async lookAt(
    formed: Withdrawal[],
    sender: Account,
    view: ChainView,
  ): Promise<{ evidence: Evidence; seen: ReadonlySet<Withdrawal> }> {
    const evidence = await this.evidenceFor(formed, sender, view);
    const seen = new Set<Withdrawal>();
    await inGroups(formed, async (withdrawal) => {
      if (await this.look(withdrawal, evidence)) seen.add(withdrawal);
    });
    return { evidence, seen };
  }

  private async form(withdrawal: Withdrawal, lookup: Lookup, { state }: ChainView): Promise<void> {
    if (withdrawal.isFormed) return;
    const { chain, keys, clock } = this.context;
    try {
      this.accountIds ??= await this.accountIdsBy(lookup);
      const payer = {
        account: this.payingAccount,
        memoKey: keys.memoKeys[0]?.publicKey,
        memoKeyOfAccount: this.options.mode !== 'propose',
      };
      if (await this.isOfOtherPayer(withdrawal, lookup)) return;
      const { intent, parties } = await formIntent(withdrawal.order.request, payer, chain, lookup);
      withdrawal.intent = intent;
      withdrawal.parties = parties;
    } catch (error) {
      if (isBitSharesError(error, 'NODES_DISAGREE')) {
        // Mostly about a receiver or an asset: the other withdrawals go on.
        withdrawal.reason = error;
        return;
      }
      if (!isBitSharesError(error) || passingForPayments.has(error.code)) rethrow(error);
      const now = Math.max(state.headTime, Math.floor(clock.now() / 1000));
      if (isFaultOfRequest(error)) withdrawal.refuse(error, now);
      else withdrawal.stop(error);
    }
  }

  /** Whether the order names another paying account than the one of the keys. Then nothing of the batch is sent. */
  private async isOfOtherPayer(withdrawal: Withdrawal, lookup: Lookup): Promise<boolean> {
    const sender = await lookup.account(this.payingAccount);
    const fault = sender === null ? null : otherPayer(withdrawal.order.payingAccount, sender);
    if (fault === null) return false;
    withdrawal.conflict = fault;
    withdrawal.stop(fault);
    if (this.options.refuseBatchOnConflict && !this.signedAnything) this.refuseBatch(fault);
    return true;
  }

  private async accountIdsBy(lookup: Lookup): Promise<{ signerId: string; payerId: string } | null> {
    const signer = await lookup.account(this.context.keys.account);
    const payer = await lookup.account(this.payingAccount);
    return signer === null || payer === null ? null : { signerId: signer.id, payerId: payer.id };
  }

  /** The accounts are read anew in each round, from the trusted node alone, because their authorities may change. */
  private checkAccountIds(signer: Account, payer: Account, { session }: ChainView): void {
    if (this.accountIds === null) return;
    const { signerId, payerId } = this.accountIds;
    if (signer.id === signerId && payer.id === payerId) return;
    throw new BitSharesError('INVALID_ANSWER', {
      message: `${session.endpoint} says that ${payer.name} is ${payer.id} and ${signer.name} ${signer.id}, where it was ${payerId} and ${signerId} before`,
      fix: 'The id of an account never changes: take this node out of the node credential.',
    });
  }

  /**
   * The same withdrawalId twice: equal content is one payment, different content keeps the batch from being sent. False while
   * it is not known whether they are equal.
   */
  private resolveDuplicates(): boolean {
    if (this.duplicatesResolved) return true;
    const byId = new Map<string, Withdrawal[]>();
    for (const withdrawal of this.withdrawals) {
      byId.set(withdrawal.withdrawalId, [...(byId.get(withdrawal.withdrawalId) ?? []), withdrawal]);
    }
    const unformed = [...byId.values()]
      .filter((same) => same.length > 1)
      .flat()
      .find(({ isFormed, stopped }) => !isFormed && !stopped);
    if (unformed !== undefined) {
      for (const withdrawal of this.open()) withdrawal.reason ??= unformed.reason;
      return false;
    }
    this.duplicatesResolved = true;
    for (const [withdrawalId, same] of byId) {
      // The earliest has the longest scan: whatever the others would find, it finds.
      const [first] = [...same].sort((a, b) => a.requestedAt - b.requestedAt);
      if (first === undefined || same.length === 1) continue;
      const contents = new Set(
        // Without an intent only what is wrong with it tells: the fault of one must not be the answer to the other.
        same.map(({ intent, fault, reason }) =>
          intent === null ? (fault ?? reason)?.message : contentFingerprint(intent),
        ),
      );
      if (contents.size > 1) {
        const conflict = new BitSharesError('WITHDRAWAL_CONFLICT', {
          field: labels.withdrawalId,
          message: `${same.length} items of this batch have the id ${withdrawalId} and differ in what they pay`,
          fix: 'Nothing of the batch was sent. Give every withdrawal its own id, and the same content on every retry.',
        });
        for (const withdrawal of same) withdrawal.conflict = conflict;
        this.refuseBatch(conflict);
        return true;
      }
      this.answering.forEach((withdrawal, i) => {
        if (withdrawal.withdrawalId === withdrawalId) this.answering[i] = first;
      });
    }
    return true;
  }

  private refuseBatch(conflict: BitSharesError): void {
    for (const withdrawal of this.open()) withdrawal.stop(conflict);
  }

  private async evidenceFor(withdrawals: Withdrawal[], sender: Account, view: ChainView): Promise<Evidence> {
    const { chain, caches } = this.context;
    if (this.scanned?.isContradicted === true) {
      this.scanned = null;
      this.start = null;
    }
    const from = await this.scanStart(withdrawals, sender, view);
    this.scanned ??= caches.scanOf(chain.chainId, sender.id, chain.prefix, from);
    const evidence = await gatherEvidence(view, from, this.scanned, this.history);
    // History is one more guard, read once a run; a proposal's end is decided by it, so there it has to be fresh.
    const proposed = withdrawals.some(({ withdrawalId }) => isProposed(evidence, sender.id, withdrawalId));
    if (this.history?.refusal === null && !proposed) return evidence;
    this.history = await readHistory(view, caches.historyOf(chain.chainId, sender.id), sender);
    return { ...evidence, history: this.history };
  }

  /** One search serves all: the scan of the earliest holds that of the others. */
  private async scanStart(withdrawals: Withdrawal[], sender: Account, view: ChainView): Promise<number> {
    const { chain, caches } = this.context;
    const times = withdrawals.map(({ requestedAt, order }) => {
      const earliest = view.state.headTime - order.maximumAge;
      // A time that is going to be refused must not cause a scan of years.
      return requestedAt < earliest ? earliest : requestedAt;
    });
    const requestedAt = Math.min(...times);
    if (this.start === null || requestedAt < this.start.requestedAt) {
      const block = await caches.scanStart(view, chain.chainId, sender.id, requestedAt);
      this.start = { block, requestedAt };
    }
    return this.start.block;
  }

  /** False when this node cannot tell whether it is paid. */
  private async look(withdrawal: Withdrawal, evidence: Evidence): Promise<boolean> {
    const { intent, parties, fault, withdrawalId } = withdrawal;
    const { view, scanned } = evidence;
    withdrawal.reason = view.delayedFault ?? view.standing;
    let payment: Payment | null;
    try {
      payment = await findPayment(evidence, scanned.senderId, withdrawalId);
    } catch (error) {
      // What the node does not show of one withdrawal keeps no other back: those that blocks show need no history.
      const isRefusedHistory = error === evidence.history?.refusal;
      if (!isBitSharesError(error) || (error.code !== 'INVALID_ANSWER' && !isRefusedHistory)) rethrow(error);
      withdrawal.reason = error;
      this.unfit = error;
      return false;
    }
    withdrawal.payment = null;
    withdrawal.proposal = proposalInFlight(evidence, scanned.senderId, withdrawalId);
    if (payment === null) {
      if (fault !== null) withdrawal.awaitDeath(view, this.timeLeft(withdrawal));
      return true;
    }
    try {
      if (fault !== null) throw paidBeforeFault(payment, fault);
      if (intent === null || parties === null) return false;
      checkSameContent(intent, payment, keyringOf(this.context), parties.asset.precision);
    } catch (error) {
      if (!isBitSharesError(error)) rethrow(error);
      withdrawal.conflict = error;
      if (this.options.refuseBatchOnConflict && !this.signedAnything) this.refuseBatch(error);
      return true;
    }
    withdrawal.payment = payment;
    if (!withdrawal.sent) withdrawal.alreadyPaid = true;
    return true;
  }

  /** Builds for the present window and checks. True when the transaction may be signed. */
  private async build(withdrawal: Withdrawal, evidence: Evidence, signer: Account): Promise<boolean> {
    const { intent, parties, order } = withdrawal;
    if (intent === null || parties === null) return false;
    const { view } = evidence;
    try {
      if (this.options.mode === 'propose') checkNeedsSeveral(parties.sender);
      else checkOneKeySuffices(parties.sender);
      checkRequestedAt(withdrawal.requestedAt, view.state.headTime, order.maximumAge);
      if (withdrawal.proposal !== null) throw proposalReason(withdrawal.proposal);
      const window = usableWindow(evidence);
      if ('reason' in window) {
        withdrawal.reason = window.reason;
        withdrawal.pending = false;
        return false;
      }
      if (withdrawal.attempt?.window.start !== window.start || withdrawal.attempt.window.end !== window.end) {
        const { chain, keys, nodes } = this.context;
        const used = this.options.mode === 'propose' ? usedByProposal : usedByTransfer;
        const disagreement = windowDisagreement(view, window, used);
        if (disagreement !== null) {
          withdrawal.reason = disagreement;
          withdrawal.pending = false;
          return false;
        }
        const verdict = await buildAttempt(intent, window, evidence, {
          chain,
          keys,
          hasDelayedNode: nodes.delayed !== null,
          proposerId: this.options.mode === 'propose' ? signer.id : null,
        });
        if (verdict.verdict !== 'built') {
          withdrawal.pending = false;
          withdrawal.reason = verdict.reason;
          withdrawal.stopped ||= verdict.verdict === 'refused';
          return false;
        }
        withdrawal.replaceAttempt(verdict.attempt);
      }
      return await this.check(withdrawal, evidence, signer);
    } catch (error) {
      if (!isBitSharesError(error)) rethrow(error);
      withdrawal.reason = error;
      // A session that was lost ends the round for all.
      if (unanswered.has(error.code)) rethrow(error);
      withdrawal.stopped ||= !passingForPayments.has(error.code);
      return false;
    }
  }

  private async check(withdrawal: Withdrawal, evidence: Evidence, signer: Account): Promise<boolean> {
    const { intent, parties, order, attempt } = withdrawal;
    if (intent === null || parties === null || attempt === null) return false;
    const { session } = evidence.view;
    withdrawal.pending = (await session.recentTransaction(attempt.transactionId)) !== null;
    // What is on its way needs no checks: they would only look at a balance that it lowered itself.
    if (withdrawal.pending && this.options.mode !== 'prepare') return false;
    if (this.options.mode === 'propose') await refuseBesidePending(evidence.view, intent);
    const { chain, keys, clock } = this.context;
    const maximumFee = maximumFeeOf(order.maximumFee, parties.coreAsset, intent);
    checkAttempt(attempt, intent.amount, parties, evidence, {
      chain,
      keys,
      signer,
      limits: order,
      maximumFee,
      now: clock.now(),
    });
    return true;
  }

  /** Sums over the batch in its order, then signs what the funds cover. */
  private async sign(ready: Withdrawal[], signer: Account, view: ChainView): Promise<void> {
    const unsigned = ready.filter(({ signed, stopped }) => signed === null && !stopped);
    if (unsigned.length === 0) return;
    const assetIds = new Set(
      unsigned.flatMap(({ parties, attempt }) =>
        parties === null || attempt === null ? [] : [parties.asset.id, attempt.cost.fee.assetId],
      ),
    );
    const balances = await view.session.balances(signer.id, [...assetIds]);
    const funds = new Funds(new Map(balances.map(({ assetId, amount }) => [assetId, amount])));
    for (const withdrawal of unsigned) {
      const { attempt, parties, intent, pending } = withdrawal;
      if (attempt === null || parties === null || intent === null) continue;
      try {
        if (!pending) {
          const { asset, feeAsset } = parties;
          funds.reserve({ asset, feeAsset, ...attempt.cost });
        }
        withdrawal.signed = await signAttempt(attempt, signer, this.context.keys, this.context.chain);
        this.signedAnything = true;
      } catch (error) {
        if (!isBitSharesError(error)) rethrow(error);
        withdrawal.stop(error);
      }
    }
  }

  private async broadcast(withdrawal: Withdrawal, { session }: ChainView): Promise<void> {
    if (withdrawal.signed === null || this.context.signal?.aborted === true) return;
    withdrawal.sent = true;
    const answer = await broadcast(session, withdrawal.signed);
    withdrawal.pending = answer.result === 'accepted';
    withdrawal.reason = reasonOf(answer);
    withdrawal.stopped ||= answer.result === 'refused';
  }
}
