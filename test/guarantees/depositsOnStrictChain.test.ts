/** Guarantee: the shipped trigger, over real connections to the strict chain, misses and invents nothing at scale. */
import { generatedNode, type DevchainOptions } from '../../devchain';
import { systemClock } from '../../nodes/shared/clock';
import type { Clock } from '../../src/chain/interfaces';
import { depositIdOf } from '../../src/deposits/reading/depositKey';
import { codes } from '../support/depositScenario';
import { randomNumbers } from '../support/randomNumbers';
import { chainOfToday, TriggerOnDevchain, type TriggerOptions } from '../support/triggerOnDevchain';

jest.setTimeout(300_000);

/** The host's small pauses are turns of the event loop here: what they order stays in order. */
const hurried: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    ms <= 5 ? new Promise((resolve) => setImmediate(resolve)) : systemClock.sleep(ms, signal),
};

let exchange: TriggerOnDevchain;
let begun: number;

async function start(
  options: DevchainOptions = {},
  trigger: TriggerOptions = {},
): Promise<TriggerOnDevchain> {
  exchange = new TriggerOnDevchain(await chainOfToday(options), trigger);
  await exchange.host.start();
  begun = exchange.chain.head.number;
  return exchange;
}
afterEach(() => exchange.end());

describe.each([
  ['a delayed node', {}],
  ['a full node alone', { delayedUrls: '' }],
])('on %s', (_, node) => {
  it('an encrypted memo arrives decoded, and the transaction id is the one of the chain', async () => {
    const { chain, host } = await start({}, { node });
    const transactionId = chain.transfer({
      from: 'alice',
      to: 'exchange',
      amount: '12.5',
      memo: ' user-42 ',
    });
    exchange.confirm();
    await exchange.untilDelivered(1);
    expect(host.delivered()).toMatchObject([
      {
        from: 'alice',
        amount: '12.50000',
        asset: 'BTS',
        memo: 'user-42',
        memoStatus: 'decoded',
        transactionId,
        viaProposal: false,
        source: 'history',
      },
    ]);
    expect(codes(host)).toEqual([]);
  });
});

it('a deposit by a proposal arrives with the id of the approving transaction', async () => {
  const { chain, host } = await start();
  const bob = chain.account('bob');
  const transfer = {
    fee: { amount: 2_000_000, asset_id: '1.3.0' },
    from: bob.id,
    to: chain.account('exchange').id,
    amount: { amount: 4242, asset_id: '1.3.0' },
    extensions: [],
  };
  chain.push(
    chain.sign(
      [
        [
          22,
          {
            fee: { amount: 0, asset_id: '1.3.0' },
            fee_paying_account: bob.id,
            expiration_time: new Date((chain.head.seconds + 3600) * 1000).toISOString().slice(0, 19),
            proposed_ops: [{ op: [0, transfer] }],
            extensions: [],
          },
        ],
      ],
      [bob.keys.active],
    ),
  );
  chain.produceBlock();
  const approving = chain.push(
    chain.sign(
      [
        [
          23,
          {
            fee: { amount: 0, asset_id: '1.3.0' },
            fee_paying_account: bob.id,
            proposal: '1.10.0',
            active_approvals_to_add: [bob.id],
            active_approvals_to_remove: [],
            owner_approvals_to_add: [],
            owner_approvals_to_remove: [],
            key_approvals_to_add: [],
            key_approvals_to_remove: [],
            extensions: [],
          },
        ],
      ],
      [bob.keys.active],
    ),
  );
  exchange.confirm();
  await exchange.untilDelivered(1);
  expect(host.delivered()).toMatchObject([
    { amountRaw: '4242', viaProposal: true, virtualOp: 1, transactionId: approving },
  ]);
});

it('a node that stops and starts again costs time, not deposits', async () => {
  const { chain, ledger } = await start();
  chain.transfer({ from: 'alice', to: 'exchange', amount: '1' });
  exchange.confirm();
  await exchange.untilDelivered(1);
  await chain.delayed.stop();
  chain.transfer({ from: 'alice', to: 'exchange', amount: '2' });
  exchange.confirm();
  await chain.delayed.start();
  await exchange.untilDelivered(2);
  expect([...ledger.runs.values()]).toEqual([1, 1]);
});

function deposit(count: number, from = 0): void {
  exchange.chain.bulkTransfers({
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
  const { chain } = exchange;
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

it('killed many times during 10,000 deposits: the ledger and the blocks hold the same deposits', async () => {
  const { chain, host, ledger } = await start({}, { clock: hurried });
  const random = randomNumbers(7);
  let kills = 0;
  for (let made = 0; made < 10_000; made += 500) {
    deposit(500, made);
    chain.confirm();
    const killAfter = ledger.credited.size + 1 + Math.floor(random() * 400);
    await exchange.until(() => ledger.credited.size >= killAfter, `the ${killAfter} before a kill`);
    host.kill();
    kills += 1;
    await host.start('init');
  }
  await exchange.until(() => ledger.credited.size >= 10_000, 'all arrive');
  const expected = depositsInBlocks();
  expect(expected).toHaveLength(10_000);
  expect(new Set(ledger.credited.keys())).toEqual(new Set(expected));
  expect(kills).toBe(20);
  const repeats = [...ledger.runs.values()].filter((runs) => runs > 1).length;
  // One execution at a time is all that a kill can repeat.
  expect(repeats).toBeLessThanOrEqual(kills);
});

it('10,000 deposits made while the trigger was off all arrive, in the order of the blocks', async () => {
  const { chain, host, ledger } = await start({}, { clock: hurried });
  await host.stop();
  host.kill();
  deposit(10_000);
  chain.confirm();
  await host.start('init');
  await exchange.until(() => ledger.credited.size >= 10_000, 'all arrive');
  expect(ledger.order).toEqual(depositsInBlocks());
});

it('5,000 deposits made while the trigger was off, on nodes that keep what witness_node keeps by itself, all arrive', async () => {
  const { chain, host, ledger } = await start(
    { trusted: generatedNode, delayed: { history: { ...generatedNode.history, minBlocksToKeep: 0 } } },
    { clock: hurried },
  );
  await host.stop();
  host.kill();
  deposit(5_000);
  chain.confirm();
  await host.start('init');
  await exchange.until(() => ledger.credited.size >= 5_000, 'all arrive');
  expect(ledger.order).toEqual(depositsInBlocks());
  expect(host.executions.filter(({ items }) => items[0]?.source === 'blocks').length).toBeGreaterThan(4_000);
  expect(codes(host)).not.toContain('HISTORY_GAP');
});
