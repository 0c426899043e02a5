/**
 * Drives withdrawals from request to outcome: look, decide, act, look again. Nothing here is remembered for correctness:
 * a run that dies anywhere is continued by any other run of the same request.
 */
import type { Account } from '../../chain/interfaces';
import { unknownAccount } from '../../chain/references';
import {
  asBitSharesError,
  BitSharesError,
  isBitSharesError,
  passingForPayments,
  rethrow,
} from '../../errors';
import { labels } from '../../labels';
import { follow } from '../../payments/follow';
import { placeOf } from '../../payments/standing';
import { otherPayerProposed, proposalReason, type Evidence } from '../proof/evidence';
import { standingOf, type WithdrawalStanding } from '../proof/standing';
import { leaveUnfit, type ChainView } from '../proof/view';
import { contentFingerprint } from '../transaction/intent';
import { formIntent, isFaultOfRequest, isOtherPayer, type Lookup } from '../transaction/request';
import { latestExpiration } from '../transaction/window';
import { makeReady, send, sign, type Round } from './acting';
import { checkRequestedAt } from './checks';
import { checkContent } from './content';
import {
  agreedLookupOf,
  keyringOf,
  lookAgain,
  lookupOf,
  pauseAfter,
  type WithdrawalContext,
} from './context';
import { inGroups } from './inGroups';
import { identityOf, type WithdrawalOrder } from './order';
import { isToDo, type Decision, type Mode } from './phases';
import { RunEvidence } from './runEvidence';
import { Withdrawal, type WithdrawalResult } from './withdrawal';

/** Before anything was signed, a node that cannot be used is reported after this time, in milliseconds. */
const patience = 30_000;

/** Our clock and our node may be behind by this, in seconds, when another process is in the next window already. */
const mostSlow = 60;

interface FollowOptions {
  mode: Mode;
  /** One item that is refused as a conflict keeps the whole batch from being sent. */
  refuseBatchOnConflict: boolean;
}

export interface RunOptions extends FollowOptions {
  /** `prepare` signs and sends nothing; `propose` makes a proposal that lets `payingAccount` pay. */
  mode: 'send' | 'prepare' | 'propose';
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
  const withdrawals = orders.map((order) => {
    const asked = { ...order, ...identityOf(order.request) };
    return new Withdrawal(asked, options.mode, { at: 'asked', order }, context.clock);
  });
  return followWithdrawals(withdrawals, context, options);
}

/** As `runWithdrawals`, from whatever phase they are in. */
export async function followWithdrawals(
  withdrawals: Withdrawal[],
  context: WithdrawalContext,
  options: FollowOptions,
): Promise<WithdrawalResult[]> {
  const run = new Run(withdrawals, context, options);
  await follow(run, context);
  return run.results();
}

/** The trusted node's words of one look, each name asked once. */
type Lookups = ReturnType<typeof lookupOf>;

class Run {
  /** Which withdrawal answers for each order: the same id with the same content is one payment. */
  private readonly answering: Withdrawal[];
  private readonly begin: number;
  private readonly evidence: RunEvidence;
  /** The look of the present round. */
  private view: ChainView | null = null;
  private lastView: ChainView | null = null;
  private payer: Account | null = null;
  private duplicatesResolved = false;
  /** What a node did not show of one withdrawal in the present round, though it goes on with the others. */
  private unfit: BitSharesError | null = null;
  /** The ids of who pays and who signs, as both nodes named them. */
  private accountsSaid: string | null = null;

  constructor(
    private readonly withdrawals: Withdrawal[],
    private readonly context: WithdrawalContext,
    private readonly options: FollowOptions,
  ) {
    this.answering = [...withdrawals];
    this.begin = context.clock.now();
    this.evidence = new RunEvidence(context.caches, context.chain);
  }

  private get payingAccount(): string {
    return this.context.payingAccount ?? this.context.keys.account;
  }

  /** Nothing is signed, so looking once more does no harm, whatever a look failed with. */
  private get makesNothing(): boolean {
    return this.options.mode === 'broadcast' || this.options.mode === 'look';
  }

  private open(): Withdrawal[] {
    return [...new Set(this.answering)].filter(({ state }) => state === 'open');
  }

  timeLeft(): number {
    return Math.max(0, ...this.open().map(({ timeLeft }) => timeLeft));
  }

  private get signedAnything(): boolean {
    return this.withdrawals.some(({ phase, sent }) => phase.at === 'signed' || sent);
  }

  results(): WithdrawalResult[] {
    return this.answering.map((withdrawal) => {
      const { phase, reason, sent, state } = withdrawal;
      const isSigned = phase.at === 'signed';
      // Thrown, an error would hide what became of the rest of the batch.
      const isItem = isSigned || sent || (this.options.refuseBatchOnConflict && this.signedAnything);
      return {
        item: withdrawal.item(),
        conflict: state === 'conflict' && !isItem ? reason : null,
        transaction: isSigned ? phase.transaction : null,
        signedInRun: this.signedAnything,
        proposal: withdrawal.openProposal,
      };
    });
  }

  /** An error that ended the round concerns every open withdrawal. What is known of them stays as it was. */
  failed(error: unknown): void {
    if (!isBitSharesError(error) && !this.signedAnything) rethrow(error);
    const reason = asBitSharesError(error);
    const isLeft = this.view !== null && leaveUnfit(this.view, error);
    const mayPass = this.makesNothing || isLeft || passingForPayments.has(reason.code);
    const isOver = this.context.clock.now() - this.begin >= patience;
    const outOfPatience = isOver && !this.makesNothing && !this.signedAnything;
    for (const withdrawal of this.open()) {
      if (outOfPatience || !mayPass) withdrawal.stop(reason);
      else withdrawal.reason = reason;
    }
  }

  async round(): Promise<number> {
    this.view = null;
    this.unfit = null;
    const view = await lookAgain(this.context, this.lastView);
    this.view = view;
    this.lastView = view;
    await this.lookAndAct(view);
    leaveUnfit(view, this.unfit);
    return pauseAfter(view);
  }

  private async lookAndAct(view: ChainView): Promise<void> {
    const open = this.open();
    const lookup = lookupOf(view);
    // What is in a block only waits: nothing can be built before the next look, which may show that the block was replaced.
    if (this.payer !== null && open.every(({ standing }) => placeOf(standing) !== null)) {
      await this.look(open, this.payer, lookup, view);
      return;
    }
    await this.formAll(open, lookup, view);
    if (!this.resolveDuplicates()) return;
    const formed = this.open().filter(({ phase }) => phase.at !== 'asked');
    if (formed.length === 0) return;
    const accounts = await this.accountsNow(lookup, view);
    if (accounts instanceof BitSharesError) {
      for (const withdrawal of formed) withdrawal.contradict(accounts);
      return;
    }
    this.payer = accounts.payer;
    const { evidence, acting } = await this.look(formed, accounts.payer, lookup, view);
    const { context } = this;
    const { mode } = this.options;
    const round = { context, mode, evidence, ...accounts };
    const passed = new Set<Withdrawal>();
    await inGroups(acting, async ({ withdrawal, decision }) => {
      if (await makeReady(withdrawal, decision, round)) passed.add(withdrawal);
    });
    const ready = acting.map(({ withdrawal }) => withdrawal).filter((withdrawal) => passed.has(withdrawal));
    await sign(ready, round);
    if (mode !== 'prepare' && mode !== 'look') {
      await inGroups(ready, (withdrawal) => send(withdrawal, round));
    }
    for (const { withdrawal } of acting) withdrawal.decide();
  }

  private async formAll(open: Withdrawal[], lookup: Lookups, view: ChainView): Promise<void> {
    const asked = open.flatMap((withdrawal) =>
      withdrawal.phase.at === 'asked' ? [{ withdrawal, order: withdrawal.phase.order }] : [],
    );
    if (asked.length === 0) return;
    const agreed = agreedLookupOf(view, lookup);
    await agreed.expectReceivers(asked.map(({ order }) => identityOf(order.request).receiver));
    await inGroups(asked, ({ withdrawal, order }) => this.form(withdrawal, order, agreed, view));
  }

  private async form(
    withdrawal: Withdrawal,
    order: WithdrawalOrder,
    lookup: Lookup,
    { state }: ChainView,
  ): Promise<void> {
    const { chain, keys, clock } = this.context;
    try {
      const signer = await lookup.account(keys.account);
      const payer = await lookup.account(this.payingAccount);
      if (signer !== null && payer !== null) this.accountsSaid ??= this.said(signer, payer);
      const paying = {
        account: this.payingAccount,
        mustBe: order.payingAccount,
        memoKey: keys.memoKeys[0]?.publicKey,
        memoKeyOfAccount: this.options.mode !== 'propose',
      };
      withdrawal.phase = { at: 'formed', order, ...(await formIntent(order.request, paying, chain, lookup)) };
    } catch (error) {
      if (!isBitSharesError(error)) rethrow(error);
      // Mostly about a receiver or an asset: the other withdrawals go on.
      if (error.code === 'NODES_DISAGREE') withdrawal.reason = error;
      else if (passingForPayments.has(error.code)) rethrow(error);
      else if (isOtherPayer(error)) this.contradict(withdrawal, error);
      else if (isFaultOfRequest(error)) {
        const now = Math.max(state.headTime, Math.floor(clock.now() / 1000));
        const lastExpiration = latestExpiration(now + mostSlow);
        withdrawal.phase = { at: 'faulty', order, fault: error, lastExpiration };
      } else withdrawal.stop(error);
    }
  }

  /**
   * Who signs and who pays, or that there is no such account. Read anew in each round, from the trusted node, because their
   * authorities may change; where only an id is asked for, the delayed node has to say the same.
   *
   * @throws INVALID_ANSWER where it names other ids than before; NODES_DISAGREE
   */
  private async accountsNow(
    lookup: Lookups,
    view: ChainView,
  ): Promise<Pick<Round, 'signer' | 'payer'> | BitSharesError> {
    // Without a delayed node nothing is called final, and the bytes that were handed in are safe to send.
    const compared = this.makesNothing && view.delayedFault === null;
    const asked = compared ? agreedLookupOf(view, lookup) : lookup;
    const payer = await asked.account(this.payingAccount);
    const signer = this.makesNothing ? payer : await asked.account(this.context.keys.account);
    const says = this.said(signer, payer);
    if (this.accountsSaid !== null && this.accountsSaid !== says) {
      throw new BitSharesError('INVALID_ANSWER', {
        message: `${view.session.endpoint} names other accounts than before: ${says} instead of ${this.accountsSaid}`,
        fix: 'The id of an account never changes: take this node out of the node credential.',
      });
    }
    if (signer === null || payer === null) {
      return unknownAccount(payer === null ? this.payingAccount : this.context.keys.account, labels.account);
    }
    this.accountsSaid = says;
    return { signer, payer };
  }

  private said(signer: Account | null, payer: Account | null): string {
    const { account } = this.context.keys;
    const named = [
      `${this.payingAccount} (${payer?.id ?? 'unknown'})`,
      `${account} (${signer?.id ?? 'unknown'})`,
    ];
    return [...new Set(named)].join(', ');
  }

  /**
   * The same withdrawalId twice: equal content is one payment, different content keeps the batch from being sent. False while
   * it is not known whether they are equal.
   */
  private resolveDuplicates(): boolean {
    if (this.duplicatesResolved) return true;
    const byId = new Map<string, Withdrawal[]>();
    for (const withdrawal of this.withdrawals) {
      const { withdrawalId } = withdrawal.asked;
      byId.set(withdrawalId, [...(byId.get(withdrawalId) ?? []), withdrawal]);
    }
    const several = [...byId].filter(([, same]) => same.length > 1);
    const unformed = several
      .flatMap(([, same]) => same)
      .find(({ phase, state }) => phase.at === 'asked' && state === 'open');
    if (unformed !== undefined) {
      for (const withdrawal of this.open()) withdrawal.reason ??= unformed.reason;
      return false;
    }
    this.duplicatesResolved = true;
    for (const [withdrawalId, same] of several) {
      if (new Set(same.map(contentOf)).size > 1) {
        const conflict = new BitSharesError('WITHDRAWAL_CONFLICT', {
          field: labels.withdrawalId,
          message: `${same.length} items of this batch have the id ${withdrawalId} and differ in what they pay`,
          fix: 'Nothing of the batch was sent. Give every withdrawal its own id, and the same content on every retry.',
        });
        for (const withdrawal of same) withdrawal.contradict(conflict);
        this.stopOpen(conflict);
        return true;
      }
      // The earliest has the longest scan: whatever the others would find, it finds.
      const [first] = [...same].sort((a, b) => a.asked.requestedAt - b.asked.requestedAt);
      this.answering.forEach((withdrawal, i) => {
        if (withdrawal.asked.withdrawalId === withdrawalId) this.answering[i] = first ?? withdrawal;
      });
    }
    return true;
  }

  /** Refused as something else: where the whole batch is refused with it, nothing of it is sent. */
  private contradict(withdrawal: Withdrawal, conflict: BitSharesError): void {
    withdrawal.contradict(conflict);
    if (this.options.refuseBatchOnConflict && !this.signedAnything) this.stopOpen(conflict);
  }

  private stopOpen(reason: BitSharesError): void {
    for (const withdrawal of this.open()) withdrawal.stop(reason);
  }

  /** Looks at all of them, and decides. `acting` are those that are to be brought on, in the order of the batch. */
  private async look(
    withdrawals: Withdrawal[],
    payer: Account,
    lookup: Lookups,
    view: ChainView,
  ): Promise<{ evidence: Evidence; acting: { withdrawal: Withdrawal; decision: Decision }[] }> {
    const { headTime } = view.state;
    const since = Math.min(...withdrawals.map((withdrawal) => withdrawal.searchedSince(headTime)));
    const ids = withdrawals.map(({ asked }) => asked.withdrawalId);
    const evidence = await this.evidence.gather(view, payer, since, ids);
    const seen = new Set<Withdrawal>();
    await inGroups(withdrawals, async (withdrawal) => {
      if (await this.lookAt(withdrawal, evidence, lookup)) seen.add(withdrawal);
    });
    const acting = withdrawals
      .filter((withdrawal) => seen.has(withdrawal))
      .map((withdrawal) => ({ withdrawal, decision: withdrawal.decide() }))
      .filter(({ decision }) => isToDo(decision));
    return { evidence, acting };
  }

  /** False when this node cannot tell whether it is paid: then nothing is done for it in this round. */
  private async lookAt(withdrawal: Withdrawal, evidence: Evidence, lookup: Lookups): Promise<boolean> {
    const { view } = evidence;
    // Another one of the batch was refused meanwhile, and this one with it.
    if (withdrawal.state !== 'open') return false;
    withdrawal.reason = view.delayedFault ?? view.stopped;
    let standing: WithdrawalStanding;
    try {
      standing = await standingOf(evidence, withdrawal.asked.withdrawalId);
    } catch (error) {
      // What the node does not show of one withdrawal keeps no other back: those that blocks show need no history.
      const isRefusedHistory = error === evidence.history?.refusal;
      if (!isBitSharesError(error) || (error.code !== 'INVALID_ANSWER' && !isRefusedHistory)) rethrow(error);
      withdrawal.reason = error;
      this.unfit = error;
      return false;
    }
    try {
      const { senderId } = evidence.scanned;
      await checkContent(withdrawal, placeOf(standing), senderId, keyringOf(this.context), lookup);
    } catch (error) {
      if (!isBitSharesError(error, 'WITHDRAWAL_CONFLICT', 'INVALID_TRANSACTION')) rethrow(error);
      this.contradict(withdrawal, error);
      return true;
    }
    withdrawal.see(standing);
    if (standing.at === 'proposed') withdrawal.reason = proposalReason(standing.proposal);
    if (standing.at === 'absent') this.doubtAbsence(withdrawal, evidence);
    return true;
  }

  /** Absence proves nothing where the scan began later than the request, or looked at another payer. */
  private doubtAbsence(withdrawal: Withdrawal, evidence: Evidence): void {
    const { asked, phase } = withdrawal;
    if (phase.at === 'looked for') {
      const elsewhere = otherPayerProposed(evidence, asked.withdrawalId);
      if (elsewhere === null) return;
      withdrawal.reason = elsewhere;
    } else if (phase.at !== 'handed in') {
      try {
        checkRequestedAt(asked.requestedAt, evidence.view.state.headTime, phase.order.maximumAge);
        return;
      } catch (error) {
        withdrawal.stop(isBitSharesError(error) ? error : rethrow(error));
      }
    } else return;
    withdrawal.see({ at: 'unseen' });
  }
}

/** What two withdrawals with one id must have in common. */
function contentOf({ phase, reason }: Withdrawal): string | undefined {
  switch (phase.at) {
    case 'formed':
    case 'built':
    case 'signed':
      return contentFingerprint(phase.intent);
    case 'faulty':
      // Without an intent only what is wrong with it tells: the fault of one must not be the answer to the other.
      return phase.fault.message;
    case 'asked':
    case 'handed in':
    case 'looked for':
      return reason?.message;
  }
}
