import { alice, bob, exchange, MemoryChain, MemoryNode, transfer } from '../support/memoryChain';
import { ManualClock } from '../support/manualClock';
import { TriggerHost, type HostOptions } from '../support/triggerHost';

function setUp(options: Partial<HostOptions> & { kind?: 'full' | 'delayed'; blocks?: number } = {}) {
  const chain = new MemoryChain();
  chain.produceMany(options.blocks ?? 20);
  const clock = new ManualClock(chain.time);
  const node = new MemoryNode(chain, { kind: options.kind ?? 'full', clock });
  const host = new TriggerHost(clock, { nodes: [node], ...options });
  return { chain, clock, node, host };
}

// Time is simulated; what it takes in reality depends on what else the machine does.
jest.setTimeout(120_000);

describe('BitShares Trigger in the host', () => {
  it('delivers a deposit when its block is irreversible, with a complete flat item', async () => {
    const { chain, clock, node, host } = setUp();
    await startWith(host, clock);
    const block = chain.deposit(1234567);
    node.notify();
    await clock.pass(5000);
    expect(host.delivered()).toEqual([]);
    chain.produceMany(5);
    await clock.until(() => host.delivered().length === 1);
    expect(host.delivered()[0]).toEqual({
      depositId: `4e4fc2ce:${block.number}:0:0:0`,
      kind: 'transfer',
      direction: 'in',
      account: 'exchange',
      accountId: exchange,
      from: 'alice',
      fromId: alice,
      to: 'exchange',
      toId: exchange,
      asset: 'BTS',
      assetId: '1.3.0',
      precision: 5,
      amount: '12.34567',
      amountRaw: '1234567',
      memo: null,
      memoStatus: 'none',
      memoDetails: { text: null, hex: null, key: null, neededKey: null, masked: false },
      blockNumber: block.number,
      blockTime: new Date(block.timestamp * 1000).toISOString().replace('.000', ''),
      transactionId: expect.stringMatching(/^[0-9a-f]{40}$/),
      trxInBlock: 0,
      opInTrx: 0,
      virtualOp: 0,
      viaProposal: false,
      operationId: expect.stringMatching(/^1\.11\./),
      source: 'history',
      attempt: 1,
      redelivered: false,
    });
  });

  it('starts with what becomes irreversible after its activation', async () => {
    const { chain, clock, node, host } = setUp();
    chain.deposit(1);
    chain.produceMany(10);
    const pending = chain.deposit(2);
    await startWith(host, clock);
    chain.produceMany(10);
    node.notify();
    await clock.until(() => host.delivered().length > 0);
    await clock.pass(60_000);
    expect(host.delivered().map(({ blockNumber }) => blockNumber)).toEqual([pending.number]);
  });

  it('a test in the editor shows the latest deposits and never moves the position', async () => {
    const { chain, clock, host } = setUp();
    for (let i = 1; i <= 15; i++) chain.deposit(i);
    chain.produceMany(10);
    const shown = host.test();
    let done = false;
    void shown.then(() => (done = true));
    await clock.until(() => done);
    expect((await shown).map(({ amountRaw }) => amountRaw)).toEqual([
      '6',
      '7',
      '8',
      '9',
      '10',
      '11',
      '12',
      '13',
      '14',
      '15',
    ]);
    expect(host.staticData).toBe('{}');
    expect(host.rows).toEqual([]);
  });

  it('writes acknowledgements within two seconds, without an execution of its own', async () => {
    const { chain, clock, node, host } = setUp();
    await startWith(host, clock);
    const block = chain.deposit(5);
    chain.produceMany(6);
    node.notify();
    await clock.until(() => host.delivered().length === 1);
    await clock.pass(2000);
    expect(host.state.position.key).toBe(`${block.number}:0:0:0`);
    expect(host.state).toMatchObject({ inFlight: {}, done: [] });
    expect(host.rows).toHaveLength(1);
  });

  it('goes on where it was after a restart of n8n, and delivers what was made meanwhile', async () => {
    const { chain, clock, node, host } = setUp();
    await startWith(host, clock);
    chain.deposit(1);
    chain.produceMany(6);
    node.notify();
    await clock.until(() => host.delivered().length === 1);
    await stop(host, clock);
    for (let i = 2; i <= 250; i++) chain.deposit(i);
    chain.produceMany(6);
    await startWith(host, clock, 'init');
    await clock.until(() => host.delivered().length === 250);
    expect(host.delivered().map(({ amountRaw }) => Number(amountRaw))).toEqual(
      Array.from({ length: 250 }, (_, i) => i + 1),
    );
    expect(host.executions).toHaveLength(250);
  });

  it('keeps its position when the node is renamed', async () => {
    const { chain, clock, node, host } = setUp();
    await startWith(host, clock);
    await stop(host, clock);
    chain.deposit(7);
    chain.produceMany(6);
    host.nodeName = 'Deposits';
    await startWith(host, clock, 'update');
    node.notify();
    await clock.until(() => host.delivered().length === 1);
    expect(host.failures).toEqual([]);
  });

  it('a first activation says what is wrong instead of starting', async () => {
    const { clock, host } = setUp({ parameters: { account: 'nobody' } });
    await expect(startWith(host, clock)).rejects.toMatchObject({ code: 'UNKNOWN_ACCOUNT', field: 'Account' });
    expect(host.staticData).toBe('{}');
  });

  it('a payment sent is delivered when asked for, and told apart by its direction', async () => {
    const { chain, clock, node, host } = setUp({ parameters: { triggerOn: 'both' } });
    await startWith(host, clock);
    chain.produce([
      { operations: [transfer(exchange, bob, 3)] },
      { operations: [transfer(bob, exchange, 4)] },
    ]);
    chain.produceMany(6);
    node.notify();
    await clock.until(() => host.delivered().length === 2);
    expect(host.delivered().map(({ direction, amountRaw }) => `${direction} ${amountRaw}`)).toEqual([
      'out 3',
      'in 4',
    ]);
  });
});

/** Starting waits for answers, which need time to pass. */
async function startWith(
  host: TriggerHost,
  clock: ManualClock,
  mode: 'activate' | 'init' | 'update' = 'activate',
): Promise<void> {
  await whilePassing(clock, host.start(mode));
  await clock.pass(10);
}

async function stop(host: TriggerHost, clock: ManualClock): Promise<void> {
  await whilePassing(clock, host.stop());
}

async function whilePassing<T>(clock: ManualClock, work: Promise<T>): Promise<T> {
  let over = false;
  const settled = work.finally(() => (over = true));
  settled.catch(() => undefined);
  await clock.until(() => over);
  return settled;
}
