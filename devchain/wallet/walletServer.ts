/** The endpoint of cli_wallet, as a process that can be stopped and started. */
import { assertion, at } from '../wire/chainError';
import type { Faults } from '../rpc/faults';
import type { Json } from '../wire/json';
import { checkArguments } from '../rpc/api';
import type { Request } from '../rpc/envelope';
import { methodNotFound } from '../rpc/envelope';
import { JsonRpcServer } from '../rpc/httpServer';
import { walletMethods } from '../rpc/methodNames';
import { Wallet } from './wallet';
import type { WalletNode } from './wallet';
import type { WalletMethod } from './walletMethods';
import { walletCoreMethods } from './walletMethods';
import { walletOperationMethods } from './walletOperationMethods';

const methods: Readonly<Record<string, WalletMethod>> = { ...walletCoreMethods, ...walletOperationMethods };

export interface WalletServerOptions {
  host: string;
  port: number;
  faults: Faults;
  seed: string;
  /** Seconds since the epoch, for the ages in `info`. */
  now(): number;
}

/** cli_wallet's HTTP endpoint: no authentication; it starts locked, and new when it has no password yet. */
export class WalletServer extends JsonRpcServer {
  readonly wallet: Wallet;

  constructor(
    private readonly options: WalletServerOptions,
    link: WalletNode,
  ) {
    super('wallet', options.faults, options.host, options.port);
    this.wallet = new Wallet(link, options.seed);
  }

  /** As when a supervisor starts the process again: what was saved is there, and locked. */
  override async start(): Promise<void> {
    this.wallet.restart();
    await super.start();
  }

  protected override httpConnection(): undefined {
    return undefined;
  }

  protected override methodOf(request: Request): string {
    return request.method === 'call' ? String(request.params[1] ?? '') : request.method;
  }

  protected override handle(request: Request): Json {
    const [name, args] =
      request.method === 'call'
        ? [String(request.params[1] ?? ''), request.params[2]]
        : [request.method, request.params];
    const method = methods[name];
    if (!method) {
      if (walletMethods.includes(name))
        throw assertion(
          'devchain knows this method',
          at('wallet_server.ts', 1, name),
          'devchain does not answer ${name}',
          { name },
        );
      throw methodNotFound(name, walletMethods);
    }
    const list = Array.isArray(args) ? (args as readonly unknown[]) : [];
    checkArguments(list, method.required);
    return method.call(this.wallet, list, this.options.now());
  }
}
