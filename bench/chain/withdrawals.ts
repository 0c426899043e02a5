/** How long withdrawals take, alone and together. */
import type { Clock } from '../../src/chain/interfaces';
import { customChain, PrivateKey } from '../../src/protocol';
import { openNodeClient } from '../../src/rpc/nodeClient';
import type { WithdrawalContext } from '../../src/withdrawals/sending/context';
import { WithdrawalCaches } from '../../src/withdrawals/proof/evidence';
import { runWithdrawals } from '../../src/withdrawals/sending/runner';
import type { WithdrawalOrder } from '../../src/withdrawals/sending/order';
import type { Bench, BenchContext, Figures } from '../bench';
import { exact } from '../measure';
import { ChainProcess } from './chainProcess';
import { realClock } from '../../test/support/realClock';
import type { ChainFacts } from './messages';

/** Real milliseconds for each block of three seconds: waiting for blocks must not hide our own time. */
const pace = 100;
const speed = 3000 / pace;

/** From the request to the irreversible payment, on a chain that runs thirty times as fast as wall time. */
export const withdrawals: Bench = {
  name: 'withdrawals',
  about: 'withdrawals from request to irreversible payment, one after another, eight at once, in one batch',
  run: async (context) => {
    const { chain, facts } = await ChainProcess.start({ senders: 20 });
    let seconds = 0;
    const paced = chain.order('pace', { apart: pace }, (text) => {
      seconds = Number(text);
    });
    try {
      while (seconds === 0) await realClock.sleep(pace);
      const clock: Clock = {
        now: () => seconds * 1000,
        sleep: (ms, signal) => realClock.sleep(ms / speed, signal),
      };
      const payer = new Payer(facts, clock, context);
      await payer.pay('warm-up', 4, 4);
      const figures = [
        await payer.pay('one after another', context.quick ? 3 : 20, 1),
        await payer.pay('eight at once', context.quick ? 8 : 160, 8),
      ];
      for (const count of context.quick ? [10] : [25, 100, 400]) {
        figures.push(await payer.payBatch(`a batch of ${count} in one run`, count));
      }
      payer.close();
      const { payments, nonces } = await chain.order('countPayments', {});
      if (payments !== payer.paid || nonces !== payer.paid) {
        throw new Error(`${payer.paid} withdrawals made ${payments} payments.`);
      }
      return [{ kind: 'figures', size: '', values: figures, targets: [] } satisfies Figures];
    } finally {
      chain.stop();
      void paced.catch(() => undefined);
    }
  },
};

/** Between the request for a long list and the first of its payments everything of it is checked and signed. */
export const firstBroadcast: Bench = {
  name: 'first-broadcast',
  about: 'a list of withdrawals, from the request to the first broadcast, over a node that is 20 ms away',
  run: async (context) => {
    const { chain, facts } = await ChainProcess.start({ senders: 500, latency: 20 });
    const blockInterval = 3000;
    let seconds = 0;
    let since = 0;
    const paced = chain.order('pace', { apart: blockInterval }, (text) => {
      seconds = Number(text);
      since = performance.now();
    });
    try {
      while (seconds === 0) await realClock.sleep(100);
      const clock: Clock = {
        now: () => seconds * 1000 + performance.now() - since,
        sleep: (ms, signal) => realClock.sleep(ms, signal),
      };
      const payer = new Payer(facts, clock, context);
      await payer.untilFirstBroadcast('warm-up', 1);
      const values: Figures['values'] = [];
      for (const count of context.quick ? [50] : [50, 500]) {
        const milliseconds = await payer.untilFirstBroadcast(`a list of ${count}`, count);
        values.push({ name: `a list of ${count}`, value: exact(milliseconds / 1000), unit: 's' });
      }
      payer.close();
      return [{ kind: 'figures', size: '', values, targets: [] } satisfies Figures];
    } finally {
      chain.stop();
      void paced.catch(() => undefined);
    }
  },
};

class Payer {
  paid = 0;
  private readonly context: WithdrawalContext;
  private readonly nodes;

  constructor(
    private readonly facts: ChainFacts,
    private readonly clock: Clock,
    private readonly bench: BenchContext,
  ) {
    const { chainId, prefix, trustedUrl, delayedUrl, exchange } = facts;
    const open = (url: string) => openNodeClient({ urls: [url], chainId }, { clock: realClock });
    const [trusted, delayed] = [open(trustedUrl), open(delayedUrl)];
    this.nodes = [trusted, delayed];
    this.context = {
      chain: customChain({ chainId, prefix }),
      nodes: { trusted: () => trusted.session(), delayed: () => delayed.session() },
      clock,
      caches: new WithdrawalCaches(),
      keys: {
        account: exchange.name,
        memoKeys: [PrivateKey.fromWif(exchange.memoKey)],
        activeKeys: [PrivateKey.fromWif(exchange.activeKey)],
      },
    };
  }

  /** Each withdrawal in a run of its own, `width` of them at once. */
  async pay(name: string, count: number, width: number): Promise<Figures['values'][number]> {
    const started = performance.now();
    let next = 0;
    const workers = Array.from({ length: width }, async () => {
      while (next < count) {
        const index = next++;
        this.bench.progress(`${name}: ${index} of ${count}`);
        await this.run([this.order(`${name} ${index}`, index)]);
      }
    });
    await Promise.all(workers);
    return this.figure(name, count, started);
  }

  async payBatch(name: string, count: number): Promise<Figures['values'][number]> {
    this.bench.progress(`${name}: ${count}`);
    const started = performance.now();
    await this.run(Array.from({ length: count }, (_, index) => this.order(`${name} ${index}`, index)));
    return this.figure(name, count, started);
  }

  /** Milliseconds until the first of them is sent. */
  async untilFirstBroadcast(name: string, count: number): Promise<number> {
    this.bench.progress(name);
    const { trusted } = this.context.nodes;
    const started = performance.now();
    let first: number | null = null;
    const watched = async () => {
      const session = await trusted();
      const broadcast: typeof session.broadcast = (transaction) => {
        first ??= performance.now() - started;
        return session.broadcast(transaction);
      };
      return new Proxy(session, {
        get: (target, member) =>
          member === 'broadcast' ? broadcast : (Reflect.get(target, member, target) as unknown),
      });
    };
    const orders = Array.from({ length: count }, (_, index) => this.order(`${name} ${index}`, index));
    await runWithdrawals(
      orders.map((order) => ({ ...order, waitFor: 'broadcast' })),
      { ...this.context, nodes: { ...this.context.nodes, trusted: watched } },
      { mode: 'send', refuseBatchOnConflict: true },
    );
    if (first === null) throw new Error(`Nothing of ${name} was sent.`);
    return first;
  }

  close(): void {
    for (const node of this.nodes) node.close();
  }

  private figure(name: string, count: number, started: number): Figures['values'][number] {
    const rate = (count * 1000) / (performance.now() - started);
    return { name, value: exact(rate), unit: 'withdrawals/s' };
  }

  private async run(orders: WithdrawalOrder[]): Promise<void> {
    const results = await runWithdrawals(orders, this.context, { mode: 'send', refuseBatchOnConflict: true });
    for (const { item } of results) {
      if (!item.paid || !item.final)
        throw new Error(`${item.withdrawalId}: ${item.outcome}, ${item.nextStep}`);
      this.paid += 1;
    }
  }

  private order(withdrawalId: string, index: number): WithdrawalOrder {
    const receiver = this.facts.senders[index % this.facts.senders.length];
    return {
      request: {
        kind: 'plain',
        withdrawalId,
        requestedAt: Math.floor(this.clock.now() / 1000),
        to: receiver?.name ?? '',
        asset: '1.3.0',
        amount: '1.5',
        memo: `payout ${index}`,
        memoType: 'encrypted',
        receiverMemoKey: receiver?.publicMemoKey ?? null,
        fee: null,
        feeAsset: null,
      },
      allowedAssets: [],
      allowedReceivers: [],
      maximumAmount: null,
      payingAccount: null,
      maximumAmounts: [],
      maximumFee: null,
      waitFor: 'irreversible',
      maximumWait: 900,
      maximumAge: 7 * 86_400,
    };
  }
}
