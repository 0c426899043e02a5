import {
  compareDelayed,
  crediting,
  faultsOf,
  paying,
  stoppedFault,
  StoppedWatch,
  testing,
  type TwoNodes,
} from '../../src/chain/health';
import type { ChainState } from '../../src/chain/interfaces';

const now = 1_800_000_000;
const id = (number: number, fork = 0) => `${number}`.padStart(8, '0') + `${fork}`.padStart(32, '0');

/** A node whose head is at this block; blocks are 3 seconds apart, and block 1000 was made now. */
function stateAt(head: number, lastIrreversibleBlock: number, more: Partial<ChainState> = {}): ChainState {
  return {
    headBlockNumber: head,
    headBlockId: id(head),
    headTime: now - 3 * (1000 - head),
    lastIrreversibleBlock,
    nextMaintenanceTime: now + 3600,
    maintenanceInterval: 3600,
    blockInterval: 3,
    maximumTimeUntilExpiration: 86_400,
    maximumTransactionSize: 2048,
    maximumProposalLifetime: 2_419_200,
    participation: 100,
    fees: { scale: 10_000n, parameters: new Map() },
    ...more,
  };
}

const look = (delayed: ChainState, trusted: ChainState): TwoNodes => ({
  delayed: { endpoint: 'ws://delayed', state: delayed },
  trusted: {
    endpoint: 'ws://trusted',
    state: trusted,
    block: (number) =>
      Promise.resolve({ number, id: null, previous: id(number - 1), timestamp: 0, transactions: [] }),
  },
});

/** Looks one after the other; the last one again and again. Says how many there were. */
async function compared(...looks: TwoNodes[]) {
  let count = 0;
  const clock = { now: () => now * 1000, sleep: () => Promise.resolve() };
  const { fault } = await compareDelayed(
    () => Promise.resolve(looks[Math.min(count++, looks.length - 1)]!),
    clock,
  );
  return { fault, count };
}

test('a trusted node with another block at the height of the delayed head is on a fork, also with an earlier head', async () => {
  const delayed = stateAt(980, 970, { headBlockId: id(980, 1) });
  const trusted = stateAt(995, 985, { headTime: delayed.headTime - 30 });
  expect((await compared(look(delayed, trusted))).fault).toMatchObject({
    code: 'NOT_A_DELAYED_NODE',
    data: { forked: true },
  });
});

describe('one node', () => {
  const facts = (state: ChainState, lastIrreversibleTime: number | null = now - 60) => ({
    endpoint: 'ws://node',
    state,
    lastIrreversibleTime,
  });
  const codesOf = (limits: typeof paying, ...given: Parameters<typeof facts>) =>
    faultsOf(facts(...given), limits, now * 1000).map(({ code }) => code);

  test('what is fit for the test of a credential is fit for paying', () => {
    expect(testing).toEqual(paying);
  });

  test('a fit one has no fault', () => {
    expect(codesOf(paying, stateAt(1000, 980))).toEqual([]);
    expect(codesOf(crediting(300), stateAt(1000, 980))).toEqual([]);
  });

  test('head, participation and irreversibility are judged each, and all faults are named', () => {
    expect(codesOf(paying, stateAt(959, 950), now - 700)).toHaveLength(2);
    expect(codesOf(paying, stateAt(960, 950, { participation: 79 }))).toEqual(['NODE_OUT_OF_SYNC']);
    expect(codesOf(paying, stateAt(960, 950, { participation: 80 }))).toEqual([]);
    expect(codesOf(paying, stateAt(1000, 780), now - 601)).toEqual(['NODE_OUT_OF_SYNC']);
  });

  test('deposits are read at a low participation, and not where nothing becomes irreversible', () => {
    expect(codesOf(crediting(300), stateAt(1000, 980, { participation: 20 }))).toEqual([]);
    expect(codesOf(crediting(300), stateAt(1000, 780), now - 601)).toEqual(['STALE_NODE']);
    expect(codesOf(crediting(0), stateAt(1, 1), 1)).toEqual([]);
  });
});

describe('a delayed node beside the trusted one', () => {
  test('a true one is at or below what is irreversible, with the same block', async () => {
    expect(await compared(look(stateAt(980, 970), stateAt(1000, 980)))).toEqual({ fault: null, count: 1 });
  });

  test('a full one is found out when it was near the head three times in a row', async () => {
    const { fault, count } = await compared(look(stateAt(1000, 980), stateAt(1000, 980)));
    expect(count).toBe(3);
    expect(fault).toMatchObject({
      code: 'NOT_A_DELAYED_NODE',
      message:
        'Delayed Node URLs: ws://delayed shows block 1000, but only 980 is irreversible: it is a full node',
    });
  });

  test('a race of two reads is no fault', async () => {
    const ahead = look(stateAt(991, 970), stateAt(1000, 980));
    expect(await compared(ahead, ahead, look(stateAt(981, 971), stateAt(1001, 982)))).toEqual({
      fault: null,
      count: 3,
    });
  });

  test('a true one whose source is a little ahead of the trusted node is none either', async () => {
    expect((await compared(look(stateAt(984, 974), stateAt(1000, 980)))).fault).toBeNull();
  });

  test('one with another block at its head is on another chain, however old that head is', async () => {
    for (const height of [500, 980, 1000]) {
      const forked = stateAt(height, 400, { headBlockId: id(height, 1) });
      expect((await compared(look(forked, stateAt(1000, 980)))).fault).toMatchObject({
        code: 'NOT_A_DELAYED_NODE',
        message: `Delayed Node URLs: ws://delayed has another block ${height} than ws://trusted`,
      });
    }
  });

  test('a trusted node that is behind it is named as that', async () => {
    expect((await compared(look(stateAt(980, 970), stateAt(900, 880)))).fault).toMatchObject({
      code: 'NODE_OUT_OF_SYNC',
      message: expect.stringMatching(/^The trusted node ws:\/\/trusted \(block 900\) is behind/) as string,
    });
  });

  test('a trusted node that lacks the next block proves nothing', async () => {
    const { trusted, ...rest } = look(stateAt(980, 970), stateAt(1000, 980));
    const lacking = { ...rest, trusted: { ...trusted, block: () => Promise.resolve(null) } };
    await expect(compared(lacking)).rejects.toMatchObject({ code: 'INVALID_ANSWER' });
  });
});

describe('a delayed node that stands still', () => {
  const seen = look(stateAt(900, 890), stateAt(1000, 980));

  test('is told by the times of blocks after two minutes, with the block that it does not get past', () => {
    expect(stoppedFault(seen, now - 60, now * 1000)?.block).toBe(901);
    expect(stoppedFault(seen, now - 180, now * 1000)).toBeNull();
    expect(stoppedFault(look(stateAt(980, 970), stateAt(1000, 980)), now, now * 1000)).toBeNull();
    // Blocks that the trusted node dated into the future.
    expect(stoppedFault(seen, now + 3600, (now - 180) * 1000)).toBeNull();
  });

  test('is told by watching it for a minute, and not while it moves', () => {
    const watch = new StoppedWatch();
    expect(watch.fault(seen, 0)).toBeNull();
    expect(watch.fault(seen, 59_000)).toBeNull();
    expect(watch.fault(look(stateAt(901, 891), stateAt(1001, 981)), 60_000)).toBeNull();
    expect(watch.fault(look(stateAt(901, 891), stateAt(1021, 1001)), 119_000)).toBeNull();
    expect(watch.fault(look(stateAt(901, 891), stateAt(1022, 1002)), 120_000)?.block).toBe(902);
  });
});
