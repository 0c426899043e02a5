/** A devchain with a cli_wallet, and the wallet node in n8n's engine: what the tests of this folder share. */
import type { IDataObject } from 'n8n-workflow';
import { Devchain, type DevchainOptions, type Fault, type WalletServer } from '../../devchain';
import { BitSharesWallet } from '../../nodes/BitSharesWallet/BitSharesWallet.node';
import { keysCredentialFor, nodeCredentialFor } from './devchainCredentials';
import { executeNode, type NodeResult, type NodeRun } from './executeNode';

export const password = 'correct horse battery';

export interface WalletHouse {
  chain: Devchain;
  wallet: WalletServer;
  /** Counts what reaches the node's broadcast, and the wallet's own. */
  broadcasts: Fault;
  /** One call to the wallet, as another program would make it. */
  ask(method: string, params?: unknown[]): Promise<unknown>;
  credentials(change?: { wallet?: object; keys?: object }): Record<string, object>;
  run(
    resource: string,
    operation: string,
    parameters?: IDataObject,
    more?: Partial<NodeRun>,
  ): Promise<NodeResult>;
  stop(): Promise<void>;
}

/**
 * Five minutes into a window of chain time, whatever the time is: the chain's head may be ahead of this machine's clock,
 * and a test must not depend on how near the end of a window it happens to run.
 */
function middleOfNextWindow(): number {
  return (Math.floor(Date.now() / 600_000) + 1) * 600 + 300;
}

let houses = 0;

export async function startWalletHouse(
  options: DevchainOptions & { newWallet?: boolean } = {},
): Promise<WalletHouse> {
  const { newWallet, ...chainOptions } = options;
  const chain = await Devchain.start({
    // Another chain id each time: what the node caches belongs to a chain.
    seed: `wallet house ${++houses}`,
    startTime: middleOfNextWindow() - 90,
    accounts: [
      { name: 'hot-wallet', balances: { BTS: '10000', USDX: '50' } },
      { name: 'alice', balances: { BTS: '1000' } },
    ],
    assets: [{ symbol: 'USDX', precision: 4 }],
    parameters: { maximum_transaction_size: 98_304 },
    ...chainOptions,
  });
  chain.advance(90);
  const wallet = await chain.startWallet(newWallet === true ? {} : { password });
  const ask = async (method: string, params: unknown[] = []): Promise<unknown> => {
    const response = await fetch(chain.walletUrl, {
      method: 'POST',
      headers: { connection: 'close' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    });
    const answer = (await response.json()) as { result?: unknown; error?: { message: string } };
    if (answer.error !== undefined) throw new Error(answer.error.message);
    return answer.result;
  };
  if (newWallet !== true) {
    const { keys } = chain.account('hot-wallet');
    await ask('unlock', [password]);
    for (const wif of [keys.active, keys.memo]) await ask('import_key', ['hot-wallet', wif]);
    await ask('lock');
  }
  const broadcasts = chain.faults.add({
    kind: 'count',
    method: /^broadcast|^transfer2$/,
  });
  const credentials: WalletHouse['credentials'] = ({ wallet: ofWallet = {}, keys = {} } = {}) => ({
    bitSharesWalletApi: {
      walletUrl: chain.walletUrl,
      walletPassword: password,
      chain: 'custom',
      chainId: chain.chainId,
      addressPrefix: 'BTS',
      ...ofWallet,
    },
    bitSharesNodeApi: nodeCredentialFor(chain),
    // The memo key only: nothing that moves funds is in n8n.
    bitSharesKeysApi: keysCredentialFor(chain, 'hot-wallet', {
      keyReceivingWallet: chain.walletUrl,
      ...keys,
    }),
  });
  return {
    chain,
    wallet,
    broadcasts,
    ask,
    credentials,
    run: (resource, operation, parameters = {}, more = {}) =>
      executeNode({
        node: new BitSharesWallet(),
        parameters: { resource, operation, ...parameters } as never,
        credentials: credentials(),
        ...more,
      }),
    stop: () => chain.stop(),
  };
}

/** The output items, or the error of the run. */
export function itemsOf({ items, error }: NodeResult): IDataObject[] {
  if (error !== null) throw error;
  return (items ?? []).map(({ json }) => json);
}
