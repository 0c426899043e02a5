/** Guarantee: of two trigger nodes that share an id one works on as before, and the other says why it does not start. */
import { bob, alice, transfer } from '../support/memoryChain';
import { codes, Scenario } from '../support/depositScenario';

// Time is simulated; what it takes in reality depends on what else the machine does.
jest.setTimeout(120_000);

const first = { name: 'BitShares Trigger', account: 'exchange' };
const second = { name: 'BitShares Trigger1', account: 'bob' };
const refusal =
  'Two nodes of this workflow share an id: "BitShares Trigger" keeps it, and "BitShares Trigger1" is not started';

function choose(scenario: Scenario, node: { name: string; account: string }): void {
  scenario.host.nodeName = node.name;
  scenario.host.parameters = { account: node.account, startFrom: 'now' };
}

/** A workflow with both nodes, of which the first one works. */
async function withBoth(mode: 'update' | 'init' = 'update', copy = second): Promise<Scenario> {
  const scenario = new Scenario();
  await scenario.start();
  choose(scenario, copy);
  await scenario.during(scenario.host.activate(mode));
  await scenario.clock.pass(1000);
  return scenario;
}

/** n8n starts anew and activates the nodes in this order. */
async function restart(scenario: Scenario, ...nodes: (typeof first)[]): Promise<void> {
  scenario.host.kill();
  const [start = first, ...others] = nodes;
  choose(scenario, start);
  await scenario.start('init');
  for (const node of others) {
    choose(scenario, node);
    await scenario.during(scenario.host.activate('init'));
  }
  await scenario.clock.pass(1000);
}

function payBoth(scenario: Scenario): void {
  scenario.deposits(3);
  scenario.chain.produce([{ operations: [transfer(alice, bob, 99)] }]);
  scenario.confirm();
}

const accounts = (scenario: Scenario) => [
  ...new Set(scenario.host.delivered().map(({ account }) => account)),
];
const said = (scenario: Scenario) => scenario.host.failures.map(({ message }) => message);

describe('two trigger nodes of one workflow with one id', () => {
  it.each(['update', 'init'] as const)(
    'the living one goes on and the newcomer is recorded, once (%s)',
    async (mode) => {
      const scenario = await withBoth(mode);
      payBoth(scenario);
      await scenario.untilCredited(3);
      await scenario.clock.pass(600_000);
      expect(accounts(scenario)).toEqual(['exchange']);
      expect(said(scenario)).toEqual([refusal]);
      expect(scenario.host.failures[0]?.description).toContain('Delete "BitShares Trigger1" and add it anew');
      expect(JSON.stringify(scenario.host.failures)).not.toContain('Start Over');
      expect(scenario.check(20)).toEqual({ lost: [], unexpected: [], repeated: [] });
    },
  );

  it('a copy that watches the same account is refused as well', async () => {
    const scenario = await withBoth('update', { name: second.name, account: 'exchange' });
    payBoth(scenario);
    await scenario.untilCredited(3);
    expect(said(scenario)).toEqual([refusal]);
    expect(scenario.check(20)).toEqual({ lost: [], unexpected: [], repeated: [] });
  });

  it('a first activation of the newcomer fails in front of who published, and closes nothing', async () => {
    const scenario = new Scenario();
    await scenario.start();
    choose(scenario, second);
    const activation = scenario.during(scenario.host.activate('activate'));
    await expect(activation).rejects.toMatchObject({ message: refusal });
    payBoth(scenario);
    await scenario.untilCredited(3);
    expect(accounts(scenario)).toEqual(['exchange']);
    expect(scenario.host.failures).toEqual([]);
  });

  it.each([
    ['as they are listed', first, second],
    ['the newcomer first', second, first],
  ])('after a start of n8n the same one works, whatever the order: %s', async (_, ...order) => {
    const scenario = await withBoth();
    payBoth(scenario);
    await scenario.untilCredited(3);
    scenario.host.failures.length = 0;
    await restart(scenario, ...order);
    scenario.deposits(3, 4);
    scenario.confirm();
    await scenario.untilCredited(6);
    await scenario.clock.pass(600_000);
    expect(accounts(scenario)).toEqual(['exchange']);
    expect(said(scenario)).toEqual([refusal]);
    expect(scenario.check(20)).toMatchObject({ lost: [], unexpected: [] });
    expect(scenario.host.state).toMatchObject({ accountId: '1.2.1' });
  });

  it.each([
    ['as they are listed', first, second],
    ['the newcomer first', second, first],
  ])('a state that does not say who wrote it goes to the node of its account: %s', async (_, ...order) => {
    const scenario = await withBoth();
    payBoth(scenario);
    await scenario.untilCredited(3);
    await scenario.clock.pass(60_000);
    const { nodeName, ...old } = scenario.host.state;
    expect(nodeName).toBe(first.name);
    scenario.host.overwriteStaticData({ global: { 'bitshares:node-1': old } });
    scenario.host.failures.length = 0;
    await restart(scenario, ...order);
    scenario.deposits(3, 4);
    scenario.confirm();
    await scenario.untilCredited(6);
    expect(accounts(scenario)).toEqual(['exchange']);
    expect(said(scenario)).toEqual([refusal]);
    expect(scenario.check(20)).toMatchObject({ lost: [], unexpected: [] });
  });

  it('Start Over of the newcomer does not throw the position of the other one away', async () => {
    const scenario = await withBoth();
    payBoth(scenario);
    await scenario.untilCredited(3);
    const { nodeName, ...old } = scenario.host.state;
    expect(nodeName).toBe(first.name);
    scenario.host.overwriteStaticData({ global: { 'bitshares:node-1': old } });
    scenario.host.kill();
    choose(scenario, second);
    scenario.host.parameters['options'] = { whenAccountChanges: 'startOver' };
    await scenario.start('init');
    await scenario.clock.pass(60_000);
    expect(scenario.host.state.position).toEqual(old.position);
    expect(scenario.host.state).toMatchObject({ accountId: '1.2.1' });
  });

  it('an unpublished workflow has no trigger left, although n8n keeps one of the two only', async () => {
    const scenario = await withBoth();
    await scenario.stop();
    payBoth(scenario);
    await scenario.clock.pass(600_000);
    expect(scenario.host.executions).toEqual([]);
  });

  it('while the other one is disabled the newcomer is not told to take its position', async () => {
    const scenario = await withBoth();
    scenario.host.failures.length = 0;
    scenario.host.disable(first.name);
    await restart(scenario, second);
    expect(said(scenario)).toEqual([refusal]);
    expect(JSON.stringify(scenario.host.failures)).not.toContain('Start Over');
  });
});

describe('one trigger node under a new name', () => {
  it('takes the place of its former instance that n8n left running', async () => {
    const scenario = new Scenario();
    await scenario.start();
    scenario.host.rename('Deposits');
    await scenario.during(scenario.host.activate('update'));
    payBoth(scenario);
    await scenario.untilCredited(3);
    await scenario.clock.pass(60_000);
    expect(scenario.host.failures).toEqual([]);
    expect(scenario.check(20)).toEqual({ lost: [], unexpected: [], repeated: [] });
    expect(scenario.host.state).toMatchObject({ nodeName: 'Deposits' });
  });

  it('goes on where it was after a start of n8n', async () => {
    const scenario = new Scenario();
    await scenario.start();
    scenario.host.kill();
    scenario.host.rename('Deposits');
    payBoth(scenario);
    await scenario.start('init');
    await scenario.untilCredited(3);
    expect(scenario.host.failures).toEqual([]);
    expect(scenario.check(20)).toEqual({ lost: [], unexpected: [], repeated: [] });
  });

  it('with another account it is told so, and how to start over', async () => {
    const scenario = new Scenario();
    await scenario.start();
    await scenario.stop();
    choose(scenario, second);
    await scenario.start('update');
    await scenario.clock.pass(60_000);
    expect(codes(scenario.host)).toEqual(['POSITION_OF_OTHER_ACCOUNT']);
    expect(scenario.host.failures[0]?.description).toContain('Start Over');
  });
});
