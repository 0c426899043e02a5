/** Guarantee: one deposit that always fails does not stop the others; an outage of the ledger sets nothing aside. */
import { BitSharesError } from '../../src/errors';
import { codes, Scenario } from '../support/depositScenario';

// Time is simulated; what it takes in reality depends on what else the machine does.
jest.setTimeout(120_000);

describe('failing executions', () => {
  it('one deposit that always fails is set aside and reported once, and the rest goes on', async () => {
    const scenario = new Scenario();
    await scenario.start();
    const blocks = scenario.deposits(20);
    const poison = `4e4fc2ce:${blocks[4]!.number}:0:0:0`;
    scenario.ledger.outcome = ({ depositId }) => (depositId === poison ? 'error' : 'success');
    scenario.confirm();
    await scenario.untilCredited(19);
    await scenario.clock.pass(5000);
    expect(scenario.check(20).lost).toEqual([poison]);
    expect(codes(scenario.host)).toEqual(['DEPOSIT_SET_ASIDE']);
    expect(scenario.host.failures[0]?.message).toContain(poison);
    expect(scenario.host.failures[0]?.item).toMatchObject({ depositId: poison });
    expect(scenario.host.state).toMatchObject({
      setAside: [{ depositId: poison, attempts: 6 }],
      position: { key: `${blocks[19]!.number}:0:0:0` },
    });
  });

  it('two deposits in a row that always fail are both set aside', async () => {
    const scenario = new Scenario();
    await scenario.start();
    const blocks = scenario.deposits(20);
    const poison = [4, 5].map((i) => `4e4fc2ce:${blocks[i]!.number}:0:0:0`);
    scenario.ledger.outcome = ({ depositId }) => (poison.includes(depositId) ? 'error' : 'success');
    scenario.confirm();
    await scenario.untilCredited(18);
    await scenario.clock.pass(3600_000);
    expect(scenario.check(20).lost).toEqual(poison);
    expect(codes(scenario.host)).toEqual(['DEPOSIT_SET_ASIDE', 'DEPOSIT_SET_ASIDE']);
  });

  it('however many deposits in a row always fail, those behind them are delivered', async () => {
    const scenario = new Scenario();
    await scenario.start();
    const blocks = scenario.deposits(40);
    const poison = blocks.slice(0, 30).map(({ number }) => `4e4fc2ce:${number}:0:0:0`);
    scenario.ledger.outcome = ({ depositId }) => (poison.includes(depositId) ? 'error' : 'success');
    scenario.confirm();
    await scenario.clock.pass(2 * 3600_000);
    expect(scenario.ledger.credited.size).toBe(10);
    expect(poison).toEqual(expect.arrayContaining(scenario.check(40).lost));
  });

  it.each([1, 7, 40])('a ledger that is down for %d minutes sets nothing aside', async (minutes) => {
    const scenario = new Scenario();
    await scenario.start();
    scenario.deposits(30);
    scenario.ledger.outcome = () => 'error';
    scenario.confirm();
    await scenario.clock.pass(minutes * 60_000);
    expect(scenario.ledger.credited.size).toBe(0);
    scenario.ledger.outcome = () => 'success';
    await scenario.untilCredited(30);
    await scenario.clock.pass(5000);
    expect(codes(scenario.host)).toEqual([]);
    expect(scenario.host.state).toMatchObject({ setAside: [] });
    expect(scenario.check(20).lost).toEqual([]);
  });

  it('a failing deposit is not set aside while no other one proves that executions can succeed', async () => {
    const scenario = new Scenario();
    await scenario.start();
    scenario.ledger.outcome = ({ amountRaw }) => (amountRaw === '1' ? 'error' : 'success');
    scenario.deposits(1);
    scenario.confirm();
    await scenario.clock.pass(3600_000);
    expect(scenario.host.state).toMatchObject({ setAside: [] });
    scenario.deposits(1, 2);
    scenario.confirm();
    await scenario.untilCredited(1);
    await scenario.clock.pass(200_000);
    expect(codes(scenario.host)).toEqual(['DEPOSIT_SET_ASIDE']);
  });

  it('a deposit that was set aside is delivered again when its depositId is asked for, once', async () => {
    const scenario = new Scenario();
    await scenario.start();
    const [first] = scenario.deposits(3);
    const depositId = `4e4fc2ce:${first!.number}:0:0:0`;
    scenario.ledger.outcome = (item) => (item.depositId === depositId ? 'error' : 'success');
    scenario.confirm();
    await scenario.untilCredited(2);
    await scenario.clock.pass(120_000);
    expect(codes(scenario.host)).toEqual(['DEPOSIT_SET_ASIDE']);

    scenario.ledger.outcome = () => 'success';
    scenario.host.parameters = { ...scenario.host.parameters, options: { deliverAgain: depositId } };
    await scenario.stop();
    await scenario.start('update');
    await scenario.untilCredited(3);
    await scenario.clock.pass(5000);
    expect(scenario.host.state).toMatchObject({ setAside: [], deliveredAgain: [depositId] });

    const runs = scenario.host.executions.length;
    await scenario.stop();
    await scenario.start('update');
    await scenario.clock.pass(60_000);
    expect(scenario.host.executions).toHaveLength(runs);
    expect(scenario.host.delivered().at(-1)).toMatchObject({ depositId, redelivered: true });
  });

  it('what is asked for again and cannot be read keeps nothing back on another node, and is reported when no node is left', async () => {
    const scenario = new Scenario({ others: [{}] });
    await scenario.start();
    const [first] = scenario.deposits(1);
    scenario.confirm();
    await scenario.untilCredited(1);
    await scenario.stop();
    const deliverAgain = `4e4fc2ce:${first!.number}:0:0:0`;
    scenario.host.parameters = { ...scenario.host.parameters, options: { deliverAgain } };
    for (const node of scenario.nodes) {
      const { beforeAnswer } = node;
      node.beforeAnswer = async (method) => {
        await beforeAnswer(method);
        if (method === 'history') throw new BitSharesError('NODE_ERROR', { message: 'out of order' });
      };
    }
    await scenario.start('init');
    await scenario.clock.pass(600_000);
    expect(codes(scenario.host)).toEqual(['NODE_ERROR']);

    scenario.nodes[1]!.beforeAnswer = () => undefined;
    scenario.deposits(2, 2);
    scenario.confirm();
    await scenario.untilCredited(3);
    expect(scenario.ledger.runs.get(deliverAgain)).toBe(2);
  });

  it('a deposit that is not irreversible yet is not delivered because somebody asks for it again', async () => {
    const scenario = new Scenario();
    await scenario.start();
    await scenario.stop();
    const block = scenario.chain.deposit(1);
    const deliverAgain = `4e4fc2ce:${block.number}:0:0:0`;
    scenario.host.parameters = { ...scenario.host.parameters, options: { deliverAgain } };
    await scenario.start('update');
    await scenario.clock.pass(1000);
    scenario.chain.fork(1);
    scenario.confirm();
    await scenario.clock.pass(60_000);
    expect(scenario.host.executions).toEqual([]);
    expect(codes(scenario.host)).toEqual(['INVALID_PARAMETER']);
  });

  it('a batch that fails is taken apart, so that only the deposit at fault is set aside', async () => {
    const scenario = new Scenario({ parameters: { options: { batchSize: 10 } } });
    await scenario.start();
    scenario.ledger.outcome = ({ amountRaw }) => (amountRaw === '7' ? 'error' : 'success');
    scenario.deposits(25);
    scenario.confirm();
    await scenario.untilCredited(24);
    await scenario.clock.pass(600_000);
    expect(codes(scenario.host)).toEqual(['DEPOSIT_SET_ASIDE']);
    expect(scenario.host.executions[0]?.items).toHaveLength(10);
  });

  it('on completion a failed execution acknowledges its deposit', async () => {
    const scenario = new Scenario({ parameters: { confirmDelivery: 'completion' } });
    await scenario.start();
    scenario.ledger.outcome = () => 'error';
    scenario.deposits(5);
    scenario.confirm();
    await scenario.clock.pass(60_000);
    expect(scenario.host.delivered('error').map(({ amountRaw }) => amountRaw)).toEqual([
      '1',
      '2',
      '3',
      '4',
      '5',
    ]);
  });

  it('an execution that pauses holds its deposit and says so once, until waiting counts as delivered', async () => {
    const scenario = new Scenario();
    await scenario.start();
    scenario.ledger.outcome = () => 'waiting';
    scenario.deposits(3);
    scenario.confirm();
    await scenario.clock.pass(3600_000);
    expect(scenario.host.executions).toHaveLength(1);
    expect(codes(scenario.host)).toEqual(['DELIVERY_PAUSED']);

    await scenario.crash();
    await scenario.clock.pass(3600_000);
    expect(scenario.host.executions).toHaveLength(1);

    scenario.host.parameters = { ...scenario.host.parameters, options: { countWaitingAsDelivered: true } };
    await scenario.crash();
    await scenario.clock.pass(60_000);
    expect(scenario.host.delivered('waiting').map(({ amountRaw }) => amountRaw)).toEqual(['1', '2', '3']);
  });

  it('an execution that never ends is given up after its time limit, and delivered again', async () => {
    const scenario = new Scenario({ settings: { executionTimeout: 600 } });
    await scenario.start();
    scenario.ledger.outcome = ({ attempt }) => (attempt === 1 ? 'never' : 'success');
    scenario.deposits(1);
    scenario.confirm();
    await scenario.clock.until(() => scenario.host.delivered().length === 1, 1000_000);
    expect(scenario.host.delivered()[0]).toMatchObject({ attempt: 2, redelivered: true });
  });
});
