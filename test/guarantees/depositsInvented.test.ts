/** Guarantee: a delayed node that lies invents no deposit and jams nothing, and is spoken of once. */
import type {
  Account,
  AccountStatistics,
  Block,
  ChainState,
  HistoryOperation,
  Operation,
} from '../../src/chain/interfaces';
import { alice, bob, exchange, transfer, type MemoryNode } from '../support/memoryChain';
import { codes, Scenario, type ScenarioOptions } from '../support/depositScenario';

// Time is simulated; what it takes in reality depends on what else the machine does.
jest.setTimeout(120_000);

const minute = 60_000;
const invention = transfer(alice, exchange, 99_900_000_000);

/** A delayed node beside an honest trusted one. */
function delayedScenario(options: ScenarioOptions = {}): Scenario {
  return new Scenario({
    node: { name: 'ws://delayed', kind: 'delayed' },
    trusted: [{ name: 'ws://trusted' }],
    ...options,
  });
}

async function withOneDeposit(options: ScenarioOptions = {}): Promise<Scenario> {
  const scenario = delayedScenario(options);
  await scenario.start();
  scenario.deposits(1);
  scenario.confirm();
  await scenario.untilCredited(1);
  return scenario;
}

/** One entry more at the end of the account's history. */
function add(node: MemoryNode, entry: Partial<HistoryOperation> & { blockNumber: number }): void {
  const invented: HistoryOperation = {
    id: '1.11.999999',
    operation: invention,
    result: [0, {}],
    trxInBlock: 0,
    opInTrx: 0,
    virtualOp: 0,
    isVirtual: false,
    blockTime: node.chain.blocks[entry.blockNumber - 1]?.timestamp ?? 1_900_000_000,
    ...entry,
  };
  let total = Number.POSITIVE_INFINITY;
  node.lies['statistics'] = (statistics: AccountStatistics) => {
    total = statistics.totalOps;
    return { ...statistics, totalOps: total + 1 };
  };
  node.lies['history'] = (shown: HistoryOperation[], { start, limit }: { start: number; limit: number }) =>
    start > total ? [invented, ...shown].slice(0, limit) : shown;
}

/** The newest deposit, told otherwise. */
function alter(node: MemoryNode, change: (entry: HistoryOperation) => Partial<HistoryOperation>): void {
  const { number } = node.chain.deposit(7);
  node.lies['history'] = (shown: HistoryOperation[]) =>
    shown.map((entry) => (entry.blockNumber === number ? { ...entry, ...change(entry) } : entry));
}

const withAmount = ({ operation: [type, fields] }: HistoryOperation, amount: number): Operation =>
  [type, { ...fields, amount: { amount, asset_id: '1.3.0' } }] as Operation;

const lies: [string, (node: MemoryNode) => void][] = [
  ['a transfer in a block without transactions', (node) => add(node, { blockNumber: node.head })],
  [
    'the same on a node that does not say whether it is virtual',
    (node) => {
      const { number } = node.chain.produce([{ operations: [transfer(alice, bob, 5)] }]);
      add(node, { blockNumber: number, isVirtual: null, blockTime: null });
    },
  ],
  [
    "somebody else's transfer with another receiver",
    (node) => {
      const { number } = node.chain.produce([{ operations: [transfer(alice, bob, 5)] }]);
      add(node, { blockNumber: number, operation: transfer(alice, exchange, 5) });
    },
  ],
  [
    'a deposit with another amount',
    (node) => alter(node, (entry) => ({ operation: withAmount(entry, 7000) })),
  ],
  ['a deposit of another time', (node) => alter(node, () => ({ blockTime: 1_900_000_000 }))],
  [
    'a deposit of a transaction as a virtual one',
    (node) => alter(node, () => ({ isVirtual: true, virtualOp: 1 })),
  ],
  ['a deposit of a transaction with a virtual number', (node) => alter(node, () => ({ virtualOp: 1 }))],
  ['a deposit without the account', (node) => alter(node, () => ({ operation: transfer(alice, bob, 7) }))],
  [
    'a transfer by proposal in a transaction that completes no proposal',
    (node) => {
      const { number } = node.chain.produce([{ operations: [transfer(alice, bob, 5)] }]);
      add(node, { blockNumber: number, isVirtual: true, virtualOp: 1 });
    },
  ],
  [
    'a transfer by proposal beside an operation that its transaction does not have',
    (node) => {
      const { number } = node.chain.produce([{ operations: [[23, { fee_paying_account: bob }]] }]);
      add(node, { blockNumber: number, isVirtual: true, virtualOp: 1, opInTrx: 1 });
    },
  ],
  [
    'a transfer by proposal behind the end of its block',
    (node) => add(node, { blockNumber: node.head, isVirtual: true, trxInBlock: 1 }),
  ],
  [
    'a transfer by proposal at the end of its block, with the number of an operation',
    (node) => add(node, { blockNumber: node.head, isVirtual: true, opInTrx: 3 }),
  ],
  [
    'a transfer in a block of the future, which it makes up',
    (node) => {
      add(node, { blockNumber: 4_000_000_000 });
      node.lies['block'] = (block: Block | null, number: number): Block =>
        block ?? {
          number,
          id: null,
          previous: `${(number - 1).toString(16).padStart(8, '0')}${'0'.repeat(32)}`,
          timestamp: 1_900_000_000,
          transactions: [
            {
              ref_block_num: 0,
              ref_block_prefix: 0,
              expiration: '2030-01-01T00:00:00',
              operations: [invention],
              extensions: [],
              signatures: [],
            },
          ],
        };
    },
  ],
  [
    'an operation of another kind that no block holds',
    (node) => add(node, { blockNumber: node.head, operation: [6, { account: exchange, extensions: {} }] }),
  ],
  [
    'a block that it does not have',
    (node) => {
      alter(node, () => ({}));
      node.lies['block'] = () => null;
    },
  ],
];

const bobsAccount = (account: Account | null) =>
  account === null ? null : { ...account, id: bob, statisticsId: '2.6.3' };

function endLies(node: MemoryNode): void {
  for (const method of Object.keys(node.lies)) delete node.lies[method];
}

describe('a delayed node alone in its field', () => {
  it.each(lies)('shows %s: refused, reported once, and honest deposits arrive afterwards', async (_, lie) => {
    const scenario = await withOneDeposit();
    lie(scenario.node);
    scenario.confirm();
    await scenario.clock.pass(20 * minute);
    expect(scenario.ledger.credited.size).toBe(1);
    expect(codes(scenario.host)).toEqual(['INVALID_ANSWER']);
    expect(scenario.host.failures[0]?.message).toMatch(/ws:\/\/delayed .*Asked: .*Answered: /);
    endLies(scenario.node);
    scenario.deposits(2, 100);
    scenario.confirm();
    await scenario.clock.until(() => scenario.check(20).lost.length === 0, 5 * minute);
    await scenario.clock.pass(minute);
    expect(scenario.check(20)).toEqual({ lost: [], unexpected: [], repeated: [] });
    expect(codes(scenario.host)).toEqual(['INVALID_ANSWER']);
  });

  it('the honest deposits in front of an invented one arrive while it lies', async () => {
    const scenario = await withOneDeposit();
    scenario.deposits(5, 2);
    scenario.chain.produceMany(6);
    add(scenario.node, { blockNumber: scenario.node.head });
    scenario.confirm();
    await scenario.untilCredited(6, 5 * minute);
    await scenario.clock.pass(10 * minute);
    expect(scenario.check(20)).toEqual({ lost: [], unexpected: [], repeated: [] });
    expect(codes(scenario.host)).toEqual(['INVALID_ANSWER']);
  });

  it('a head above that of a trusted node that is in sync is not believed', async () => {
    const scenario = await withOneDeposit();
    scenario.node.lies['state'] = (state: ChainState): ChainState => ({
      ...state,
      headBlockNumber: 4_000_000_000,
      headBlockId: `ee6b2800${'0'.repeat(32)}`,
    });
    lies.find(([name]) => name.includes('future'))?.[1](scenario.node);
    scenario.node.cutConnections();
    await scenario.clock.pass(5 * minute);
    expect(scenario.check(20).unexpected).toEqual([]);
    expect(codes(scenario.host)).toEqual(['NOT_A_DELAYED_NODE']);
    endLies(scenario.node);
    scenario.deposits(1, 2);
    scenario.confirm();
    await scenario.untilCredited(2, 5 * minute);
    expect(scenario.check(20)).toEqual({ lost: [], unexpected: [], repeated: [] });
  });

  it('what one node said of a block is no yardstick for what it says later', async () => {
    const scenario = await withOneDeposit();
    const { number } = scenario.chain.deposit(7);
    scenario.node.lies['block'] = (block: Block): Block =>
      block.number === number ? { ...block, transactions: [] } : block;
    scenario.confirm();
    await scenario.clock.pass(5 * minute);
    expect(codes(scenario.host)).toEqual(['INVALID_ANSWER']);
    endLies(scenario.node);
    await scenario.untilCredited(2, 5 * minute);
    expect(scenario.check(20)).toEqual({ lost: [], unexpected: [], repeated: [] });
  });
});

describe('a delayed node with another one behind it', () => {
  it.each(lies)('shows %s: the next one is used, and the liar is reported once', async (_, lie) => {
    const scenario = await withOneDeposit({ others: [{ name: 'ws://honest', kind: 'delayed' }] });
    lie(scenario.node);
    scenario.confirm();
    scenario.deposits(2, 100);
    scenario.confirm();
    await scenario.clock.until(() => scenario.check(20).lost.length === 0, 5 * minute);
    // A lost connection leads back to the liar.
    scenario.nodes[1]?.cutConnections();
    scenario.deposits(1, 200);
    scenario.confirm();
    await scenario.clock.until(() => scenario.check(20).lost.length === 0, 5 * minute);
    await scenario.clock.pass(10 * minute);
    expect(scenario.check(20)).toEqual({ lost: [], unexpected: [], repeated: [] });
    expect(codes(scenario.host)).toEqual(['INVALID_ANSWER']);
    expect(scenario.host.failures[0]?.message).toContain('ws://delayed');
  });
});

describe('a full node that is read without a delayed one', () => {
  it('shows a transfer in a block of the future: refused at once, and honest deposits arrive afterwards', async () => {
    const scenario = new Scenario({ node: { name: 'ws://full' } });
    await scenario.start();
    add(scenario.node, { blockNumber: 4_000_000_000 });
    scenario.confirm();
    await scenario.clock.pass(5 * minute);
    expect(codes(scenario.host)).toEqual(['INVALID_ANSWER']);
    endLies(scenario.node);
    scenario.deposits(1);
    scenario.confirm();
    await scenario.untilCredited(1, 5 * minute);
    expect(scenario.check(20)).toEqual({ lost: [], unexpected: [], repeated: [] });
  });

  it('an operation of a block that came after the head was asked for is waited for, and reported by nobody', async () => {
    const scenario = new Scenario();
    await scenario.start();
    const before = scenario.node.beforeAnswer;
    let during = 0;
    scenario.node.beforeAnswer = async (method) => {
      await before(method);
      if (method === 'history' && during++ < 20) scenario.deposits(1, during);
    };
    scenario.deposits(1);
    scenario.confirm();
    await scenario.clock.pass(5 * minute);
    expect(during).toBeGreaterThanOrEqual(20);
    expect(scenario.check(20)).toEqual({ lost: [], unexpected: [], repeated: [] });
    expect(codes(scenario.host)).toEqual([]);
  });
});

describe('where a start leads through a lie', () => {
  it('an operation of the future as the oldest one that is kept is no place to begin at', async () => {
    const scenario = delayedScenario({ parameters: { startFrom: 'oldest' } });
    scenario.deposits(10);
    scenario.confirm();
    scenario.node.keeps = 3;
    scenario.node.lies['history'] = (shown: HistoryOperation[]) =>
      shown.map((entry) => ({ ...entry, blockNumber: 4_000_000_000 }));
    await expect(scenario.start()).rejects.toMatchObject({
      message: expect.stringContaining('ws://delayed') as string,
    });
  });

  it('a first activation leaves the address that lies, says so, and begins on the next one', async () => {
    const scenario = delayedScenario({
      parameters: { startFrom: 'oldest' },
      others: [{ name: 'ws://honest', kind: 'delayed' }],
    });
    scenario.deposits(10);
    scenario.confirm();
    for (const node of scenario.nodes) node.keeps = 3;
    scenario.node.lies['history'] = (shown: HistoryOperation[]) =>
      shown.map((entry) => ({ ...entry, blockNumber: 4_000_000_000 }));
    await scenario.start();
    await scenario.untilCredited(3, 5 * minute);
    expect(codes(scenario.host)).toEqual(['INVALID_ANSWER', 'HISTORY_PRUNED']);
  });

  it('while no address can be used at a restart, each one that lies is reported once', async () => {
    const scenario = await withOneDeposit({ others: [{ name: 'ws://second', kind: 'delayed' }] });
    await scenario.stop();
    const [trusted] = scenario.trusted as [MemoryNode];
    trusted.beforeAnswer = () => {
      while (scenario.chain.time < scenario.clock.now()) scenario.chain.produce();
    };
    for (const node of scenario.nodes) node.lies['account'] = bobsAccount;
    scenario.deposits(1, 2);
    scenario.confirm();
    await scenario.start('init');
    await scenario.clock.pass(30 * minute);
    expect(codes(scenario.host)).toEqual(['INVALID_ANSWER', 'INVALID_ANSWER']);
    scenario.nodes.forEach(endLies);
    await scenario.untilCredited(2, 5 * minute);
    expect(scenario.check(20)).toEqual({ lost: [], unexpected: [], repeated: [] });
  });

  it('a node that gives the account another id at a restart stops nothing for good', async () => {
    const scenario = new Scenario();
    await scenario.start();
    scenario.deposits(1);
    scenario.confirm();
    await scenario.untilCredited(1);
    await scenario.stop();
    scenario.node.lies['account'] = bobsAccount;
    scenario.deposits(1, 2);
    scenario.confirm();
    await scenario.start('init');
    await scenario.clock.pass(30 * minute);
    expect(codes(scenario.host)).toEqual(['POSITION_OF_OTHER_ACCOUNT']);
    endLies(scenario.node);
    await scenario.untilCredited(2, 5 * minute);
    expect(scenario.check(20)).toEqual({ lost: [], unexpected: [], repeated: [] });
  });

  it('a pruned stretch that ends in the future is not read from made-up blocks', async () => {
    const scenario = await withOneDeposit();
    await scenario.stop();
    scenario.deposits(20, 2);
    scenario.confirm();
    scenario.node.keeps = 2;
    scenario.node.lies['history'] = (shown: HistoryOperation[]) =>
      shown.map((entry) => ({ ...entry, blockNumber: entry.blockNumber + 3_000_000_000 }));
    await scenario.start('init');
    await scenario.clock.pass(5 * minute);
    expect(codes(scenario.host)).toEqual(['INVALID_ANSWER']);
    expect(scenario.node.calls['block']).toBeLessThan(200);
    endLies(scenario.node);
    await scenario.untilCredited(21, 10 * minute);
    expect(scenario.check(20)).toEqual({ lost: [], unexpected: [], repeated: [] });
  });

  it('the test step in the editor shows no invented deposit, and shows those of the next address', async () => {
    const scenario = delayedScenario({ others: [{ name: 'ws://honest', kind: 'delayed' }] });
    scenario.deposits(3);
    scenario.confirm();
    add(scenario.node, { blockNumber: scenario.node.head });
    const shown = await scenario.during(scenario.host.test());
    expect(shown.map(({ amountRaw }) => amountRaw)).toEqual(['1', '2', '3']);
  });

  it('Deliver Again delivers no invented deposit, and waits for the true one, which holds up nothing else', async () => {
    const scenario = delayedScenario();
    const { number } = scenario.chain.deposit(5);
    scenario.confirm();
    const again = `4e4fc2ce:${number}:0:0:0`;
    scenario.host.parameters['options'] = { deliverAgain: again };
    scenario.node.lies['history'] = (shown: HistoryOperation[]) =>
      shown.map((entry) =>
        entry.blockNumber === number ? { ...entry, operation: transfer(alice, exchange, 5000) } : entry,
      );
    await scenario.start();
    scenario.deposits(2, 100);
    scenario.confirm();
    await scenario.untilCredited(2, 5 * minute);
    await scenario.clock.pass(10 * minute);
    expect([...scenario.ledger.credited.values()]).toEqual([100n, 101n]);
    expect(codes(scenario.host)).toEqual(['INVALID_ANSWER']);
    endLies(scenario.node);
    await scenario.untilCredited(3, 5 * minute);
    expect(scenario.ledger.credited.get(again)).toBe(5n);
    expect(codes(scenario.host)).toEqual(['INVALID_ANSWER']);
  });
});
