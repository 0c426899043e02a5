/** The database API's objects, subscriptions, blocks and chain properties (database_api.cpp). */
import { assertion, at, check } from '../wire/chainError';
import type { ChainNode } from '../chain/chainNode';
import type { Json } from '../wire/json';
import { toList, toNumber, toObjectId, toText } from './arguments';
import type { ApiContext, Methods } from './api';
import { asJson, method } from './api';
import { configuration } from './configuration';

/** How many types the node has in each id space; other ids are an error, not null. */
const typesInSpace: Readonly<Record<number, number>> = { 1: 22, 2: 24 };

function subscribes(context: ApiContext, wanted: unknown): boolean {
  const { subscriptions } = context.caller;
  if (subscriptions.subscribeCallback === undefined) return false;
  return wanted === undefined || wanted === null ? subscriptions.autoSubscribe : wanted === true;
}

export function subscribe(context: ApiContext, wanted: unknown, ids: Iterable<string>): void {
  if (subscribes(context, wanted)) for (const id of ids) context.caller.subscriptions.objects.add(id);
}

/** An object by id: also those that live outside the store (operation history). */
function findObject(context: ApiContext, id: string): Json {
  const [space, type, number] = id.split('.').map(Number) as [number, number, number];
  const size = typesInSpace[space] ?? 0;
  check(
    size > type,
    '_index[space_id].size() > type_id',
    at('object_database.cpp', 57, 'get_index'),
    'Database index ${space_id}.${type_id} does not exist, space size is ${index[space_id].size}',
    {
      space_id: space,
      type_id: type,
      'index[space_id].size': size,
    },
  );
  if (id === '2.11.0') return chainProperties(context);
  if (space === 1 && type === 11) return asJson(context.node.history.object(number) ?? null);
  return asJson(context.state.store.find(id) ?? null);
}

function chainProperties({ state }: ApiContext): Json {
  const count = state.globalProperties.active_witnesses.length;
  return {
    id: '2.11.0',
    chain_id: state.chainId,
    immutable_parameters: {
      min_committee_member_count: count,
      min_witness_count: count,
      num_special_accounts: 0,
      num_special_assets: 0,
    },
  };
}

function headerJson(node: ChainNode, number: number, withSignature = false): { [key: string]: Json } | null {
  const block = node.blocks.get(number);
  if (!block) return null;
  const { previous, timestamp, witness, transaction_merkle_root, witness_signature } = block;
  return {
    previous,
    timestamp,
    witness,
    transaction_merkle_root,
    extensions: [],
    ...(withSignature ? { witness_signature } : {}),
  };
}

function blockJson(node: ChainNode, number: number): Json {
  const block = node.blocks.get(number);
  if (!block) return null;
  const transactions = node.blocks
    .transactions(block)
    .map((transaction) => ({ ...transaction, operation_results: [] }));
  return { ...headerJson(node, number, true), transactions: asJson(transactions) };
}

/** Chain, objects, blocks and subscriptions. */
export const databaseChainMethods: Methods = {
  get_objects: method(1, (context, [ids, wanted]) => {
    const list = toList(ids).map(toObjectId);
    check(
      list.length <= context.limits.getObjects,
      'ids.size() <= configured_limit',
      at('database_api.cpp', 120, 'get_objects'),
      'limit can not be greater than ${configured_limit}',
      { configured_limit: context.limits.getObjects },
    );
    const objects = list.map((id) => findObject(context, id));
    subscribe(context, wanted, list);
    return objects;
  }),
  get_chain_id: method(0, ({ state }) => state.chainId),
  get_chain_properties: method(0, chainProperties),
  get_global_properties: method(0, ({ state }) => asJson(state.globalProperties)),
  get_dynamic_global_properties: method(0, ({ state }) => asJson(state.dynamicProperties)),
  get_config: method(0, ({ state }) => configuration(state.wire.prefix)),
  get_block: method(1, ({ node }, [number]) => blockJson(node, toNumber(number))),
  get_block_header: method(1, ({ node }, [number, withSignature]) =>
    headerJson(node, toNumber(number), withSignature === true),
  ),
  get_block_header_batch: method(1, ({ node }, [numbers, withSignature]) =>
    [...new Set(toList(numbers).map(toNumber))]
      .sort((a, b) => a - b)
      .map((number) => [number, headerJson(node, number, withSignature === true)]),
  ),
  get_transaction: method(2, ({ node }, [number, index]) => {
    const block = node.blocks.get(toNumber(number));
    const place = at('database_api.cpp', 302, 'get_transaction');
    check(block !== undefined, 'opt_block', place);
    const transaction = node.blocks.transactions(block)[toNumber(index)];
    check(transaction !== undefined, 'opt_block->transactions.size() > trx_num', { ...place, line: 303 });
    return asJson({ ...transaction, operation_results: [] });
  }),
  get_recent_transaction_by_id: method(1, ({ state }, [id]) => {
    const recent = state.recent.get(toText(id).toLowerCase());
    return recent && state.headTime <= recent.expiration
      ? asJson(state.wire.unpack(recent.packedSigned))
      : null;
  }),
  get_next_object_id: method(2, ({ state }, [space, type]) =>
    state.store.nextId(`${toNumber(space)}.${toNumber(type)}`),
  ),
  set_subscribe_callback: method(2, ({ caller }, [callback, notifyRemoveCreate]) => {
    if (notifyRemoveCreate === true) {
      throw assertion(
        '_app_options->enable_subscribe_to_all',
        at('database_api.cpp', 180, 'set_subscribe_callback'),
        'Subscribing to universal object creation and removal is not allowed in this server.',
      );
    }
    caller.subscriptions.objects.clear();
    caller.subscriptions.accounts.clear();
    caller.subscriptions.subscribeCallback = toNumber(callback);
    return null;
  }),
  set_auto_subscription: method(1, ({ caller }, [enable]) => {
    caller.subscriptions.autoSubscribe = enable === true;
    return null;
  }),
  set_block_applied_callback: method(1, ({ caller }, [callback]) => {
    caller.subscriptions.blockCallback = toNumber(callback);
    return null;
  }),
  cancel_all_subscriptions: method(0, ({ caller }) => {
    const { subscriptions } = caller;
    subscriptions.objects.clear();
    subscriptions.accounts.clear();
    subscriptions.subscribeCallback = undefined;
    subscriptions.blockCallback = undefined;
    return null;
  }),
};
