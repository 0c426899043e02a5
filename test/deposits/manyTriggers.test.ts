/** What many triggers of one process cost their nodes: the shipped trigger, real sockets, a clock moved by hand. */
import { Devchain } from '../../devchain';
import { NodePool } from '../../src/rpc/pool';
import { SocketClock } from '../support/socketClock';
import { Ledger } from './scenario';
import { TriggerHost } from './triggerHost';

const blockInterval = 3;

/** A chain with accounts that have some history, a process with triggers on them, and a count of what its nodes are asked. */
class World {
  readonly clock: SocketClock;
  readonly pool: NodePool;
  readonly hosts: TriggerHost[] = [];
  readonly ledgers: Ledger[] = [];

  private constructor(
    readonly chain: Devchain,
    private readonly delayed: boolean,
  ) {
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

  add(account: string): TriggerHost {
    const ledger = new Ledger();
    const host = new TriggerHost(this.clock, {
      consumer: ledger.consume,
      pool: this.pool,
      parameters: { account },
      credentials: {
        bitSharesNodeApi: {
          chain: 'custom',
          chainId: this.chain.chainId,
          addressPrefix: 'BTS',
          trustedUrls: this.chain.trustedUrl,
          delayedUrls: this.delayed ? this.chain.delayedUrl : '',
          user: '',
          password: '',
        },
        bitSharesKeysApi: { account, memoKey: this.chain.account(account).keys.memo },
      },
    });
    this.hosts.push(host);
    this.ledgers.push(ledger);
    return host;
  }

  private get servers() {
    return [this.chain.trusted.server, this.chain.delayed.server];
  }

  get calls(): number {
    return this.servers.reduce((sum, { asked }) => sum + [...asked.values()].reduce((a, b) => a + b, 0), 0);
  }

  get byMethod(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { asked } of this.servers)
      for (const [method, count] of asked) counts[method] = (counts[method] ?? 0) + count;
    return counts;
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
    return this.servers.map(({ connectionsTaken }) => connectionsTaken);
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
  start: number;
  idle: number;
  sockets: number[];
}

/** What triggers on accounts without deposits cost at the start of n8n, and in ten minutes after. */
async function costs(count: number, delayed: boolean): Promise<Costs> {
  return withWorld(customers(count), delayed, async (world) => {
    for (const name of customers(count)) world.add(name);
    await world.start('activate');
    await world.stop();
    await world.pass(60);
    const s0 = world.byMethod;
    const start = await world.count(() => world.start('init'));
    console.log(count, delayed, 'start', start, s0, world.byMethod);
    const i0 = world.byMethod;
    const idle = await world.count(() => world.pass(600));
    console.log(
      count,
      delayed,
      'idle',
      idle,
      i0,
      world.byMethod,
      world.hosts.flatMap((h) => h.failures),
    );
    return { start, idle, sockets: world.sockets };
  });
}

jest.setTimeout(300_000);

describe.each([
  ['a full node', false],
  ['a delayed node beside a trusted one', true],
])('on %s', (_, delayed) => {
  test('ten triggers on one busy account', async () => {
    const costOf = (count: number) =>
      withWorld(['exchange'], delayed, async (world) => {
        for (let i = 0; i < count; i++) world.add('exchange');
        await world.start('activate');
        const before = world.byMethod;
        const calls = await world.count(async () => {
          for (let i = 0; i < 200; i++) {
            world.chain.transfer({ from: 'alice', to: 'exchange', amount: `${i + 1}` });
            if (i % 5 === 4) await world.pass(blockInterval);
          }
          await world.pass(120);
        });
        console.log(count, delayed, calls, before, world.byMethod);
        expect(world.ledgers.map(({ credited }) => credited.size)).toEqual(
          Array.from({ length: count }, () => 200),
        );
        expect(world.hosts.flatMap(({ failures }) => failures)).toEqual([]);
        return { calls, sockets: world.sockets };
      });
    const one = await costOf(1);
    const ten = await costOf(10);
    console.log(one, ten);
    expect(ten.calls).toBeLessThanOrEqual(2 * one.calls);
    expect(Math.max(...ten.sockets)).toBeLessThanOrEqual(2);
  });

  test('a hundred triggers cost about what one costs', async () => {
    const one = await costs(1, delayed);
    const all = await costs(100, delayed);
    console.log(one, all);
    expect(all.idle).toBeLessThanOrEqual(4 * one.idle);
    expect(all.start).toBeLessThanOrEqual(600);
    expect(Math.max(...all.sockets)).toBeLessThanOrEqual(2);
  });
});
