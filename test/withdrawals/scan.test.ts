/** The blocks that absence is proved from, shared by executions that run at the same time. */
import type { Block } from '../../src/chain/interfaces';
import { WithdrawalCaches } from '../../src/withdrawals/proof/evidence';
import type { WithdrawalReader } from '../../src/withdrawals/proof/reader';
import { ScannedBlocks } from '../../src/withdrawals/proof/scan';
import { Random } from '../model/world';
import { startExchange } from '../support/exchangeOnDevchain';
import { block as blockWith, payment, sender as account } from '../support/handDrivenNode';

const sender = account.id;

/** Every block holds one payment of the sender, whose nonce is the block's number. */
const block = (number: number): Block => blockWith(number, [[0, payment(number)]]);

/** A node that answers each question after a turn of the event loop, and can lose its connection before a block. */
function nodeThat({ losesConnectionAt = Infinity }: { losesConnectionAt?: number } = {}) {
  const asked: number[] = [];
  const reader = {
    endpoint: 'ws://127.0.0.1:8090',
    block: async (number: number) => {
      asked.push(number);
      await new Promise((resolve) => setImmediate(resolve));
      if (number >= losesConnectionAt) throw new Error('connection lost');
      return block(number);
    },
  } as unknown as WithdrawalReader;
  return { reader, asked };
}

function expectCovered(scanned: ScannedBlocks, from: number, to: number): void {
  const absent = Array.from({ length: to - from + 1 }, (_, i) => from + i).filter(
    (number) => scanned.index.transfersWith(BigInt(number)).length !== 1,
  );
  expect(absent).toEqual([]);
}

test('executions that begin at the same moment with different starts each see every payment of their stretch', async () => {
  for (const starts of [
    [100, 50],
    [50, 100],
    [100, 50, 10, 75],
  ]) {
    const scanned = new ScannedBlocks(sender, 'BTS');
    await Promise.all(
      starts.map(async (from) => {
        await scanned.cover(nodeThat().reader, from, 300);
        expectCovered(scanned, from, 300);
      }),
    );
  }
});

test('also when the first of them loses its connection', async () => {
  const scanned = new ScannedBlocks(sender, 'BTS');
  const lost = scanned.cover(nodeThat({ losesConnectionAt: 100 }).reader, 100, 300);
  const others = [50, 10, 75, 200].map(async (from) => {
    await scanned.cover(nodeThat().reader, from, 300);
    expectCovered(scanned, from, 300);
  });
  await expect(lost).rejects.toThrow('connection lost');
  await Promise.all(others);
});

test('executions that begin at the same moment read each block about once, not each for itself', async () => {
  const scanned = new ScannedBlocks(sender, 'BTS');
  const { reader, asked } = nodeThat();
  await Promise.all(Array.from({ length: 50 }, () => scanned.cover(reader, 1, 1000)));
  expectCovered(scanned, 1, 1000);
  expect(asked).toHaveLength(1000);
});

test('making room for new blocks never takes away those that a running execution relies on', async () => {
  const caches = new WithdrawalCaches(100);
  const held = caches.scanOf('chain', sender, 'BTS', 1);
  await held.cover(nodeThat().reader, 1, 101);
  const next = caches.scanOf('chain', sender, 'BTS', 90);
  await next.cover(nodeThat().reader, 90, 120);
  expect(next).not.toBe(held);
  expectCovered(held, 1, 101);
  expectCovered(next, 90, 120);
});

test('blocks that a node may still replace are never kept, also where those of another node begin later', async () => {
  const scanned = new ScannedBlocks(sender, 'BTS');
  await scanned.cover(nodeThat().reader, 100, 300);
  const fork = { endpoint: 'ws://127.0.0.1:8091', block: async (number: number) => blockWith(number) };
  await expect(scanned.cover(fork as unknown as WithdrawalReader, 40, 50)).rejects.toMatchObject({
    code: 'NODE_OUT_OF_SYNC',
  });
  await scanned.cover(nodeThat().reader, 40, 300);
  expectCovered(scanned, 40, 300);
});

test('in whatever order answers arrive, and whichever are lost, an execution that ends has seen its whole stretch', async () => {
  let ended = 0;
  for (let round = 1; round <= 300; round++) {
    const random = new Random(round);
    const scanned = new ScannedBlocks(sender, 'BTS');
    const open: { number: number; resolve: (found: Block) => void; reject: (error: Error) => void }[] = [];
    const reader = {
      endpoint: 'ws://127.0.0.1:8090',
      block: (number: number) =>
        new Promise<Block>((resolve, reject) => open.push({ number, resolve, reject })),
    } as unknown as WithdrawalReader;
    const executions = Array.from({ length: 5 }, async () => {
      const from = 1 + random.below(60);
      const to = 60 + random.below(60);
      try {
        await scanned.cover(reader, from, to);
      } catch (error) {
        expect((error as Error).message).toBe('connection lost');
        return;
      }
      expectCovered(scanned, from, to);
      ended += 1;
    });
    const all = Promise.all(executions);
    for (let turn = 0; turn < 5000; turn++) {
      await Promise.resolve();
      if (open.length === 0) await new Promise((resolve) => setImmediate(resolve));
      if (open.length === 0) break;
      const [question] = open.splice(random.below(open.length), 1);
      if (random.chance(1)) question?.reject(new Error('connection lost'));
      else question?.resolve(block(question.number));
    }
    await all;
  }
  expect(ended).toBeGreaterThan(300);
});

test('after a month without withdrawals only the blocks that the next one needs are read', async () => {
  const caches = new WithdrawalCaches();
  const held = caches.scanOf('chain', sender, 'BTS', 10);
  await held.cover(nodeThat().reader, 10, 100);
  expect(caches.scanOf('chain', sender, 'BTS', 101)).toBe(held);
  const node = nodeThat();
  const next = caches.scanOf('chain', sender, 'BTS', 900_000);
  await next.cover(node.reader, 900_000, 900_100);
  expectCovered(next, 900_000, 900_100);
  expect(Math.min(...node.asked)).toBe(900_000);
  expectCovered(held, 10, 100);
  expect(caches.scanOf('chain', sender, 'BTS', 899_990)).toBe(next);
});

test('blocks that were read for months are let go, also those in which nothing concerned the sender', async () => {
  const caches = new WithdrawalCaches(200_000, 1000);
  const held = caches.scanOf('chain', sender, 'BTS', 1);
  await held.cover(nodeThat().reader, 1, 1000);
  expect(caches.scanOf('chain', sender, 'BTS', 990)).toBe(held);
  await held.cover(nodeThat().reader, 1, 1001);
  expect(caches.scanOf('chain', sender, 'BTS', 990)).not.toBe(held);
  expectCovered(held, 1, 1001);
});

test('what blocks above hold is taken from the blocks of each look, not from others with the same ids', () => {
  const scanned = new ScannedBlocks(sender, 'BTS');
  const hidden = [blockWith(7), blockWith(8)];
  expect(scanned.reversible(hidden).size).toBe(0);
  expect(scanned.reversible([block(7), block(8)]).size).toBe(2);
});

test('a run keeps the blocks that it has read, however many there are', async () => {
  const exchange = await startExchange();
  try {
    const { chain, context, order, send } = exchange;
    chain.advance(300);
    const { trusted, delayed } = context().nodes;
    const asked = new Map<number, number>();
    const counting = async () => {
      const session = await trusted();
      const block = (number: number) => {
        asked.set(number, (asked.get(number) ?? 0) + 1);
        return session.block(number);
      };
      return new Proxy(session, {
        get: (target, name) => (name === 'block' ? block : (Reflect.get(target, name, target) as unknown)),
      });
    };
    const [result] = await send([order({ requestedAt: chain.head.seconds })], {
      nodes: { trusted: counting, delayed },
      caches: new WithdrawalCaches(0, 0),
    });
    expect(result?.item.outcome).toBe('irreversible');
    // The first ones are also those that the start of the scan is looked for in.
    const often = [...asked].filter(([number, times]) => number > 10 && number < 250 && times > 2);
    expect(often).toEqual([]);
  } finally {
    await exchange.stop();
  }
});
