/** From the parameters of an item to what the withdrawal room takes. */
import type { IExecuteFunctions } from 'n8n-workflow';
import type { WithdrawalOrder } from '../../../src/withdrawals/sending/order';
import { parseIntent } from '../../../src/withdrawals/transaction/intent';
import type { IntentRequest, PlainRequest } from '../../../src/withdrawals/transaction/request';
import {
  refuseMissingParts,
  refuseUnstableExpression,
} from '../../../src/withdrawals/transaction/unstableExpressions';
import type { Chain } from '../../../src/protocol';
import { memoTextOf } from '../parameters/memoText';
import type { OptionValues } from '../parameters/parameter';
import { memoTypeField } from '../parameters/parameters';
import { assetOf, invalid, textOf } from '../parameters/parameterValues';
import * as fields from './fields';

/** What the options say of a payment, whatever describes it. */
export function limitsOf(
  options: OptionValues,
): Omit<WithdrawalOrder, 'maximumWait' | 'payingAccount' | 'request' | 'waitFor'> {
  return {
    allowedAssets: options.given(fields.allowedAssets) ?? [],
    allowedReceivers: options.given(fields.allowedReceivers) ?? [],
    maximumAmount: options.given(fields.maximumAmount),
    maximumAmounts: maximumAmountsOf(options),
    // Not the declared default: an intent may hold the maximum that was quoted.
    maximumFee: options.given(fields.maximumFee),
    maximumAge: options.of(fields.maximumAge) * 24 * 3600,
  };
}

/** The request of an item, by fields. */
export function plainRequest(
  context: IExecuteFunctions,
  itemIndex: number,
  options: OptionValues,
): PlainRequest {
  return {
    kind: 'plain',
    ...identity(context, itemIndex),
    to: fields.to.read(context, itemIndex),
    asset: fields.asset.read(context, itemIndex),
    amount: fields.amount.read(context, itemIndex),
    memo: memoTextOf(context, itemIndex, fields.memo),
    memoType: options.of(memoTypeField),
    receiverMemoKey: options.given(fields.receiverMemoKey),
    fee: options.given(fields.fee),
    feeAsset: options.given(fields.feeAsset),
  };
}

/** The request of an item, by fields or by a stored intent. */
export function requestOf(
  context: IExecuteFunctions,
  itemIndex: number,
  options: OptionValues,
  chain: Chain,
): PlainRequest | IntentRequest {
  if (fields.describedBy.read(context, itemIndex) === 'fields')
    return plainRequest(context, itemIndex, options);
  refuseUnstableExpression(context.getNode().parameters[fields.intent.name], fields.intent.label);
  return { kind: 'intent', intent: parseIntent(fields.intent.read(context, itemIndex), chain) };
}

/** What makes a withdrawal the same one on a retry. */
export function identity(
  context: IExecuteFunctions,
  itemIndex: number,
): { withdrawalId: string; requestedAt: number } {
  const { parameters } = context.getNode();
  for (const { name, label } of [fields.withdrawalId, fields.requestedAt])
    refuseUnstableExpression(parameters[name], label);
  const withdrawalId = fields.withdrawalId.read(context, itemIndex);
  refuseMissingParts(parameters[fields.withdrawalId.name], withdrawalId, fields.withdrawalId.label);
  return { withdrawalId, requestedAt: fields.requestedAt.read(context, itemIndex) };
}

/**
 * The rows of Maximum Amounts. The option without a row, which is also what n8n makes of one expression for all rows, would
 * limit nothing.
 *
 * @throws INVALID_PARAMETER for that, and for a row without an asset or a maximum
 */
function maximumAmountsOf(options: OptionValues): WithdrawalOrder['maximumAmounts'] {
  const rows = options.given(fields.maximumAmounts);
  const { label } = fields.maximumAmounts;
  if (rows?.length === 0) {
    throw invalid(
      label,
      'there is no row',
      'Add a row for each asset that may be paid, or remove the option. Expressions belong into the fields of a row.',
    );
  }
  return (rows ?? []).map(({ asset, maximumAmount }) => ({
    asset: assetOf(asset, label),
    maximumAmount: typeof maximumAmount === 'number' ? maximumAmount : textOf(maximumAmount, label),
  }));
}
