/** Claims of balance objects from the genesis (balance.cpp, balance_evaluator.cpp). */
import { at, check, failure } from '../../wire/chainError';
import { balanceAddresses, publicKeyFromText } from '../../wire/keys';
import { timeSeconds } from '../../wire/json';
import type { BalanceObject } from '../objects';
import { nothing } from '../state';
import type { BalanceClaim } from '../../wire/operations';
import type { Evaluator } from './evaluator';

const secondsPerDay = 86400;

/** What a balance object gives at a time: all, or what its linear policy has released (vesting_balance_object.cpp). */
export function availableBalance(object: BalanceObject, now: string): bigint {
  const policy = object.vesting_policy;
  if (!policy) return object.balance.amount;
  const elapsed = timeSeconds(now) - timeSeconds(policy.begin_timestamp);
  if (elapsed <= 0 || elapsed < policy.vesting_cliff_seconds) return 0n;
  const released =
    elapsed < policy.vesting_duration_seconds
      ? (policy.begin_balance * BigInt(elapsed)) / BigInt(policy.vesting_duration_seconds)
      : policy.begin_balance;
  const withdrawn = policy.begin_balance - object.balance.amount;
  const allowed = released - withdrawn;
  return allowed < 0n ? 0n : allowed;
}

const place = (line: number) => at('balance_evaluator.cpp', line, 'do_evaluate');

export const balanceClaim: Evaluator<BalanceClaim> = {
  validate(op) {
    check(
      op.fee.amount === 0n && op.fee.asset_id === '1.3.0',
      'fee == asset()',
      at('balance.cpp', 30, 'validate', 'pool worker'),
    );
  },
  evaluate(state, op) {
    const object = state.get<BalanceObject>(op.balance_to_claim);
    const { prefix } = state.wire;
    if (!balanceAddresses(publicKeyFromText(op.balance_owner_key, prefix), prefix).includes(object.owner)) {
      throw failure(
        3053703,
        'balance_claim_owner_mismatch',
        'owner mismatch',
        place(36),
        "Balance owner key was specified as '${op}' but balance's actual owner is '${bal}'",
        { op: op.balance_owner_key, bal: object.owner },
      );
    }
    check(
      op.total_claimed.asset_id === object.balance.asset_id,
      'op.total_claimed.asset_id == balance->asset_type()',
      place(47),
    );
    if (!object.vesting_policy) {
      check(
        op.total_claimed.amount === object.balance.amount,
        'op.total_claimed == balance->balance',
        place(67),
      );
      return;
    }
    const available = availableBalance(object, state.headTime);
    if (op.total_claimed.amount > available || op.total_claimed.amount < 0n) {
      throw failure(
        3053702,
        'balance_claim_invalid_claim_amount',
        'invalid claim amount',
        place(51),
        'Attempted to claim ${c} from a vesting balance with ${a} available',
        { c: { ...op.total_claimed }, a: { amount: available, asset_id: object.balance.asset_id } },
      );
    }
    if (state.headSeconds - timeSeconds(object.last_claim_date) < secondsPerDay) {
      throw failure(
        3053701,
        'balance_claim_claimed_too_often',
        'balance claimed too often',
        place(60),
        'Genesis vesting balances may not be claimed more than once per day.',
      );
    }
  },
  apply(state, op) {
    const object = state.get<BalanceObject>(op.balance_to_claim);
    const left = object.balance.amount - op.total_claimed.amount;
    if (left === 0n) state.store.remove(object.id);
    else
      state.store.modify(object, {
        balance: { ...object.balance, amount: left },
        last_claim_date: state.headTime,
      });
    state.adjustBalance(op.deposit_to_account, op.total_claimed);
    return nothing;
  },
};
