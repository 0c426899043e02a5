/** One connection's way to the APIs: login, api numbers, and who may call what (fc's api_connection, app/api.cpp login_api). */
import { assertion, at, check } from '../wire/chainError';
import type { Json } from '../wire/json';
import type { ApiContext, Methods } from './api';
import { asJson, checkArguments } from './api';
import { broadcastApiMethods } from './broadcastApi';
import { databaseAccountMethods } from './databaseAccountApi';
import { databaseAssetMethods } from './databaseAssetApi';
import { databaseChainMethods } from './databaseChainApi';
import { databaseTransactionMethods } from './databaseTransactionApi';
import { methodNotFound } from './envelope';
import { historyApiMethods } from './historyApi';
import { broadcastMethods, databaseMethods, historyMethods, loginMethods } from './methodNames';
import { toText } from './arguments';

export interface Credentials {
  user: string;
  password: string;
}

interface Api {
  methods: Methods;
  names: readonly string[];
}

const apis: Readonly<Record<string, Api>> = {
  database: {
    methods: {
      ...databaseChainMethods,
      ...databaseAccountMethods,
      ...databaseAssetMethods,
      ...databaseTransactionMethods,
    },
    names: databaseMethods,
  },
  history: { methods: historyApiMethods, names: historyMethods },
  network_broadcast: { methods: broadcastApiMethods, names: broadcastMethods },
  orders: { methods: {}, names: [] },
  custom_operations: { methods: {}, names: [] },
};

/** APIs that a node does not open by default, with the line of api.cpp that says so. */
const closedApis: Readonly<Record<string, number>> = {
  block: 257,
  network_node: 268,
  crypto: 290,
  debug: 302,
  asset: 313,
};
const openLines: Readonly<Record<string, number>> = {
  network_broadcast: 240,
  database: 225,
  history: 248,
  orders: 324,
  custom_operations: 335,
};

export const openApiSets = [
  'custom_operations_api',
  'database_api',
  'history_api',
  'network_broadcast_api',
  'orders_api',
];

/**
 * The APIs of one connection: which are open after its login, and the numbers that they got in the order of
 * first use (database 0, login 1).
 */
export class ApiSession {
  private allowed: boolean;
  private readonly numbered = ['database', 'login'];

  constructor(
    private readonly context: ApiContext,
    private readonly credentials: Credentials | undefined,
  ) {
    this.allowed = credentials === undefined;
  }

  login(user: string, password: string): boolean {
    this.allowed =
      this.credentials === undefined ||
      (this.credentials.user === user && this.credentials.password === password);
    return this.allowed;
  }

  /** Calls a method by the envelope's method and parameters; `call` names the API first. */
  call(method: string, params: readonly unknown[]): Json | Promise<Json> {
    if (method !== 'call') return this.dispatch('database', method, params);
    const [api, name, args] = params;
    check(params.length >= 2, 'params.size() >= 2', at('websocket_api.cpp', 40, 'call'));
    const resolved =
      typeof api === 'number' || /^\d+$/.test(toText(api))
        ? this.apiByNumber(Number(api))
        : this.openApi(toText(api));
    return this.dispatch(resolved, toText(name), Array.isArray(args) ? (args as readonly unknown[]) : []);
  }

  private apiByNumber(number: number): string {
    const name = this.numbered[number];
    check(name !== undefined, '_local_apis.size() > api_id', at('api_connection.hpp', 310, 'receive_call'));
    return name;
  }

  private openApi(name: string): string {
    if (name === 'login') return name;
    if (!(name in apis) && !(name in closedApis)) throw methodNotFound(name, loginMethods);
    const line = closedApis[name];
    if (line !== undefined || !this.allowed)
      throw assertion('is_allowed', at('api.cpp', line ?? openLines[name] ?? 225, name), 'Access denied');
    if (!this.numbered.includes(name)) this.numbered.push(name);
    return name;
  }

  private dispatch(api: string, name: string, args: readonly unknown[]): Json | Promise<Json> {
    if (api === 'login') return this.loginCall(name, args);
    if (!this.allowed)
      throw assertion('is_allowed', at('api.cpp', openLines[api] ?? 225, api), 'Access denied');
    const { methods, names } = apis[api] as Api;
    const method = methods[name];
    if (!method) {
      if (names.includes(name))
        throw assertion(
          'devchain knows this method',
          at('session.ts', 1, name),
          'devchain does not answer ${name}',
          { name },
        );
      throw methodNotFound(name, names);
    }
    checkArguments(args, method.required);
    return method.call(this.context, args);
  }

  private loginCall(name: string, args: readonly unknown[]): Json {
    switch (name) {
      case 'login':
        checkArguments(args, 2);
        return this.login(toText(args[0]), toText(args[1]));
      case 'logout':
        this.allowed = this.credentials === undefined;
        return true;
      case 'get_available_api_sets':
        return this.allowed ? asJson(openApiSets) : [];
      case 'get_info':
        return { version: 'devchain', head_block_num: this.context.state.headNumber };
      default:
        if (!loginMethods.includes(name)) throw methodNotFound(name, loginMethods);
        return this.numbered.indexOf(this.openApi(name));
    }
  }
}

/** The name under which faults know a call: the method inside `call`, or the plain one. */
export function methodName(method: string, params: readonly unknown[]): string {
  return method === 'call' ? toText(params[1]) : method;
}
