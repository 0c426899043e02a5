/** The operations of the chain by number, as bitshares-core 7 orders them (libraries/protocol/operations.hpp). */
export const operationNames = [
  'transfer',
  'limit_order_create',
  'limit_order_cancel',
  'call_order_update',
  'fill_order',
  'account_create',
  'account_update',
  'account_whitelist',
  'account_upgrade',
  'account_transfer',
  'asset_create',
  'asset_update',
  'asset_update_bitasset',
  'asset_update_feed_producers',
  'asset_issue',
  'asset_reserve',
  'asset_fund_fee_pool',
  'asset_settle',
  'asset_global_settle',
  'asset_publish_feed',
  'witness_create',
  'witness_update',
  'proposal_create',
  'proposal_update',
  'proposal_delete',
  'withdraw_permission_create',
  'withdraw_permission_update',
  'withdraw_permission_claim',
  'withdraw_permission_delete',
  'committee_member_create',
  'committee_member_update',
  'committee_member_update_global_parameters',
  'vesting_balance_create',
  'vesting_balance_withdraw',
  'worker_create',
  'custom',
  'assert',
  'balance_claim',
  'override_transfer',
  'transfer_to_blind',
  'blind_transfer',
  'transfer_from_blind',
  'asset_settle_cancel',
  'asset_claim_fees',
  'fba_distribute',
  'bid_collateral',
  'execute_bid',
  'asset_claim_pool',
  'asset_update_issuer',
  'htlc_create',
  'htlc_redeem',
  'htlc_redeemed',
  'htlc_extend',
  'htlc_refund',
  'custom_authority_create',
  'custom_authority_update',
  'custom_authority_delete',
  'ticket_create',
  'ticket_update',
  'liquidity_pool_create',
  'liquidity_pool_delete',
  'liquidity_pool_deposit',
  'liquidity_pool_withdraw',
  'liquidity_pool_exchange',
  'samet_fund_create',
  'samet_fund_delete',
  'samet_fund_update',
  'samet_fund_borrow',
  'samet_fund_repay',
  'credit_offer_create',
  'credit_offer_delete',
  'credit_offer_update',
  'credit_offer_accept',
  'credit_deal_repay',
  'credit_deal_expired',
  'liquidity_pool_update',
  'credit_deal_update',
  'limit_order_update',
] as const;

export type OperationName = (typeof operationNames)[number];

/** The number of each operation: `operationTypes.transfer` is 0. */
export const operationTypes: Readonly<Record<OperationName, number>> = numbersByName();

/** The name of an operation number; numbers of later versions give `operation_<number>`. */
export function operationName(type: number): string {
  return operationNames[type] ?? `operation_${type}`;
}

function numbersByName(): Record<OperationName, number> {
  const entries = operationNames.map((name, type): [OperationName, number] => [name, type]);
  // Object.fromEntries forgets that every name is there.
  return Object.fromEntries(entries) as Record<OperationName, number>;
}
