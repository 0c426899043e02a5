/** From the parameters of an item to what the withdrawal room takes. */
import type { IExecuteFunctions } from 'n8n-workflow';
import { BitSharesError } from '../../../../src/errors';
import { parseIntent, parseWithdrawalId, type MemoMode } from '../../../../src/withdrawals/intent';
import { parseRequestedAt } from '../../../../src/withdrawals/requestedAt';
import type { IntentRequest, PlainRequest } from '../../../../src/withdrawals/request';
import { refuseUnstableExpression } from '../../../../src/withdrawals/unstableExpressions';
import type { WaitFor, WithdrawalOrder } from '../../../../src/withdrawals/withdrawal';
import type { Chain } from '../../../../src/protocol';

interface Options {
  allowedAssets?: string;
  allowedReceivers?: string;
  fee?: string | number;
  feeAsset?: string;
  maximumAge?: string | number;
  maximumAmount?: string | number;
  maximumWait?: string | number;
  memoType?: string;
  receiverMemoKey?: string;
}

/** Everything but the request itself. */
export function settingsOf(
  context: IExecuteFunctions,
  itemIndex: number,
  waitFor: WaitFor,
): Omit<WithdrawalOrder, 'request'> {
  const options = optionsOf(context, itemIndex);
  return {
    allowedAssets: listOf(options.allowedAssets),
    allowedReceivers: listOf(options.allowedReceivers),
    maximumAmount: given(options.maximumAmount),
    waitFor,
    maximumWait: numberOf(given(options.maximumWait) ?? 180, 'Maximum Wait'),
    maximumAge: numberOf(given(options.maximumAge) ?? 7, 'Maximum Age of Request (Days)') * 24 * 3600,
  };
}

/** The request of an item, by fields. */
export function plainRequest(context: IExecuteFunctions, itemIndex: number): PlainRequest {
  const options = optionsOf(context, itemIndex);
  return {
    kind: 'plain',
    ...identity(context, itemIndex),
    to: text(context.getNodeParameter('to', itemIndex)),
    asset: text(context.getNodeParameter('asset', itemIndex)),
    amount: context.getNodeParameter('amount', itemIndex) as string | number,
    memo: context.getNodeParameter('memo', itemIndex, ''),
    memoType: memoTypeOf(given(options.memoType) ?? 'encrypted'),
    receiverMemoKey: given(options.receiverMemoKey),
    fee: given(options.fee),
    feeAsset: given(options.feeAsset),
  };
}

/** The request of an item, by fields or by a stored intent. */
export function requestOf(
  context: IExecuteFunctions,
  itemIndex: number,
  chain: Chain,
): PlainRequest | IntentRequest {
  if (context.getNodeParameter('describedBy', itemIndex) !== 'intent')
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
  return {
    withdrawalId: parseWithdrawalId(context.getNodeParameter('withdrawalId', itemIndex)),
    requestedAt: requestTime(context.getNodeParameter('requestedAt', itemIndex)),
  };
}

/** Seconds of a time parameter. Expressions may give the date objects of n8n's expression language. */
export function requestTime(value: unknown, field?: string): number {
  const iso = (value as { toISO?: () => unknown } | null)?.toISO;
  return parseRequestedAt(typeof iso === 'function' ? iso.call(value) : value, field);
}

/** Anything else from an expression would show a memo to everybody. */
function memoTypeOf(value: string): MemoMode {
  if (value === 'encrypted' || value === 'public') return value;
  throw new BitSharesError('INVALID_PARAMETER', {
    field: 'Memo Type',
    message: 'this is neither encrypted nor public',
    fix: 'Choose one of the two, or give one of these words in lower case.',
  });
}

/**
 * A number from an expression, which n8n does not check. Anything else would switch off the limit that it stands for.
 *
 * @throws INVALID_PARAMETER
 */
export function numberOf(value: unknown, field: string): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number === 'number' && Number.isFinite(number) && number >= 0) return number;
  throw new BitSharesError('INVALID_PARAMETER', {
    field,
    message: 'this is not a number',
    fix: 'Give digits, such as 7. Check the expression.',
  });
}

function optionsOf(context: IExecuteFunctions, itemIndex: number): Options {
  return context.getNodeParameter('options', itemIndex, {}) as Options;
}

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  throw new BitSharesError('INVALID_PARAMETER', {
    message: 'a receiver or an asset is missing in this item',
    fix: 'Give To and Asset as text. Check the expressions of both.',
  });
}

/** Null for an option that is not set or left empty. */
function given<T extends string | number>(value: T | undefined): T | null {
  return value === undefined || (typeof value === 'string' && value.trim() === '') ? null : value;
}

function listOf(value: string | undefined): string[] {
  return (value ?? '').split(/[\s,]+/).filter((entry) => entry !== '');
}
