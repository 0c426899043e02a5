/** Guarantee: a node that stands still, or is unfit otherwise, stops no deposit while another one can be read. */
import { codes, Scenario } from '../support/depositScenario';

const minute = 60_000;

function besideTrusted(others: { name: string; kind: 'delayed' }[] = []): Scenario {
  return new Scenario({
    node: { name: 'ws://delayed', kind: 'delayed', lag: 5 },
    others,
    trusted: [{ name: 'ws://trusted', kind: 'full' }],
  });
}

describe('a delayed node that stands still at a block, while the trusted node goes on', () => {
  it('is reported once with that block and the remedy, deposits arrive from the trusted node, and its going on is reported', async () => {
    const scenario = besideTrusted();
    await scenario.start();
    scenario.node.frozenAt = scenario.node.head;
    const stopsAt = scenario.node.head + 1;
    scenario.deposits(3);
    scenario.confirm();
    await scenario.untilCredited(3, 10 * minute);
    scenario.deposits(2, 10);
    scenario.confirm();
    await scenario.untilCredited(5, 10 * minute);
    expect(codes(scenario.host)).toEqual(['STALE_NODE']);
    const [report] = scenario.host.failures;
    expect(report?.message).toContain(`stands still and does not get past block ${stopsAt},`);
    expect(report?.description).toMatch(
      /as a plain p2p node .* past block \d+, .* Until it goes on, deposits .* by the trusted node alone/,
    );
    scenario.node.frozenAt = null;
    await scenario.clock.pass(5 * minute);
    expect(codes(scenario.host)).toEqual(['STALE_NODE', 'STALE_NODE']);
    expect(scenario.host.failures[1]?.message).toContain(`goes on: it is past block ${stopsAt}`);
    // From now on it is the delayed node that is read.
    const before = { ...scenario.node.calls };
    scenario.deposits(1, 100);
    scenario.confirm();
    await scenario.untilCredited(6, 10 * minute);
    expect(scenario.node.calls['history']).toBeGreaterThan(before['history'] ?? 0);
    expect(scenario.check(20)).toEqual({ lost: [], unexpected: [], repeated: [] });
    expect(codes(scenario.host)).toHaveLength(2);
  });

  it('delivers nothing of the trusted node that can still be replaced', async () => {
    const scenario = besideTrusted();
    await scenario.start();
    scenario.node.frozenAt = scenario.node.head;
    scenario.chain.produceMany(10);
    await scenario.clock.pass(5 * minute);
    expect(codes(scenario.host)).toEqual(['STALE_NODE']);
    scenario.chain.deposit(1);
    scenario.trusted[0]?.notify();
    await scenario.clock.pass(2000);
    expect(scenario.ledger.credited.size).toBe(0);
    scenario.chain.fork(1);
    scenario.deposits(1, 2);
    scenario.confirm();
    await scenario.untilCredited(1, 10 * minute);
    await scenario.clock.pass(5 * minute);
    expect(scenario.host.delivered().map(({ amountRaw }) => amountRaw)).toEqual(['2']);
  });

  it('is noticed with Stale After switched off too, and after a restart', async () => {
    const scenario = new Scenario({
      node: { kind: 'delayed', lag: 5 },
      trusted: [{ kind: 'full' }],
      parameters: { options: { staleAfter: 0 } },
    });
    await scenario.start();
    scenario.deposits(1);
    scenario.confirm();
    await scenario.untilCredited(1);
    scenario.node.frozenAt = scenario.node.head;
    await scenario.crash();
    scenario.deposits(2, 10);
    scenario.confirm();
    await scenario.untilCredited(3, 10 * minute);
    expect(codes(scenario.host)).toEqual(['STALE_NODE']);
  });

  it('is left for another delayed node that goes on', async () => {
    const scenario = besideTrusted([{ name: 'ws://second', kind: 'delayed' }]);
    await scenario.start();
    scenario.node.frozenAt = scenario.node.head;
    scenario.deposits(3);
    scenario.confirm();
    await scenario.untilCredited(3, 10 * minute);
    expect(codes(scenario.host)).toEqual(['STALE_NODE']);
    expect(scenario.host.failures[0]?.message).toContain('ws://second is used instead of ws://delayed');
    expect(scenario.trusted[0]?.calls['history'] ?? 0).toBe(0);
  });

  it('keeps a first activation from beginning, which names the block', async () => {
    const scenario = besideTrusted();
    scenario.node.frozenAt = scenario.node.head;
    await scenario.clock.pass(10 * minute);
    scenario.trusted[0]!.beforeAnswer = () => {
      while (scenario.chain.time < scenario.clock.now() - 3000) scenario.chain.produce();
    };
    await expect(scenario.start()).rejects.toMatchObject({
      code: 'STALE_NODE',
      message: expect.stringContaining(`does not get past block ${scenario.node.head + 1}`) as string,
    });
  });
});

it('a preferred address that was frozen is returned to when it follows the chain again, and the second one is read until then', async () => {
  const scenario = besideTrusted([{ name: 'ws://second', kind: 'delayed' }]);
  await scenario.start();
  const [first, second] = scenario.nodes;
  first!.frozenAt = first!.head;
  scenario.deposits(1);
  scenario.confirm();
  await scenario.untilCredited(1, 10 * minute);
  // While it is frozen it is looked at now and then, and left again.
  await scenario.clock.pass(20 * minute);
  const reads = () => [first!.calls['history'] ?? 0, second!.calls['history'] ?? 0] as const;
  const frozen = reads();
  scenario.deposits(1, 10);
  scenario.confirm();
  await scenario.untilCredited(2, 10 * minute);
  expect(reads()[0]).toBe(frozen[0]);
  first!.frozenAt = null;
  await scenario.clock.pass(20 * minute);
  const before = reads();
  scenario.deposits(1, 100);
  scenario.confirm();
  await scenario.untilCredited(3, 10 * minute);
  expect(reads()[0]).toBeGreaterThan(before[0]);
  expect(reads()[1]).toBe(before[1]);
  expect(scenario.check(20)).toEqual({ lost: [], unexpected: [], repeated: [] });
});

it('a trusted node that cannot be compared makes deposits later, not uncertain: what the delayed node itself calls final is delivered', async () => {
  const scenario = besideTrusted();
  await scenario.start();
  const [trusted] = scenario.trusted;
  trusted!.reachable = false;
  trusted!.cutConnections();
  await scenario.clock.pass(40_000);
  const block = scenario.chain.deposit(1);
  await scenario.clock.until(() => scenario.ledger.credited.size === 1, 10 * minute);
  // Five blocks behind the chain, and five more until it calls the block irreversible itself.
  expect(scenario.chain.head).toBeGreaterThanOrEqual(block.number + 10);
  expect(scenario.check(20)).toEqual({ lost: [], unexpected: [], repeated: [] });
});

it('a delayed node that goes on while the trusted node is lost is reported as going on, and its next stop as a new one', async () => {
  const scenario = besideTrusted();
  await scenario.start();
  scenario.node.frozenAt = scenario.node.head;
  scenario.deposits(1);
  scenario.confirm();
  await scenario.untilCredited(1, 10 * minute);
  scenario.node.frozenAt = null;
  scenario.trusted[0]?.cutConnections();
  await scenario.clock.pass(5 * minute);
  expect(codes(scenario.host)).toEqual(['STALE_NODE', 'STALE_NODE']);
  expect(scenario.host.failures[1]?.message).toContain('goes on: it is past block');
  scenario.node.frozenAt = scenario.node.head;
  scenario.deposits(1, 10);
  scenario.confirm();
  await scenario.untilCredited(2, 10 * minute);
  expect(codes(scenario.host)).toEqual(['STALE_NODE', 'STALE_NODE', 'STALE_NODE']);
  expect(scenario.host.failures[2]?.message).toContain('stands still');
});

it('what spoke against another address long ago is not said when the one in use is lost', async () => {
  const scenario = new Scenario({ others: [{}], parameters: { options: { staleAfter: 2 } } });
  const [first, second] = scenario.nodes as [typeof scenario.node, typeof scenario.node];
  first.reachable = false;
  await scenario.start();
  second.frozenAt = second.head;
  first.reachable = true;
  await scenario.clock.pass(10 * minute);
  const told = codes(scenario.host);
  second.frozenAt = null;
  await scenario.clock.pass(60 * minute);
  first.cutConnections();
  scenario.deposits(1);
  scenario.confirm();
  await scenario.untilCredited(1, 10 * minute);
  await scenario.clock.pass(minute);
  expect(codes(scenario.host)).toEqual(told);
  expect(second.calls['history']).toBeGreaterThan(0);
});

it('a delayed node that shows what is not proved to be final is not asked again and again', async () => {
  const scenario = new Scenario({
    node: { name: 'ws://delayed', kind: 'delayed', lag: 40 },
    trusted: [{ name: 'ws://trusted', kind: 'full' }],
    blocks: 100,
  });
  await scenario.start();
  for (const trusted of scenario.trusted) trusted.reachable = false;
  scenario.deposits(1);
  scenario.chain.produceMany(40);
  await scenario.clock.pass(minute / 2);
  const before = scenario.node.calls['history'] ?? 0;
  for (let notices = 0; notices < 5; notices++) {
    scenario.node.notify();
    await scenario.clock.pass(1000);
  }
  expect(scenario.ledger.credited.size).toBe(0);
  expect((scenario.node.calls['history'] ?? 0) - before).toBeLessThan(20);
  await scenario.untilCredited(1, 10 * minute);
});

it('a delayed node that comes back as a plain one, and catches up between two looks, is not believed beyond what the trusted node calls final', async () => {
  const scenario = besideTrusted();
  await scenario.start();
  scenario.node.frozenAt = scenario.node.head;
  scenario.deposits(1);
  scenario.confirm();
  await scenario.untilCredited(1, 10 * minute);
  // Helped past its block as a plain node, it is for a moment where a delayed one would be.
  scenario.node.frozenAt = scenario.chain.head - 5;
  await scenario.clock.until(() => codes(scenario.host).length === 2, 5 * minute);
  await scenario.clock.pass(100);
  scenario.node.lag = 0;
  scenario.node.frozenAt = null;
  scenario.chain.deposit(7);
  scenario.node.notify();
  await scenario.clock.pass(2000);
  expect(scenario.ledger.credited.size).toBe(1);
  scenario.chain.fork(1);
  await scenario.clock.pass(5 * minute);
  expect(scenario.check(20)).toEqual({ lost: [], unexpected: [], repeated: [] });
});
