/**
 * The names of the methods that bitshares-core 7.0 has in each API, in the order of its declaration. The node lists
 * them, with their numbers, in the error for an unknown method; devchain does not answer all of them.
 */
export const databaseMethods: readonly string[] = (
  'get_objects set_subscribe_callback set_auto_subscription set_pending_transaction_callback ' +
  'set_block_applied_callback cancel_all_subscriptions get_block_header get_block_header_batch ' +
  'get_block get_transaction get_recent_transaction_by_id get_chain_properties get_global_properties ' +
  'get_config get_chain_id get_dynamic_global_properties get_next_object_id get_key_references ' +
  'is_public_key_registered get_account_id_from_string get_accounts get_full_accounts get_top_voters ' +
  'get_account_by_name get_account_references lookup_account_names lookup_accounts get_account_count ' +
  'get_account_balances get_named_account_balances get_balance_objects get_vested_balances ' +
  'get_vesting_balances get_assets list_assets lookup_asset_symbols get_asset_count ' +
  'get_assets_by_issuer get_asset_id_from_string get_order_book get_limit_orders ' +
  'get_limit_orders_by_account get_account_limit_orders get_call_orders get_call_orders_by_account ' +
  'get_settle_orders get_settle_orders_by_account get_margin_positions get_collateral_bids ' +
  'subscribe_to_market unsubscribe_from_market get_ticker get_24_volume get_top_markets ' +
  'get_trade_history get_trade_history_by_sequence list_liquidity_pools get_liquidity_pools_by_asset_a ' +
  'get_liquidity_pools_by_asset_b get_liquidity_pools_by_one_asset get_liquidity_pools_by_both_assets ' +
  'get_liquidity_pools get_liquidity_pools_by_share_asset get_liquidity_pools_by_owner list_samet_funds ' +
  'get_samet_funds_by_owner get_samet_funds_by_asset list_credit_offers get_credit_offers_by_owner ' +
  'get_credit_offers_by_asset list_credit_deals get_credit_deals_by_offer_id ' +
  'get_credit_deals_by_offer_owner get_credit_deals_by_borrower get_credit_deals_by_debt_asset ' +
  'get_credit_deals_by_collateral_asset get_witnesses get_witness_by_account lookup_witness_accounts ' +
  'get_witness_count get_committee_members get_committee_member_by_account ' +
  'lookup_committee_member_accounts get_committee_count get_all_workers get_workers_by_account ' +
  'get_worker_count lookup_vote_ids get_transaction_hex get_transaction_hex_without_sig ' +
  'get_required_signatures get_potential_signatures get_potential_address_signatures verify_authority ' +
  'verify_account_authority validate_transaction get_required_fees get_proposed_transactions ' +
  'get_blinded_balances get_withdraw_permissions_by_giver get_withdraw_permissions_by_recipient ' +
  'get_htlc get_htlc_by_from get_htlc_by_to list_htlcs list_tickets get_tickets_by_account'
).split(' ');

export const loginMethods: readonly string[] = (
  'login logout get_info get_config get_available_api_sets block network_broadcast database history ' +
  'network_node crypto asset orders debug custom_operations'
).split(' ');

export const walletMethods: readonly string[] = (
  'help gethelp info about begin_builder_transaction add_operation_to_builder_transaction ' +
  'replace_operation_in_builder_transaction set_fees_on_builder_transaction preview_builder_transaction ' +
  'sign_builder_transaction sign_builder_transaction2 broadcast_transaction propose_builder_transaction ' +
  'propose_builder_transaction2 remove_builder_transaction is_new is_locked lock unlock set_password ' +
  'dump_private_keys list_my_accounts list_accounts list_account_balances list_assets get_asset_count ' +
  'import_key import_accounts import_account_keys import_balance suggest_brain_key ' +
  'derive_owner_keys_from_brain_key register_account upgrade_account create_account_with_brain_key ' +
  'sell_asset borrow_asset borrow_asset_ext cancel_order transfer transfer2 get_transaction_id ' +
  'create_asset update_asset update_asset_issuer update_bitasset get_htlc update_asset_feed_producers ' +
  'publish_asset_feed issue_asset get_asset get_asset_id get_asset_name get_asset_symbol ' +
  'get_bitasset_data fund_asset_fee_pool claim_asset_fee_pool reserve_asset global_settle_asset ' +
  'settle_asset bid_collateral whitelist_account create_committee_member get_witness ' +
  'get_committee_member list_witnesses list_committee_members create_witness update_witness ' +
  'create_worker update_worker_votes htlc_create htlc_redeem htlc_extend get_vesting_balances ' +
  'withdraw_vesting vote_for_committee_member vote_for_witness set_voting_proxy ' +
  'set_desired_witness_and_committee_member_count get_account get_account_id get_account_name get_block ' +
  'get_account_count get_account_history get_relative_account_history get_account_history_by_operations ' +
  'get_collateral_bids is_public_key_registered get_full_account get_market_history ' +
  'get_global_properties get_dynamic_global_properties get_object get_private_key load_wallet_file ' +
  'normalize_brain_key get_account_limit_orders get_limit_orders get_call_orders get_settle_orders ' +
  'save_wallet_file serialize_transaction sign_transaction sign_transaction2 add_transaction_signature ' +
  'get_transaction_signers get_key_references get_prototype_operation propose_parameter_change ' +
  'propose_fee_change approve_proposal dbg_make_uia dbg_make_mia dbg_push_blocks dbg_generate_blocks ' +
  'dbg_stream_json_objects dbg_update_object flood_network network_add_nodes ' +
  'network_get_connected_peers sign_memo read_memo sign_message verify_message verify_signed_message ' +
  'verify_encapsulated_message set_key_label get_key_label get_public_key get_blind_accounts ' +
  'get_my_blind_accounts get_blind_balances create_blind_account transfer_to_blind transfer_from_blind ' +
  'blind_transfer blind_history receive_blind_transfer get_order_book account_store_map ' +
  'get_account_storage quit'
).split(' ');

export const historyMethods: readonly string[] =
  'get_account_history get_account_history_by_operations get_account_history_by_time get_account_history_operations get_relative_account_history get_block_operation_history get_block_operations_by_time get_fill_order_history get_market_history get_market_history_buckets get_top_voters'.split(
    ' ',
  );

export const broadcastMethods: readonly string[] =
  'broadcast_transaction broadcast_transaction_with_callback broadcast_transaction_synchronous broadcast_block'.split(
    ' ',
  );
