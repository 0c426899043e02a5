/** Guarantee: whatever nodes do, each trouble gives the error or the recovery that is written down, and no deposit is lost. */
import { alice, bob, exchange, transfer } from '../support/memoryChain';
import { codes, Scenario } from '../support/depositScenario';

// Time is simulated; what it takes in reality depends on what else the machine does.
jest.setTimeout(120_000);

describe('pruned history', () => {
  /** What witness_node's own configuration does: it keeps 100 operations an account. */
  const pruning = { keeps: 100 };

  it('5,000 deposits made while the trigger was off, on a node that keeps 100 operations, all arrive, from blocks', async () => {
    const scenario = new Scenario({ node: pruning });
    await scenario.start();
    await scenario.stop();
    for (let block = 0; block < 1250; block++) {
      scenario.chain.produce(
        Array.from({ length: 4 }, (_, i) => ({ operations: [transfer(alice, exchange, 4 * block + i + 1)] })),
      );
      if (block % 10 === 0) scenario.chain.produce([{ operations: [transfer(exchange, bob, 1)] }]);
    }
    scenario.confirm();
    await scenario.start('init');
    await scenario.untilCredited(5000);
    expect(scenario.check(20)).toEqual({ lost: [], unexpected: [], repeated: [] });
    expect(scenario.host.delivered().map(({ amountRaw }) => Number(amountRaw))).toEqual(
      Array.from({ length: 5000 }, (_, i) => i + 1),
    );
    const sources = scenario.host.delivered().map(({ source }) => source);
    expect(sources.filter((source) => source === 'blocks').length).toBeGreaterThan(4800);
    expect(sources.at(-1)).toBe('history');
    // The count proves that nothing was missed, so there is nothing to report.
    expect(codes(scenario.host)).toEqual([]);
    expect(scenario.host.state).toMatchObject({ gaps: [] });
  }, 60_000);

  it('a deposit by proposal inside the pruned stretch is reported as a gap with its sequence numbers', async () => {
    const scenario = new Scenario({ node: pruning });
    await scenario.start();
    await scenario.stop();
    scenario.deposits(300);
    const block = scenario.chain.produce([
      {
        operations: [[23, { fee_paying_account: bob, proposal: '1.10.7' }]],
        caused: [transfer(bob, exchange, 77)],
      },
    ]);
    scenario.deposits(300, 301);
    scenario.confirm();
    await scenario.start('init');
    await scenario.untilCredited(600);
    await scenario.clock.pass(5000);
    expect(scenario.check(20).lost).toEqual([`4e4fc2ce:${block.number}:0:0:1`]);
    expect(codes(scenario.host)).toEqual(['HISTORY_GAP']);
    expect(scenario.host.failures[0]?.message).toContain('1 to 501');
    expect(scenario.host.state).toMatchObject({
      gaps: [{ fromSequence: 1, toSequence: 501, expected: 501, found: 500 }],
    });
  });

  it('a stored position that the node has pruned on another endpoint is delivered from blocks and reported as unproved', async () => {
    const scenario = new Scenario({ others: [pruning] });
    await scenario.start();
    scenario.deposits(3);
    scenario.confirm();
    await scenario.untilCredited(3);
    await scenario.stop();
    scenario.node.reachable = false;
    scenario.deposits(300, 4);
    scenario.confirm();
    await scenario.start('init');
    await scenario.untilCredited(303);
    await scenario.clock.pass(5000);
    expect(scenario.check(20)).toEqual({ lost: [], unexpected: [], repeated: [] });
    expect(codes(scenario.host)).toEqual(['HISTORY_GAP']);
  });

  it('operations that are pruned while the history is being read are recovered from blocks', async () => {
    const scenario = new Scenario({ node: { keeps: 500 } });
    await scenario.start();
    await scenario.stop();
    scenario.deposits(600);
    scenario.confirm();
    const before = scenario.node.beforeAnswer;
    let pages = 0;
    scenario.node.beforeAnswer = async (method) => {
      if (method === 'history' && ++pages % 3 === 0 && pages < 60) scenario.deposits(40, 1000 * pages);
      await before(method);
    };
    await scenario.start('init');
    await scenario.clock.until(() => pages > 60 || scenario.ledger.credited.size > 1200);
    scenario.confirm();
    await scenario.clock.pass(120_000);
    expect(scenario.check(20)).toEqual({ lost: [], unexpected: [], repeated: [] });
    expect(codes(scenario.host)).toEqual([]);
  });

  it('an activation on a node that prunes says so, and which options to set', async () => {
    const scenario = new Scenario({ node: pruning });
    scenario.deposits(200);
    scenario.confirm();
    await scenario.start();
    expect(codes(scenario.host)).toEqual(['HISTORY_PRUNED']);
    expect(scenario.host.failures[0]?.description).toContain('track-account');
  });
});

describe('other nodes', () => {
  it('a replayed node with other sequence numbers: the place is found by key, nothing is lost or repeated', async () => {
    const scenario = new Scenario();
    scenario.deposits(50);
    scenario.confirm();
    await scenario.start();
    scenario.deposits(10, 100);
    scenario.confirm();
    await scenario.untilCredited(10);
    scenario.node.tracksSince = 40;
    scenario.host.kill();
    scenario.node.forgetHistory();
    scenario.deposits(10, 200);
    scenario.confirm();
    await scenario.start('init');
    await scenario.clock.pass(60_000);
    const { lost, unexpected } = scenario.check(76);
    expect({ lost, unexpected }).toEqual({ lost: [], unexpected: [] });
    expect(codes(scenario.host)).toEqual([]);
  });

  it('another node takes over in mid-stream, with other sequence numbers: every deposit arrives once', async () => {
    const scenario = new Scenario({ others: [{ tracksSince: 15 }] });
    scenario.deposits(5);
    scenario.confirm();
    await scenario.start();
    scenario.deposits(2000, 100);
    scenario.confirm();
    await scenario.clock.until(() => scenario.ledger.credited.size > 700);
    scenario.node.reachable = false;
    scenario.node.cutConnections();
    await scenario.clock.until(() => scenario.ledger.credited.size >= 2000);
    await scenario.clock.pass(5000);
    const { lost, unexpected, repeated } = scenario.check(25);
    expect({ lost, unexpected, repeated }).toEqual({ lost: [], unexpected: [], repeated: [] });
    expect(codes(scenario.host)).toEqual([]);
  });

  it('a node that does not have what was handled last stops with HISTORY_MISMATCH and delivers nothing', async () => {
    const scenario = new Scenario();
    await scenario.start();
    scenario.deposits(3);
    scenario.confirm();
    await scenario.untilCredited(3);
    await scenario.stop();
    scenario.node.tracksSince = scenario.chain.head;
    scenario.node.forgetHistory();
    scenario.deposits(3, 10);
    scenario.confirm();
    await scenario.start('init');
    await scenario.clock.pass(120_000);
    expect(codes(scenario.host)).toEqual(['HISTORY_MISMATCH']);
    expect(scenario.ledger.credited.size).toBe(3);
  });

  it('a node that began to track the account later is refused also by a position that stands at the end of a block', async () => {
    const scenario = new Scenario({ others: [{ tracksSince: 40 }] });
    const earlier = scenario.chain.deposit(1).number;
    scenario.chain.produceMany(6);
    await scenario.start();
    await scenario.stop();
    scenario.deposits(5, 2);
    scenario.chain.produceMany(20);
    scenario.deposits(3, 7);
    scenario.node.reachable = false;
    scenario.confirm();
    await scenario.start('init');
    await scenario.clock.pass(60_000);
    expect(codes(scenario.host)).toEqual(['HISTORY_MISMATCH']);
    expect(scenario.host.executions).toEqual([]);
    scenario.node.reachable = true;
    await scenario.untilCredited(8);
    expect(scenario.check(earlier)).toEqual({ lost: [], unexpected: [], repeated: [] });
  });

  it('a node that does not track the account is refused: its empty history is not taken for an account without deposits', async () => {
    const scenario = new Scenario();
    const { node } = scenario;
    const session = node.session.bind(node);
    let tracks = true;
    node.session = () => {
      const made = session();
      return {
        ...made,
        account: async (name) => {
          const account = await made.account(name);
          return account && { ...account, creationBlock: 3 };
        },
        statistics: async (id) => ({ ...(await made.statistics(id)), ...(tracks ? {} : { totalOps: 0 }) }),
      };
    };
    tracks = false;
    await expect(scenario.start()).rejects.toMatchObject({ code: 'HISTORY_MISMATCH' });
    tracks = true;
    scenario.chain.produce([{ operations: [transfer(exchange, bob, 1)] }]);
    scenario.chain.produceMany(6);
    await scenario.start();
    await scenario.stop();
    tracks = false;
    const [first] = scenario.deposits(1);
    scenario.confirm();
    await scenario.start('init');
    await scenario.clock.pass(60_000);
    expect(codes(scenario.host)).toEqual(['HISTORY_MISMATCH']);
    tracks = true;
    await scenario.untilCredited(1);
    expect(scenario.ledger.order).toEqual([`4e4fc2ce:${first!.number}:0:0:0`]);
  });

  it('an account as old as the chain was not created by an operation: that it paid fees shows that the node does not track it', async () => {
    const scenario = new Scenario();
    const session = scenario.node.session.bind(scenario.node);
    let hasPaidFees = true;
    scenario.node.session = () => {
      const made = session();
      return { ...made, statistics: async (id) => ({ ...(await made.statistics(id)), hasPaidFees }) };
    };
    await expect(scenario.start()).rejects.toMatchObject({ code: 'HISTORY_MISMATCH' });
    hasPaidFees = false;
    await scenario.start();
    expect(codes(scenario.host)).toEqual([]);
  });

  it('a node on another chain delivers nothing and is reported once', async () => {
    const scenario = new Scenario();
    await scenario.start();
    await scenario.stop();
    scenario.node.chainId = '0'.repeat(64);
    scenario.deposits(3);
    scenario.confirm();
    await scenario.start('init');
    await scenario.clock.pass(600_000);
    expect(codes(scenario.host)).toEqual(['WRONG_CHAIN']);
    expect(scenario.ledger.credited.size).toBe(0);
  });

  it('a node that is behind the position is left for the next one, and nothing is repeated', async () => {
    const scenario = new Scenario({ others: [{}] });
    await scenario.start();
    scenario.deposits(5);
    scenario.confirm();
    await scenario.untilCredited(5);
    await scenario.stop();
    scenario.node.frozenAt = 22;
    scenario.deposits(5, 6);
    scenario.confirm();
    await scenario.start('init');
    await scenario.untilCredited(10);
    expect(scenario.check(20)).toEqual({ lost: [], unexpected: [], repeated: [] });
  });

  it('an outage becomes visible once, after it has lasted, and deposits made meanwhile arrive', async () => {
    const scenario = new Scenario();
    await scenario.start();
    scenario.node.reachable = false;
    scenario.node.cutConnections();
    await scenario.clock.pass(30_000);
    expect(codes(scenario.host)).toEqual([]);
    scenario.deposits(3);
    scenario.confirm();
    await scenario.clock.pass(3600_000);
    expect(codes(scenario.host)).toHaveLength(1);
    scenario.node.reachable = true;
    await scenario.untilCredited(3);
    expect(codes(scenario.host)).toHaveLength(1);
  });
});

describe('finality', () => {
  it('a frozen delayed node is reported as STALE_NODE once, and reading goes on when it moves again', async () => {
    const scenario = new Scenario({ node: { kind: 'delayed' } });
    await scenario.start();
    scenario.node.frozenAt = scenario.node.head;
    scenario.deposits(3);
    scenario.confirm();
    await scenario.clock.pass(1800_000);
    expect(codes(scenario.host)).toEqual(['STALE_NODE']);
    expect(scenario.ledger.credited.size).toBe(0);
    scenario.node.frozenAt = null;
    await scenario.untilCredited(3);
    expect(codes(scenario.host)).toEqual(['STALE_NODE']);
  });

  it('a full node on which nothing becomes irreversible any more is reported as STALE_NODE once, although it has new blocks', async () => {
    const scenario = new Scenario();
    await scenario.start();
    const last = scenario.chain.head - 5;
    const { beforeAnswer } = scenario.node;
    let stuck = true;
    scenario.node.beforeAnswer = async (method) => {
      await beforeAnswer(method);
      scenario.node.lag = stuck ? scenario.chain.head - last : 5;
    };
    scenario.chain.deposit(1);
    await scenario.clock.pass(1800_000);
    expect(codes(scenario.host)).toEqual(['STALE_NODE']);
    expect(scenario.host.failures[0]?.message).toContain('irreversible');
    stuck = false;
    await scenario.untilCredited(1);
    expect(codes(scenario.host)).toEqual(['STALE_NODE']);
  });

  it('the time that irreversibility takes is no trouble: a short Stale After does not refuse a healthy full node', async () => {
    const scenario = new Scenario({
      node: { lag: 27 },
      parameters: { options: { staleAfter: 1 } },
      blocks: 60,
    });
    await scenario.start();
    scenario.deposits(1);
    await scenario.clock.pass(600_000);
    expect(codes(scenario.host)).toEqual([]);
    expect(scenario.ledger.credited.size).toBe(1);
  });

  it('a first activation on a frozen node fails', async () => {
    const scenario = new Scenario({ node: { kind: 'delayed' } });
    scenario.node.frozenAt = scenario.node.head;
    await scenario.clock.pass(600_000);
    await expect(scenario.start()).rejects.toMatchObject({ code: 'STALE_NODE' });
  });

  it('a full node that is configured as delayed is found out before anything is delivered', async () => {
    const scenario = trustedAndDelayed('full');
    await expect(scenario.start()).rejects.toMatchObject({ code: 'NOT_A_DELAYED_NODE' });
  });

  it.each([
    ['unreachable', 'NODE_UNREACHABLE'],
    ['frozen', 'NODE_OUT_OF_SYNC'],
  ])(
    'a trusted node that is %s, so that nothing checks the delayed one, is reported once, and deposits arrive',
    async (trouble, code) => {
      const scenario = trustedAndDelayed('delayed');
      await scenario.start();
      const [trusted] = scenario.trusted;
      if (trouble === 'frozen') trusted!.frozenAt = scenario.chain.head;
      else trusted!.reachable = false;
      trusted!.cutConnections();
      scenario.deposits(3);
      scenario.confirm();
      await scenario.clock.pass(1800_000);
      expect(scenario.check(20)).toEqual({ lost: [], unexpected: [], repeated: [] });
      expect(codes(scenario.host)).toEqual([code]);
      trusted!.reachable = true;
      trusted!.frozenAt = null;
      await scenario.clock.pass(600_000);
      expect(codes(scenario.host)).toEqual([code]);
    },
  );

  it('a true delayed node passes, and its own last irreversible block does not hold deposits back', async () => {
    const scenario = trustedAndDelayed('delayed');
    await scenario.start();
    const block = scenario.chain.deposit(1);
    // Exactly irreversible: the delayed node has just got the block, and calls it reversible itself.
    scenario.chain.produceMany(5);
    scenario.node.notify();
    await scenario.untilCredited(1);
    expect(scenario.host.delivered()[0]?.blockNumber).toBe(block.number);
    expect(codes(scenario.host)).toEqual([]);
  });

  it('a fork switch between two reads on a full node credits nothing of the abandoned fork', async () => {
    const scenario = new Scenario();
    await scenario.start();
    let forked = false;
    const before = scenario.node.beforeAnswer;
    scenario.chain.deposit(1);
    scenario.chain.produceMany(6);
    scenario.chain.deposit(2);
    scenario.chain.deposit(3);
    scenario.node.beforeAnswer = async (method) => {
      if (method === 'history' && !forked) {
        forked = true;
        // Three blocks are replaced by others: 2 is gone, 4 came in.
        scenario.chain.fork(3);
        scenario.chain.deposit(4);
        scenario.chain.deposit(3);
        scenario.chain.produceMany(8);
      }
      await before(method);
    };
    scenario.node.notify();
    await scenario.clock.until(() => forked);
    await scenario.clock.pass(60_000);
    expect(scenario.host.delivered().map(({ amountRaw }) => amountRaw)).toEqual(['1', '4', '3']);
    expect(scenario.check(20)).toEqual({ lost: [], unexpected: [], repeated: [] });
  });

  it('a deposit that was shown on a fork and abandoned before it was irreversible is never credited', async () => {
    const scenario = new Scenario();
    await scenario.start();
    scenario.chain.deposit(1);
    scenario.chain.deposit(2);
    scenario.node.notify();
    await scenario.clock.pass(2000);
    scenario.chain.fork(1);
    scenario.chain.deposit(3);
    scenario.confirm();
    await scenario.clock.pass(60_000);
    expect(scenario.host.delivered().map(({ amountRaw }) => amountRaw)).toEqual(['1', '3']);
  });
});

function trustedAndDelayed(kind: 'full' | 'delayed'): Scenario {
  // The node in the delayed field is the first; a real full node to compare with is the trusted one.
  return new Scenario({
    node: { kind: 'delayed', lag: kind === 'full' ? 0 : 5 },
    trusted: [{ kind: 'full' }],
  });
}
