/** Operations on assets (asset_ops.cpp, asset_evaluator.cpp). */
import { at, check, failure } from '../../wire/chainError';
import type { AssetDynamicData, AssetObject } from '../objects';
import { assetFlags } from '../objects';
import { maxShareSupply } from '../parameters';
import type { ChainState } from '../state';
import { nothing } from '../state';
import type {
  AssetCreate,
  AssetFundFeePool,
  AssetIssue,
  AssetOptions,
  AssetReserve,
  AssetUpdate,
} from '../../wire/operations';
import { coreAsset } from '../fees';
import type { Evaluator } from './evaluator';
import { isAuthorizedAsset } from './transfers';

const validatePlace = at('asset_ops.cpp', 110, 'validate', 'pool worker');
const place = (line: number) => at('asset_evaluator.cpp', line, 'do_evaluate');

function validateOptions(options: AssetOptions): void {
  check(options.max_supply > 0n, 'max_supply > 0', validatePlace);
  check(options.max_supply <= maxShareSupply, 'max_supply <= GRAPHENE_MAX_SHARE_SUPPLY', validatePlace);
  check(options.market_fee_percent <= 10000, 'market_fee_percent <= GRAPHENE_100_PERCENT', validatePlace);
  check(
    options.core_exchange_rate.base.amount > 0n && options.core_exchange_rate.quote.amount > 0n,
    'core_exchange_rate.base.amount > 0',
    validatePlace,
  );
  if (options.whitelist_authorities.length > 0 || options.blacklist_authorities.length > 0) {
    check((options.flags & assetFlags.white_list) !== 0, 'flags & white_list', validatePlace);
  }
}

function evaluateOptions(state: ChainState, options: AssetOptions): void {
  const most = state.parameters.maximum_asset_whitelist_authorities;
  check(
    options.whitelist_authorities.length <= most,
    'op.common_options.whitelist_authorities.size() <= chain_parameters.maximum_asset_whitelist_authorities',
    place(50),
  );
  check(
    options.blacklist_authorities.length <= most,
    'op.common_options.blacklist_authorities.size() <= chain_parameters.maximum_asset_whitelist_authorities',
    place(51),
  );
  for (const id of [...options.whitelist_authorities, ...options.blacklist_authorities]) state.account(id);
}

export type NewAsset = Pick<AssetObject, 'symbol' | 'precision' | 'issuer' | 'options'>;

/** Makes an asset and its dynamic data, whose instance is the asset's. A rate that quotes the new asset as 1.3.1 is set right. */
export function createAsset(state: ChainState, fields: NewAsset, feePool = 0n): AssetObject {
  const id = state.store.nextId('1.3');
  const dynamic = state.store.create<AssetDynamicData>('2.3', {
    current_supply: 0n,
    confidential_supply: 0n,
    accumulated_fees: 0n,
    accumulated_collateral_fees: 0n,
    fee_pool: feePool,
  });
  const rate = fields.options.core_exchange_rate;
  const own = (side: 'base' | 'quote') =>
    rate[side].asset_id === coreAsset ? rate[side] : { ...rate[side], asset_id: id };
  const asset = state.store.create<AssetObject>('1.3', {
    ...fields,
    options:
      id === coreAsset
        ? fields.options
        : { ...fields.options, core_exchange_rate: { base: own('base'), quote: own('quote') } },
    dynamic_asset_data_id: dynamic.id,
    creation_block_num: state.cursor.block,
    creation_time: state.currentTime,
  });
  state.assetsBySymbol.set(asset.symbol, asset.id);
  return asset;
}

export const assetCreate: Evaluator<AssetCreate> = {
  validate(op) {
    check(op.fee.amount >= 0n, 'fee.amount >= 0', validatePlace);
    check(/^[A-Z][A-Z0-9.]{1,14}[A-Z0-9]$/.test(op.symbol), 'is_valid_symbol( symbol )', validatePlace);
    check(op.precision <= 12, 'precision <= 12', validatePlace);
    validateOptions(op.common_options);
    check(
      op.bitasset_opts === undefined && !op.is_prediction_market,
      'bitasset_opts.valid() == false',
      validatePlace,
      'devchain has no market issued assets',
    );
  },
  evaluate(state, op) {
    evaluateOptions(state, op.common_options);
    check(
      !state.assetsBySymbol.get(op.symbol),
      'asset_symbol_itr == asset_indx.end()',
      place(70),
      'Asset with symbol ${symbol} already exists',
      { symbol: op.symbol },
    );
    const dot = op.symbol.lastIndexOf('.');
    if (dot > 0) {
      const parent = state.assetBySymbolOrId(op.symbol.slice(0, dot));
      check(
        parent !== undefined,
        'asset_symbol_itr != asset_indx.end()',
        place(84),
        'Asset ${s} may only be created if the parent asset exists',
        { s: op.symbol },
      );
      check(
        parent.issuer === op.issuer,
        'asset_symbol_itr->issuer == op.issuer',
        place(88),
        'Only the issuer of the parent asset may create ${s}',
        { s: op.symbol },
      );
    }
  },
  divertedFee: (coreFee) => coreFee / 2n,
  apply(state, op, coreFee) {
    const asset = createAsset(
      state,
      { symbol: op.symbol, precision: op.precision, issuer: op.issuer, options: op.common_options },
      coreFee / 2n,
    );
    return [1, asset.id];
  },
};

export const assetUpdate: Evaluator<AssetUpdate> = {
  validate(op) {
    check(op.fee.amount >= 0n, 'fee.amount >= 0', validatePlace);
    check(op.new_issuer === undefined || op.new_issuer !== op.issuer, 'issuer != *new_issuer', validatePlace);
    validateOptions(op.new_options);
  },
  evaluate(state, op) {
    const asset = state.asset(op.asset_to_update);
    check(
      op.new_issuer === undefined,
      '!o.new_issuer',
      place(240),
      'Since Hardfork #199, updating issuer requires the use of asset_update_issuer_operation',
    );
    check(asset.issuer === op.issuer, 'o.issuer == asset_to_update->issuer', place(250), '', {
      'o.issuer': op.issuer,
      'asset_to_update->issuer': asset.issuer,
    });
    const enabled = op.new_options.flags & ~asset.options.issuer_permissions;
    check(
      enabled === 0 ||
        (op.new_options.flags ^ (asset.options.flags & ~asset.options.issuer_permissions)) === 0,
      '!((o.new_options.flags ^ asset_to_update->options.flags) & ~a.options.issuer_permissions)',
      place(262),
      'Flag change is forbidden by issuer permissions',
    );
    evaluateOptions(state, op.new_options);
  },
  apply(state, op) {
    state.store.modify(state.asset(op.asset_to_update), { options: op.new_options });
    return nothing;
  },
};

export const assetIssue: Evaluator<AssetIssue> = {
  validate(op) {
    const where = at('asset_ops.cpp', 46, 'validate', 'pool worker');
    check(op.fee.amount >= 0n, 'fee.amount >= 0', where);
    check(
      op.asset_to_issue.amount <= maxShareSupply,
      'asset_to_issue.amount.value <= GRAPHENE_MAX_SHARE_SUPPLY',
      where,
    );
    check(op.asset_to_issue.amount > 0n, 'asset_to_issue.amount.value > 0', where);
    check(op.asset_to_issue.asset_id !== coreAsset, 'asset_to_issue.asset_id != asset_id_type(0)', where);
  },
  evaluate(state, op) {
    const asset = state.asset(op.asset_to_issue.asset_id);
    check(op.issuer === asset.issuer, 'o.issuer == a.issuer', place(180));
    const to = state.account(op.issue_to_account);
    check(isAuthorizedAsset(to, asset), 'is_authorized_asset( d, *to_account, a )', place(185));
    const data = state.dynamicData(asset);
    check(
      data.current_supply + op.asset_to_issue.amount <= asset.options.max_supply,
      '(asset_dyn_data->current_supply + o.asset_to_issue.amount) <= a.options.max_supply',
      place(189),
    );
  },
  apply(state, op) {
    const data = state.dynamicData(state.asset(op.asset_to_issue.asset_id));
    state.adjustBalance(op.issue_to_account, op.asset_to_issue);
    state.store.modify(data, { current_supply: data.current_supply + op.asset_to_issue.amount });
    return nothing;
  },
};

export const assetReserve: Evaluator<AssetReserve> = {
  validate(op) {
    check(op.fee.amount >= 0n, 'fee.amount >= 0', validatePlace);
    check(op.amount_to_reserve.amount > 0n, 'amount_to_reserve.amount.value > 0', validatePlace);
  },
  evaluate(state, op) {
    const asset = state.asset(op.amount_to_reserve.asset_id);
    const from = state.account(op.payer);
    if (!isAuthorizedAsset(from, asset))
      throw failure(3051501, 'asset_reserve_invalid_on_mia', 'not authorized', place(205), 'not authorized');
    check(
      state.dynamicData(asset).current_supply - op.amount_to_reserve.amount >= 0n,
      '(asset_dyn_data->current_supply - o.amount_to_reserve.amount) >= 0',
      place(215),
    );
  },
  apply(state, op) {
    state.adjustBalance(op.payer, { ...op.amount_to_reserve, amount: -op.amount_to_reserve.amount });
    const data = state.dynamicData(state.asset(op.amount_to_reserve.asset_id));
    state.store.modify(data, { current_supply: data.current_supply - op.amount_to_reserve.amount });
    return nothing;
  },
};

/** Anybody may pay core asset into the pool from which fees in another asset are converted. */
export const assetFundFeePool: Evaluator<AssetFundFeePool> = {
  validate(op) {
    check(op.fee.amount >= 0n, 'fee.amount >= 0', validatePlace);
    check(op.fee.asset_id === coreAsset, 'fee.asset_id == asset_id_type()', validatePlace);
    check(op.amount > 0n, 'amount > 0', validatePlace);
  },
  evaluate(state, op) {
    state.asset(op.asset_id);
  },
  apply(state, op) {
    state.adjustBalance(op.from_account, { amount: -op.amount, asset_id: coreAsset });
    const data = state.dynamicData(state.asset(op.asset_id));
    state.store.modify(data, { fee_pool: data.fee_pool + op.amount });
    return nothing;
  },
};
