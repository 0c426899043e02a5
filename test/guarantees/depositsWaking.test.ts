/** Guarantee: notices only make things faster; what they do or fail to do changes nothing in what is delivered. */
import { Scenario } from '../support/depositScenario';
import { randomNumbers } from '../support/randomNumbers';

// Time is simulated; what it takes in reality depends on what else the machine does.
jest.setTimeout(120_000);

describe('waking up', () => {
  it('without any notice deposits arrive all the same, within the poll interval', async () => {
    const scenario = new Scenario({ node: { kind: 'delayed' } });
    scenario.node.silent = true;
    await scenario.start();
    scenario.deposits(3);
    scenario.confirm();
    await scenario.untilCredited(3, 31_000);
    expect(scenario.check(20)).toEqual({ lost: [], unexpected: [], repeated: [] });
  });

  it('when the clock of the machine is put back, deposits and second attempts do not wait for the time that it showed', async () => {
    const scenario = new Scenario({ node: { kind: 'delayed' } });
    scenario.node.silent = true;
    scenario.ledger.outcome = ({ attempt }) => (attempt < 5 ? 'error' : 'success');
    await scenario.start();
    await scenario.clock.pass(60_000);
    scenario.node.beforeAnswer = () => undefined;
    scenario.clock.putBack(8 * 3600_000);
    await scenario.clock.pass(60_000);
    scenario.deposits(1);
    scenario.chain.produceMany(6);
    await scenario.clock.until(() => scenario.host.executions.length > 2, 60_000);
    scenario.clock.putBack(8 * 3600_000);
    await scenario.untilCredited(1, 300_000);
  });

  it('with a notice a deposit on a delayed node arrives at once', async () => {
    const scenario = new Scenario({ node: { kind: 'delayed' } });
    await scenario.start();
    await scenario.clock.pass(10_000);
    scenario.deposits(1);
    scenario.confirm();
    await scenario.untilCredited(1, 100);
  });

  it('notices that are doubled, late, early or for other objects change nothing', async () => {
    const random = randomNumbers(7);
    const scenario = new Scenario({ node: { kind: 'delayed' } });
    await scenario.start();
    for (let round = 0; round < 100; round++) {
      if (random() < 0.5) scenario.deposits(1 + Math.floor(random() * 3), round + 1);
      if (random() < 0.3) scenario.confirm();
      for (let i = Math.floor(random() * 5); i > 0; i--) {
        scenario.node.notify(random() < 0.5 ? '2.6.1' : '2.6.999');
        if (random() < 0.5) await scenario.clock.pass(random() * 50);
      }
      if (random() < 0.05) scenario.node.cutConnections();
    }
    scenario.confirm();
    const all = scenario.onChain(20).length;
    await scenario.untilCredited(all);
    expect(scenario.check(20)).toEqual({ lost: [], unexpected: [], repeated: [] });
    expect(scenario.ledger.order).toEqual(scenario.onChain(20));
  });

  it('an idle trigger asks its node a few small questions a minute and nothing else', async () => {
    const scenario = new Scenario({ node: { kind: 'delayed' } });
    await scenario.start();
    await scenario.clock.pass(60_000);
    const before = Object.values(scenario.node.calls).reduce((sum, count) => sum + count, 0);
    await scenario.clock.pass(600_000);
    const calls = Object.values(scenario.node.calls).reduce((sum, count) => sum + count, 0) - before;
    expect(calls / 10).toBeLessThanOrEqual(6);
  });
});
