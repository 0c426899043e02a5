/** What must hold before money moves. Each check has its own error code, and none says anything about an earlier attempt. */
import type { Account, Asset, AssetAmount, ChainState } from '../../chain/interfaces';
import { BitSharesError } from '../../errors';
import { labels } from '../../labels';
import { formatAmount, isoTime } from '../../protocol';
import { checkLimits, checkMaximumFee, coreWorth, type LimitSettings } from '../transaction/limits';
import type { Parties } from '../transaction/request';
import type { Fee } from '../transaction/transactionBuilder';

/** White list, override authority and transfer restriction of an asset (bitshares-core `asset_ops.hpp`). */
const whiteListFlag = 0x02;
const transferRestrictedFlag = 0x08;

/** A requestedAt further ahead of chain time than this is refused, in seconds. */
const mostAhead = 300;

/**
 * Refuses a request whose time is not one of which the scan would show every attempt. All times in seconds.
 *
 * @throws REQUESTED_AT_IN_FUTURE; REQUESTED_AT_TOO_OLD
 */
export function checkRequestedAt(requestedAt: number, headTime: number, maximumAge: number): void {
  if (requestedAt > headTime + mostAhead) {
    throw new BitSharesError('REQUESTED_AT_IN_FUTURE', {
      field: labels.requestedAt,
      message: `${isoTime(requestedAt)} is more than ${mostAhead / 60} minutes ahead of the chain's time ${isoTime(headTime)}`,
      fix: 'Give the time at which the withdrawal was requested, as stored with it. Check the clock and the zone.',
    });
  }
  // Negated, so that a limit that is no number refuses: with it the scan would begin nowhere.
  if (!(requestedAt >= headTime - maximumAge)) {
    throw new BitSharesError('REQUESTED_AT_TOO_OLD', {
      field: labels.requestedAt,
      message: `${isoTime(requestedAt)} is more than ${Math.round(maximumAge / 86400)} days ago, and every block since then would have to be read`,
      fix: 'Make sure that this withdrawal was not paid, then raise Maximum Age of Request to allow it.',
    });
  }
}

/**
 * Refuses a proposal for an account from which one key alone can pay. A payment and a proposal of the same withdrawal in
 * the same window would be two transactions; so Send serves the accounts with one sufficient key, proposals the others.
 *
 * @throws INVALID_ACCOUNT
 */
export function checkNeedsSeveral(payer: Account): void {
  if (!oneKeySuffices(payer)) return;
  throw new BitSharesError('INVALID_ACCOUNT', {
    field: labels.payingAccount,
    message: `one key alone can pay from ${payer.name}, so a proposal could pay beside it`,
    fix: 'Use Transfer: Send, or let the account need several signatures.',
    data: { accountId: payer.id },
  });
}

/**
 * The other half of that rule, for a wallet that holds all the keys together.
 *
 * @throws SEVERAL_SIGNATURES_NEEDED
 */
export function checkOneKeySuffices(payer: Account): void {
  if (oneKeySuffices(payer)) return;
  throw new BitSharesError('SEVERAL_SIGNATURES_NEEDED', {
    message: `no single key can pay from ${payer.name}, so a proposal could pay beside it`,
    fix: 'Use Proposal: Create, and let the other signers approve it.',
    data: { accountId: payer.id },
  });
}

function oneKeySuffices({ active: { keys, threshold } }: Account): boolean {
  return keys.some(({ weight }) => weight >= threshold);
}

/**
 * All checks of a payment that need neither keys nor a sum over a batch.
 *
 * @param payment In base units; `requiredFee` is what the chain asks for, in the core asset, `bytes` the size with signatures
 * @param maximumFee Base units of the core asset
 * @throws ASSET_NOT_ALLOWED, RECEIVER_NOT_ALLOWED, LIMIT_EXCEEDED, ASSET_RESTRICTED, FEE_TOO_LOW, MEMO_TOO_LARGE
 */
export function checkPayment(
  payment: { amount: bigint; fee: Fee; requiredFee: bigint; bytes: number },
  { asset, sender, receiver, feeAsset, coreAsset }: Parties,
  limits: LimitSettings,
  maximumFee: bigint,
  state: Pick<ChainState, 'maximumTransactionSize'>,
): void {
  const { amount, fee, requiredFee, bytes } = payment;
  checkLimits(limits, asset, receiver, amount);
  checkMaximumFee(fee, feeAsset, coreAsset, maximumFee);
  checkAssetRules(asset, sender, receiver);
  checkFee(fee, requiredFee, feeAsset);
  checkSize(bytes, state);
}

/**
 * The rules of the asset for this sender and receiver, as bitshares-core `is_authorized_asset.cpp` and
 * `transfer_evaluator.cpp` have them.
 *
 * @throws ASSET_RESTRICTED
 */
export function checkAssetRules(asset: Asset, sender: Account, receiver: Account): void {
  for (const account of [sender, receiver]) {
    const reason = refusalOf(asset, account);
    if (reason !== undefined) {
      throw new BitSharesError('ASSET_RESTRICTED', {
        field: account === sender ? labels.account : labels.to,
        message: `${account.name} ${reason} ${asset.symbol} (${asset.id})`,
        fix: `Ask the issuer of the asset (${asset.issuerId}) to put the account on its list, or pay in another asset.`,
        data: { accountId: account.id, assetId: asset.id },
      });
    }
  }
  const restricted = (asset.flags & transferRestrictedFlag) !== 0;
  if (restricted && asset.issuerId !== sender.id && asset.issuerId !== receiver.id) {
    throw new BitSharesError('ASSET_RESTRICTED', {
      field: labels.asset,
      message: `${asset.symbol} (${asset.id}) can be transferred only from or to its issuer`,
      fix: 'Pay in another asset.',
      data: { assetId: asset.id },
    });
  }
}

function refusalOf(asset: Asset, account: Account): string | undefined {
  if (account.allowedAssets !== null && !account.allowedAssets.includes(asset.id)) return 'does not accept';
  if ((asset.flags & whiteListFlag) === 0 && account.allowedAssets === null) return undefined;
  if (account.blacklistingAccounts.some((id) => asset.blacklistAuthorities.includes(id))) {
    return 'is on the black list of';
  }
  if (asset.whitelistAuthorities.length === 0) return undefined;
  const listed = account.whitelistingAccounts.some((id) => asset.whitelistAuthorities.includes(id));
  return listed ? undefined : 'is not on the white list of';
}

/**
 * A fixed fee must cover what the chain asks for; in another asset by its core exchange rate, rounded down as the node
 * does (bitshares-core `evaluator.cpp`).
 *
 * @throws FEE_TOO_LOW
 */
export function checkFee(fee: Fee, required: bigint, feeAsset: Asset): void {
  const core = coreWorth(fee, feeAsset, 'down') ?? 0n;
  if (core >= required) return;
  throw new BitSharesError('FEE_TOO_LOW', {
    field: labels.fee,
    message: `the fixed fee is worth ${core} base units of the core asset, the chain asks for ${required}`,
    fix: 'Leave Fee empty to pay what the chain asks for, or make a new request with a higher fee once this one has expired.',
    data: { fee: core.toString(), required: required.toString() },
  });
}

/** @throws MEMO_TOO_LARGE */
function checkSize(bytes: number, state: Pick<ChainState, 'maximumTransactionSize'>): void {
  if (bytes <= state.maximumTransactionSize) return;
  throw new BitSharesError('MEMO_TOO_LARGE', {
    field: labels.memo,
    message: `the transaction has ${bytes} bytes with this memo, the chain allows ${state.maximumTransactionSize}`,
    fix: 'Shorten the memo.',
    data: { bytes, maximum: state.maximumTransactionSize },
  });
}

/** Money that one sender has and has promised already, across the items of a batch. */
export class Funds {
  private readonly available: Map<string, bigint>;

  constructor(balances: readonly AssetAmount[]) {
    this.available = new Map(balances.map(({ assetId, amount }) => [assetId, amount]));
  }

  /**
   * Sets aside what a payment and its fee cost.
   *
   * @throws INSUFFICIENT_BALANCE, and nothing is set aside
   */
  reserve(cost: { asset: Asset; amount: bigint; fee: Fee; feeAsset: Asset }): void {
    const needed = new Map<string, { asset: Asset; amount: bigint }>();
    needed.set(cost.asset.id, { asset: cost.asset, amount: cost.amount });
    const feeTogether = (needed.get(cost.fee.assetId)?.amount ?? 0n) + cost.fee.amount;
    needed.set(cost.fee.assetId, { asset: cost.feeAsset, amount: feeTogether });
    for (const [assetId, { asset, amount }] of needed) {
      const available = this.available.get(assetId) ?? 0n;
      if (amount <= available) continue;
      throw new BitSharesError('INSUFFICIENT_BALANCE', {
        message: `The account has ${formatAmount(available, asset.precision)} ${asset.symbol} free, this withdrawal with its fee needs ${formatAmount(amount, asset.precision)}`,
        fix: 'Send funds to the account, then run this withdrawal again. An earlier attempt that is still on its way lowers the balance too.',
        data: { assetId, available: available.toString(), needed: amount.toString() },
      });
    }
    for (const [assetId, { amount }] of needed) {
      this.available.set(assetId, (this.available.get(assetId) ?? 0n) - amount);
    }
  }
}
