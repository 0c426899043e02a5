/** What the methods of a node's APIs have in common: the node as they see it, the number of arguments, and limits. */
import { assertion, at } from '../wire/chainError';
import type { ChainNode } from '../chain/chainNode';
import type { Json } from '../wire/json';
import type { ChainState } from '../chain/state';
import type { ApiLimits } from './limits';

/** What a connection offers to an API: its subscriptions, and the way to send a notice. */
export interface Caller {
  readonly subscriptions: Subscriptions;
  notify(callback: number, params: Json): void;
  /** Called when the connection ends. */
  onEnd(listener: () => void): void;
}

export interface Subscriptions {
  subscribeCallback: number | undefined;
  blockCallback: number | undefined;
  objects: Set<string>;
  accounts: Set<string>;
  autoSubscribe: boolean;
}

/** One node's server as its APIs see it. */
export interface ApiContext {
  readonly node: ChainNode;
  readonly state: ChainState;
  readonly limits: ApiLimits;
  readonly caller: Caller;
  /** False on a delayed node: it takes no transactions. */
  readonly canBroadcast: boolean;
  /** True on a node older than 6.1: its history has no is_virtual and no block_time. */
  readonly withoutVirtualMarks: boolean;
  /** Hands a transaction that was accepted to whoever produces blocks. */
  broadcast(json: unknown, included?: (notice: Json) => void): void;
}

export interface Method {
  /** Arguments that must be there. */
  required: number;
  call(context: ApiContext, args: readonly unknown[]): Json | Promise<Json>;
}

export type Methods = Readonly<Record<string, Method>>;

export function method(required: number, call: Method['call']): Method {
  return { required, call };
}

/** Objects of the chain are JSON already, but for bigint, which the writer knows. */
export function asJson(value: unknown): Json {
  return value as Json;
}

export function checkArguments(args: readonly unknown[], required: number): void {
  if (args.length < required) {
    throw assertion(
      'a0 != e || optional_args',
      at('api_connection.hpp', 192, 'call_generic'),
      'too few arguments passed to method',
    );
  }
}
