/** The objects of the chain's state, one interface a type (the *_object.hpp files of chain/). */
import type { AccountOptions, Asset, AssetOptions, Authority, Operation } from '../wire/operations';

/** The chain's objects, in the shape in which the node shows them (bigint for int64). */

export interface Account {
  id: string;
  membership_expiration_date: string;
  registrar: string;
  referrer: string;
  lifetime_referrer: string;
  network_fee_percentage: number;
  lifetime_referrer_fee_percentage: number;
  referrer_rewards_percentage: number;
  name: string;
  owner: Authority;
  active: Authority;
  options: AccountOptions;
  num_committee_voted: number;
  statistics: string;
  whitelisting_accounts: string[];
  blacklisting_accounts: string[];
  whitelisted_accounts: string[];
  blacklisted_accounts: string[];
  cashback_vb?: string;
  owner_special_authority: [number, Record<string, never>];
  active_special_authority: [number, Record<string, never>];
  top_n_control_flags: number;
  creation_block_num: number;
  creation_time: string;
}

export interface AccountStatistics {
  id: string;
  owner: string;
  name: string;
  most_recent_op: string;
  total_ops: number;
  removed_ops: number;
  total_core_in_orders: bigint;
  total_core_inactive: bigint;
  total_core_pob: bigint;
  total_core_pol: bigint;
  total_pob_value: bigint;
  total_pol_value: bigint;
  core_in_balance: bigint;
  has_cashback_vb: boolean;
  is_voting: boolean;
  last_vote_time: string;
  vp_all: number;
  vp_active: number;
  vp_committee: number;
  vp_witness: number;
  vp_worker: number;
  vote_tally_time: string;
  lifetime_fees_paid: bigint;
  pending_fees: bigint;
  pending_vested_fees: bigint;
}

export interface AssetObject {
  id: string;
  symbol: string;
  precision: number;
  issuer: string;
  options: AssetOptions;
  dynamic_asset_data_id: string;
  creation_block_num: number;
  creation_time: string;
}

export interface AssetDynamicData {
  id: string;
  current_supply: bigint;
  confidential_supply: bigint;
  accumulated_fees: bigint;
  accumulated_collateral_fees: bigint;
  fee_pool: bigint;
}

export interface AccountBalance {
  id: string;
  owner: string;
  asset_type: string;
  balance: bigint;
  maintenance_flag: boolean;
}

export interface ProposedTransaction {
  ref_block_num: number;
  ref_block_prefix: number;
  expiration: string;
  operations: Operation[];
  extensions: never[];
}

export interface Proposal {
  id: string;
  expiration_time: string;
  review_period_time?: string;
  proposed_transaction: ProposedTransaction;
  required_active_approvals: string[];
  available_active_approvals: string[];
  required_owner_approvals: string[];
  available_owner_approvals: string[];
  available_key_approvals: string[];
  proposer: string;
  fail_reason: string;
}

export interface LinearVestingPolicy {
  begin_timestamp: string;
  vesting_cliff_seconds: number;
  vesting_duration_seconds: number;
  begin_balance: bigint;
}

export interface BalanceObject {
  id: string;
  owner: string;
  balance: Asset;
  vesting_policy?: LinearVestingPolicy;
  last_claim_date: string;
}

export interface CddPolicy {
  vesting_seconds: number;
  start_claim: string;
  coin_seconds_earned: string;
  coin_seconds_earned_last_update: string;
}

export interface VestingBalance {
  id: string;
  owner: string;
  balance: Asset;
  policy: [1, CddPolicy];
  balance_type: string;
}

export interface WithdrawPermission {
  id: string;
  withdraw_from_account: string;
  authorized_account: string;
  withdrawal_limit: Asset;
  withdrawal_period_sec: number;
  period_start_time: string;
  expiration: string;
  claimed_this_period: bigint;
}

export interface Witness {
  id: string;
  witness_account: string;
  last_aslot: number;
  signing_key: string;
  vote_id: string;
  total_votes: number;
  url: string;
  total_missed: number;
  /** Vesting balance of the witness's pay; made with the first pay. */
  pay_vb?: string;
  last_confirmed_block_num: number;
}

export interface DynamicGlobalProperties {
  id: string;
  head_block_number: number;
  head_block_id: string;
  time: string;
  current_witness: string;
  next_maintenance_time: string;
  last_vote_tally_time: string;
  last_budget_time: string;
  witness_budget: bigint;
  total_pob: bigint;
  total_inactive: bigint;
  accounts_registered_this_interval: number;
  recently_missed_count: number;
  current_aslot: number;
  /** A 128-bit field of the last slots, as decimal text. */
  recent_slots_filled: string;
  dynamic_flags: number;
  last_irreversible_block_num: number;
}

export type FeeParameters = [number, Record<string, number | bigint>];

export interface ChainParameters {
  current_fees: { parameters: FeeParameters[]; scale: number };
  block_interval: number;
  maintenance_interval: number;
  maintenance_skip_slots: number;
  committee_proposal_review_period: number;
  maximum_transaction_size: number;
  maximum_block_size: number;
  maximum_time_until_expiration: number;
  maximum_proposal_lifetime: number;
  maximum_asset_whitelist_authorities: number;
  maximum_asset_feed_publishers: number;
  maximum_witness_count: number;
  maximum_committee_count: number;
  maximum_authority_membership: number;
  reserve_percent_of_fee: number;
  network_percent_of_fee: number;
  lifetime_referrer_percent_of_fee: number;
  cashback_vesting_period_seconds: number;
  cashback_vesting_threshold: bigint;
  count_non_member_votes: boolean;
  allow_non_member_whitelists: boolean;
  witness_pay_per_block: bigint;
  worker_budget_per_day: bigint;
  max_predicate_opcode: number;
  fee_liquidation_threshold: bigint;
  accounts_per_fee_scale: number;
  account_fee_scale_bitshifts: number;
  max_authority_depth: number;
  extensions: { updatable_htlc_options: { max_timeout_secs: number; max_preimage_size: number } };
}

export interface GlobalProperties {
  id: string;
  parameters: ChainParameters;
  pending_parameters?: ChainParameters;
  next_available_vote_id: number;
  active_committee_members: string[];
  active_witnesses: string[];
}

/** Flags of an asset (protocol/asset_ops.hpp). */
export const assetFlags = {
  charge_market_fee: 1,
  white_list: 2,
  override_authority: 4,
  transfer_restricted: 8,
} as const;
