/** What waiting withdrawals cost a node, counted in calls on a chain like the public one: 3 seconds, 27 witnesses. */
import type { Clock, NodeEndpoints } from '../../src/chain/interfaces';
import { openNodeClient } from '../../src/rpc/nodeClient';
import { NodePool } from '../../src/rpc/pool';
import { WithdrawalCaches } from '../../src/withdrawals/proof/evidence';
import type { WithdrawalNodes } from '../../src/withdrawals/proof/view';
import { startExchange, type Exchange } from '../support/exchangeOnDevchain';
import { realClock } from '../support/realClock';

let exchange: Exchange;
const caches = new WithdrawalCaches();
const pool = new NodePool({ clock: realClock });
beforeAll(async () => {
  exchange = await startExchange({ blockInterval: 3, witnesses: 27 });
  // Longer than the scan reaches back.
  exchange.chain.advance(4000);
  exchange.chain.confirm();
  await pay(['warm']);
});
afterAll(() => exchange.stop());

/** Counts what both nodes are asked, by the name of the question. */
class CountedNodes {
  readonly asked = new Map<string, number>();
  /** Questions without an answer. */
  open = 0;

  get total(): number {
    return [...this.asked.values()].reduce((sum, count) => sum + count, 0);
  }

  /** The nodes as one execution has them. */
  of({ trusted, delayed }: { trusted: NodeEndpoints; delayed: NodeEndpoints }): WithdrawalNodes {
    const sessions = new WeakMap<object, object>();
    return {
      trusted: async () => this.counted(await trusted.session(), sessions),
      delayed: async () => this.counted(await delayed.session(), sessions),
    };
  }

  private counted<T extends object>(session: T, sessions: WeakMap<object, object>): T {
    const present = sessions.get(session);
    if (present !== undefined) return present as T;
    const made = new Proxy(session, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) => {
          this.asked.set(String(name), (this.asked.get(String(name)) ?? 0) + 1);
          this.open += 1;
          return (value.apply(target, args) as Promise<unknown>).finally(() => (this.open -= 1));
        };
      },
    });
    sessions.set(session, made);
    return made;
  }
}

/** Time passes when nobody waits for an answer, from one moment at which somebody wakes up to the next. */
class SharedTime implements Clock {
  private time: number;
  private sleepers: { until: number; wake: () => void }[] = [];

  constructor(private readonly chain: Exchange['chain']) {
    this.time = chain.head.seconds * 1000;
  }

  now(): number {
    return this.time;
  }

  sleep(milliseconds: number): Promise<void> {
    return new Promise((wake) => this.sleepers.push({ until: this.time + milliseconds, wake }));
  }

  async runUntil(isOver: () => boolean, isAsking: () => boolean): Promise<void> {
    while (!isOver()) {
      await new Promise((resolve) => setImmediate(resolve));
      if (isAsking() || this.sleepers.length === 0) continue;
      this.time = Math.min(...this.sleepers.map(({ until }) => until));
      while ((this.chain.head.seconds + 3) * 1000 <= this.time) this.chain.produceBlock();
      const due = this.sleepers.filter(({ until }) => until <= this.time);
      this.sleepers = this.sleepers.filter(({ until }) => until > this.time);
      for (const { wake } of due) wake();
    }
  }
}

/** Clients for one execution, of the pool that n8n's process has or with connections of their own. */
function connect(connections: 'shared' | 'own') {
  const { chain } = exchange;
  const open = (url: string): NodeEndpoints => {
    const settings = { chainId: chain.chainId, prefix: 'BTS', urls: [url] };
    return connections === 'shared' ? pool.open(settings) : openNodeClient(settings, { clock: realClock });
  };
  return { trusted: open(chain.trustedUrl), delayed: open(chain.delayedUrl) };
}

/** Pays each in a run of its own, `apart` seconds one after another. */
async function pay(ids: string[], apart = 0, connections: 'shared' | 'own' = 'shared') {
  const clock = new SharedTime(exchange.chain);
  const counted = new CountedNodes();
  const begun = clock.now();
  let over = false;
  const runs = Promise.all(
    ids.map(async (withdrawalId, i) => {
      if (apart > 0) await clock.sleep(i * apart * 1000);
      const order = exchange.order({
        withdrawalId,
        amount: '1',
        requestedAt: Math.floor(clock.now() / 1000),
      });
      const clients = connect(connections);
      const [result] = await exchange.send([order], { caches, clock, nodes: counted.of(clients) });
      clients.trusted.close();
      clients.delayed.close();
      return result?.item.outcome;
    }),
  ).finally(() => {
    over = true;
  });
  await clock.runUntil(
    () => over,
    () => counted.open > 0,
  );
  const seconds = (clock.now() - begun) / 1000;
  return { counted, outcomes: new Set(await runs), seconds, callsPerSecond: counted.total / seconds };
}

test('a withdrawal costs at most 150 calls from its request to an irreversible block', async () => {
  const { counted, outcomes, seconds } = await pay(['one']);
  expect(outcomes).toEqual(new Set(['irreversible']));
  expect(seconds).toBeGreaterThan(50);
  expect(counted.total).toBeLessThanOrEqual(150);
  // Two for each new block of the minute, one of them for the delayed node; and each new block once.
  expect(counted.asked.get('block')).toBeLessThanOrEqual(seconds / 3 + 2);
});

test.each(['shared', 'own'] as const)(
  'fifty withdrawals of one minute, each in an execution with %s connections, cost under 60 calls a second',
  async (connections) => {
    const paid = exchange.paymentsTo('alice');
    const ids = Array.from({ length: 50 }, (_, i) => `${connections}-${i}`);
    const { counted, outcomes, seconds, callsPerSecond } = await pay(ids, 1.2, connections);
    expect(outcomes).toEqual(new Set(['irreversible']));
    expect(exchange.paymentsTo('alice') - paid).toBe(50);
    expect(callsPerSecond).toBeLessThan(60);
    // Each new block is read once for a connection. What another connection showed is no proof: over one of its own, an
    // execution reads what is not irreversible when it begins, and each new block of its minute.
    const read = connections === 'shared' ? seconds / 3 + 2 : 50 * 45;
    expect(counted.asked.get('block')).toBeLessThanOrEqual(read);
  },
);
