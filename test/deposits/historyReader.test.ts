import { HistoryReader } from '../../src/deposits/reading/historyReader';
import { beginning } from '../../src/deposits/reading/position';
import type { AccountOperation } from '../../src/deposits/reading/accountOperation';
import type { HistoryGap } from '../../src/deposits/reading/gap';
import { exchange, MemoryChain, MemoryNode, type MemoryNodeOptions } from '../support/memoryChain';
import { ManualClock } from '../support/manualClock';

jest.setTimeout(120_000);

const account = { id: exchange, name: 'exchange', statisticsId: '2.6.1' };

function setUp(deposits: number, options: Partial<MemoryNodeOptions> = {}) {
  const chain = new MemoryChain();
  for (let i = 1; i <= deposits; i++) chain.deposit(i);
  const clock = new ManualClock(chain.time);
  const node = new MemoryNode(chain, { kind: 'delayed', lag: 0, ...options, clock });
  return { chain, clock, node };
}

/** Reads everything from the beginning. */
async function readAll({ clock, node, chain }: ReturnType<typeof setUp>) {
  const operations: AccountOperation[] = [];
  const gaps: (HistoryGap | null)[] = [];
  let error: unknown;
  let over = false;
  const reader = new HistoryReader(node.session(), account);
  void (async () => {
    const height = { reached: chain.head, final: Number.POSITIVE_INFINITY, head: chain.head };
    for await (const page of reader.read(beginning, node.name, height)) {
      operations.push(...page.operations);
      gaps.push(page.gap);
    }
  })()
    .catch((caught: unknown) => (error = caught))
    .finally(() => (over = true));
  await clock.until(() => over);
  const amounts = operations.map(
    ({ operation }) => (operation[1] as { amount: { amount: number } }).amount.amount,
  );
  return { amounts, operations, gaps: gaps.filter((gap) => gap !== null), error };
}

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

describe('reading an account history forward', () => {
  it('reads all pages in order, with the sequence number of each operation', async () => {
    const { amounts, operations, gaps } = await readAll(setUp(777));
    expect(amounts).toEqual(upTo(777));
    expect(operations.map(({ sequence }) => sequence)).toEqual(upTo(777));
    expect(gaps).toEqual([]);
  });

  it('learns the limit of the node and uses larger pages where they are allowed', async () => {
    const usual = setUp(3000);
    expect((await readAll(usual)).amounts).toEqual(upTo(3000));
    const generous = setUp(3000, { pageLimit: 1000 });
    expect((await readAll(generous)).amounts).toEqual(upTo(3000));
    expect(generous.node.calls['history']).toBeLessThan(10);
    const small = setUp(1500, { pageLimit: 20 });
    expect((await readAll(small)).amounts).toEqual(upTo(1500));
  });

  it('a node that gives fewer operations at a time than usual is asked for fewer', async () => {
    for (const count of [80, 800]) {
      const { amounts, error } = await readAll(setUp(count, { pageLimit: 50 }));
      expect(error).toBeUndefined();
      expect(amounts).toEqual(upTo(count));
    }
  });

  it('a page that was pruned between the count and the answer is noticed and read from blocks', async () => {
    const scene = setUp(350);
    let pages = 0;
    scene.node.beforeAnswer = (method) => {
      // Sequence 1 is shown to the check of the position; the first page then lacks its oldest 40 operations.
      if (method === 'history' && ++pages === 2) scene.node.keeps = 310;
    };
    const { amounts, operations, gaps } = await readAll(scene);
    expect(amounts).toEqual(upTo(350));
    expect(operations.filter(({ source }) => source === 'blocks')).toHaveLength(40);
    expect(gaps).toEqual([]);
  });

  it('a node whose history has holes is refused instead of believed', async () => {
    const scene = setUp(300);
    const session = scene.node.session();
    const holed = {
      ...session,
      history: async (id: string, range: { stop: number; start: number; limit: number }) =>
        (await session.history(id, range)).filter(({ blockNumber }) => blockNumber !== 150),
    };
    scene.node.session = () => holed;
    const { amounts, error } = await readAll(scene);
    expect(error).toMatchObject({ code: 'INVALID_ANSWER' });
    expect(amounts).toEqual(upTo(100));
  });

  it('a node that gives operations in the wrong order is refused', async () => {
    const scene = setUp(90);
    const session = scene.node.session();
    scene.node.session = () => ({
      ...session,
      history: async (id: string, range: { stop: number; start: number; limit: number }) =>
        (await session.history(id, range)).reverse(),
    });
    const { amounts, error } = await readAll(scene);
    expect(error).toMatchObject({ code: 'INVALID_ANSWER' });
    expect(amounts).toEqual([]);
  });
});
