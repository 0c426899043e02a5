/** What many triggers of one process cost their nodes: the shipped trigger, real sockets, a clock moved by hand. */
import { Devchain, type Fault } from '../../devchain';
import { NodePool } from '../../src/rpc/pool';
import { keysCredentialFor, nodeCredentialFor } from '../support/devchainCredentials';
import { SocketClock } from '../support/socketClock';
import { Ledger } from '../support/depositScenario';
import { TriggerHost } from '../support/triggerHost';

const blockInterval = 3;

/** A chain with accounts that have some history, a process with triggers on them, and a count of what its nodes are asked. */
class World {
  readonly clock: SocketClock;
  readonly pool: NodePool;
  readonly hosts: TriggerHost[] = [];
  readonly ledgers: Ledger[] = [];
  private readonly counted: Fault;

  private constructor(
    readonly chain: Devchain,
    private readonly delayed: boolean,
  ) {
    this.counted = chain.faults.add({ kind: 'count' });
    this.clock = new SocketClock(chain.head.seconds * 1000, () => this.calls);
    this.pool = new NodePool({ clock: this.clock, random: () => 0.5 });
  }

  static async start(names: string[], delayed: boolean): Promise<World> {
    const chain = await Devchain.start({
      blockInterval,
      maintenanceInterval: 86_400,
      accounts: ['alice', ...names].map((name) => ({ name, balances: { BTS: '100000' } })),
    });
    for (const to of names) for (let i = 0; i < 3; i++) chain.transfer({ from: 'alice', to, amount: '1' });
    chain.produceBlock();
    chain.confirm();
    return new World(chain, delayed);
  }

  /** @param executionMs how long the workflow takes for a deposit */
  add(account: string, executionMs = 0): void {
    const ledger = new Ledger();
    const host = new TriggerHost(this.clock, {
      consumer: async (items) => {
        await this.clock.sleep(executionMs);
        return ledger.consume(items);
      },
      pool: this.pool,
      parameters: { account, options: { batchSize: 10 } },
      credentials: {
        bitSharesNodeApi: nodeCredentialFor(this.chain, this.delayed ? {} : { delayedUrls: '' }),
        bitSharesKeysApi: keysCredentialFor(this.chain, account),
      },
    });
    this.hosts.push(host);
    this.ledgers.push(ledger);
  }

  expectNoFailures(): void {
    expect(this.hosts.flatMap(({ failures }) => failures)).toEqual([]);
  }

  /** Calls of all nodes. */
  get calls(): number {
    return this.counted.hits;
  }

  /** Calls while `work` goes on. */
  async count(work: () => Promise<unknown>): Promise<number> {
    const before = this.calls;
    await work();
    return this.calls - before;
  }

  /** Time passes, and blocks come. */
  async pass(seconds: number): Promise<void> {
    for (let passed = 0; passed < seconds; passed += blockInterval) {
      await this.clock.pass(blockInterval * 1000);
      this.chain.produceBlock();
    }
    await this.clock.pass(0);
  }

  /** WebSocket connections that each address has taken, in all. */
  get sockets(): number[] {
    const { trusted, delayed } = this.chain;
    return [trusted, delayed].map(({ server }) => server.connectionsTaken);
  }

  /** Starts all triggers as n8n does when it starts, or as publishing does. */
  async start(mode: 'activate' | 'init'): Promise<void> {
    const started = Promise.all(this.hosts.map((host) => host.start(mode)));
    await this.pass(15);
    await started;
  }

  async stop(): Promise<void> {
    const stopped = Promise.all(this.hosts.map((host) => host.stop()));
    await this.pass(6);
    await stopped;
    for (const host of this.hosts) host.kill();
  }
}

async function withWorld<T>(
  names: string[],
  delayed: boolean,
  work: (world: World) => Promise<T>,
): Promise<T> {
  const world = await World.start(names, delayed);
  try {
    return await work(world);
  } finally {
    await world.stop();
    await world.chain.stop();
  }
}

const customers = (count: number) => Array.from({ length: count }, (_, i) => `customer-${i + 1}`);

interface Costs {
  calls: number;
  /** WebSocket connections that each address has taken. */
  sockets: number[];
}

/** What triggers on accounts of their own cost, without deposits: in `seconds` after a start of n8n, or from the start on. */
function quietCosts(count: number, delayed: boolean, from: 'the start' | 'afterwards'): Promise<Costs> {
  return withWorld(customers(count), delayed, async (world) => {
    for (const name of customers(count)) world.add(name);
    await world.start('activate');
    // A moment later, so that the connections are still open.
    await world.stop();
    const start = await world.count(() => world.start('init'));
    if (from === 'the start') return { calls: start, sockets: world.sockets };
    const calls = await world.count(() => world.pass(600));
    world.expectNoFailures();
    return { calls, sockets: world.sockets };
  });
}

/** What triggers on one account cost that gets 200 deposits, while their executions take different times. */
function busyCosts(count: number, delayed: boolean): Promise<Costs> {
  return withWorld(['exchange'], delayed, async (world) => {
    for (let i = 0; i < count; i++) world.add('exchange', 7 * i);
    await world.start('activate');
    const calls = await world.count(async () => {
      for (let i = 1; i <= 200; i++) {
        world.chain.transfer({ from: 'alice', to: 'exchange', amount: `${i}` });
        if (i % 20 === 0) await world.pass(blockInterval);
      }
      await world.pass(120);
    });
    expect(world.ledgers.map(({ credited }) => credited.size)).toEqual(Array(count).fill(200));
    world.expectNoFailures();
    return { calls, sockets: world.sockets };
  });
}

jest.setTimeout(300_000);

describe.each([
  ['a full node', false],
  ['a delayed node beside a trusted one', true],
])('on %s', (_, delayed) => {
  test('a hundred triggers have one connection to each address, and are cheap when nothing happens', async () => {
    const one = await quietCosts(1, delayed, 'afterwards');
    const all = await quietCosts(100, delayed, 'afterwards');
    expect(all.calls).toBeLessThanOrEqual(2 * one.calls);
    expect(all.sockets).toEqual([1, delayed ? 1 : 0]);
  });

  test('a hundred triggers begin with few questions each', async () => {
    const { calls } = await quietCosts(100, delayed, 'the start');
    expect(calls).toBeLessThanOrEqual(400);
  });

  test('ten triggers on one busy account cost no more than two', async () => {
    const one = await busyCosts(1, delayed);
    const ten = await busyCosts(10, delayed);
    expect(ten.calls).toBeLessThanOrEqual(2 * one.calls);
    expect(ten.sockets).toEqual([1, delayed ? 1 : 0]);
  });
});

test('triggers of a starting n8n begin a few at a time, and the first of them at once', async () => {
  const clock = new SocketClock(1_000_000, () => 0);
  const { moments } = new NodePool({ clock, random: () => 0.5 });
  const begun: number[] = [];
  for (let i = 0; i < 100; i++)
    void moments.turn(new AbortController().signal).then(() => begun.push(clock.now() - 1_000_000));
  await clock.pass(10_000);
  expect(begun).toHaveLength(100);
  expect(begun.filter((after) => after === 0)).toHaveLength(10);
  expect(Math.max(...begun)).toBeGreaterThan(2000);
  expect(Math.max(...begun)).toBeLessThan(3000);
});
