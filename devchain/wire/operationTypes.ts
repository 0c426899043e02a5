/** Operations as devchain holds them: the JSON's shape, with bigint for int64. */

export interface WrappedOperation {
  op: Operation;
}

export interface Asset {
  amount: bigint;
  asset_id: string;
}
export interface Memo {
  from: string;
  to: string;
  nonce: number | string;
  message: string;
}
export interface Authority {
  weight_threshold: number;
  account_auths: [string, number][];
  key_auths: [string, number][];
  address_auths: [string, number][];
}
export interface AccountOptions {
  memo_key: string;
  voting_account: string;
  num_witness: number;
  num_committee: number;
  votes: string[];
  extensions: never[];
}
export interface Price {
  base: Asset;
  quote: Asset;
}
export interface AssetOptions {
  max_supply: bigint;
  market_fee_percent: number;
  max_market_fee: bigint;
  issuer_permissions: number;
  flags: number;
  core_exchange_rate: Price;
  whitelist_authorities: string[];
  blacklist_authorities: string[];
  whitelist_markets: string[];
  blacklist_markets: string[];
  description: string;
  extensions: Record<string, never>;
}

interface Paid {
  fee: Asset;
}
interface Extended {
  extensions: never[];
}
export interface Transfer extends Paid, Extended {
  from: string;
  to: string;
  amount: Asset;
  memo?: Memo;
}
export interface AccountCreate extends Paid {
  registrar: string;
  referrer: string;
  referrer_percent: number;
  name: string;
  owner: Authority;
  active: Authority;
  options: AccountOptions;
  extensions: Record<string, never>;
}
export interface AccountUpdate extends Paid {
  account: string;
  owner?: Authority;
  active?: Authority;
  new_options?: AccountOptions;
  extensions: Record<string, never>;
}
export interface AccountWhitelist extends Paid, Extended {
  authorizing_account: string;
  account_to_list: string;
  new_listing: number;
}
export interface AccountUpgrade extends Paid, Extended {
  account_to_upgrade: string;
  upgrade_to_lifetime_member: boolean;
}
export interface AssetCreate extends Paid, Extended {
  issuer: string;
  symbol: string;
  precision: number;
  common_options: AssetOptions;
  bitasset_opts?: Record<string, never>;
  is_prediction_market: boolean;
}
export interface AssetUpdate extends Paid {
  issuer: string;
  asset_to_update: string;
  new_issuer?: string;
  new_options: AssetOptions;
  extensions: Record<string, never>;
}
export interface AssetIssue extends Paid, Extended {
  issuer: string;
  asset_to_issue: Asset;
  issue_to_account: string;
  memo?: Memo;
}
export interface AssetReserve extends Paid, Extended {
  payer: string;
  amount_to_reserve: Asset;
}
export interface AssetFundFeePool extends Paid, Extended {
  from_account: string;
  asset_id: string;
  amount: bigint;
}
export interface ProposalCreate extends Paid, Extended {
  fee_paying_account: string;
  expiration_time: string;
  proposed_ops: WrappedOperation[];
  review_period_seconds?: number;
}
export interface ProposalUpdate extends Paid, Extended {
  fee_paying_account: string;
  proposal: string;
  active_approvals_to_add: string[];
  active_approvals_to_remove: string[];
  owner_approvals_to_add: string[];
  owner_approvals_to_remove: string[];
  key_approvals_to_add: string[];
  key_approvals_to_remove: string[];
}
export interface ProposalDelete extends Paid, Extended {
  fee_paying_account: string;
  using_owner_authority: boolean;
  proposal: string;
}
export interface WithdrawPermissionCreate extends Paid {
  withdraw_from_account: string;
  authorized_account: string;
  withdrawal_limit: Asset;
  withdrawal_period_sec: number;
  periods_until_expiration: number;
  period_start_time: string;
}
export interface WithdrawPermissionClaim extends Paid {
  withdraw_permission: string;
  withdraw_from_account: string;
  withdraw_to_account: string;
  amount_to_withdraw: Asset;
  memo?: Memo;
}
export interface WithdrawPermissionDelete extends Paid {
  withdraw_from_account: string;
  authorized_account: string;
  withdrawal_permission: string;
}
/** Where a worker's pay goes: back to the reserve, into a vesting balance, or nowhere. */
export type WorkerInitializer =
  [0, Record<string, never>] | [1, { pay_vesting_period_days: number }] | [2, Record<string, never>];
export interface WorkerCreate extends Paid {
  owner: string;
  work_begin_date: string;
  work_end_date: string;
  daily_pay: bigint;
  name: string;
  url: string;
  initializer: WorkerInitializer;
}
export interface Custom extends Paid {
  payer: string;
  required_auths: string[];
  id: number;
  data: string;
}
export interface BalanceClaim extends Paid {
  deposit_to_account: string;
  balance_to_claim: string;
  balance_owner_key: string;
  total_claimed: Asset;
}
export interface OverrideTransfer extends Paid, Extended {
  issuer: string;
  from: string;
  to: string;
  amount: Asset;
  memo?: Memo;
}

export interface OperationByTag {
  0: Transfer;
  5: AccountCreate;
  6: AccountUpdate;
  7: AccountWhitelist;
  8: AccountUpgrade;
  10: AssetCreate;
  11: AssetUpdate;
  14: AssetIssue;
  15: AssetReserve;
  16: AssetFundFeePool;
  22: ProposalCreate;
  23: ProposalUpdate;
  24: ProposalDelete;
  25: WithdrawPermissionCreate;
  27: WithdrawPermissionClaim;
  28: WithdrawPermissionDelete;
  34: WorkerCreate;
  35: Custom;
  37: BalanceClaim;
  38: OverrideTransfer;
}
export type OperationTag = keyof OperationByTag;
export type Operation = { [T in OperationTag]: [T, OperationByTag[T]] }[OperationTag];
