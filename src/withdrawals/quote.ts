/** Quote: the complete intent of a withdrawal and all checks, without private keys and without sending anything. */
import { BitSharesError } from '../errors';
import {
  chainUint64,
  encodeTransaction,
  operationTypes,
  parseAmount,
  publicMemo,
  PublicKey,
  type Memo,
} from '../protocol';
import { checkRequestedAt } from './attempt';
import { checkAssetRules, checkFee, checkInSync, checkLimits, checkSize, Funds } from './checks';
import { lookupOf, type WithdrawalContext } from './context';
import type { Intent } from './intent';
import { withdrawalNonce } from './nonce';
import { formIntent, otherPayer, type Parties, type PlainRequest } from './request';
import { buildTransfer, feeOf, transactionOf } from './transactionBuilder';
import { transferItem, type TransferItem } from './transferItem';
import { readView } from './view';
import { checkWindowLength, windowAt } from './window';
import type { WithdrawalOrder } from './withdrawal';

export interface QuoteResult {
  item: TransferItem;
  intent: Intent;
}

export interface QuoteContext extends Omit<WithdrawalContext, 'keys' | 'caches'> {
  /** Name or `1.2.x` of the account that will pay. */
  account: string;
  /** Public memo key of the credential; null to take the account's present one. */
  memoKey: PublicKey | null;
}

/**
 * Quotes one withdrawal. A workflow stores the intent beside the request; Send and Prepare accept it.
 *
 * @throws every check of a withdrawal with its own code, because nothing can be on its way yet
 */
export async function quoteWithdrawal(
  order: Omit<WithdrawalOrder, 'request'> & { request: PlainRequest },
  context: QuoteContext,
): Promise<QuoteResult> {
  const { chain, nodes, clock } = context;
  const view = await readView(nodes);
  const { state, session } = view;
  checkInSync(session.endpoint, state, clock.now());
  checkRequestedAt(order.request.requestedAt, state.headTime, order.maximumAge);
  checkWindowLength(state, view.lastIrreversibleTime);
  const lookup = lookupOf(view, nodes.delayed !== null);
  const { account, memoKey } = context;
  const payer = await lookup.account(account);
  const wrongPayer = payer === null ? null : otherPayer(order.payingAccount, payer);
  if (wrongPayer !== null) throw wrongPayer;
  const { intent: formed, parties } = await formIntent(
    order.request,
    { account, memoKey, memoKeyOfAccount: true },
    chain,
    lookup,
  );
  const intent: Intent =
    formed.memoMode === 'encrypted' && formed.receiverMemoKey === null
      ? { ...formed, receiverMemoKey: usableMemoKey(parties, chain.prefix) }
      : formed;
  const memo = memoOfThatSize(intent, chain.prefix);
  const { fee, required } = feeOf(intent, memo, state.fees, chain.prefix);
  const amount = BigInt(intent.amount);
  checkLimits(
    {
      allowedAssets: order.allowedAssets,
      allowedReceivers: order.allowedReceivers,
      maximumAmount:
        order.maximumAmount === null
          ? null
          : parseAmount(order.maximumAmount, parties.asset.precision, 'Maximum Amount', { allowZero: true }),
    },
    { asset: parties.asset, receiver: parties.receiver, amount },
  );
  checkAssetRules(parties.asset, parties.sender, parties.receiver);
  checkFee(fee, required, parties.feeAsset);
  const transaction = transactionOf(
    [operationTypes.transfer, buildTransfer(intent, memo, fee)],
    windowAt(state),
    state.headBlockId,
  );
  checkSize(encodeTransaction(transaction, chain.prefix).length + 1 + 65, state);
  const { asset, feeAsset, sender, receiver } = parties;
  const balances = await session.balances(sender.id, [...new Set([asset.id, feeAsset.id])]);
  new Funds(new Map(balances.map((balance) => [balance.assetId, balance.amount]))).reserve({
    asset,
    amount,
    fee,
    feeAsset,
  });
  return {
    intent,
    item: transferItem({
      withdrawalId: intent.withdrawalId,
      requestedAt: order.request.requestedAt,
      settlement: { outcome: 'unknown', paid: false, final: false },
      alreadyPaid: false,
      nextStep: 'Store the intent beside the request, then hand it to Transfer: Send or Prepare.',
      parties: { from: sender, to: receiver, asset, feeAsset },
      amount,
      fee,
      place: null,
      transactionId: null,
      expiration: null,
      window: null,
    }),
  };
}

/** The receiver's present key, if something can be encrypted to it. */
function usableMemoKey({ receiver }: Parties, prefix: string): string {
  const key = PublicKey.fromString(receiver.memoKey, prefix, 'To');
  if (!key.isNull) return receiver.memoKey;
  throw new BitSharesError('INVALID_PUBLIC_KEY', {
    field: 'To',
    message: `${receiver.name} has no memo key`,
    fix: 'Set Memo Type to Public, or ask the receiver to set a memo key.',
  });
}

/** A memo as long as the real one will be. Encryption pads the 4 bytes of checksum and the text to whole blocks of 16. */
function memoOfThatSize(intent: Intent, prefix: string): Memo {
  const nonce = withdrawalNonce(intent.from, intent.withdrawalId);
  if (intent.memoMode === 'public') return publicMemo({ nonce, text: intent.memo, prefix });
  const bytes = (Math.floor((4 + Buffer.byteLength(intent.memo)) / 16) + 1) * 16;
  return {
    from: intent.senderMemoKey ?? '',
    to: intent.receiverMemoKey ?? '',
    nonce: chainUint64(nonce),
    message: '00'.repeat(bytes),
  };
}
