/** What the caches of withdrawals hold, and what they read again, over days of payments. */
import { BlockStore } from '../../src/chain/blocks';
import { WithdrawalCaches } from '../../src/withdrawals/proof/evidence';
import type { WithdrawalReader } from '../../src/withdrawals/proof/reader';
import { SenderIndex } from '../../src/withdrawals/proof/senderIndex';
import { block, payment, sender } from '../support/handDrivenNode';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Bytes that are in use, without what nobody refers to. */
function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  return process.memoryUsage().heapUsed;
}

/** A node whose every block holds a payment with the number of the block as its nonce. */
function countingNode() {
  const node = { asked: 0 };
  const reader = {
    endpoint: 'ws://127.0.0.1:8090',
    block: (number: number) => {
      node.asked += 1;
      return Promise.resolve(block(number, [[0, payment(number)]]));
    },
  } as unknown as WithdrawalReader;
  return Object.assign(node, { reader });
}

test('a payment that is remembered takes less than 600 bytes, and is shown as it was', () => {
  const index = new SenderIndex(sender.id, 'BTS');
  const keys = Array.from({ length: 50 }, (_, i) => `BTS${String(i).padStart(50, 'K')}`);
  const paymentOf = (n: number) => ({
    ...payment(10n ** 18n + BigInt(n)),
    to: `1.2.${n}`,
    amount: { amount: 1_250_000 + n, asset_id: '1.3.0' },
    memo: {
      from: keys[0] ?? '',
      to: keys[n % 50] ?? '',
      nonce: String(10n ** 18n + BigInt(n)),
      message: n.toString(16).padStart(64, '0'),
    },
  });
  const count = 5000;
  const before = heapUsed();
  for (let n = 1; n <= count; n++) {
    // As it comes from a node: text of its own in every place.
    const json = JSON.stringify(block(n, [[0, paymentOf(n)]]));
    index.add(JSON.parse(json) as ReturnType<typeof block>);
  }
  const bytes = (heapUsed() - before) / count;
  expect(index.size).toBe(count);
  expect(bytes).toBeLessThan(600);
  expect(index.transfersWith(10n ** 18n + 77n)).toMatchObject([
    { blockNumber: 77, trxInBlock: 0, operation: paymentOf(77) },
  ]);
});

test('while an old request keeps the scan long, what is new is read and nothing else', async () => {
  const caches = new WithdrawalCaches(500, 2_000_000);
  const node = countingNode();
  for (const [run, read] of [1001, 20, 20, 20].entries()) {
    node.asked = 0;
    const scanned = caches.scanOf('chain', sender.id, 'BTS', 9000);
    await scanned.cover(node.reader, 9000, 10_000 + run * 20);
    expect(node.asked).toBe(read);
  }
  // Once nobody needs the old ones they are let go, and those that are needed are not read again.
  node.asked = 0;
  const scanned = caches.scanOf('chain', sender.id, 'BTS', 10_000);
  await scanned.cover(node.reader, 10_000, 10_060);
  expect(node.asked).toBe(0);
  expect(scanned.index.size).toBe(61);
  expect(scanned.index.transfersWith(9999n)).toEqual([]);
  expect(scanned.index.transfersWith(10_000n)).toHaveLength(1);
});

test('blocks are kept up to a number of bytes, the newest longest', async () => {
  const store = new BlockStore(100_000);
  const node = countingNode();
  for await (const { number } of store.irreversibles(node.reader, 1, 1000)) expect(number).toBeGreaterThan(0);
  expect(store.sizeFor(node.reader)).toBeLessThanOrEqual(100_000);
  expect(store.sizeFor(node.reader)).toBeGreaterThan(50_000);
  node.asked = 0;
  for await (const { number } of store.irreversibles(node.reader, 990, 1000))
    expect(number).toBeGreaterThan(0);
  expect(node.asked).toBe(0);
  await store.irreversible(node.reader, 1);
  expect(node.asked).toBe(1);
});
