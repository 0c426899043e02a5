/** What the operator allows. A withdrawal beyond it is not paid now; the limit may be changed, so it is never `rejected`. */
import type { Account, Asset } from '../../chain/interfaces';
import { BitSharesError } from '../../errors';
import { labels } from '../../labels';
import { formatAmount, parseAmount } from '../../protocol';
import type { Intent } from './intent';
import { coreAssetId, type Fee } from './transactionBuilder';

/** In units of the core asset, where neither the operator nor the intent names a maximum. */
const defaultMaximumFee = '100';

/** The limits as the operator gave them. Empty lists and null mean no limit, but for the fee and the chain's own accounts. */
export interface LimitSettings {
  /** Symbols or `1.3.x`. */
  allowedAssets: string[];
  /** Names or `1.2.x`. */
  allowedReceivers: string[];
  /** In units of whatever asset is paid. */
  maximumAmount: string | number | null;
  /** Symbol or `1.3.x`, and a maximum in its units. With one row given, an asset without a row may not be paid. */
  maximumAmounts: { asset: string; maximumAmount: string | number }[];
  /** In units of the core asset; null for that of the intent, or the default. */
  maximumFee: string | number | null;
}

/**
 * Accounts of the chain itself, by id (bitshares-core `config.hpp`). What is paid to one by mistake is lost for its owner.
 */
const reservedAccounts: ReadonlyMap<string, string> = new Map([
  ['1.2.0', 'it belongs to the committee of the chain'],
  ['1.2.1', 'it belongs to the witnesses of the chain'],
  ['1.2.2', 'it belongs to the committee of the chain'],
  ['1.2.3', 'it burns what it receives: nobody can spend from it'],
  ['1.2.4', 'anybody can spend what it receives'],
  ['1.2.5', 'it burns what it receives: nobody can spend from it'],
]);

/**
 * Refuses a payment that the operator does not allow. `amount` is in base units.
 *
 * @throws ASSET_NOT_ALLOWED, RECEIVER_NOT_ALLOWED, LIMIT_EXCEEDED; INVALID_AMOUNT for a maximum that is not an amount
 */
export function checkLimits(settings: LimitSettings, asset: Asset, receiver: Account, amount: bigint): void {
  const { allowedAssets, maximumAmount } = settings;
  if (allowedAssets.length > 0 && !allowedAssets.some((entry) => names(entry, asset))) {
    throw new BitSharesError('ASSET_NOT_ALLOWED', {
      field: labels.allowedAssets,
      message: `${asset.symbol} (${asset.id}) is not among the allowed assets`,
      fix: 'Add the asset to Allowed Assets, or refuse the request.',
      data: { assetId: asset.id },
    });
  }
  checkAllowedReceiver(settings.allowedReceivers, receiver);
  if (maximumAmount !== null) checkMaximum(labels.maximumAmount, maximumAmount, asset, amount);
  checkMaximumAmounts(settings.maximumAmounts, asset, amount);
}

function checkAllowedReceiver(allowed: string[], receiver: Account): void {
  if (allowed.some((entry) => entry === receiver.id || entry === receiver.name)) return;
  const reserved = reservedAccounts.get(receiver.id);
  if (reserved !== undefined) {
    throw new BitSharesError('RECEIVER_NOT_ALLOWED', {
      field: labels.allowedReceivers,
      message: `${receiver.name} (${receiver.id}) is an account of the chain itself: ${reserved}`,
      fix: 'Look at the request. Where it is meant, list the account in Allowed Receivers.',
      data: { accountId: receiver.id },
    });
  }
  if (allowed.length === 0) return;
  throw new BitSharesError('RECEIVER_NOT_ALLOWED', {
    field: labels.allowedReceivers,
    message: `${receiver.name} (${receiver.id}) is not among the allowed receivers`,
    fix: 'Add the account to Allowed Receivers, or refuse the request.',
    data: { accountId: receiver.id },
  });
}

function checkMaximumAmounts(rows: LimitSettings['maximumAmounts'], asset: Asset, amount: bigint): void {
  if (rows.length === 0) return;
  const own = rows.filter((row) => names(row.asset, asset));
  if (own.length === 0) {
    throw new BitSharesError('ASSET_NOT_ALLOWED', {
      field: labels.maximumAmounts,
      message: `there is no row for ${asset.symbol} (${asset.id}), and an asset without a row may not be paid`,
      fix: 'Add a row for the asset to Maximum Amounts, or refuse the request.',
      data: { assetId: asset.id },
    });
  }
  for (const row of own) checkMaximum(labels.maximumAmounts, row.maximumAmount, asset, amount);
}

function checkMaximum(field: string, maximum: string | number, asset: Asset, amount: bigint): void {
  const allowed = parseAmount(maximum, asset.precision, field, { allowZero: true });
  if (amount <= allowed) return;
  throw new BitSharesError('LIMIT_EXCEEDED', {
    field,
    message: `${formatAmount(amount, asset.precision)} ${asset.symbol} is more than the allowed ${formatAmount(allowed, asset.precision)}`,
    fix: `Raise ${field} after looking at the request, or pay it by hand.`,
  });
}

/** Symbols are unique on a chain, and two nodes have to agree on that of this asset. */
function names(entry: string, { id, symbol }: Asset): boolean {
  return entry === id || entry === symbol;
}

/**
 * The most that one fee of a withdrawal may cost, in base units of the core asset: the smaller one of what the operator
 * allows and what the intent was quoted with; the default where neither says anything.
 *
 * @throws INVALID_AMOUNT
 */
export function maximumFeeOf(
  maximumFee: LimitSettings['maximumFee'],
  { precision }: Pick<Asset, 'precision'>,
  intent?: Pick<Intent, 'maximumFee'>,
): bigint {
  const own = (units: string | number): bigint =>
    parseAmount(units, precision, labels.maximumFee, { allowZero: true });
  if (intent?.maximumFee === undefined) return own(maximumFee ?? defaultMaximumFee);
  if (maximumFee === null) return intent.maximumFee;
  const given = own(maximumFee);
  return given < intent.maximumFee ? given : intent.maximumFee;
}

/**
 * Refuses a fee that costs more than the maximum, in base units of the core asset. A fee in another asset is worth what its
 * exchange rate says, rounded up.
 *
 * @throws LIMIT_EXCEEDED
 */
export function checkMaximumFee(fee: Fee, feeAsset: Asset, coreAsset: Asset, maximum: bigint): void {
  const cost = coreWorth(fee, feeAsset, 'up');
  if (cost !== null && cost <= maximum) return;
  const core = (amount: bigint): string => `${formatAmount(amount, coreAsset.precision)} ${coreAsset.symbol}`;
  const named = `${formatAmount(fee.amount, feeAsset.precision)} ${feeAsset.symbol}`;
  const worth =
    cost === null
      ? ', whose exchange rate says no worth,'
      : fee.assetId === coreAssetId
        ? ''
        : `, worth ${core(cost)},`;
  throw new BitSharesError('LIMIT_EXCEEDED', {
    field: labels.maximumFee,
    message: `the fee of ${named}${worth} is more than the allowed ${core(maximum)}`,
    fix: 'Compare the fee with what a block explorer shows: a wrong node may name one that is far too high. Raise Maximum Fee only where the chain asks for so much; a lower maximum in the intent of Transfer: Quote counts as well.',
    data: { fee: fee.amount.toString(), feeAssetId: fee.assetId, maximumFee: maximum.toString() },
  });
}

/**
 * What a fee is worth in base units of the core asset; null where the exchange rate of its asset says nothing. The chain
 * rounds down (bitshares-core `evaluator.cpp`).
 */
export function coreWorth(fee: Fee, feeAsset: Asset, rounding: 'up' | 'down'): bigint | null {
  if (fee.assetId === coreAssetId) return fee.amount;
  const { base, quote } = feeAsset.coreExchangeRate;
  const [core, asset] = base.assetId === coreAssetId ? [base, quote] : [quote, base];
  if (core.assetId !== coreAssetId || core.amount <= 0n || asset.amount <= 0n) return null;
  const product = fee.amount * core.amount;
  return rounding === 'down' ? product / asset.amount : (product + asset.amount - 1n) / asset.amount;
}
