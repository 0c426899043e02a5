import { codes, Scenario } from '../support/depositScenario';

jest.setTimeout(120_000);

/** Deposits of 1 to 10 units in the blocks 21 to 30, all irreversible, before the trigger exists. */
async function started(parameters: Record<string, unknown>): Promise<Scenario> {
  const scenario = new Scenario({ parameters });
  scenario.deposits(10);
  scenario.confirm();
  await scenario.start();
  await scenario.clock.pass(10_000);
  return scenario;
}

const amounts = ({ host }: Scenario) => host.delivered().map(({ amountRaw }) => Number(amountRaw));

describe('where the first reading begins', () => {
  it('Now delivers nothing of the past', async () => {
    expect(amounts(await started({ startFrom: 'now' }))).toEqual([]);
  });

  it('Oldest Available delivers everything', async () => {
    expect(amounts(await started({ startFrom: 'oldest' }))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('a block is the first to be read', async () => {
    expect(amounts(await started({ startFrom: 'block', startBlock: '28' }))).toEqual([8, 9, 10]);
  });

  it('a depositId is the last that is not read', async () => {
    expect(amounts(await started({ startFrom: 'block', startBlock: '4e4fc2ce:28:0:0:0' }))).toEqual([9, 10]);
  });

  it('a time begins with the first block that is not older', async () => {
    // Block n has the time 10:00:00 + 3 n seconds.
    expect(amounts(await started({ startFrom: 'time', startTime: '2026-11-22T10:01:24Z' }))).toEqual([
      8, 9, 10,
    ]);
    expect(amounts(await started({ startFrom: 'time', startTime: '2026-11-22T10:01:25Z' }))).toEqual([9, 10]);
  });

  it.each([
    ['a block that does not exist yet', { startFrom: 'block', startBlock: '5000' }, 'Start Block'],
    ['a time in the future', { startFrom: 'time', startTime: '2027-01-01T00:00:00Z' }, 'Start Time'],
    ['a depositId of nothing', { startFrom: 'block', startBlock: '4e4fc2ce:28:7:0:0' }, 'Start Block'],
    ['a depositId of another chain', { startFrom: 'block', startBlock: '4018d784:28:0:0:0' }, 'Start Block'],
  ])('%s is refused', async (_, parameters, field) => {
    await expect(started(parameters)).rejects.toMatchObject({ field });
  });

  it('a start in what the node has pruned is read from blocks, and the gap is reported', async () => {
    const scenario = new Scenario({
      parameters: { startFrom: 'block', startBlock: '25' },
      node: { keeps: 3 },
    });
    scenario.deposits(10);
    scenario.confirm();
    await scenario.start();
    await scenario.untilCredited(6);
    await scenario.clock.pass(5000);
    expect(amounts(scenario)).toEqual([5, 6, 7, 8, 9, 10]);
    expect(codes(scenario.host)).toEqual(['HISTORY_PRUNED', 'HISTORY_GAP']);
  });
});
