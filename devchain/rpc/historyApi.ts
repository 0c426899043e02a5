/** The history API (app/api.cpp), with the manners in which its calls page and end. */
import { at, check, failure } from '../wire/chainError';
import type { History, HistoryObject } from '../chain/history';
import type { Json } from '../wire/json';
import type { Account } from '../chain/objects';
import type { ChainState } from '../chain/state';
import { instance } from '../wire/operations';
import { toList, toNumber, toObjectId, toText } from './arguments';
import type { ApiContext, Methods } from './api';
import { asJson, method } from './api';
import { checkLimit } from './limits';

const file = 'api.cpp';

/** Operations as this node shows them. */
function shown(context: ApiContext, objects: readonly HistoryObject[]): Json {
  if (!context.withoutVirtualMarks) return asJson(objects);
  return objects.map(({ id, op, result, block_num, trx_in_block, op_in_trx, virtual_op }) =>
    asJson({ id, op, result, block_num, trx_in_block, op_in_trx, virtual_op }),
  );
}

/** The history API answers an unknown account with nothing. */
function find(state: ChainState, name: unknown): Account | undefined {
  return state.accountByNameOrId(toText(name));
}

/** Sequences from the newest down to the oldest, as long as `wanted` says so. */
function* newestFirst(
  history: History,
  account: string,
  from = history.total(account),
): Generator<[number, number]> {
  for (let sequence = from; sequence >= 1; sequence--) {
    const number = history.at(account, sequence);
    if (number === undefined) return;
    yield [sequence, number];
  }
}

/** Operations with `stop < id <= start`, newest first; 1.11.0 as start means the newest, as stop it is included. */
function byIds(
  context: ApiContext,
  account: Account,
  stop: number,
  limit: number,
  start: number,
  accept: (object: HistoryObject) => boolean = () => true,
): HistoryObject[] {
  const { history } = context.node;
  const result: HistoryObject[] = [];
  for (const [, number] of newestFirst(history, account.id)) {
    if (result.length >= limit) break;
    if (start !== 0 && number > start) continue;
    if (number < stop || (number === stop && stop !== 0)) break;
    const object = history.object(number);
    if (object && accept(object)) result.push(object);
  }
  return result;
}

function operationInstance(value: unknown): number {
  const id = toObjectId(value ?? '1.11.0');
  if (!id.startsWith('1.11.'))
    throw failure(
      10,
      'assert_exception',
      'Assert Exception',
      at('object_id.hpp', 256, 'from_variant'),
      'space_id and type_id match',
    );
  return instance(id);
}

export const historyApiMethods: Methods = {
  get_relative_account_history: method(1, (context, [name, stopJson, limitJson, startJson]) => {
    const limit = limitJson === undefined ? context.limits.getRelativeAccountHistory : toNumber(limitJson);
    checkLimit(limit, context.limits.getRelativeAccountHistory, file, 559, 'get_relative_account_history');
    const account = find(context.state, name);
    if (!account) return [];
    const { history } = context.node;
    const total = history.total(account.id);
    const asked = toNumber(startJson);
    const start = asked === 0 ? total : Math.min(total, asked);
    const stop = toNumber(stopJson);
    const result: HistoryObject[] = [];
    if (start < stop || start <= history.removed(account.id)) return [];
    for (const [sequence, number] of newestFirst(history, account.id, start)) {
      if (sequence < stop || result.length >= limit) break;
      const object = history.object(number);
      if (object) result.push(object);
    }
    return shown(context, result);
  }),
  get_account_history: method(1, (context, [name, stop, limitJson, start]) => {
    const limit = limitJson === undefined ? context.limits.getAccountHistory : toNumber(limitJson);
    checkLimit(limit, context.limits.getAccountHistory, file, 430, 'get_account_history');
    const account = find(context.state, name);
    return account
      ? shown(context, byIds(context, account, operationInstance(stop), limit, operationInstance(start)))
      : [];
  }),
  get_account_history_operations: method(2, (context, [name, type, startJson, stopJson, limitJson]) => {
    const limit = limitJson === undefined ? context.limits.getAccountHistoryOperations : toNumber(limitJson);
    checkLimit(
      limit,
      context.limits.getAccountHistoryOperations,
      file,
      515,
      'get_account_history_operations',
    );
    const account = find(context.state, name);
    const wanted = toNumber(type);
    return account
      ? asJson(
          byIds(
            context,
            account,
            operationInstance(stopJson),
            limit,
            operationInstance(startJson),
            ({ op }) => op[0] === wanted,
          ),
        )
      : [];
  }),
  get_account_history_by_operations: method(2, (context, [name, types, startJson, limitJson]) => {
    const limit =
      limitJson === undefined ? context.limits.getAccountHistoryByOperations : toNumber(limitJson);
    checkLimit(
      limit,
      context.limits.getAccountHistoryByOperations,
      file,
      625,
      'get_account_history_by_operations',
    );
    const account = find(context.state, name);
    if (!account) return { total_count: 0, operation_history_objs: [] };
    const { history } = context.node;
    const first = toNumber(startJson);
    const total = history.total(account.id);
    const last = Math.min(total, first + limit - 1 || total);
    const wanted = new Set(toList(types).map(toNumber));
    let scanned = 0;
    const objects: HistoryObject[] = [];
    for (const [sequence, number] of newestFirst(history, account.id, last)) {
      if (sequence < first) break;
      scanned++;
      const object = history.object(number);
      if (object && (wanted.size === 0 || wanted.has(object.op[0]))) objects.push(object);
    }
    return { total_count: scanned, operation_history_objs: shown(context, objects) };
  }),
  get_account_history_by_time: method(1, (context, [name, limitJson, startTime]) => {
    const limit =
      limitJson === undefined || limitJson === null ? context.limits.getAccountHistory : toNumber(limitJson);
    checkLimit(limit, context.limits.getAccountHistory, file, 475, 'get_account_history_by_time');
    const account = find(context.state, name);
    if (!account) return [];
    const { history } = context.node;
    const latest = startTime === undefined || startTime === null ? '9999' : toText(startTime);
    const objects: HistoryObject[] = [];
    for (const [, number] of newestFirst(history, account.id)) {
      if (objects.length >= limit) break;
      const object = history.object(number);
      if (object && object.block_time <= latest) objects.push(object);
    }
    return shown(context, objects);
  }),
  get_block_operation_history: method(1, ({ node }, [block, trx]) =>
    asJson(
      node.history.ofBlock(toNumber(block), trx === undefined || trx === null ? undefined : toNumber(trx)),
    ),
  ),
  get_block_operations_by_time: method(0, ({ node }, [startTime]) => {
    const latest = startTime === undefined || startTime === null ? '9999' : toText(startTime);
    for (let number = node.blocks.length; number >= 1; number--) {
      if (node.blocks.blockTime(number) > latest) continue;
      const objects = node.history.ofBlock(number);
      if (objects.length > 0) return asJson(objects.reverse());
    }
    return [];
  }),
};

export function checkBroadcast(can: boolean, line: number, name: string): void {
  check(
    can,
    '_app.p2p_node() != nullptr',
    at(file, line, name),
    "Not connected to P2P network, can't broadcast!",
  );
}
