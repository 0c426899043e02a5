/** Guarantee: whatever is killed, no deposit is lost and none is invented. */
import { alice, exchange, transfer } from '../support/memoryChain';
import { Scenario } from '../support/depositScenario';
import { randomNumbers } from '../support/randomNumbers';

// Time is simulated; what it takes in reality depends on what else the machine does.
jest.setTimeout(120_000);

describe('deposits survive kill -9', () => {
  it('killed many times during 10,000 deposits: none is lost, none is invented, repeats carry the same depositId', async () => {
    const random = randomNumbers(20261122);
    const scenario = new Scenario();
    const { chain, clock, host, ledger } = scenario;
    await scenario.start();
    const before = chain.head;
    let made = 0;
    let kills = 0;
    while (ledger.credited.size < 10_000) {
      host.killAt = host.steps + 20 + Math.floor(random() * 1500);
      while (made < 10_000 && made < ledger.credited.size + 600) {
        chain.produce(
          Array.from({ length: 1 + Math.floor(random() * 4) }, () => ({
            operations: [transfer(alice, exchange, ++made)],
          })),
        );
      }
      scenario.confirm();
      await clock.until(() => !host.alive || (ledger.credited.size >= made && made >= 10_000));
      if (host.alive) break;
      kills += 1;
      host.killAt = Number.POSITIVE_INFINITY;
      await scenario.start('init');
    }
    expect(kills).toBeGreaterThan(50);
    const { lost, unexpected, repeated } = scenario.check(before);
    expect({ lost, unexpected }).toEqual({ lost: [], unexpected: [] });
    // One execution at a time is all that a kill can repeat.
    expect(repeated.length).toBeLessThanOrEqual(kills);
  }, 120_000);

  it.each(['success', 'completion', 'immediately'])(
    'killed at every single step of three deposits, with Confirm Delivery %s: none is lost, none is invented',
    async (confirmDelivery) => {
      const options = { parameters: { confirmDelivery } };
      const undisturbed = new Scenario(options);
      await run(undisturbed);
      const steps = undisturbed.host.steps;
      expect(steps).toBeGreaterThan(20);
      for (let killAt = 1; killAt <= steps; killAt++) {
        const scenario = new Scenario(options);
        await run(scenario, killAt);
        const { lost, unexpected } = scenario.check(20);
        expect({ killAt, lost, unexpected }).toEqual({ killAt, lost: [], unexpected: [] });
      }
    },
    120_000,
  );

  it('a batch that a crash interrupted acknowledges its own deposits only, also when others are accepted now', async () => {
    const assets = (...ids: string[]) => ({ rows: ids.map((asset) => ({ asset, minimumAmount: '' })) });
    const scenario = new Scenario({
      parameters: {
        confirmDelivery: 'immediately',
        assets: assets('1.3.0'),
        options: { batchSize: 3 },
      },
    });
    await scenario.start();
    scenario.ledger.outcome = () => 'never';
    scenario.deposits(1);
    scenario.chain.deposit(2, { assetId: '1.3.1' });
    scenario.deposits(2, 3);
    scenario.confirm();
    await scenario.clock.until(() => scenario.host.executions.length > 0);
    scenario.host.kill();
    scenario.ledger.outcome = () => 'success';
    scenario.host.parameters = { ...scenario.host.parameters, assets: assets('1.3.0', '1.3.1') };
    await scenario.start('init');
    await scenario.clock.pass(60_000);
    expect(scenario.check(20)).toMatchObject({ lost: [], unexpected: [] });
  });
});

async function run(scenario: Scenario, killAt = Number.POSITIVE_INFINITY): Promise<void> {
  const { chain, clock, host, ledger } = scenario;
  await scenario.start();
  host.killAt = host.steps + killAt;
  for (let i = 1; i <= 3; i++) {
    chain.deposit(i);
    scenario.confirm();
    await clock.until(() => !host.alive || ledger.credited.size === i);
    await clock.pass(1500);
  }
  if (!host.alive) {
    host.killAt = Number.POSITIVE_INFINITY;
    await scenario.start('init');
    await clock.until(() => ledger.credited.size === 3);
  }
  await clock.pass(5000);
}
