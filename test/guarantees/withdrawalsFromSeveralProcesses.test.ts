/** Guarantee: a withdrawal is paid once, whatever processes run it, at whatever moment they are killed. */
import { ExchangeOfProcesses } from '../support/withdrawalProcesses';

let exchange: ExchangeOfProcesses;
const begin = async () => {
  exchange = await ExchangeOfProcesses.begin();
  await exchange.reach(700);
};
afterEach(() => exchange.end());

test('four processes at the same moment, through two nodes, make one transaction', async () => {
  await begin();
  await exchange.addNode('second');
  const order = exchange.order();
  const workers = ['trusted', 'second', 'trusted', 'second'].map((name) =>
    exchange.worker({ nodes: [name] }),
  );
  const outcomes = await exchange.outcomes(workers.map((worker) => worker.send(order)));
  expect(await exchange.paid('alice')).toBe(1);
  expect(outcomes.map((outcome) => outcome?.item.outcome)).toEqual(Array(4).fill('irreversible'));
  expect(new Set(outcomes.map((outcome) => outcome?.item.transactionId)).size).toBe(1);
});

test('two withdrawals that are equal in all but their id, from two processes at the same moment, are both paid', async () => {
  await begin();
  const outcomes = await exchange.outcomes(
    ['W-1', 'W-2'].map((withdrawalId) => exchange.worker().send(exchange.order({ withdrawalId }))),
  );
  expect(await exchange.paid('alice')).toBe(2);
  for (const outcome of outcomes) {
    expect(outcome?.item).toMatchObject({ outcome: 'irreversible', alreadyPaid: false });
  }
  expect(new Set(outcomes.map((outcome) => outcome?.item.transactionId)).size).toBe(2);
});

describe('a process is killed in the middle of a call, and another one goes on: one payment', () => {
  test.each([
    ['get_chain_id'],
    ['get_objects'],
    ['get_accounts'],
    ['lookup_asset_symbols'],
    ['get_block'],
    ['get_relative_account_history'],
    ['get_recent_transaction_by_id'],
    ['get_account_balances'],
    ['broadcast_transaction'],
  ])('%s', async (method) => {
    await begin();
    // Something for the history to show.
    exchange.chain.transfer({ from: 'hot-wallet', to: 'bob', amount: '1' });
    exchange.makeBlock();
    const other = exchange.worker();
    // The node carries the call out after the kill, or never.
    for (const [withdrawalId, carriedOut] of [
      ['W-1', true],
      ['W-2', false],
    ] as const) {
      const order = exchange.order({ withdrawalId });
      const worker = exchange.worker();
      const held = worker.holdAt(method);
      const killed = worker.send(order);
      await exchange.until(() => held.reached);
      await worker.kill();
      expect(await killed).toBeNull();
      if (carriedOut) await held.release();
      const outcome = await exchange.outcome(other.send(order));
      expect(outcome?.item).toMatchObject({ outcome: 'irreversible', paid: true });
    }
    expect(await exchange.paid('alice')).toBe(2);
  });
});

describe('a reorganisation takes the payment back while processes run', () => {
  test('within its window it is sent again as the same transaction', async () => {
    await begin();
    const order = exchange.order();
    const sending = [exchange.worker(), exchange.worker()].map((worker) => worker.send(order));
    await exchange.until(() => exchange.paymentsTo('alice') === 1);
    exchange.chain.fork({ depth: 2, keep: 'drop' });
    expect(exchange.paymentsTo('alice')).toBe(0);
    const outcomes = await exchange.outcomes(sending);
    expect(await exchange.paid('alice')).toBe(1);
    for (const outcome of outcomes) expect(outcome?.item).toMatchObject({ outcome: 'irreversible' });
    expect(new Set(outcomes.map((outcome) => outcome?.item.transactionId)).size).toBe(1);
  });

  test('after its window the next one pays, once', async () => {
    await begin();
    await exchange.reach(1180);
    const order = exchange.order();
    const sending = [exchange.worker(), exchange.worker()].map((worker) => worker.send(order));
    await exchange.reach(1215);
    expect(exchange.paymentsTo('alice')).toBe(1);
    const depth = exchange.chain.head.number - exchange.chain.lastIrreversible;
    exchange.chain.fork({ depth, keep: 'drop' });
    expect(exchange.paymentsTo('alice')).toBe(0);
    const outcomes = await exchange.outcomes(sending);
    expect(await exchange.paid('alice')).toBe(1);
    for (const outcome of outcomes) {
      expect(outcome?.item).toMatchObject({ outcome: 'irreversible', windowStart: exchange.iso(1200) });
    }
  });
});

describe('with real time', () => {
  test('processes killed at any moment, and one that goes on, pay once', async () => {
    exchange = await ExchangeOfProcesses.begin({ clock: 'real', blockInterval: 1 });
    const order = exchange.order({}, { maximumWait: 150 });
    for (const milliseconds of [400, 1500]) {
      const worker = exchange.worker();
      const outcome = worker.send(order);
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      await worker.kill();
      await outcome;
    }
    const outcomes = await Promise.all(
      [exchange.worker(), exchange.worker()].map((worker) => worker.send(order)),
    );
    expect(await exchange.paid('alice')).toBe(1);
    for (const outcome of outcomes) expect(outcome?.item.outcome).toBe('irreversible');
  }, 180_000);
});
