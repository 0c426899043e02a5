/** What a balance object can give at a time. Pure arithmetic on whole seconds of chain time. */
import type { BalanceObject } from '../chain/interfaces';

/** A vesting balance can be claimed once in this time (bitshares-core `balance_evaluator.cpp`). */
const claimInterval = 86_400;

/** Why nothing of a balance can be claimed now. */
export type ClaimHindrance = 'not_vested_yet' | 'claimed_within_a_day';

export interface Claimable {
  /** Base units that a claim gives now. A plain balance is claimed whole, a vesting one up to this. */
  amount: bigint;
  hindrance: ClaimHindrance | null;
  /** When the next part can be claimed; null when something can be claimed now. */
  claimableFrom: number | null;
  /** When all of it is released; null for a plain balance. */
  fullyVestedAt: number | null;
}

/**
 * What a claim of the balance gives at `now`, the head time of the node. Rules: `linear_vesting_policy` of bitshares-core
 * `vesting_balance_object.cpp`, and `balance_evaluator.cpp`.
 */
export function claimableAt(balance: BalanceObject, now: number): Claimable {
  const { vesting } = balance;
  if (vesting === null) {
    return { amount: balance.balance.amount, hindrance: null, claimableFrom: null, fullyVestedAt: null };
  }
  const withdrawn = vesting.beginBalance - balance.balance.amount;
  const fullyVestedAt = vesting.beginTime + Math.max(vesting.cliffSeconds, vesting.durationSeconds, 1);
  const available = released(vesting, now - vesting.beginTime) - withdrawn;
  const nextClaim = balance.lastClaimTime + claimInterval;
  if (available > 0n && now >= nextClaim) {
    return { amount: available, hindrance: null, claimableFrom: null, fullyVestedAt };
  }
  return {
    amount: 0n,
    hindrance: now < nextClaim ? 'claimed_within_a_day' : 'not_vested_yet',
    claimableFrom: Math.max(firstReleaseAbove(vesting, withdrawn), nextClaim),
    fullyVestedAt,
  };
}

type Vesting = NonNullable<BalanceObject['vesting']>;

/** Base units released after so many seconds, rounded down. */
function released({ cliffSeconds, durationSeconds, beginBalance }: Vesting, elapsed: number): bigint {
  if (elapsed <= 0 || elapsed < cliffSeconds) return 0n;
  if (elapsed >= durationSeconds) return beginBalance;
  return (beginBalance * BigInt(elapsed)) / BigInt(durationSeconds);
}

/** The first second at which more than `withdrawn` base units are released. */
function firstReleaseAbove(vesting: Vesting, withdrawn: bigint): number {
  const { beginTime, cliffSeconds, durationSeconds, beginBalance } = vesting;
  // beginBalance is at least one above withdrawn while the object exists.
  const elapsed =
    beginBalance <= 0n ? 1n : ((withdrawn + 1n) * BigInt(durationSeconds) + beginBalance - 1n) / beginBalance;
  return beginTime + Math.max(cliffSeconds, Number(elapsed), 1);
}
