/** The process of the chain: devchain and nothing else, so that its work does not count as ours. */
import { Devchain } from '../../devchain';
import { exchangeName, fillWithDeposits, senderName } from './deposits';
import type { ChainFacts, ChainSetup, Order, OrderName, Orders, Reply } from './messages';

let chain: Devchain | undefined;
let senderCount = 0;
let endPace: (() => void) | undefined;

type Handlers = {
  [Name in OrderName]: (
    give: Orders[Name]['give'],
    progress: (text: string) => void,
  ) => Promise<Orders[Name]['take']> | Orders[Name]['take'];
};

const handlers: Handlers = {
  start: (setup) => startChain(setup),

  fill: (plan, progress) => {
    const started = performance.now();
    fillWithDeposits(running(), senderCount, plan, (done) => {
      if (done % 1000 === 0) progress(`${done} of ${plan.count} deposits are on the chain`);
    });
    return { head: running().head.number, seconds: (performance.now() - started) / 1000 };
  },

  deposit: ({ memo }) =>
    new Promise((resolve) => {
      const devchain = running();
      const id = devchain.transfer({ from: senderName(0), to: exchangeName, amount: '1', memo });
      const stop = devchain.delayed.node.onBlock(({ included }) => {
        if (!included.some((transaction) => transaction.id === id)) return;
        const appliedAt = process.hrtime.bigint().toString();
        stop();
        resolve({ appliedAt });
      });
      devchain.produceBlock();
      devchain.confirm();
    }),

  pace: ({ apart }, progress) => {
    endPace?.();
    if (apart === 0) return { head: running().head.number };
    const timer = setInterval(() => {
      running().produceBlock();
      progress(String(running().head.seconds));
    }, apart);
    return new Promise((resolve) => {
      endPace = () => {
        clearInterval(timer);
        resolve({ head: running().head.number });
      };
    });
  },

  countPayments: () => {
    const exchange = running().account(exchangeName).id;
    const payments = running()
      .blocks.flatMap(({ transactions }) => transactions)
      .flatMap(({ transaction }) => transaction.operations)
      .flatMap((operation) => (operation[0] === 0 ? [operation[1]] : []))
      .filter(({ from }) => from === exchange);
    return {
      payments: payments.length,
      nonces: new Set(payments.map(({ memo }) => String(memo?.nonce))).size,
    };
  },
};

async function startChain({
  senders,
  historyLimit,
  realTime,
  historyKept,
  latency,
}: ChainSetup): Promise<ChainFacts> {
  senderCount = senders;
  const limits = { getRelativeAccountHistory: historyLimit };
  chain = await Devchain.start({
    seed: 'bench',
    clock: realTime ? 'real' : 'manual',
    blockInterval: realTime ? 1 : 3,
    accounts: [
      { name: exchangeName, balances: { BTS: '100000000' } },
      ...Array.from({ length: senders }, (_, index) => ({
        name: senderName(index),
        balances: { BTS: '1000000' },
      })),
    ],
    trusted: { limits, ...(latency === 0 ? {} : { latency }) },
    delayed: { limits, ...(historyKept === null ? {} : { history: { maxOpsPerAccount: historyKept } }) },
  });
  if (!realTime) chain.produceBlocks(30);
  const { id, name, keys, publicKeys } = chain.account(exchangeName);
  return {
    chainId: chain.chainId,
    prefix: chain.genesis.prefix,
    trustedUrl: chain.trustedUrl,
    delayedUrl: chain.delayedUrl,
    exchange: { id, name, memoKey: keys.memo, activeKey: keys.active, publicMemoKey: publicKeys.memo },
    senders: Array.from({ length: senders }, (_, index) => {
      const sender = running().account(senderName(index));
      return { id: sender.id, name: sender.name, publicMemoKey: sender.publicKeys.memo };
    }),
  };
}

function running(): Devchain {
  if (chain === undefined) throw new Error('The chain was not started.');
  return chain;
}

function reply(message: Reply): void {
  process.send?.(message);
}

process.on('message', (order: Order) => {
  const { id, name, give } = order;
  const handler = handlers[name] as (give: unknown, progress: (text: string) => void) => unknown;
  Promise.resolve()
    .then(() => handler(give, (text) => reply({ id, kind: 'progress', text })))
    .then(
      (take) => reply({ id, kind: 'done', take }),
      (error: unknown) =>
        reply({ id, kind: 'failed', reason: error instanceof Error ? (error.stack ?? '') : '' }),
    );
});
process.on('disconnect', () => process.exit(0));
