/** Withdraw permissions, and the custom operation (withdraw_permission_evaluator.cpp, custom.cpp). */
import { at, check } from '../../wire/chainError';
import { timeSeconds, timeText } from '../../wire/json';
import type { WithdrawPermission } from '../objects';
import type { ChainState } from '../state';
import { nothing } from '../state';
import type {
  Custom,
  WithdrawPermissionClaim,
  WithdrawPermissionCreate,
  WithdrawPermissionDelete,
} from '../../wire/operations';
import type { Evaluator } from './evaluator';
import { isAuthorizedAsset } from './transfers';

const validatePlace = at('withdraw_permission.cpp', 30, 'validate', 'pool worker');
const place = (line: number) => at('withdraw_permission_evaluator.cpp', line, 'do_evaluate');

export const withdrawPermissionCreate: Evaluator<WithdrawPermissionCreate> = {
  validate(op) {
    check(
      op.withdraw_from_account !== op.authorized_account,
      'withdraw_from_account != authorized_account',
      validatePlace,
    );
    check(op.fee.amount >= 0n, 'fee.amount >= 0', validatePlace);
    check(op.withdrawal_limit.amount > 0n, 'withdrawal_limit.amount > 0', validatePlace);
    check(op.withdrawal_period_sec > 0, 'withdrawal_period_sec > 0', validatePlace);
    check(op.periods_until_expiration > 0, 'periods_until_expiration > 0', validatePlace);
  },
  evaluate(state, op) {
    state.account(op.authorized_account);
    state.asset(op.withdrawal_limit.asset_id);
    check(op.period_start_time > state.headTime, 'op.period_start_time > d.head_block_time()', place(40));
    check(
      op.withdrawal_period_sec >= state.parameters.block_interval,
      'op.withdrawal_period_sec >= d.get_global_properties().parameters.block_interval',
      place(43),
    );
  },
  apply(state, op) {
    const permission = state.store.create<WithdrawPermission>('1.12', {
      withdraw_from_account: op.withdraw_from_account,
      authorized_account: op.authorized_account,
      withdrawal_limit: op.withdrawal_limit,
      withdrawal_period_sec: op.withdrawal_period_sec,
      period_start_time: op.period_start_time,
      expiration: timeText(
        timeSeconds(op.period_start_time) + op.periods_until_expiration * op.withdrawal_period_sec,
      ),
      claimed_this_period: 0n,
    });
    return [1, permission.id];
  },
};

/** The period that the head block's time falls in, and what was claimed in it. */
function currentPeriod(
  state: ChainState,
  permission: WithdrawPermission,
): { start: string; claimed: bigint } {
  const start = timeSeconds(permission.period_start_time);
  const passed = Math.floor((state.headSeconds - start) / permission.withdrawal_period_sec);
  return passed > 0
    ? { start: timeText(start + passed * permission.withdrawal_period_sec), claimed: 0n }
    : { start: permission.period_start_time, claimed: permission.claimed_this_period };
}

export const withdrawPermissionClaim: Evaluator<WithdrawPermissionClaim> = {
  validate(op) {
    check(
      op.withdraw_to_account !== op.withdraw_from_account,
      'withdraw_to_account != withdraw_from_account',
      validatePlace,
    );
    check(op.amount_to_withdraw.amount > 0n, 'amount_to_withdraw.amount > 0', validatePlace);
    check(op.fee.amount >= 0n, 'fee.amount >= 0', validatePlace);
  },
  evaluate(state, op) {
    const permission = state.get<WithdrawPermission>(op.withdraw_permission);
    check(permission.expiration > state.headTime, 'permit.expiration > d.head_block_time()', place(70));
    check(
      permission.authorized_account === op.withdraw_to_account,
      'permit.authorized_account == op.withdraw_to_account',
      place(71),
    );
    check(
      permission.withdraw_from_account === op.withdraw_from_account,
      'permit.withdraw_from_account == op.withdraw_from_account',
      place(72),
    );
    check(
      permission.period_start_time <= state.headTime,
      'permit.period_start_time <= d.head_block_time()',
      place(74),
    );
    check(
      op.amount_to_withdraw.asset_id === permission.withdrawal_limit.asset_id,
      'op.amount_to_withdraw.asset_id == permit.withdrawal_limit.asset_id',
      place(76),
    );
    const { claimed } = currentPeriod(state, permission);
    check(
      op.amount_to_withdraw.amount <= permission.withdrawal_limit.amount - claimed,
      'op.amount_to_withdraw <= permit.available_this_period( d.head_block_time() )',
      place(75),
    );
    const asset = state.asset(op.amount_to_withdraw.asset_id);
    check(
      isAuthorizedAsset(state.account(op.withdraw_to_account), asset),
      'is_authorized_asset( d, to, asset )',
      place(90),
    );
    check(
      isAuthorizedAsset(state.account(op.withdraw_from_account), asset),
      'is_authorized_asset( d, from, asset )',
      place(91),
    );
    check(
      state.balance(op.withdraw_from_account, asset.id) >= op.amount_to_withdraw.amount,
      'd.get_balance( from, asset ) >= op.amount_to_withdraw',
      place(78),
    );
  },
  apply(state, op) {
    const permission = state.get<WithdrawPermission>(op.withdraw_permission);
    const { start, claimed } = currentPeriod(state, permission);
    state.store.modify(permission, {
      period_start_time: start,
      claimed_this_period: claimed + op.amount_to_withdraw.amount,
    });
    state.adjustBalance(op.withdraw_from_account, {
      ...op.amount_to_withdraw,
      amount: -op.amount_to_withdraw.amount,
    });
    state.adjustBalance(op.withdraw_to_account, op.amount_to_withdraw);
    return nothing;
  },
};

export const withdrawPermissionDelete: Evaluator<WithdrawPermissionDelete> = {
  validate(op) {
    check(op.fee.amount >= 0n, 'fee.amount >= 0', validatePlace);
  },
  evaluate(state, op) {
    const permission = state.get<WithdrawPermission>(op.withdrawal_permission);
    check(
      permission.withdraw_from_account === op.withdraw_from_account,
      'permit.withdraw_from_account == op.withdraw_from_account',
      place(140),
    );
    check(
      permission.authorized_account === op.authorized_account,
      'permit.authorized_account == op.authorized_account',
      place(141),
    );
  },
  apply(state, op) {
    state.store.remove(op.withdrawal_permission);
    return nothing;
  },
};

/** Data that the chain only stores: it enters the history of every account that it requires. */
export const custom: Evaluator<Custom> = {
  validate(op) {
    check(op.fee.amount > 0n, 'fee.amount > 0', at('custom.cpp', 30, 'validate', 'pool worker'));
  },
  apply: () => nothing,
};
