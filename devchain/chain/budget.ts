/** Where the pay of the witnesses comes from and goes to (db_maint.cpp process_budget, db_balance.cpp deposit_witness_pay). */
import { coreAsset } from './fees';
import { timeSeconds } from '../wire/json';
import type { AssetDynamicData, VestingBalance, Witness } from './objects';
import { coinSeconds } from './maintenanceFees';
import { maxShareSupply } from './parameters';
import type { ChainState } from './state';

/** Share of the reserve that may be spent each second: 17 / 2^32 (config.hpp GRAPHENE_CORE_ASSET_CYCLE_RATE). */
const cycleRate = 17n;
const cycleRateBits = 32n;
const witnessPayVestingSeconds = 86400;

/**
 * The budget of the next maintenance interval (db_maint.cpp process_budget): collected fees and unused pay go
 * back to the reserve, and a part of the reserve becomes the pay of the witnesses. devchain has no workers.
 */
export function processBudget(state: ChainState): void {
  const dynamic = state.dynamicProperties;
  const core = state.get<AssetDynamicData>('2.3.0');
  const now = timeSeconds(dynamic.time);
  const lastBudget = timeSeconds(dynamic.last_budget_time);
  const elapsed = lastBudget === 0 || now <= lastBudget ? 0 : now - lastBudget;
  const reserve = maxShareSupply - core.current_supply + core.accumulated_fees + dynamic.witness_budget;
  const share = (reserve * BigInt(elapsed) * cycleRate + (1n << cycleRateBits) - 1n) >> cycleRateBits;
  const available = elapsed === 0 ? 0n : share < reserve ? share : reserve;
  const interval = state.parameters.block_interval;
  const blocks = Math.floor((timeSeconds(dynamic.next_maintenance_time) - now + interval - 1) / interval);
  const wanted = state.parameters.witness_pay_per_block * BigInt(blocks);
  const budget = wanted < available ? wanted : available;
  state.store.modify(core, {
    current_supply: core.current_supply + budget - core.accumulated_fees - dynamic.witness_budget,
    accumulated_fees: 0n,
  });
  state.store.modify(dynamic, { witness_budget: budget, last_budget_time: dynamic.time });
}

/** Pays the witness of a block out of the budget, into its vesting balance. */
export function payWitness(state: ChainState, witness: Witness): Witness {
  const dynamic = state.dynamicProperties;
  const most = state.parameters.witness_pay_per_block;
  const pay = dynamic.witness_budget < most ? dynamic.witness_budget : most;
  if (pay === 0n) return witness;
  state.store.modify(dynamic, { witness_budget: dynamic.witness_budget - pay });
  const existing =
    witness.pay_vb === undefined ? undefined : state.store.find<VestingBalance>(witness.pay_vb);
  if (existing) {
    const [, policy] = existing.policy;
    state.store.modify(existing, {
      balance: { ...existing.balance, amount: existing.balance.amount + pay },
      policy: [
        1,
        {
          ...policy,
          coin_seconds_earned: coinSeconds(existing, dynamic.time).toString(),
          coin_seconds_earned_last_update: dynamic.time,
        },
      ],
    });
    return witness;
  }
  const created = state.store.create<VestingBalance>('1.13', {
    owner: witness.witness_account,
    balance: { amount: pay, asset_id: coreAsset },
    policy: [
      1,
      {
        vesting_seconds: witnessPayVestingSeconds,
        start_claim: '1970-01-01T00:00:00',
        coin_seconds_earned: '0',
        coin_seconds_earned_last_update: dynamic.time,
      },
    ],
    balance_type: 'witness',
  });
  return state.store.modify(witness, { pay_vb: created.id });
}
