/** The database API's questions about accounts, balances and what belongs to them (database_api.cpp). */
import { at, check } from '../wire/chainError';
import { availableBalance } from '../chain/evaluators/claims';
import type { Json } from '../wire/json';
import type { Account, AssetObject, BalanceObject, Proposal, VestingBalance } from '../chain/objects';
import type { ChainState } from '../chain/state';
import { compareIds } from '../wire/operations';
import { toAccount, toList, toNumber, toText } from './arguments';
import type { ApiContext, Methods } from './api';
import { asJson, method } from './api';
import { subscribe } from './databaseChainApi';
import { checkLimit } from './limits';

const file = 'database_api.cpp';

function balances(state: ChainState, account: Account, assets: readonly unknown[]): Json {
  if (assets.length === 0)
    return state.balancesOf(account.id).map((b) => ({ amount: b.balance, asset_id: b.asset_type }));
  return assets.map((id) => ({ amount: state.balance(account.id, toText(id)), asset_id: toText(id) }));
}

/** Names in the order of the node's index. */
function sortedNames(names: Iterable<string>): string[] {
  return [...names].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

function keyReferences(state: ChainState, key: string): string[] {
  const holds = (account: Account) =>
    account.options.memo_key === key ||
    account.owner.key_auths.some(([text]) => text === key) ||
    account.active.key_auths.some(([text]) => text === key);
  return state.store
    .all<Account>('1.2')
    .filter(holds)
    .map((account) => account.id);
}

function proposalsFor(state: ChainState, id: string): Proposal[] {
  return state.store
    .all<Proposal>('1.10')
    .filter((p) =>
      [
        p.required_active_approvals,
        p.required_owner_approvals,
        p.available_active_approvals,
        p.available_owner_approvals,
      ].some((list) => list.includes(id)),
    );
}

function vestingOf(state: ChainState, id: string): VestingBalance[] {
  return state.store.all<VestingBalance>('1.13').filter((balance) => balance.owner === id);
}

const listNames = [
  'balances',
  'vesting_balances',
  'limit_orders',
  'call_orders',
  'settle_orders',
  'proposals',
  'assets',
  'withdraws_from',
  'withdraws_to',
  'htlcs_from',
  'htlcs_to',
] as const;

function fullAccount(context: ApiContext, account: Account): Json {
  const { state } = context;
  const name = (id: string) => state.account(id).name;
  const cashback =
    account.cashback_vb === undefined ? undefined : state.store.find<VestingBalance>(account.cashback_vb);
  const limit = context.limits.getFullAccountsLists;
  const lists: Record<(typeof listNames)[number], unknown[]> = {
    balances: state.balancesOf(account.id),
    vesting_balances: vestingOf(state, account.id),
    limit_orders: [],
    call_orders: [],
    settle_orders: [],
    proposals: proposalsFor(state, account.id),
    assets: state.store
      .all<AssetObject>('1.3')
      .filter((asset) => asset.issuer === account.id)
      .map((asset) => asset.id),
    withdraws_from: state.store
      .all<{ id: string; withdraw_from_account: string }>('1.12')
      .filter((p) => p.withdraw_from_account === account.id),
    withdraws_to: state.store
      .all<{ id: string; authorized_account: string }>('1.12')
      .filter((p) => p.authorized_account === account.id),
    htlcs_from: [],
    htlcs_to: [],
  };
  const more: Record<string, boolean> = {};
  const shown: Record<string, Json> = {};
  for (const key of listNames) {
    more[key] = lists[key].length > limit;
    shown[key] = asJson(lists[key].slice(0, limit));
  }
  return {
    account: asJson(account),
    statistics: asJson(state.statistics(account)),
    registrar_name: name(account.registrar),
    referrer_name: name(account.referrer),
    lifetime_referrer_name: name(account.lifetime_referrer),
    votes: [],
    ...(cashback ? { cashback_balance: asJson(cashback) } : {}),
    ...shown,
    more_data_available: more,
  };
}

/** Accounts, balances, claims and proposals. */
export const databaseAccountMethods: Methods = {
  get_accounts: method(1, (context, [names, wanted]) =>
    toList(names).map((name) => {
      const account = context.state.accountByNameOrId(toText(name));
      if (account) subscribe(context, wanted, [account.id]);
      return asJson(account ?? null);
    }),
  ),
  get_account_by_name: method(1, ({ state }, [name]) => asJson(state.accountByName(toText(name)) ?? null)),
  get_account_id_from_string: method(1, ({ state }, [name]) => toAccount(state, name).id),
  lookup_account_names: method(1, ({ state }, [names]) =>
    toList(names).map((name) => asJson(state.accountByName(toText(name)) ?? null)),
  ),
  lookup_accounts: method(2, (context, [lower, limit, wanted]) => {
    const { state } = context;
    checkLimit(toNumber(limit), context.limits.lookupAccounts, file, 790, 'lookup_accounts');
    const names = sortedNames(state.accountsByName.keys())
      .filter((name) => name >= toText(lower))
      .slice(0, toNumber(limit));
    const pairs = names.map((name): [string, string] => [name, state.accountsByName.get(name) as string]);
    if (wanted === true)
      subscribe(
        context,
        wanted,
        pairs.map(([, id]) => id),
      );
    return pairs;
  }),
  get_account_count: method(0, ({ state }) => state.accountsByName.size),
  get_full_accounts: method(1, (context, [names, wanted]) => {
    const { state, limits } = context;
    const list = toList(names).map(toText);
    check(
      list.length <= limits.getFullAccounts,
      'names_or_ids.size() <= configured_limit',
      at(file, 660, 'get_full_accounts'),
      'Number of querying accounts can not be greater than ${configured_limit}',
      { configured_limit: limits.getFullAccounts },
    );
    const result: Json[] = [];
    for (const name of list) {
      const account = state.accountByNameOrId(name);
      if (!account) continue;
      const { subscriptions } = context.caller;
      if (wanted !== false && subscriptions.subscribeCallback !== undefined) {
        if (subscriptions.accounts.size < limits.getFullAccountsSubscribe)
          subscriptions.accounts.add(account.id);
        subscribe(context, true, [account.id]);
      }
      result.push([name, fullAccount(context, account)]);
    }
    return result;
  }),
  get_key_references: method(1, ({ state, limits }, [keys]) => {
    const list = toList(keys).map(toText);
    check(
      list.length <= limits.getKeyReferences,
      'keys.size() <= configured_limit',
      at(file, 480, 'get_key_references'),
      'Number of querying keys can not be greater than ${configured_limit}',
      { configured_limit: limits.getKeyReferences },
    );
    return list.map((key) => keyReferences(state, key));
  }),
  is_public_key_registered: method(1, ({ state }, [key]) => keyReferences(state, toText(key)).length > 0),
  get_account_references: method(1, ({ state }, [name]) => {
    const { id } = toAccount(state, name);
    const refers = (account: Account) =>
      [account.owner, account.active].some((authority) =>
        authority.account_auths.some(([other]) => other === id),
      );
    return state.store
      .all<Account>('1.2')
      .filter(refers)
      .map((account) => account.id);
  }),
  get_account_balances: method(2, ({ state }, [name, assets]) =>
    balances(state, toAccount(state, name), toList(assets)),
  ),
  get_named_account_balances: method(2, ({ state }, [name, assets]) =>
    balances(state, toAccount(state, name), toList(assets)),
  ),
  get_vesting_balances: method(1, ({ state }, [name]) => asJson(vestingOf(state, toAccount(state, name).id))),
  get_balance_objects: method(1, ({ state }, [addresses]) => {
    const all = state.store.all<BalanceObject>('1.15');
    return asJson(
      toList(addresses).flatMap((address) => all.filter((object) => object.owner === toText(address))),
    );
  }),
  get_vested_balances: method(1, ({ state }, [ids]) =>
    toList(ids).map((id) => {
      const object = state.get<BalanceObject>(toText(id));
      return { amount: availableBalance(object, state.headTime), asset_id: object.balance.asset_id };
    }),
  ),
  get_proposed_transactions: method(1, ({ state }, [name]) =>
    asJson(proposalsFor(state, toAccount(state, name).id).sort((a, b) => compareIds(a.id, b.id))),
  ),
  get_withdraw_permissions_by_giver: method(3, ({ state }, [name]) =>
    asJson(
      state.store
        .all<{ id: string; withdraw_from_account: string }>('1.12')
        .filter((p) => p.withdraw_from_account === toAccount(state, name).id),
    ),
  ),
  get_withdraw_permissions_by_recipient: method(3, ({ state }, [name]) =>
    asJson(
      state.store
        .all<{ id: string; authorized_account: string }>('1.12')
        .filter((p) => p.authorized_account === toAccount(state, name).id),
    ),
  ),
};
