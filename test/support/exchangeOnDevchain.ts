/** A devchain with an exchange and its customers, real connections to it, and a clock that follows chain time. */
import { Devchain, type DevchainOptions } from '../../devchain';
import type { NodeEndpoints } from '../../src/chain/interfaces';
import { customChain, PrivateKey, type Chain } from '../../src/protocol';
import type { ConnectionOptions } from '../../src/rpc/connection';
import { openNodeClient } from '../../src/rpc/nodeClient';
import type { WithdrawalContext } from '../../src/withdrawals/sending/context';
import { WithdrawalCaches } from '../../src/withdrawals/proof/evidence';
import type { PlainRequest } from '../../src/withdrawals/transaction/request';
import { runWithdrawals, type RunOptions } from '../../src/withdrawals/sending/runner';
import type { WithdrawalOrder } from '../../src/withdrawals/sending/order';
import type { WithdrawalResult } from '../../src/withdrawals/sending/withdrawal';
import { ChainClock } from './chainClock';
import { realClock } from './realClock';

export interface Exchange {
  chain: Devchain;
  protocolChain: Chain;
  clock: ChainClock;
  trusted: NodeEndpoints;
  delayed: NodeEndpoints;
  context(overrides?: Partial<WithdrawalContext>): WithdrawalContext;
  order(request: Partial<PlainRequest>, more?: Partial<WithdrawalOrder>): WithdrawalOrder;
  send(
    orders: WithdrawalOrder[],
    overrides?: Partial<WithdrawalContext>,
    options?: Partial<RunOptions>,
  ): Promise<WithdrawalResult[]>;
  /** Transfers from the hot wallet to an account in blocks of the present chain. */
  paymentsTo(name: string): number;
  stop(): Promise<void>;
}

/** @param connections How its nodes are asked, where that is not as usual. */
export async function startExchange(
  options: Partial<DevchainOptions> = {},
  connections: Partial<ConnectionOptions> = {},
): Promise<Exchange> {
  const chain = await Devchain.start({
    blockInterval: 1,
    maintenanceInterval: 3600,
    accounts: [
      { name: 'hot-wallet', balances: { BTS: '100000', USDX: '5000' } },
      { name: 'alice', balances: { BTS: '1000' } },
      { name: 'bob', balances: { BTS: '1000' } },
    ],
    assets: [{ symbol: 'USDX', precision: 4 }],
    ...options,
  });
  const protocolChain = customChain({ chainId: chain.chainId, prefix: 'BTS' });
  const clock = new ChainClock(chain);
  const settings = { chainId: chain.chainId, ...connections };
  const trusted = openNodeClient({ ...settings, urls: [chain.trustedUrl] }, { clock: realClock });
  const delayed = openNodeClient({ ...settings, urls: [chain.delayedUrl] }, { clock: realClock });
  const hot = chain.account('hot-wallet');
  const caches = new WithdrawalCaches();
  const context = (overrides: Partial<WithdrawalContext> = {}): WithdrawalContext => ({
    chain: protocolChain,
    nodes: { trusted: () => trusted.session(), delayed: () => delayed.session() },
    clock,
    caches,
    keys: {
      account: 'hot-wallet',
      memoKeys: [PrivateKey.fromWif(hot.keys.memo)],
      activeKeys: [PrivateKey.fromWif(hot.keys.active)],
    },
    ...overrides,
  });
  chain.produceBlocks(3);
  return {
    chain,
    protocolChain,
    clock,
    trusted,
    delayed,
    context,
    order: (request, more = {}) => ({
      request: {
        kind: 'plain',
        withdrawalId: 'W-1',
        requestedAt: chain.head.seconds,
        to: 'alice',
        asset: '1.3.0',
        amount: '12.5',
        memo: '',
        memoType: 'encrypted',
        receiverMemoKey: null,
        fee: null,
        feeAsset: null,
        ...request,
      },
      allowedAssets: [],
      allowedReceivers: [],
      maximumAmount: null,
      payingAccount: null,
      maximumAmounts: [],
      maximumFee: null,
      waitFor: 'irreversible',
      maximumWait: 180,
      maximumAge: 7 * 86400,
      ...more,
    }),
    send: (orders, overrides, runOptions) =>
      runWithdrawals(orders, context(overrides), {
        mode: 'send',
        refuseBatchOnConflict: true,
        ...runOptions,
      }),
    paymentsTo: (name) => {
      const { id } = chain.account(name);
      return chain.blocks
        .flatMap(({ transactions }) => transactions.flatMap(({ transaction }) => transaction.operations))
        .filter((operation) => isPayment(operation, hot.id, id)).length;
    },
    stop: async () => {
      trusted.close();
      delayed.close();
      await chain.stop();
    },
  };
}

function isPayment(operation: unknown, from: string, to: string): boolean {
  const [type, fields] = (
    Array.isArray(operation) ? operation : [(operation as { type?: unknown }).type, operation]
  ) as [unknown, { from?: string; to?: string }];
  return (type === 0 || type === 'transfer') && fields.from === from && fields.to === to;
}
