/** Operations on accounts (account.cpp, account_evaluator.cpp). */
import { at, check, failure, framed } from '../../wire/chainError';
import type { Json } from '../../wire/json';
import { epoch, maximumTime } from '../../wire/json';
import type { Account, AccountStatistics } from '../objects';
import { processFees } from '../maintenanceFees';
import type { ChainState } from '../state';
import { nothing } from '../state';
import type {
  AccountCreate,
  AccountUpdate,
  AccountUpgrade,
  AccountWhitelist,
  Authority,
} from '../../wire/operations';
import { compareIds } from '../../wire/operations';
import type { Evaluator } from './evaluator';

const place = (line: number) => at('account_evaluator.cpp', line, 'do_evaluate');

function checkAuthority(state: ChainState, authority: Authority, code: number, name: string): void {
  const count = authority.account_auths.length + authority.key_auths.length + authority.address_auths.length;
  if (count > state.parameters.maximum_authority_membership) {
    throw failure(
      code + 1,
      `${name}_max_auth_exceeded`,
      'Exceeds max authority fan-out',
      place(41),
      'Maximum authority membership exceeded',
    );
  }
  for (const [id] of authority.account_auths) {
    if (!state.store.find(id)) {
      throw failure(
        code + 2,
        `${name}_auth_account_not_found`,
        'Auth account not found',
        place(49),
        'Account ${a} specified in authority does not exist',
        { a: id },
      );
    }
  }
}

/** The weight of all parts reaches the threshold: otherwise nobody could ever use the account again. */
function isImpossible(authority: Authority): boolean {
  let weight = 0;
  for (const [, part] of [...authority.account_auths, ...authority.key_auths, ...authority.address_auths])
    weight += part;
  return weight < authority.weight_threshold;
}

export function newStatistics(account: string, name: string): Omit<AccountStatistics, 'id'> {
  return {
    owner: account,
    name,
    most_recent_op: '2.9.0',
    total_ops: 0,
    removed_ops: 0,
    total_core_in_orders: 0n,
    total_core_inactive: 0n,
    total_core_pob: 0n,
    total_core_pol: 0n,
    total_pob_value: 0n,
    total_pol_value: 0n,
    core_in_balance: 0n,
    has_cashback_vb: false,
    is_voting: false,
    last_vote_time: epoch,
    vp_all: 0,
    vp_active: 0,
    vp_committee: 0,
    vp_witness: 0,
    vp_worker: 0,
    vote_tally_time: epoch,
    lifetime_fees_paid: 0n,
    pending_fees: 0n,
    pending_vested_fees: 0n,
  };
}

export type NewAccount = Pick<Account, 'name' | 'owner' | 'active' | 'options'> & Partial<Account>;

/** Makes an account and its statistics object, whose instance is the account's. */
export function createAccount(state: ChainState, fields: NewAccount): Account {
  const id = state.store.nextId('1.2');
  const { name, owner, active, options, ...others } = fields;
  const statistics = state.store.create<AccountStatistics>('2.6', newStatistics(id, name));
  const account = state.store.create<Account>('1.2', {
    membership_expiration_date: epoch,
    registrar: id,
    referrer: id,
    lifetime_referrer: id,
    network_fee_percentage: state.parameters.network_percent_of_fee,
    lifetime_referrer_fee_percentage: state.parameters.lifetime_referrer_percent_of_fee,
    referrer_rewards_percentage: 0,
    name,
    owner,
    active,
    options,
    num_committee_voted: 0,
    statistics: statistics.id,
    whitelisting_accounts: [],
    blacklisting_accounts: [],
    whitelisted_accounts: [],
    blacklisted_accounts: [],
    owner_special_authority: [0, {}],
    active_special_authority: [0, {}],
    top_n_control_flags: 0,
    creation_block_num: state.cursor.block,
    creation_time: state.currentTime,
    ...others,
  });
  state.accountsByName.set(account.name, account.id);
  return account;
}

/** Lifetime membership: the account is its own registrar and keeps the referral part of its fees. */
export function makeLifetimeMember(state: ChainState, account: Account): Account {
  return state.store.modify(account, {
    membership_expiration_date: maximumTime,
    registrar: account.id,
    referrer: account.id,
    lifetime_referrer: account.id,
    lifetime_referrer_fee_percentage: 10000 - account.network_fee_percentage,
  });
}

export const accountCreate: Evaluator<AccountCreate> = {
  validate(op) {
    const where = at('account.cpp', 196, 'validate', 'pool worker');
    check(op.fee.amount >= 0n, 'fee.amount >= 0', where);
    check(
      /^[a-z](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z](?:[a-z0-9-]*[a-z0-9])?)*$/.test(op.name) &&
        op.name.length <= 63,
      'is_valid_name( name )',
      where,
    );
    check(op.referrer_percent <= 10000, 'referrer_percent <= GRAPHENE_100_PERCENT', where);
    check(
      !isImpossible(op.owner),
      '!owner.is_impossible()',
      where,
      'cannot create an account with an imposible owner authority threshold',
    );
    check(
      !isImpossible(op.active),
      '!active.is_impossible()',
      where,
      'cannot create an account with an imposible active authority threshold',
    );
  },
  evaluate(state, op) {
    check(
      state.isLifetimeMember(state.account(op.registrar)),
      'fee_paying_account->is_lifetime_member()',
      place(140),
      'Only Lifetime members may register an account.',
    );
    check(
      state.isLifetimeMember(state.account(op.referrer)),
      'op.referrer(d).is_member(d.head_block_time())',
      place(141),
      'The referrer must be either a lifetime or annual subscriber.',
    );
    state.account(op.options.voting_account);
    checkAuthority(state, op.owner, 3050500, 'account_create');
    checkAuthority(state, op.active, 3050500, 'account_create');
    check(
      !state.accountByName(op.name),
      'current_account_itr == acnt_indx.indices().get<by_name>().end()',
      place(165),
      "Account '${a}' already exists.",
      { a: op.name },
    );
  },
  apply(state, op) {
    const account = createAccount(state, {
      name: op.name,
      owner: op.owner,
      active: op.active,
      options: op.options,
      registrar: op.registrar,
      referrer: op.referrer,
      lifetime_referrer: state.account(op.referrer).lifetime_referrer,
      referrer_rewards_percentage: op.referrer_percent,
    });
    const dynamic = state.dynamicProperties;
    state.store.modify(dynamic, {
      accounts_registered_this_interval: dynamic.accounts_registered_this_interval + 1,
    });
    return [1, account.id];
  },
};

export const accountUpdate: Evaluator<AccountUpdate> = {
  validate(op) {
    const where = at('account.cpp', 224, 'validate', 'pool worker');
    check(op.account !== '1.2.4', 'account != GRAPHENE_TEMP_ACCOUNT', where);
    check(op.fee.amount >= 0n, 'fee.amount >= 0', where);
    check(
      op.owner !== undefined || op.active !== undefined || op.new_options !== undefined,
      'has_action',
      where,
    );
    for (const [name, authority] of [
      ['owner', op.owner],
      ['active', op.active],
    ] as const) {
      if (!authority) continue;
      const parts =
        authority.account_auths.length + authority.key_auths.length + authority.address_auths.length;
      check(parts !== 0, `${name}->num_auths() != 0`, where);
      check(authority.address_auths.length === 0, `${name}->address_auths.size() == 0`, where);
      check(
        !isImpossible(authority),
        `!${name}->is_impossible()`,
        where,
        `cannot update an account with an imposible ${name} authority threshold`,
      );
    }
  },
  evaluate(state, op) {
    framed(
      () => {
        if (op.owner) checkAuthority(state, op.owner, 3050600, 'account_update');
        if (op.active) checkAuthority(state, op.active, 3050600, 'account_update');
        state.account(op.account);
      },
      'account_evaluator.cpp',
      321,
      'do_evaluate',
      () => ({ o: op as unknown as Json }),
    );
  },
  apply(state, op) {
    state.store.modify(state.account(op.account), {
      ...(op.owner ? { owner: op.owner, top_n_control_flags: 0 } : {}),
      ...(op.active ? { active: op.active, top_n_control_flags: 0 } : {}),
      ...(op.new_options ? { options: op.new_options } : {}),
    });
    return nothing;
  },
};

function listed(list: readonly string[], id: string, wanted: boolean): string[] {
  const others = list.filter((item) => item !== id);
  return wanted ? [...others, id].sort(compareIds) : others;
}

/** new_listing: bit 1 puts on the white list, bit 2 on the black list; a bit that is not set takes it off. */
export const accountWhitelist: Evaluator<AccountWhitelist> = {
  validate(op) {
    check(op.fee.amount >= 0n, 'fee.amount >= 0', at('account.cpp', 268, 'validate', 'pool worker'));
    check(op.new_listing < 4, 'new_listing < 0x4', at('account.cpp', 269, 'validate', 'pool worker'));
  },
  evaluate(state, op) {
    state.account(op.account_to_list);
    if (!state.parameters.allow_non_member_whitelists) {
      check(
        state.isLifetimeMember(state.account(op.authorizing_account)),
        'o.authorizing_account(d).is_lifetime_member()',
        place(391),
      );
    }
  },
  apply(state, op) {
    const white = (op.new_listing & 1) !== 0;
    const black = (op.new_listing & 2) !== 0;
    const target = state.account(op.account_to_list);
    state.store.modify(target, {
      whitelisting_accounts: listed(target.whitelisting_accounts, op.authorizing_account, white),
      blacklisting_accounts: listed(target.blacklisting_accounts, op.authorizing_account, black),
    });
    const lister = state.account(op.authorizing_account);
    state.store.modify(lister, {
      whitelisted_accounts: listed(lister.whitelisted_accounts, op.account_to_list, white),
      blacklisted_accounts: listed(lister.blacklisted_accounts, op.account_to_list, black),
    });
    return nothing;
  },
};

export const accountUpgrade: Evaluator<AccountUpgrade> = {
  validate(op) {
    check(op.fee.amount >= 0n, 'fee.amount >= 0', at('account.cpp', 262, 'validate', 'pool worker'));
  },
  evaluate(state, op) {
    check(
      !state.isLifetimeMember(state.account(op.account_to_upgrade)),
      '!account->is_lifetime_member()',
      place(440),
    );
    check(
      op.upgrade_to_lifetime_member,
      'op.upgrade_to_lifetime_member',
      place(441),
      'Annual memberships can no longer be bought',
    );
  },
  apply(state, op) {
    processFees(state, state.account(op.account_to_upgrade));
    makeLifetimeMember(state, state.account(op.account_to_upgrade));
    return nothing;
  },
};
