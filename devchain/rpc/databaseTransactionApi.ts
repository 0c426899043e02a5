/** The database API's questions about transactions that are not sent yet (database_api.cpp). */
import { at, check } from '../wire/chainError';
import { potentialKeys, requiredKeys, verifyAuthority } from '../chain/authority';
import type { AuthoritySource } from '../chain/authority';
import { feeInAsset, requiredCoreFee } from '../chain/fees';
import type { Json } from '../wire/json';
import type { ChainState } from '../chain/state';
import type { Operation } from '../wire/operations';
import { toList, toText } from './arguments';
import type { Methods } from './api';
import { asJson, method } from './api';

function source(state: ChainState): AuthoritySource {
  return { active: (id) => state.account(id).active, owner: (id) => state.account(id).owner };
}

/** The fee of an operation in an asset; a proposal's answer holds the fees of its operations as well. */
function requiredFee(state: ChainState, operation: Operation, assetId: string): Json {
  const asset = state.asset(assetId);
  const rate = asset.options.core_exchange_rate;
  const inAsset = (inner: Operation): Operation =>
    [
      inner[0],
      { ...inner[1], fee: feeInAsset(requiredCoreFee(inner, state.parameters, state.wire), assetId, rate) },
    ] as Operation;
  if (operation[0] !== 22) return asJson(inAsset(operation)[1].fee);
  const inner = operation[1].proposed_ops.map(({ op }) => inAsset(op));
  const own: Operation = [22, { ...operation[1], proposed_ops: inner.map((op) => ({ op })) }];
  return [
    asJson(inAsset(own)[1].fee),
    operation[1].proposed_ops.map(({ op }) => requiredFee(state, op, assetId)),
  ];
}

/** Packing, authorities, fees and dry validation. */
export const databaseTransactionMethods: Methods = {
  get_transaction_hex: method(1, ({ state }, [json]) =>
    state.wire.packSigned(state.wire.transactionFromJson(json)).toString('hex'),
  ),
  get_transaction_hex_without_sig: method(1, ({ state }, [json]) =>
    state.wire.pack(state.wire.transactionFromJson(json)).toString('hex'),
  ),
  get_required_fees: method(2, ({ state }, [operations, asset]) => {
    const found = state.assetBySymbolOrId(toText(asset));
    check(
      found !== undefined,
      'asset_ptr',
      at('database_api.cpp', 2830, 'get_asset_from_string'),
      'no such asset',
    );
    return toList(operations).map((json) =>
      requiredFee(state, state.wire.codecs.operation.fromJson(json), found.id),
    );
  }),
  get_potential_signatures: method(1, ({ node, state }, [json]) => {
    const transaction = state.wire.transactionFromJson(json);
    return potentialKeys(
      transaction.operations,
      node.signatureKeys(transaction),
      source(state),
      state.parameters.max_authority_depth,
      state.wire.prefix,
    );
  }),
  get_required_signatures: method(2, ({ node, state }, [json, available]) => {
    const transaction = state.wire.transactionFromJson(json);
    const keys = toList(available).map((key) => state.wire.codecs.publicKey.fromJson(key));
    return requiredKeys(
      transaction.operations,
      node.signatureKeys(transaction),
      keys,
      source(state),
      state.parameters.max_authority_depth,
      state.wire.prefix,
    );
  }),
  verify_authority: method(1, ({ node, state }, [json]) => {
    const transaction = state.wire.transactionFromJson(json);
    verifyAuthority(
      transaction.operations,
      node.signatureKeys(transaction),
      source(state),
      state.parameters.max_authority_depth,
      state.wire.prefix,
    );
    return true;
  }),
  validate_transaction: method(1, ({ node, state }, [json]) => {
    const prepared = node.prepare(state.wire.transactionFromJson(json));
    const results = node.validate(prepared);
    return asJson({ ...prepared.transaction, operation_results: results });
  }),
};
