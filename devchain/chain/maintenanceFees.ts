/** How collected fees are shared out, and how cashback vests (account_object.cpp, db_balance.cpp, vesting_balance_object.cpp). */
import { coreAsset } from './fees';
import { timeSeconds } from '../wire/json';
import type { Account, AssetDynamicData, VestingBalance } from './objects';
import type { ChainState } from './state';

function cut(amount: bigint, percentage: number): bigint {
  return (amount * BigInt(percentage)) / 10000n;
}

/** coin_seconds_earned of a cdd policy, brought up to now (vesting_balance_object.cpp). */
export function coinSeconds(balance: VestingBalance, now: string): bigint {
  const [, policy] = balance.policy;
  const seconds = BigInt(timeSeconds(now) - timeSeconds(policy.coin_seconds_earned_last_update));
  const maximum = balance.balance.amount * BigInt(Math.max(policy.vesting_seconds, 1));
  const earned = BigInt(policy.coin_seconds_earned) + balance.balance.amount * seconds;
  return earned < maximum ? earned : maximum;
}

function depositCashback(state: ChainState, account: Account, amount: bigint, requireVesting: boolean): void {
  if (amount === 0n) return;
  if (['1.2.0', '1.2.1', '1.2.2', '1.2.3', '1.2.4'].includes(account.id)) {
    const core = state.get<AssetDynamicData>('2.3.0');
    state.store.modify(core, { current_supply: core.current_supply - amount });
    return;
  }
  const now = state.headTime;
  const earnedNow = requireVesting ? 0n : BigInt(state.parameters.cashback_vesting_period_seconds) * amount;
  const existing =
    account.cashback_vb === undefined ? undefined : state.store.find<VestingBalance>(account.cashback_vb);
  if (existing) {
    const [, policy] = existing.policy;
    const earned = coinSeconds(existing, now) + earnedNow;
    state.store.modify(existing, {
      balance: { ...existing.balance, amount: existing.balance.amount + amount },
      policy: [
        1,
        { ...policy, coin_seconds_earned: earned.toString(), coin_seconds_earned_last_update: now },
      ],
    });
    return;
  }
  const created = state.store.create<VestingBalance>('1.13', {
    owner: account.id,
    balance: { amount, asset_id: coreAsset },
    policy: [
      1,
      {
        vesting_seconds: state.parameters.cashback_vesting_period_seconds,
        start_claim: '1970-01-01T00:00:00',
        coin_seconds_earned: earnedNow.toString(),
        coin_seconds_earned_last_update: now,
      },
    ],
    balance_type: 'cashback',
  });
  state.store.modify(account, { cashback_vb: created.id });
  state.store.modify(state.statistics(state.account(account.id)), { has_cashback_vb: true });
}

/** Shares an account's collected fees out: network, lifetime referrer, referrer, registrar (account_object.cpp). */
export function processFees(state: ChainState, account: Account): void {
  const statistics = state.statistics(account);
  const { pending_fees: vesting, pending_vested_fees: vested } = statistics;
  if (vesting === 0n && vested === 0n) return;
  for (const [total, requireVesting] of [
    [vesting, true],
    [vested, false],
  ] as const) {
    const network = cut(total, account.network_fee_percentage);
    const core = state.get<AssetDynamicData>('2.3.0');
    state.store.modify(core, { accumulated_fees: core.accumulated_fees + network });
    const lifetime = cut(total, account.lifetime_referrer_fee_percentage);
    const referral = total - network - lifetime;
    const referrer = cut(referral, account.referrer_rewards_percentage);
    depositCashback(state, state.account(account.lifetime_referrer), lifetime, requireVesting);
    depositCashback(state, state.account(account.referrer), referrer, requireVesting);
    depositCashback(state, state.account(account.registrar), referral - referrer, requireVesting);
  }
  const now = state.statistics(account);
  state.store.modify(now, {
    lifetime_fees_paid: now.lifetime_fees_paid + vesting + vested,
    pending_fees: 0n,
    pending_vested_fees: 0n,
  });
}
