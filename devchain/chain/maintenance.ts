/** What happens once in a maintenance interval (db_maint.cpp). */
import { processBudget } from './budget';
import { coreAsset } from './fees';
import { timeSeconds, timeText } from '../wire/json';
import { processFees } from './maintenanceFees';
import type { AccountBalance, AccountStatistics, GlobalProperties } from './objects';
import type { ChainState } from './state';

/** The accounts whose core balance or fees changed since the last maintenance; fees in the node's order, by name. */
function accountsAtWork(state: ChainState): { balances: AccountBalance[]; statistics: AccountStatistics[] } {
  const balances = state.store
    .all<AccountBalance>('2.5')
    .filter((b) => b.asset_type === coreAsset && b.maintenance_flag);
  const statistics = state.store
    .all<AccountStatistics>('2.6')
    .filter((s) => s.pending_fees > 0n || s.pending_vested_fees > 0n)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return { balances, statistics };
}

/**
 * Chain maintenance (db_maint.cpp), as far as devchain has it: fees are shared out, pending parameters become
 * the parameters, the next maintenance time is set and the witnesses' budget is renewed.
 * Votes and workers are left out.
 */
export function performMaintenance(state: ChainState, blockNumber: number): void {
  const { balances, statistics } = accountsAtWork(state);
  for (const balance of balances) {
    const owner = state.statistics(state.account(balance.owner));
    state.store.modify(owner, { core_in_balance: balance.balance });
    state.store.modify(balance, { maintenance_flag: false });
  }
  for (const { owner } of statistics) processFees(state, state.account(owner));

  const properties = state.globalProperties;
  if (properties.pending_parameters) {
    const { pending_parameters: parameters, ...rest } = properties;
    state.store.replace<GlobalProperties>({ ...rest, parameters });
  }

  const dynamic = state.dynamicProperties;
  const interval = state.parameters.maintenance_interval;
  const head = timeSeconds(dynamic.time);
  const last = timeSeconds(dynamic.next_maintenance_time);
  const next =
    blockNumber === 1
      ? (Math.floor(head / interval) + 1) * interval
      : last + (Math.floor((head - last) / interval) + 1) * interval;
  state.store.modify(dynamic, {
    next_maintenance_time: timeText(next),
    last_vote_tally_time: dynamic.time,
    accounts_registered_this_interval: 0,
  });
  processBudget(state);
}
