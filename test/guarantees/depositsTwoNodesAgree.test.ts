/** Guarantee: no deposit has an amount, and none is watched for an account, that only one of two nodes vouches for. */
import type { Account, Asset } from '../../src/chain/interfaces';
import { bob, exchange, transfer, type MemoryNode } from '../support/memoryChain';
import { codes, Scenario, type ScenarioOptions } from '../support/depositScenario';

// Time is simulated; what it takes in reality depends on what else the machine does.
jest.setTimeout(120_000);

const minute = 60_000;
const gold = '1.3.1';

function delayedScenario(options: ScenarioOptions = {}): Scenario {
  return new Scenario({
    node: { name: 'ws://delayed', kind: 'delayed' },
    trusted: [{ name: 'ws://trusted' }],
    ...options,
    // Every asset counts.
    parameters: { assets: { rows: [] }, ...options.parameters },
  });
}

const saying = (id: string, change: Partial<Asset>) => (assets: (Asset | null)[]) =>
  assets.map((asset) => (asset?.id === id ? { ...asset, ...change } : asset));

function lieAbout(node: MemoryNode | undefined, id: string, change: Partial<Asset>): void {
  if (node !== undefined) node.lies['assets'] = saying(id, change);
}

const amounts = (scenario: Scenario) => scenario.host.delivered().map(({ amount }) => amount);

describe('the decimals of an asset', () => {
  it.each(['1.3.0', gold])('that the delayed node alone says of %s make no amount', async (assetId) => {
    const scenario = delayedScenario();
    await scenario.start();
    lieAbout(scenario.node, assetId, { precision: 2 });
    scenario.chain.deposit(1_234_567, { assetId });
    scenario.confirm();
    await scenario.clock.pass(20 * minute);
    expect(amounts(scenario)).toEqual([]);
    expect(codes(scenario.host)).toEqual(['INVALID_ANSWER']);
    expect(scenario.host.failures[0]?.message).toMatch(/ws:\/\/delayed and ws:\/\/trusted contradict/);
    expect(scenario.host.failures[0]?.message).toContain('with 2 decimals by the first');
    delete scenario.node.lies['assets'];
    await scenario.untilCredited(1, 5 * minute);
    expect(amounts(scenario)).toEqual([assetId === gold ? '1234.567' : '12.34567']);
    expect(codes(scenario.host)).toEqual(['INVALID_ANSWER']);
  });

  it('come from the next delayed node when that one agrees with the trusted node', async () => {
    const scenario = delayedScenario({ others: [{ name: 'ws://honest', kind: 'delayed' }] });
    await scenario.start();
    lieAbout(scenario.node, gold, { precision: 2 });
    scenario.chain.deposit(1_234_567, { assetId: gold });
    scenario.confirm();
    await scenario.untilCredited(1, 5 * minute);
    expect(amounts(scenario)).toEqual(['1234.567']);
    expect(codes(scenario.host)).toEqual(['INVALID_ANSWER']);
  });

  it('come from the delayed node when the next trusted one agrees with it', async () => {
    const scenario = delayedScenario({ trusted: [{ name: 'ws://liar' }, { name: 'ws://honest' }] });
    await scenario.start();
    lieAbout(scenario.trusted[0], gold, { symbol: 'SILVER' });
    scenario.chain.deposit(1_234_567, { assetId: gold });
    scenario.confirm();
    await scenario.untilCredited(1, 5 * minute);
    expect(amounts(scenario)).toEqual(['1234.567']);
    expect(codes(scenario.host)).toEqual(['INVALID_ANSWER']);
  });

  it('that are disputed hold up no deposit in front', async () => {
    const scenario = delayedScenario();
    await scenario.start();
    lieAbout(scenario.node, gold, { precision: 2 });
    for (let amount = 1; amount <= 4; amount++) {
      const ids = amount === 3 ? { assetId: gold } : {};
      scenario.chain.deposit(amount, ids);
    }
    scenario.confirm();
    await scenario.untilCredited(2, 5 * minute);
    await scenario.clock.pass(10 * minute);
    expect(amounts(scenario)).toEqual(['0.00001', '0.00002']);
    delete scenario.node.lies['assets'];
    await scenario.untilCredited(4, 5 * minute);
    expect(amounts(scenario)).toEqual(['0.00001', '0.00002', '0.003', '0.00004']);
  });

  it('are the delayed node’s where the trusted one is away, or behind, or there is none', async () => {
    const unheard = (change: (trusted: MemoryNode) => void) => {
      const scenario = delayedScenario();
      const [trusted] = scenario.trusted as [MemoryNode];
      lieAbout(trusted, gold, { precision: 1 });
      change(trusted);
      return scenario;
    };
    const parameters = { assets: { rows: [] } };
    const scenarios = [
      unheard((trusted) => (trusted.reachable = false)),
      unheard((trusted) => (trusted.frozenAt = 2)),
      new Scenario({ node: { kind: 'delayed' }, parameters }),
      new Scenario({ parameters }),
    ];
    for (const scenario of scenarios) {
      await scenario.start();
      scenario.chain.deposit(1_234_567, { assetId: gold });
      scenario.confirm();
      await scenario.untilCredited(1, minute);
      expect(amounts(scenario)).toEqual(['1234.567']);
      await scenario.stop();
    }
  });

  it('that both nodes named before are not changed by the delayed node alone while the trusted one is away', async () => {
    const scenario = delayedScenario();
    await scenario.start();
    scenario.chain.deposit(1, { assetId: gold });
    scenario.confirm();
    await scenario.untilCredited(1);
    const [trusted] = scenario.trusted as [MemoryNode];
    trusted.reachable = false;
    lieAbout(scenario.node, gold, { precision: 2 });
    scenario.chain.deposit(1_234_567, { assetId: gold });
    scenario.confirm();
    await scenario.clock.pass(20 * minute);
    expect(amounts(scenario)).toEqual(['0.001']);
    delete scenario.node.lies['assets'];
    await scenario.untilCredited(2, 5 * minute);
    expect(amounts(scenario)).toEqual(['0.001', '1234.567']);
  });

  it('are asked of the trusted node once for each asset', async () => {
    const scenario = delayedScenario();
    await scenario.start();
    for (let i = 0; i < 10; i++) {
      scenario.chain.deposit(5, { assetId: gold });
      scenario.deposits(300, 1000 * i + 1);
      scenario.confirm();
      await scenario.untilCredited(301 * (i + 1));
    }
    expect(scenario.trusted[0]?.calls['assets']).toBeLessThanOrEqual(2);
    expect(scenario.check(20)).toEqual({ lost: [], unexpected: [], repeated: [] });
  });

  it('count in a minimum amount only where both nodes agree', async () => {
    const scenario = delayedScenario({
      parameters: { assets: { rows: [{ asset: 'GOLD', minimumAmount: '5' }] } },
    });
    lieAbout(scenario.node, gold, { precision: 9 });
    await expect(scenario.start()).rejects.toMatchObject({
      message: expect.stringContaining('contradict each other') as string,
    });
  });
});

describe('what is watched', () => {
  const bobsAccount = (account: Account | null) =>
    account === null ? null : { ...account, id: bob, statisticsId: '2.6.3' };

  it('an account with another id on the delayed node is not watched', async () => {
    const scenario = delayedScenario();
    scenario.node.lies['account'] = bobsAccount;
    await expect(scenario.start()).rejects.toMatchObject({
      message: expect.stringMatching(/"exchange" \(1\.2\.3\) by the first, "exchange" \(1\.2\.1\)/) as string,
    });
  });

  it('the next delayed node is used, and the first one is reported', async () => {
    const scenario = delayedScenario({ others: [{ name: 'ws://honest', kind: 'delayed' }] });
    scenario.node.lies['account'] = bobsAccount;
    await scenario.start();
    scenario.chain.produce([{ operations: [transfer(exchange, bob, 5)] }]);
    scenario.deposits(1);
    scenario.confirm();
    await scenario.untilCredited(1);
    expect(scenario.check(20)).toEqual({ lost: [], unexpected: [], repeated: [] });
    expect(codes(scenario.host)).toEqual(['INVALID_ANSWER']);
  });

  it('an asset under the symbol of another one is not accepted', async () => {
    const scenario = delayedScenario({ parameters: { assets: { rows: [{ asset: 'GOLD' }] } } });
    scenario.node.lies['assets'] = (assets: (Asset | null)[]) =>
      assets.map((asset) => (asset?.symbol === 'GOLD' ? { ...asset, id: '1.3.2' } : asset));
    await expect(scenario.start()).rejects.toMatchObject({
      message: expect.stringContaining('"BTS." with 5 decimals by the second') as string,
    });
  });
});
