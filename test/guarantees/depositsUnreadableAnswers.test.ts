/** Guarantee: an answer that a node cannot hand over costs time, and no deposit. */
import { bob, exchange, transfer } from '../support/memoryChain';
import { codes, Scenario } from '../support/depositScenario';

jest.setTimeout(120_000);

/** What somebody proposed in the name of the account, with a text that is not UTF-8. */
const proposal: [number, object] = [22, { fee_paying_account: exchange, proposed_ops: [] }];

async function stopped(): Promise<Scenario> {
  const scenario = new Scenario();
  await scenario.start();
  scenario.deposits(1);
  scenario.confirm();
  await scenario.untilCredited(1);
  await scenario.stop();
  return scenario;
}

it('pages that are too large to receive are read in smaller ones, and in full ones again behind them', async () => {
  for (const largest of [30, 1]) {
    const scenario = await stopped();
    scenario.deposits(2500, 2);
    scenario.confirm();
    scenario.node.largestPage = largest;
    await scenario.start('init');
    await scenario.untilCredited(500, 3600_000);
    scenario.node.largestPage = Number.POSITIVE_INFINITY;
    await scenario.untilCredited(2000);
    const asked = scenario.node.calls['history'] ?? 0;
    await scenario.untilCredited(2501);
    expect(scenario.check(20)).toEqual({ lost: [], unexpected: [], repeated: [] });
    expect((scenario.node.calls['history'] ?? 0) - asked).toBeLessThan(50);
  }
});

it('an operation that the node cannot send at all and that moves no value holds up no deposit behind it', async () => {
  const scenario = await stopped();
  scenario.deposits(3, 2);
  for (const count of [1, 6]) {
    for (let i = 0; i < count; i++) {
      scenario.node.unsendable.add(scenario.chain.produce([{ operations: [proposal] }]).number);
    }
    scenario.deposits(120, 100 * count);
  }
  scenario.confirm();
  await scenario.start('init');
  await scenario.untilCredited(244, 3600_000);
  // And when it is the newest operation of the account.
  scenario.node.unsendable.add(scenario.chain.produce([{ operations: [proposal] }]).number);
  scenario.confirm();
  await scenario.clock.pass(300_000);
  scenario.deposits(2, 5000);
  scenario.confirm();
  await scenario.untilCredited(246, 600_000);
  expect(scenario.check(20)).toEqual({ lost: [], unexpected: [], repeated: [] });
});

it('such an operation as the first one behind the start holds up no deposit', async () => {
  for (const before of [0, 2]) {
    const scenario = new Scenario();
    scenario.deposits(before);
    scenario.confirm();
    const start = scenario.chain.head;
    await scenario.start();
    scenario.node.unsendable.add(scenario.chain.produce([{ operations: [proposal] }]).number);
    scenario.deposits(2, 10);
    scenario.confirm();
    await scenario.untilCredited(2, 600_000);
    expect(scenario.check(start)).toEqual({ lost: [], unexpected: [], repeated: [] });
    await scenario.stop();
  }
});

it('a deposit in a block that the node cannot send is delivered with the id of its own transaction', async () => {
  const scenario = await stopped();
  const blocks = scenario.deposits(40, 2);
  scenario.node.unsendableBlocks.add(blocks[20]!.number);
  scenario.confirm();
  await scenario.start('init');
  await scenario.untilCredited(41, 3600_000);
  expect(scenario.check(20)).toEqual({ lost: [], unexpected: [], repeated: [] });
  const ids = scenario.host.delivered().map(({ transactionId }) => transactionId);
  expect(new Set(ids).size).toBe(41);
  expect(ids).not.toContain(null);
  expect(scenario.host.delivered()[21]).toMatchObject({ viaProposal: false, blockTime: expect.any(String) });
});

it('where not even its own transaction can be sent, it is delivered without the id, and the others with theirs', async () => {
  const scenario = await stopped();
  const blocks = scenario.deposits(40, 2);
  scenario.node.unsendableBlocks.add(blocks[20]!.number);
  scenario.node.unsendableTransactions.add(blocks[20]!.number);
  scenario.confirm();
  await scenario.start('init');
  await scenario.untilCredited(41, 3600_000);
  expect(scenario.check(20)).toEqual({ lost: [], unexpected: [], repeated: [] });
  const without = scenario.host.delivered().filter(({ transactionId }) => transactionId === null);
  expect(without.map(({ blockNumber }) => blockNumber)).toEqual([blocks[20]!.number]);
  expect(without[0]).toMatchObject({ viaProposal: false, blockTime: expect.any(String) });
});

it('a deposit that the node cannot send is waited for and named, and nothing behind it is delivered', async () => {
  const scenario = await stopped();
  scenario.deposits(3, 2);
  const stuck = scenario.chain.produce([{ operations: [transfer(bob, exchange, 50)] }]).number;
  scenario.node.unsendable.add(stuck);
  scenario.deposits(3, 60);
  scenario.confirm();
  await scenario.start('init');
  await scenario.clock.pass(1800_000);
  expect(scenario.ledger.credited.size).toBe(4);
  expect(codes(scenario.host)).toEqual(['REQUEST_TIMEOUT']);
  expect(scenario.host.failures[0]?.message).toContain('operation 5 of exchange');
  scenario.node.unsendable.clear();
  await scenario.untilCredited(8);
  expect(scenario.check(20)).toEqual({ lost: [], unexpected: [], repeated: [] });
});
