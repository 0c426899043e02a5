/** Guarantee: what one connection showed of blocks is never taken for what another one shows. */
import { BlockStore, type BlockReader } from '../../src/chain/blocks';
import type { Block } from '../../src/chain/interfaces';
import { block, payment } from '../support/handDrivenNode';

const honest = (number: number): Block => block(number, [[0, payment(number)]]);
/** The header, and with it the id, is that of the chain; the payment is left out. */
const hiding = (number: number): Block => ({ ...honest(number), transactions: [] });

/** One connection to a node behind an address. */
function connectionTo(endpoint: string, blockOf: (number: number) => Block): BlockReader {
  return { endpoint, block: (number: number) => Promise.resolve(blockOf(number)) };
}

const tip = { headBlockNumber: 20, headBlockId: honest(20).id ?? '', lastIrreversibleBlock: 15 };

const paymentsIn = (blocks: readonly Block[]): number =>
  blocks.reduce((sum, { transactions }) => sum + transactions.length, 0);

describe.each([
  ['another address', 'ws://127.0.0.1:8091'],
  ['another node behind the same address', 'ws://127.0.0.1:8090'],
])('transactions that a node left out of blocks with honest headers', (place, endpoint) => {
  test(`are seen on ${place}, above the last irreversible block`, async () => {
    const store = new BlockStore();
    const liar = connectionTo('ws://127.0.0.1:8090', hiding);
    expect(paymentsIn(await store.upToHead(liar, 15, tip))).toBe(0);
    const other = connectionTo(endpoint, honest);
    expect(paymentsIn(await store.upToHead(other, 15, tip))).toBe(6);
  });

  test(`are seen on ${place}, in irreversible blocks`, async () => {
    const store = new BlockStore();
    const liar = connectionTo('ws://127.0.0.1:8090', hiding);
    await store.upToHead(liar, 1, tip);
    const other = connectionTo(endpoint, honest);
    expect(paymentsIn([await store.irreversible(other, 10)])).toBe(1);
    const blocks: Block[] = [];
    for await (const found of store.irreversibles(other, 1, 15)) blocks.push(found);
    expect(paymentsIn(blocks)).toBe(15);
  });
});

test('what a connection showed is asked for once, whichever session asks', async () => {
  const store = new BlockStore();
  const connection = {};
  const asked: number[] = [];
  const session = () => ({
    ...connectionTo('ws://127.0.0.1:8090', (number) => {
      asked.push(number);
      return honest(number);
    }),
    connection,
  });
  await store.upToHead(session(), 10, tip);
  await store.upToHead(session(), 10, tip);
  await store.irreversible(session(), 12);
  expect(asked.sort((a, b) => a - b)).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]);
});
