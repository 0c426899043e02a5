/** An import against devchain over real sockets: what the tests of this folder share. */
import { importBalances, type ImportRequest, type ImportResult } from '../../src/balances/importer';
import type { ClaimContext, ClaimNode } from '../../src/balances/claimSending';
import { customChain, PrivateKey, type Chain } from '../../src/protocol';
import { openNodeClient } from '../../src/rpc/nodeClient';
import {
  balanceAddresses,
  publicKeyFromText,
  type Devchain,
  type Fault,
  type GenesisBalance,
} from '../../devchain';
import { ChainClock } from './chainClock';
import { ManualClock } from './manualClock';

export const balanceKey = (i: number): PrivateKey => PrivateKey.fromSeed(`old wallet ${i}`);

/** The five addresses of a key, as devchain computes them. */
export const addressesOfKey = (key: PrivateKey): string[] =>
  balanceAddresses(publicKeyFromText(key.publicKey.toString('BTS'), 'BTS'), 'BTS');

/** One balance on each of the five addresses of each key: key i owns i, 2i, 3i, 4i and 5i thousand base units. */
export const fiveEach = (keys: readonly PrivateKey[]): GenesisBalance[] =>
  keys.flatMap((key, i) =>
    addressesOfKey(key).map((owner, form) => ({ owner, amount: BigInt((i + 1) * (form + 1) * 1000) })),
  );

export interface Harness {
  chain: Chain;
  node: ClaimNode & { close(): void };
  /** Counts what reaches the endpoint. */
  broadcasts: Fault;
  run(request: Partial<ImportRequest>, context?: Partial<ClaimContext>): Promise<ImportResult>;
}

/** The clock makes a block whenever the importer sleeps. */
export async function openImport(
  devchain: Devchain,
  account: string,
  more: { beforeBroadcast?: () => void } = {},
): Promise<Harness> {
  const chain = customChain({ chainId: devchain.chainId, prefix: 'BTS' });
  const client = openNodeClient(
    { urls: [devchain.trustedUrl], chainId: chain.chainId },
    { clock: new ManualClock() },
  );
  const broadcasts = devchain.faults.add({
    kind: 'count',
    method: /^broadcast/,
  });
  let pendingHook = more.beforeBroadcast;
  const node: Harness['node'] = Object.assign(Object.create(client) as typeof client, {
    broadcast: (transaction: Parameters<ClaimNode['broadcast']>[0]) => {
      pendingHook?.();
      pendingHook = undefined;
      return client.broadcast(transaction);
    },
  });
  const receiver = await client.account(account);
  if (receiver === null) throw new Error('no such account');
  const active = PrivateKey.fromWif(devchain.account(account).keys.active);
  return {
    chain,
    node,
    broadcasts,
    run: (request, context) =>
      importBalances(
        {
          account: receiver,
          balanceKeys: [],
          activeKeys: [active],
          dryRun: false,
          waitFor: 'irreversible',
          maximumWait: 3600,
          historyOperations: 1000,
          ...request,
        },
        { chain, node: () => Promise.resolve(node), clock: new ChainClock(devchain), ...context },
      ),
  };
}
