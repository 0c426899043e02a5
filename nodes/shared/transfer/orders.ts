/** From the parameters of an item to what the withdrawal room takes. */
import type { IExecuteFunctions } from 'n8n-workflow';
import { parseIntent, parseWithdrawalId } from '../../../src/withdrawals/transaction/intent';
import { parseRequestedAt } from '../../../src/withdrawals/transaction/requestedAt';
import type { IntentRequest, PlainRequest } from '../../../src/withdrawals/transaction/request';
import {
  refuseMissingParts,
  refuseUnstableExpression,
} from '../../../src/withdrawals/transaction/unstableExpressions';
import type { WaitFor, WithdrawalOrder } from '../../../src/withdrawals/sending/withdrawal';
import type { Chain } from '../../../src/protocol';
import {
  accountOf,
  assetOf,
  choice,
  invalid,
  listOf,
  memoTextOf,
  numberOf,
  optionOf,
  optionsOf,
  rowsOf,
  textOf,
  type Options,
} from '../parameters/parameterValues';

const waits = ['broadcast', 'block', 'irreversible'] as const;

/** Everything but the request itself. */
export function settingsOf(
  context: IExecuteFunctions,
  itemIndex: number,
  waitFor: WaitFor,
): Omit<WithdrawalOrder, 'request'> {
  const option = optionReader(context, itemIndex);
  const entries = (value: unknown, field: string) => (value === null ? [] : listOf(value, field));
  return {
    payingAccount: payingAccountOf(context, itemIndex),
    allowedAssets: entries(option('allowedAssets', 'Allowed Assets'), 'Allowed Assets'),
    allowedReceivers: entries(option('allowedReceivers', 'Allowed Receivers'), 'Allowed Receivers'),
    maximumAmount: amountOrNull(option('maximumAmount', 'Maximum Amount')),
    maximumAmounts: maximumAmountsOf(option('maximumAmounts', maximumAmounts)),
    maximumFee: maximumFeeOption(optionsOf(context, itemIndex)),
    waitFor,
    maximumWait: maximumWaitOf(option('maximumWait', 'Maximum Wait') ?? 180),
    maximumAge: numberOf(option('maximumAge', maximumAge) ?? 7, maximumAge) * 24 * 3600,
  };
}

/** How far an item should come before the workflow goes on. */
export function waitForOf(value: unknown): WaitFor {
  return choice(value, waits, 'Wait For');
}

/** In seconds. */
export function maximumWaitOf(value: unknown): number {
  return numberOf(value, 'Maximum Wait', { maximum: 3600 });
}

/** The request of an item, by fields. */
export function plainRequest(context: IExecuteFunctions, itemIndex: number): PlainRequest {
  const option = optionReader(context, itemIndex);
  const text = (value: unknown, field: string) => (value === null ? null : textOf(value, field));
  return {
    kind: 'plain',
    ...identity(context, itemIndex),
    // What is text is judged by the withdrawal room, which says `rejected` where it can never be paid.
    to: referenceOf(context.getNodeParameter('to', itemIndex), 'To'),
    asset: referenceOf(context.getNodeParameter('asset', itemIndex), 'Asset'),
    amount: context.getNodeParameter('amount', itemIndex) as string | number,
    memo: memoTextOf(context, itemIndex, 'memo', 'Memo'),
    memoType: choice(option('memoType', 'Memo Type') ?? 'encrypted', ['encrypted', 'public'], 'Memo Type'),
    receiverMemoKey: text(option('receiverMemoKey', 'Receiver Memo Key'), 'Receiver Memo Key'),
    fee: amountOrNull(option('fee', 'Fee')),
    feeAsset: text(option('feeAsset', 'Fee Asset'), 'Fee Asset'),
  };
}

/** The account that must pay; null where the field is left empty. */
function payingAccountOf(context: IExecuteFunctions, itemIndex: number): string | null {
  const field = 'Paying Account';
  const value: unknown = context.getNodeParameter('payingAccount', itemIndex, '');
  const entered: unknown = context.getNode().parameters.payingAccount;
  const isExpression = typeof entered === 'string' && entered.startsWith('=');
  // An expression that gives nothing would switch the guard off.
  return !isExpression && typeof value === 'string' && value.trim() === '' ? null : accountOf(value, field);
}

/** The request of an item, by fields or by a stored intent. */
export function requestOf(
  context: IExecuteFunctions,
  itemIndex: number,
  chain: Chain,
): PlainRequest | IntentRequest {
  const describedBy = context.getNodeParameter('describedBy', itemIndex);
  if (choice(describedBy, ['fields', 'intent'], 'Described By') === 'fields')
    return plainRequest(context, itemIndex);
  refuseUnstableExpression(context.getNode().parameters.intent, 'Intent');
  return { kind: 'intent', intent: parseIntent(context.getNodeParameter('intent', itemIndex), chain) };
}

/** What makes a withdrawal the same one on a retry. */
export function identity(
  context: IExecuteFunctions,
  itemIndex: number,
): { withdrawalId: string; requestedAt: number } {
  const { parameters } = context.getNode();
  refuseUnstableExpression(parameters.withdrawalId, 'Withdrawal ID');
  refuseUnstableExpression(parameters.requestedAt, 'Requested At');
  const withdrawalId = parseWithdrawalId(context.getNodeParameter('withdrawalId', itemIndex));
  refuseMissingParts(parameters.withdrawalId, withdrawalId, 'Withdrawal ID');
  return {
    withdrawalId,
    requestedAt: requestTime(context.getNodeParameter('requestedAt', itemIndex)),
  };
}

/** Seconds of a time parameter. Expressions may give the date objects of n8n's expression language. */
export function requestTime(value: unknown, field?: string): number {
  const iso = (value as { toISO?: () => unknown } | null)?.toISO;
  return parseRequestedAt(typeof iso === 'function' ? iso.call(value) : value, field);
}

/** The option Maximum Fee as it was given: the precision, with which it is read, is known later. Null where it is not set. */
export function maximumFeeOption(options: Options): string | number | null {
  return amountOrNull(optionOf(options, 'maximumFee', 'Maximum Fee'));
}

/**
 * The rows of Maximum Amounts. The option without a row, which is also what n8n makes of one expression for all rows, would
 * limit nothing.
 *
 * @throws INVALID_PARAMETER for that, and for a row without an asset or a maximum
 */
function maximumAmountsOf(value: unknown): WithdrawalOrder['maximumAmounts'] {
  if (value === null) return [];
  const rows = rowsOf(value, maximumAmounts);
  if (rows.length === 0) {
    throw invalid(
      maximumAmounts,
      'there is no row',
      'Add a row for each asset that may be paid, or remove the option. Expressions belong into the fields of a row.',
    );
  }
  return rows.map(({ asset, maximumAmount }) => ({
    asset: assetOf(asset, maximumAmounts),
    maximumAmount: typeof maximumAmount === 'number' ? maximumAmount : textOf(maximumAmount, maximumAmounts),
  }));
}

const maximumAmounts = 'Maximum Amounts';
const maximumAge = 'Maximum Age of Request (Days)';

/** The value of an option of the item; null where it is not set. */
function optionReader(context: IExecuteFunctions, itemIndex: number) {
  const options = optionsOf(context, itemIndex);
  return (name: string, field: string) => optionOf(options, name, field);
}

function referenceOf(value: unknown, field: string): string {
  return typeof value === 'string' ? value : textOf(value, field);
}

/** An amount as it was given: the precision, with which it is read, is known later. */
function amountOrNull(value: unknown): string | number | null {
  return value as string | number | null;
}
