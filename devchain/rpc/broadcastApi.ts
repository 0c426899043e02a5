/** The network_broadcast API (app/api.cpp). */
import { toNumber } from './arguments';
import type { Json } from '../wire/json';
import type { Methods } from './api';
import { method } from './api';
import { checkBroadcast } from './historyApi';

export const broadcastApiMethods: Methods = {
  broadcast_transaction: method(1, (context, [json]) => {
    checkBroadcast(context.canBroadcast, 195, 'broadcast_transaction');
    context.broadcast(json);
    return null;
  }),
  broadcast_transaction_with_callback: method(2, (context, [callback, json]) => {
    checkBroadcast(context.canBroadcast, 230, 'broadcast_transaction_with_callback');
    const id = toNumber(callback);
    context.broadcast(json, (notice) => context.caller.notify(id, [notice]));
    return null;
  }),
  /** Answers when the transaction is in a block: never, if it does not get there. */
  broadcast_transaction_synchronous: method(1, (context, [json]) => {
    checkBroadcast(context.canBroadcast, 205, 'broadcast_transaction_synchronous');
    return new Promise<Json>((resolve) => context.broadcast(json, resolve));
  }),
};
