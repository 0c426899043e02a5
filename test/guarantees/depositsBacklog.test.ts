/** Guarantee: what was made while the trigger was off arrives completely and in order, with flat memory. */
import { alice, exchange, transfer } from '../support/memoryChain';
import { Scenario } from '../support/depositScenario';

// Time is simulated; what it takes in reality depends on what else the machine does.
jest.setTimeout(120_000);

describe('a backlog', () => {
  it.each([
    ['one by one', { batchSize: 1 }, 'success'],
    ['in batches of 50', { batchSize: 50 }, 'success'],
    ['without waiting for executions', { batchSize: 1 }, 'immediately'],
  ])(
    '10,000 deposits made while the trigger was off all arrive, %s, each once',
    async (_, options, confirmDelivery) => {
      const scenario = new Scenario({ parameters: { options, confirmDelivery } });
      await scenario.start();
      await scenario.stop();
      for (let block = 0; block < 2500; block++) {
        scenario.chain.produce(
          Array.from({ length: 4 }, (__, i) => ({
            operations: [transfer(alice, exchange, 4 * block + i + 1)],
          })),
        );
      }
      scenario.confirm();
      await scenario.start('init');
      await scenario.untilCredited(10_000);
      await scenario.clock.pass(5000);
      expect(scenario.check(20)).toEqual({ lost: [], unexpected: [], repeated: [] });
      if (confirmDelivery === 'success') expect(scenario.ledger.order).toEqual(scenario.onChain(20));
      expect(scenario.host.state).toMatchObject({ inFlight: {}, done: [], setAside: [], gaps: [] });
    },
    60_000,
  );

  it('reading stays a bounded distance ahead of executions', async () => {
    const scenario = new Scenario({
      consumer: (_, clock) => clock.sleep(1e9).then(() => 'success' as const),
    });
    await scenario.start();
    await scenario.stop();
    scenario.deposits(5000);
    scenario.confirm();
    await scenario.start('init');
    await scenario.clock.pass(60_000);
    // Pages in flight and the queue: far less than the backlog.
    expect(scenario.node.calls['history']).toBeLessThan(30);
    const calls = scenario.node.calls['history'];
    await scenario.clock.pass(600_000);
    expect(scenario.node.calls['history']).toBe(calls);
  });
});
