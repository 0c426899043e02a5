/** Guarantee: what Deliver Again asks for holds up nothing else. */
import { BitSharesError } from '../../src/errors';
import { codes, Scenario } from '../support/depositScenario';

jest.setTimeout(120_000);

async function askingFor(amount: number): Promise<{ scenario: Scenario; depositId: string; block: number }> {
  const scenario = new Scenario();
  await scenario.start();
  const blocks = scenario.deposits(3);
  scenario.confirm();
  await scenario.untilCredited(3);
  await scenario.stop();
  const block = blocks[amount - 1]!.number;
  const depositId = `4e4fc2ce:${block}:0:0:0`;
  const ids = `${depositId}, 4e4fc2ce:${blocks[2]!.number}:0:0:0`;
  scenario.host.parameters = { ...scenario.host.parameters, options: { deliverAgain: ids } };
  return { scenario, depositId, block };
}

it('a deposit that no node can show when it is asked for again is reported, and new deposits arrive meanwhile', async () => {
  const { scenario, block } = await askingFor(1);
  scenario.node.unsendable.add(block);
  scenario.deposits(3, 10);
  scenario.confirm();
  await scenario.start('update');
  await scenario.untilCredited(6, 600_000);
  await scenario.clock.pass(600_000);
  expect(codes(scenario.host)).toEqual(['REQUEST_TIMEOUT']);
  expect(scenario.host.failures[0]?.message).toContain(`4e4fc2ce:${block}:0:0:0`);
  expect(scenario.check(20)).toEqual({ lost: [], unexpected: [], repeated: [] });
});

it('a node that refuses to show a deposit asked for again is reported, read on, and asked again until it does', async () => {
  const { scenario, depositId, block } = await askingFor(1);
  const session = scenario.node.session.bind(scenario.node);
  const refusal = new BitSharesError('NODE_ERROR', { message: 'out of order' });
  let refuses = true;
  scenario.node.session = () => {
    const made = session();
    return {
      ...made,
      history: async (id, range) => {
        const found = await made.history(id, range);
        if (refuses && found.some(({ blockNumber }) => blockNumber === block)) throw refusal;
        return found;
      },
    };
  };
  scenario.deposits(2, 10);
  scenario.confirm();
  await scenario.start('update');
  await scenario.untilCredited(5, 600_000);
  await scenario.clock.pass(600_000);
  expect(codes(scenario.host)).toEqual(['NODE_ERROR']);
  refuses = false;
  await scenario.clock.pass(60_000);
  expect(scenario.ledger.runs.get(depositId)).toBe(2);
});
