/** Guarantee: the shipped trigger, over real connections to the strict chain, misses and invents nothing at scale. */
import { Devchain, generatedNode, type DevchainOptions } from '../../devchain';
import { systemClock } from '../../nodes/shared/clock';
import type { Clock } from '../../src/chain/interfaces';
import { depositIdOf } from '../../src/deposits/reading/depositKey';
import { codes, Ledger, seededRandom } from '../support/depositScenario';
import { TriggerHost } from '../support/triggerHost';

jest.setTimeout(300_000);

/** The host's small pauses are turns of the event loop here: what they order stays in order. */
const hurried: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    ms <= 5 ? new Promise((resolve) => setImmediate(resolve)) : systemClock.sleep(ms, signal),
};

let chain: Devchain;
let host: TriggerHost;
let ledger: Ledger;
let begun: number;

async function setUp(options: DevchainOptions = {}, parameters: Record<string, unknown> = {}): Promise<void> {
  chain = await Devchain.start({
    startTime: Math.floor(Date.now() / 1000) - 30,
    accounts: [
      { name: 'exchange', balances: { BTS: '100000' } },
      { name: 'alice', balances: { BTS: '10000000' } },
      { name: 'bob', balances: { BTS: '100000' } },
    ],
    ...options,
  });
  chain.produceBlock();
  chain.confirm();
  ledger = new Ledger();
  host = new TriggerHost(hurried, {
    consumer: ledger.consume,
    parameters: { options: { staleAfter: 0 }, ...parameters },
    credentials: {
      bitSharesNodeApi: {
        chain: 'custom',
        chainId: chain.chainId,
        addressPrefix: 'BTS',
        trustedUrls: chain.trustedUrl,
        delayedUrls: chain.delayedUrl,
        user: '',
        password: '',
      },
      bitSharesKeysApi: { account: 'exchange', memoKey: chain.account('exchange').keys.memo },
    },
  });
  await host.start();
  begun = chain.head.number;
}

function deposit(count: number, from = 0): void {
  chain.bulkTransfers({
    from: 'alice',
    to: 'exchange',
    count,
    amount: (index) => BigInt(from + index + 1),
    memo: (index) => `customer ${from + index}`,
    perBlock: 20,
  });
}

/** The depositIds that the blocks of the chain hold, in order: the checker's own reading, from the test chain alone. */
function depositsInBlocks(): string[] {
  const receiver = chain.account('exchange').id;
  return chain.blocks
    .filter(({ number }) => number > begun)
    .flatMap(({ number, transactions }) =>
      transactions.flatMap(({ transaction }, trxInBlock) =>
        transaction.operations.flatMap(([type, fields], opInTrx) =>
          type === 0 && (fields as { to?: unknown }).to === receiver
            ? [depositIdOf(chain.chainId, { block: number, trxInBlock, opInTrx, virtualOp: 0 })]
            : [],
        ),
      ),
    );
}

async function eventually(condition: () => boolean, what: string): Promise<void> {
  for (const end = Date.now() + 250_000; !condition();) {
    if (Date.now() > end) throw new Error(`${what}: ${JSON.stringify(host.failures)}`);
    await systemClock.sleep(5);
  }
}

afterEach(async () => {
  await host.stop();
  host.kill();
  await chain.stop();
});

it('killed many times during 10,000 deposits: the ledger and the blocks hold the same deposits', async () => {
  await setUp();
  const random = seededRandom(7);
  let kills = 0;
  for (let made = 0; made < 10_000; made += 500) {
    deposit(500, made);
    chain.confirm();
    const killAfter = ledger.credited.size + 1 + Math.floor(random() * 400);
    await eventually(() => ledger.credited.size >= killAfter, `the ${killAfter} before a kill`);
    host.kill();
    kills += 1;
    await host.start('init');
  }
  await eventually(() => ledger.credited.size >= 10_000, 'all arrive');
  const expected = depositsInBlocks();
  expect(expected).toHaveLength(10_000);
  expect(new Set(ledger.credited.keys())).toEqual(new Set(expected));
  expect(kills).toBe(20);
  const repeats = [...ledger.runs.values()].filter((runs) => runs > 1).length;
  // One execution at a time is all that a kill can repeat.
  expect(repeats).toBeLessThanOrEqual(kills);
});

it('10,000 deposits made while the trigger was off all arrive, in the order of the blocks', async () => {
  await setUp();
  await host.stop();
  host.kill();
  deposit(10_000);
  chain.confirm();
  await host.start('init');
  await eventually(() => ledger.credited.size >= 10_000, 'all arrive');
  expect(ledger.order).toEqual(depositsInBlocks());
});

it('5,000 deposits made while the trigger was off, on nodes that keep what witness_node keeps by itself, all arrive', async () => {
  await setUp({
    trusted: generatedNode,
    delayed: { history: { ...generatedNode.history, minBlocksToKeep: 0 } },
  });
  await host.stop();
  host.kill();
  deposit(5_000);
  chain.confirm();
  await host.start('init');
  await eventually(() => ledger.credited.size >= 5_000, 'all arrive');
  expect(ledger.order).toEqual(depositsInBlocks());
  expect(host.executions.filter(({ items }) => items[0]?.source === 'blocks').length).toBeGreaterThan(4_000);
  expect(codes(host)).not.toContain('HISTORY_GAP');
});
