/** Broadcast and Get Status: what became of a withdrawal that was sent or prepared before. Neither builds anything. */
import { unknownAccount } from '../../chain/references';
import { BitSharesError, isBitSharesError, rethrow } from '../../errors';
import { labels } from '../../labels';
import {
  encodeSignedTransaction,
  isOperation,
  parseChainTime,
  toBigInt,
  transactionId,
  type Chain,
  type SignedTransaction,
  type TransferOperation,
} from '../../protocol';
import { broadcast, reasonOf } from '../../payments/broadcast';
import { keyringOf, lookAgain, lookupOf, pauseAfter, type WithdrawalContext } from './context';
import {
  checkSameContent,
  contentOf,
  findPayment,
  gatherEvidence,
  readHistory,
  refuseOtherPayer,
  refuseWhileProposed,
  type Payment,
} from '../proof/evidence';
import { withdrawalNonce } from '../transaction/nonce';
import type { ScannedBlocks } from '../proof/scan';
import { nextStep, settle } from '../../payments/settlement';
import { isReached, type WaitFor } from '../../payments/waitFor';
import { amountsOf, transferItem, type NamedParties, type TransferItem } from './transferItem';
import { leaveUnfit, type ChainView } from '../proof/view';

export interface SettleOrder {
  withdrawalId: string;
  /** In seconds. */
  requestedAt: number;
  /** The prepared transaction; required to broadcast. */
  transaction: SignedTransaction | null;
  /** Expiration of the attempt that is asked about, when there is no transaction; in seconds. */
  expiration: number | null;
  waitFor: WaitFor;
  /** In seconds; 0 looks once. */
  maximumWait: number;
}

/**
 * Reads the signed transaction of Prepare.
 *
 * @throws INVALID_TRANSACTION when it is anything else than one transfer from the account with this withdrawal's nonce
 */
export function parsePreparedTransaction(
  value: unknown,
  chain: Chain,
  field = labels.transaction,
): SignedTransaction {
  let json = value;
  if (typeof json === 'string') {
    try {
      json = JSON.parse(json);
    } catch {
      json = null;
    }
  }
  const refuse = (message: string): BitSharesError =>
    new BitSharesError('INVALID_TRANSACTION', {
      field,
      message,
      fix: 'Hand in the transaction exactly as Transfer: Prepare returned it.',
    });
  if (typeof json !== 'object' || json === null) throw refuse('this is not a transaction');
  const transaction = json as SignedTransaction;
  try {
    // Encoding checks every member and refuses unknown ones.
    encodeSignedTransaction(transaction, chain.prefix);
  } catch (error) {
    throw refuse(isBitSharesError(error) ? error.message : 'this is not a transaction');
  }
  if (transaction.operations.length !== 1 || transferOf(transaction) === undefined) {
    throw refuse('a withdrawal is a transaction with one transfer');
  }
  return transaction;
}

function transferOf({ operations }: SignedTransaction): TransferOperation | undefined {
  const [operation] = operations;
  return operation !== undefined && isOperation(operation, 'transfer') ? operation[1] : undefined;
}

/** Sends a prepared transaction, exactly those bytes, and settles it. Any number of times is safe. */
export async function broadcastPrepared(
  order: SettleOrder,
  context: WithdrawalContext,
): Promise<TransferItem> {
  return new Settling(order, context, true).run();
}

/** Looks up what became of a withdrawal, without sending anything. */
export async function withdrawalStatus(
  order: SettleOrder,
  context: WithdrawalContext,
): Promise<TransferItem> {
  return new Settling(order, context, false).run();
}

const noParties: NamedParties = { from: null, to: null, asset: null, feeAsset: null };

class Settling {
  private readonly transfer: TransferOperation | undefined;
  private readonly id: string | null;
  private readonly expiration: number | null;
  /** The look of the present round. */
  private view: ChainView | null = null;
  private scanned: ScannedBlocks | null = null;
  private lastView: ChainView | null = null;
  private payment: Payment | null = null;
  private pending = false;
  private sent = false;
  private alreadyPaid = false;
  private refused = false;
  private absentThrough: number | null = null;
  private reason: BitSharesError | null = null;
  private parties = noParties;

  constructor(
    private readonly order: SettleOrder,
    private readonly context: WithdrawalContext,
    private readonly mayBroadcast: boolean,
  ) {
    const { transaction } = order;
    this.transfer = transaction === null ? undefined : transferOf(transaction);
    this.id = transaction === null ? null : transactionId(transaction, context.chain.prefix);
    this.expiration = transaction === null ? order.expiration : parseChainTime(transaction.expiration);
  }

  async run(): Promise<TransferItem> {
    const { clock, signal } = this.context;
    const deadline = clock.now() + this.order.maximumWait * 1000;
    for (;;) {
      let pause = 1000;
      this.view = null;
      try {
        pause = await this.round();
      } catch (error) {
        if (!isBitSharesError(error)) rethrow(error);
        // A transaction of another withdrawal is refused before it can be sent.
        if (error.code === 'INVALID_TRANSACTION' || error.code === 'UNKNOWN_ACCOUNT') rethrow(error);
        this.reason = error;
        if (this.view !== null) leaveUnfit(this.view, error);
        if (error.code === 'WITHDRAWAL_CONFLICT') {
          if (!this.sent) rethrow(error);
          this.refused = true;
          this.payment = null;
          this.absentThrough = null;
        }
      }
      const left = deadline - clock.now();
      if (this.isDone() || left <= 0 || signal?.aborted === true) return this.item();
      await clock.sleep(Math.min(pause, left), signal);
    }
  }

  private settlement() {
    return settle({
      fault: null,
      payment: this.payment,
      pending: this.pending,
      expiration: this.expiration,
      absentThrough: this.absentThrough,
    });
  }

  private isDone(): boolean {
    const { outcome, final } = this.settlement();
    if (final || this.refused) return true;
    return isReached(this.order.waitFor, {
      isBroadcast: outcome !== 'unknown',
      isInBlock: outcome === 'in_block',
      isIrreversible: false,
    });
  }

  private async round(): Promise<number> {
    const { chain, keys, caches } = this.context;
    const view = await lookAgain(this.context, this.lastView);
    this.view = view;
    this.lastView = view;
    const pause = pauseAfter(view);
    const lookup = lookupOf(view);
    const payer = this.context.payingAccount ?? keys.account;
    const sender = await lookup.account(payer);
    if (sender === null) throw unknownAccount(payer, labels.account);
    this.checkNonce(sender.id);
    // The scan must reach back to the window of the transaction, whatever requestedAt says.
    const since = Math.min(this.order.requestedAt, this.expiration ?? Infinity);
    const from = await caches.scanStart(view, chain.chainId, sender.id, since);
    if (this.scanned?.isContradicted === true) this.scanned = null;
    this.scanned ??= caches.scanOf(chain.chainId, sender.id, chain.prefix, from);
    const blocks = await gatherEvidence(view, from, this.scanned, null);
    const history = await readHistory(view, caches.historyOf(chain.chainId, sender.id), sender);
    const evidence = { ...blocks, history };
    this.reason = view.delayedFault ?? view.standing;
    const payment = await findPayment(evidence, sender.id, this.order.withdrawalId);
    if (payment !== null) await this.checkContent(payment, lookup);
    this.payment = payment;
    this.absentThrough = null;
    this.alreadyPaid ||= this.payment !== null && !this.sent;
    await this.name(sender, lookup);
    if (this.payment !== null) return pause;
    // The execution of a proposal shows in no block, so while one is open blocks alone prove no absence.
    refuseWhileProposed(evidence, sender.id, this.order.withdrawalId);
    if (this.transfer === undefined) refuseOtherPayer(evidence, this.order.withdrawalId);
    this.absentThrough = view.finalTime;
    if (this.settlement().final) return pause;
    this.pending = this.id !== null && (await view.session.recentTransaction(this.id)) !== null;
    const { transaction } = this.order;
    if (!this.mayBroadcast || this.pending || transaction === null) return pause;
    if (this.context.signal?.aborted === true) return pause;
    this.sent = true;
    const answer = await broadcast(view.session, transaction);
    this.pending = answer.result === 'accepted';
    this.reason = reasonOf(answer) ?? this.reason;
    this.refused = answer.result === 'refused';
    return pause;
  }

  /** The transaction must be this withdrawal's own, or its payment would not be found. */
  private checkNonce(senderId: string): void {
    if (this.transfer === undefined) return;
    const nonce = this.transfer.memo === undefined ? null : toBigInt(this.transfer.memo.nonce);
    if (this.transfer.from === senderId && nonce === withdrawalNonce(senderId, this.order.withdrawalId))
      return;
    throw new BitSharesError('INVALID_TRANSACTION', {
      field: labels.transaction,
      message: 'this transaction does not belong to this withdrawal id and account',
      fix: 'Hand in the transaction that Transfer: Prepare returned for this Withdrawal ID.',
    });
  }

  /** What was paid must be what this transaction would pay, or its receiver would be taken for paid. */
  private async checkContent(payment: Payment, lookup: ReturnType<typeof lookupOf>): Promise<void> {
    if (this.transfer === undefined) return;
    const keyring = keyringOf(this.context);
    const precision = (await lookup.asset(this.transfer.amount.asset_id))?.precision ?? 0;
    checkSameContent(contentOf(this.transfer, keyring), payment, keyring, precision);
  }

  private async name(
    sender: { id: string; name: string },
    lookup: ReturnType<typeof lookupOf>,
  ): Promise<void> {
    const transfer = this.payment?.operation ?? this.transfer;
    this.parties = { ...noParties, from: sender };
    if (transfer === undefined) return;
    this.parties = {
      from: sender,
      to: await lookup.account(transfer.to),
      asset: await lookup.asset(transfer.amount.asset_id),
      feeAsset: await lookup.asset(transfer.fee.asset_id),
    };
  }

  private item(): TransferItem {
    const settlement = this.settlement();
    const transfer = this.payment?.operation ?? this.transfer;
    const amounts = transfer === undefined ? null : amountsOf(transfer);
    const expiration = this.payment === null ? this.expiration : this.payment.expiration;
    return transferItem({
      withdrawalId: this.order.withdrawalId,
      requestedAt: this.order.requestedAt,
      settlement,
      alreadyPaid: this.alreadyPaid,
      nextStep: nextStep(settlement, {
        reason: this.reason,
        expiration,
        repeat: this.mayBroadcast
          ? 'Run Broadcast again with the same transaction; that is always safe.'
          : 'Ask again later, or run Send with the same Withdrawal ID and Requested At; both are safe.',
      }),
      parties: this.parties,
      amount: amounts?.amount ?? null,
      fee: amounts?.fee ?? null,
      place: this.payment,
      transactionId: this.id,
      expiration,
      window: null,
    });
  }
}
