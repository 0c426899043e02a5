/** Quote: the complete intent of a withdrawal and all checks, without private keys and without sending anything. */
import { checkFit, paying } from '../../chain/health';
import { BitSharesError } from '../../errors';
import { labels } from '../../labels';
import {
  chainUint64,
  encodeTransaction,
  formatAmount,
  operationTypes,
  publicMemo,
  PublicKey,
  type Memo,
} from '../../protocol';
import { memoKeyDisagreement, parameterDisagreement, usedByTransfer } from '../proof/agreedParameters';
import { checkPayment, checkRequestedAt, Funds } from './checks';
import { agreedLookupOf, lookupOf, type WithdrawalContext } from './context';
import type { Intent } from '../transaction/intent';
import { maximumFeeOf } from '../transaction/limits';
import { withdrawalNonce } from '../transaction/nonce';
import { formIntent, type Parties, type PlainRequest } from '../transaction/request';
import { buildTransfer, feeOf, transactionOf } from '../transaction/transactionBuilder';
import { transferItem, type TransferItem } from './transferItem';
import { factsOf, onOneLook, type ChainView } from '../proof/view';
import { checkWindowLength, windowAt } from '../transaction/window';
import type { WithdrawalOrder } from './order';

/** A type, not an interface, so that it is plain JSON for n8n. */
export type QuoteItem = TransferItem & {
  /** In units of the core asset, as the intent has it in base units. */
  maximumFee: string;
};

export interface QuoteResult {
  item: QuoteItem;
  intent: Intent;
}

export interface QuoteContext extends Omit<WithdrawalContext, 'keys'> {
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
  return onOneLook(context.nodes, context.clock, context.caches.blocks, (view) =>
    quoteOn(view, order, context),
  );
}

async function quoteOn(
  view: ChainView,
  order: Parameters<typeof quoteWithdrawal>[0],
  context: QuoteContext,
): Promise<QuoteResult> {
  const { chain, clock } = context;
  const { state, session } = view;
  checkFit(factsOf(view), paying, clock.now());
  checkRequestedAt(order.request.requestedAt, state.headTime, order.maximumAge);
  checkWindowLength(state, view.lastIrreversibleTime);
  const lookup = agreedLookupOf(view, lookupOf(view));
  const { account, memoKey } = context;
  const { intent: formed, parties } = await formIntent(
    order.request,
    { account, mustBe: order.payingAccount, memoKey, memoKeyOfAccount: true },
    chain,
    lookup,
  );
  const { asset, feeAsset, coreAsset, sender, receiver } = parties;
  const maximumFee = maximumFeeOf(order.maximumFee, coreAsset);
  const intent: Intent = { ...formed, maximumFee };
  if (intent.memoMode === 'encrypted' && intent.receiverMemoKey === null) {
    intent.receiverMemoKey = usableMemoKey(parties, chain.prefix);
    const disagreement = await memoKeyDisagreement(view, receiver);
    if (disagreement !== null) throw disagreement;
  }
  const disagreement = parameterDisagreement(view, usedByTransfer);
  if (disagreement !== null) throw disagreement;
  const memo = memoOfThatSize(intent, chain.prefix);
  const { fee, required } = feeOf(intent, memo, state.fees, chain.prefix);
  const { amount } = intent;
  const transaction = transactionOf(
    [operationTypes.transfer, buildTransfer(intent, memo, fee)],
    windowAt(state),
    state.headBlockId,
  );
  const bytes = encodeTransaction(transaction, chain.prefix).length + 1 + 65;
  checkPayment({ amount, fee, requiredFee: required, bytes }, parties, order, maximumFee, state);
  const balances = await session.balances(sender.id, [...new Set([asset.id, feeAsset.id])]);
  new Funds(balances).reserve({ asset, amount, fee, feeAsset });
  return {
    intent,
    item: {
      ...transferItem(
        { withdrawalId: intent.withdrawalId, requestedAt: order.request.requestedAt },
        {
          outcome: 'unknown',
          paid: false,
          final: false,
          alreadyPaid: false,
          nextStep: 'Store the intent beside the request, then hand it to Transfer: Send or Prepare.',
        },
        null,
        { parties: { from: sender, to: receiver, asset, feeAsset }, amount, fee },
      ),
      maximumFee: formatAmount(maximumFee, coreAsset.precision),
    },
  };
}

/** The receiver's present key, if something can be encrypted to it. */
function usableMemoKey({ receiver }: Parties, prefix: string): string {
  const key = PublicKey.fromString(receiver.memoKey, prefix, labels.to);
  if (!key.isNull) return receiver.memoKey;
  throw new BitSharesError('INVALID_PUBLIC_KEY', {
    field: labels.to,
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
