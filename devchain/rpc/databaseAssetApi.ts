/** The database API's questions about assets (database_api.cpp). */
import type { Json } from '../wire/json';
import type { AssetObject } from '../chain/objects';
import { toList, toNumber, toText } from './arguments';
import type { Methods } from './api';
import { asJson, method } from './api';
import { subscribe } from './databaseChainApi';
import { checkLimit } from './limits';

/** Where the asset calls differ from get_objects: they add what is held as collateral. */
function extended(asset: AssetObject | undefined): Json {
  return asset ? { ...(asJson(asset) as { [key: string]: Json }), total_in_collateral: 0 } : null;
}

export const databaseAssetMethods: Methods = {
  lookup_asset_symbols: method(1, ({ state }, [symbols]) =>
    toList(symbols).map((symbol) => extended(state.assetBySymbolOrId(toText(symbol)))),
  ),
  get_assets: method(1, (context, [symbols, wanted]) => {
    const list = toList(symbols).map(toText);
    checkLimit(list.length, context.limits.getAssets, 'database_api.cpp', 1080, 'get_assets');
    return list.map((symbol) => {
      const asset = context.state.assetBySymbolOrId(symbol);
      if (asset) subscribe(context, wanted, [asset.id]);
      return extended(asset);
    });
  }),
  list_assets: method(2, (context, [lower, limit]) => {
    checkLimit(toNumber(limit), context.limits.getAssets, 'database_api.cpp', 1110, 'list_assets');
    const { state } = context;
    const symbols = [...state.assetsBySymbol.keys()]
      .filter((symbol) => symbol >= toText(lower))
      .sort((a, b) => (a < b ? -1 : 1));
    return symbols.slice(0, toNumber(limit)).map((symbol) => extended(state.assetBySymbolOrId(symbol)));
  }),
  get_asset_count: method(0, ({ state }) => state.assetsBySymbol.size),
  get_asset_id_from_string: method(
    1,
    ({ state }, [symbol]) => state.assetBySymbolOrId(toText(symbol))?.id ?? null,
  ),
};
