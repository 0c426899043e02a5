import { customChain, MemoKeyring } from '../../src/protocol';
import { fromHistory } from '../../src/deposits/reading/accountOperation';
import { ItemBuilder } from '../../src/deposits/items/itemBuilder';
import { chainId, exchange, MemoryChain, MemoryNode } from '../support/memoryChain';
import { ManualClock } from '../support/manualClock';

const account = { id: exchange, name: 'exchange', statisticsId: '2.6.1' };

it('a page takes the time of one question: names, assets and blocks are asked for at once, assets once a page', async () => {
  const chain = new MemoryChain();
  for (let i = 1; i <= 12; i++) chain.deposit(i, { assetId: `1.3.${i % 2}` });
  const clock = new ManualClock(chain.time);
  const node = new MemoryNode(chain, { kind: 'delayed', lag: 0, clock });
  const session = node.session();
  const builder = new ItemBuilder({
    chain: customChain({ chainId, prefix: 'BTS' }),
    account,
    keyring: new MemoKeyring([], 'BTS'),
    rules: { incoming: true, outgoing: false, kinds: ['transfer'], minimumAmounts: new Map() },
    includeOperation: false,
  });
  const during = async <T>(work: Promise<T>): Promise<T> => {
    let over = false;
    void work.finally(() => (over = true));
    await clock.until(() => over);
    return work;
  };
  const newestFirst = await during(session.history(exchange, { stop: 1, start: 12, limit: 12 }));
  const operations = newestFirst.reverse().map((operation, index) => fromHistory(operation, index + 1));
  const started = clock.now();
  const items = await during(builder.build(session, operations));
  expect(items.map(({ item }) => item.asset)).toEqual(
    Array.from({ length: 6 }, () => ['GOLD', 'BTS']).flat(),
  );
  expect(clock.now() - started).toBeLessThan(0.3);
  expect(node.calls['assets']).toBe(1);
});
