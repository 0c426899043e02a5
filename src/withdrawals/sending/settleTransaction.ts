/** Broadcast and Get Status: what became of a withdrawal that was sent or prepared before. Neither builds anything. */
import { BitSharesError, isBitSharesError, unanswered } from '../../errors';
import { labels } from '../../labels';
import { placeOf } from '../../payments/standing';
import {
  encodeSignedTransaction,
  isOperation,
  parseChainTime,
  transactionId,
  type Chain,
  type SignedTransaction,
  type TransferOperation,
} from '../../protocol';
import { objectOf } from '../transaction/intent';
import { lookupOf, type WithdrawalContext } from './context';
import type { SettleOrder } from './order';
import type { PhaseAt } from './phases';
import { followWithdrawals } from './runner';
import type { NamedParties, TransferItem } from './transferItem';
import { Withdrawal } from './withdrawal';

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
  const transaction = objectOf(value) as SignedTransaction | null;
  if (transaction === null) throw invalid('this is not a transaction', field);
  try {
    // Encoding checks every member and refuses unknown ones.
    encodeSignedTransaction(transaction, chain.prefix);
  } catch (error) {
    throw invalid(isBitSharesError(error) ? error.message : 'this is not a transaction', field);
  }
  transferOf(transaction, field);
  return transaction;
}

/** @throws INVALID_TRANSACTION */
function transferOf({ operations }: SignedTransaction, field = labels.transaction): TransferOperation {
  const [operation, ...more] = operations;
  if (operation !== undefined && more.length === 0 && isOperation(operation, 'transfer')) return operation[1];
  throw invalid('a withdrawal is a transaction with one transfer', field);
}

function invalid(message: string, field: string): BitSharesError {
  return new BitSharesError('INVALID_TRANSACTION', {
    field,
    message,
    fix: 'Hand in the transaction exactly as Transfer: Prepare returned it.',
  });
}

/** Sends a prepared transaction, exactly those bytes, and settles it. Any number of times is safe. */
export async function broadcastPrepared(
  order: SettleOrder,
  context: WithdrawalContext,
): Promise<TransferItem> {
  return settleOne(order, context, 'broadcast');
}

/** Looks up what became of a withdrawal, without sending anything. */
export async function withdrawalStatus(
  order: SettleOrder,
  context: WithdrawalContext,
): Promise<TransferItem> {
  return settleOne(order, context, 'look');
}

/** @throws INVALID_TRANSACTION, UNKNOWN_ACCOUNT, WITHDRAWAL_CONFLICT while nothing was sent */
async function settleOne(
  order: SettleOrder,
  context: WithdrawalContext,
  mode: 'broadcast' | 'look',
): Promise<TransferItem> {
  const withdrawal = new Withdrawal(order, mode, phaseOf(order, context.chain.prefix), context.clock);
  const options = { mode, refuseBatchOnConflict: false };
  const [result] = await followWithdrawals([withdrawal], context, options);
  if (result?.conflict != null) throw result.conflict;
  return withdrawal.item(await namesOf(withdrawal, context));
}

function phaseOf(
  { transaction, expiration }: SettleOrder,
  prefix: string,
): PhaseAt<'handed in' | 'looked for'> {
  if (transaction === null) return { at: 'looked for', expiration };
  const attempt = {
    transactionId: transactionId(transaction, prefix),
    expiration: parseChainTime(transaction.expiration),
  };
  return { at: 'handed in', transaction, transfer: transferOf(transaction), attempt };
}

/**
 * The names of what was paid, or would be; as many as the node tells. Never rejects, because something may have been sent:
 * what became of the money is told without them.
 */
async function namesOf({ phase, standing }: Withdrawal, context: WithdrawalContext): Promise<NamedParties> {
  const transfer = placeOf(standing)?.operation ?? (phase.at === 'handed in' ? phase.transfer : null);
  const names: NamedParties = { from: null, to: null, asset: null, feeAsset: null };
  const ask = async (): Promise<void> => {
    const { account, asset } = lookupOf({ session: await context.nodes.trusted() });
    names.from = await account(context.payingAccount ?? context.keys.account);
    if (transfer === null) return;
    names.asset = await asset(transfer.amount.asset_id);
    names.feeAsset = await asset(transfer.fee.asset_id);
    names.to = await account(transfer.to);
  };
  const again = (error: unknown) => (isBitSharesError(error, ...unanswered) ? ask() : undefined);
  await ask()
    .catch(again)
    .catch(() => undefined);
  return names;
}
