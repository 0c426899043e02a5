/** Guarantee: what happens to n8n's state can repeat a deposit, never lose one. */
import { codes, Scenario } from '../support/depositScenario';

// Time is simulated; what it takes in reality depends on what else the machine does.
jest.setTimeout(120_000);

describe('the stored state', () => {
  it('state wiped by another node: nothing is lost, POSITION_LOST says what to do, and an explicit start goes on', async () => {
    const scenario = new Scenario();
    await scenario.start();
    scenario.deposits(5);
    scenario.confirm();
    await scenario.untilCredited(5);
    await scenario.stop();
    scenario.host.overwriteStaticData({ global: { other: 1 } });
    const [first] = scenario.deposits(5, 6);
    scenario.confirm();
    await scenario.start('init');
    await scenario.clock.pass(600_000);
    expect(codes(scenario.host)).toEqual(['POSITION_LOST']);
    expect(scenario.host.failures[0]?.description).toContain('Start Block');
    expect(scenario.ledger.credited.size).toBe(5);

    await scenario.stop();
    scenario.host.parameters = {
      ...scenario.host.parameters,
      startFrom: 'block',
      startBlock: `4e4fc2ce:${first!.number - 7}:0:0:0`,
    };
    await scenario.start('update');
    await scenario.untilCredited(10);
    expect(scenario.check(20)).toMatchObject({ lost: [], unexpected: [] });
  });

  it('a state that was rolled back repeats deposits with the same depositId and loses none', async () => {
    const scenario = new Scenario();
    await scenario.start();
    const old = scenario.host.staticData;
    scenario.deposits(5);
    scenario.confirm();
    await scenario.untilCredited(5);
    scenario.host.kill();
    scenario.host.staticData = old;
    scenario.deposits(5, 6);
    scenario.confirm();
    await scenario.start('init');
    await scenario.untilCredited(10);
    expect(scenario.check(20)).toMatchObject({ lost: [], unexpected: [] });
    expect(scenario.host.delivered().filter(({ redelivered }) => redelivered).length).toBeLessThanOrEqual(5);
  });

  it('a corrupt state delivers nothing and says so, and is never taken for a start from now', async () => {
    const scenario = new Scenario();
    await scenario.start();
    await scenario.stop();
    scenario.host.overwriteStaticData({ global: { 'bitshares:node-1': { version: 1, position: 'x' } } });
    scenario.deposits(2);
    scenario.confirm();
    await scenario.start('init');
    await scenario.clock.pass(600_000);
    expect(codes(scenario.host)).toEqual(['POSITION_CORRUPT']);
    expect(scenario.ledger.credited.size).toBe(0);
  });

  it('a crashed execution whose key still exists is delivered again', async () => {
    const scenario: Scenario = new Scenario({
      consumer: (items, clock) =>
        items[0]?.attempt === 1
          ? clock.sleep(1000_000).then(() => 'success' as const)
          : scenario.ledger.consume(items),
    });
    await scenario.start();
    scenario.deposits(1);
    scenario.confirm();
    await scenario.clock.until(() => scenario.host.executions.length === 1);
    await scenario.crash();
    expect(scenario.host.rows[0]?.status).toBe('crashed');
    await scenario.untilCredited(1);
    expect(scenario.host.delivered()[0]).toMatchObject({ attempt: 2, redelivered: true });
  });

  it('a crashed execution whose delivery was not stored is delivered again as well', async () => {
    const scenario: Scenario = new Scenario({
      consumer: (items, clock) =>
        items[0]?.attempt === 1
          ? clock.sleep(1000_000).then(() => 'success' as const)
          : scenario.ledger.consume(items),
    });
    await scenario.start();
    const before = scenario.host.staticData;
    scenario.deposits(1);
    scenario.confirm();
    await scenario.clock.until(() => scenario.host.executions.length === 1);
    scenario.host.kill();
    scenario.host.staticData = before;
    await scenario.start('init');
    await scenario.untilCredited(1);
    expect(scenario.host.delivered()[0]).toMatchObject({ attempt: 2, redelivered: true });
  });

  it('without redelivery after a crash, what was running is not repeated', async () => {
    const scenario: Scenario = new Scenario({
      parameters: { options: { redeliverAfterCrash: false } },
      consumer: (items, clock) =>
        items[0]?.amountRaw === '1'
          ? clock.sleep(1000_000).then(() => 'success' as const)
          : scenario.ledger.consume(items),
    });
    await scenario.start();
    scenario.deposits(2);
    scenario.confirm();
    await scenario.clock.until(() => scenario.host.executions.length === 1);
    await scenario.crash();
    await scenario.untilCredited(1);
    await scenario.clock.pass(60_000);
    expect(scenario.host.executions.map(({ items, status }) => `${items[0]?.amountRaw} ${status}`)).toEqual([
      '1 crashed',
      '2 success',
    ]);
  });

  it('a deposit that runs while the workflow is published anew is not started a second time', async () => {
    const scenario: Scenario = new Scenario({
      consumer: async (items, clock) => {
        await clock.sleep(60_000);
        return scenario.ledger.consume(items);
      },
    });
    await scenario.start();
    scenario.deposits(3);
    scenario.confirm();
    await scenario.clock.until(() => scenario.host.executions.length === 1);
    await scenario.stop();
    await scenario.during(scenario.host.activate('update'));
    await scenario.untilCredited(3);
    expect(scenario.check(20)).toEqual({ lost: [], unexpected: [], repeated: [] });
  });

  it('an old state at a publication repeats nothing that this process saw succeed', async () => {
    const scenario = new Scenario();
    await scenario.start();
    const old = scenario.host.staticData;
    scenario.deposits(5);
    scenario.confirm();
    await scenario.untilCredited(5);
    await scenario.stop();
    scenario.host.staticData = old;
    await scenario.during(scenario.host.activate('update'));
    scenario.deposits(1, 6);
    scenario.confirm();
    await scenario.untilCredited(6);
    expect(scenario.check(20)).toEqual({ lost: [], unexpected: [], repeated: [] });
  });

  it('two instances that n8n leaves behind deliver each deposit once', async () => {
    const scenario = new Scenario();
    await scenario.start();
    await scenario.during(scenario.host.activate('update'));
    scenario.deposits(20);
    scenario.confirm();
    await scenario.untilCredited(20);
    await scenario.clock.pass(60_000);
    expect(scenario.check(20)).toEqual({ lost: [], unexpected: [], repeated: [] });
  });

  it('another account stops with an error instead of mixing histories, and starts over only when told to', async () => {
    const scenario = new Scenario();
    await scenario.start();
    await scenario.stop();
    scenario.host.parameters = { ...scenario.host.parameters, account: 'bob' };
    await scenario.start('update');
    await scenario.clock.pass(60_000);
    expect(codes(scenario.host)).toEqual(['POSITION_OF_OTHER_ACCOUNT']);
    await scenario.stop();
    scenario.host.parameters = {
      ...scenario.host.parameters,
      startFrom: 'oldest',
      options: { whenAccountChanges: 'startOver' },
    };
    await scenario.start('update');
    expect(scenario.host.state).toMatchObject({ accountId: '1.2.3' });
  });

  it('an n8n that knows no deduplication keys delivers everything, too', async () => {
    const scenario = new Scenario();
    scenario.host.knowsKeys = false;
    await scenario.start();
    scenario.deposits(20);
    scenario.confirm();
    await scenario.untilCredited(10);
    await scenario.crash();
    await scenario.untilCredited(20);
    await scenario.clock.pass(60_000);
    expect(scenario.check(20)).toMatchObject({ lost: [], unexpected: [] });
    expect(scenario.host.rows.every(({ items }) => items.length > 0)).toBe(true);
  });

  it('a checkpoint whose key was pruned makes an empty execution, never a deposit', async () => {
    const scenario = new Scenario();
    await scenario.start();
    scenario.deposits(1);
    scenario.confirm();
    await scenario.untilCredited(1);
    scenario.host.pruneRows();
    await scenario.clock.pass(5000);
    expect(scenario.host.rows.map(({ items }) => items.length)).toEqual([0]);
    expect(scenario.check(20)).toEqual({ lost: [], unexpected: [], repeated: [] });
  });
});
