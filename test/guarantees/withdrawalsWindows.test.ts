/** Guarantee: one withdrawal is one transaction in a window, and windows follow each other without a second payment. */
import { scheduledWitness } from '../../devchain/chain/witnessSchedule';
import { ExchangeOfProcesses, withoutHistory, type WorkerOptions } from '../support/withdrawalProcesses';

let exchange: ExchangeOfProcesses;
afterEach(() => exchange.end());

/** Without a memo to encrypt, nothing is proved from the delayed node, so that the rules of windows stand alone. */
const publicMemo = { memoType: 'public' } as const;

/** Windows end at 900 and 1200 here: a maintenance comes at 900 and halves the fees. */
async function withMaintenanceAt900(): Promise<void> {
  exchange = await ExchangeOfProcesses.begin({ maintenanceInterval: 1500 });
  await exchange.reach(800);
  exchange.halveFees();
}

describe.each([
  ['a multiple of 600 s', 1200, async () => void (exchange = await ExchangeOfProcesses.begin())],
  ['a maintenance that halves the fees', 900, withMaintenanceAt900],
])('processes on both sides of %s pay once', (_, boundary, begin) => {
  test('when what the first one sent reaches the chain at the last moment', async () => {
    await begin();
    await exchange.reach(boundary - 50);
    const order = exchange.order();
    const sent = await exchange.sendAndDie(order);
    await exchange.reach(boundary - 10);
    const other = exchange.worker().send(order);
    await exchange.reach(boundary);
    await sent.release();
    expect(exchange.pending).toBe(1);
    const outcome = await exchange.outcome(other);
    expect(await exchange.paid('alice')).toBe(1);
    expect(outcome?.item).toMatchObject({
      outcome: 'irreversible',
      alreadyPaid: true,
      expiration: exchange.iso(boundary),
    });
  });

  test('when what the first one sent arrives after the second one paid', async () => {
    await begin();
    await exchange.reach(boundary - 50);
    const order = exchange.order();
    const sent = await exchange.sendAndDie(order);
    await exchange.reach(boundary);
    const other = exchange.worker().send(order);
    await exchange.until(() => exchange.pending > 0);
    await sent.release();
    const outcome = await exchange.outcome(other);
    expect(await exchange.paid('alice')).toBe(1);
    expect(outcome?.item).toMatchObject({
      outcome: 'irreversible',
      alreadyPaid: false,
      windowStart: exchange.iso(boundary),
    });
  });
});

test('time and fees come from one answer: a maintenance right after it does not make another transaction', async () => {
  await withMaintenanceAt900();
  await exchange.reach(850);
  const order = exchange.order(publicMemo);
  const sent = await exchange.sendAndDie(order);
  await exchange.reach(880);
  exchange.chain.faults.add({
    kind: 'change',
    node: 'trusted',
    method: 'get_objects',
    change: (answer) => {
      while (exchange.time < 900) exchange.makeBlock();
      return answer;
    },
  });
  const other = exchange.worker().send(order);
  await exchange.quiet();
  expect([exchange.time, exchange.pending]).toEqual([900, 1]);
  await sent.release();
  const outcome = await exchange.outcome(other);
  expect(await exchange.paid('alice')).toBe(1);
  expect(outcome?.item).toMatchObject({ outcome: 'irreversible', windowEnd: exchange.iso(900) });
});

describe('a window is not used before an irreversible block is later than its start', () => {
  test('while irreversibility stands still nobody sends; when it goes on, one payment is made', async () => {
    exchange = await ExchangeOfProcesses.begin();
    await exchange.reach(1195);
    const { state } = exchange.chain.producer;
    for (let slot = 1; slot <= 4; slot++) exchange.offline.add(scheduledWitness(state, slot));
    const order = exchange.order(publicMemo);
    const sending = [exchange.worker(), exchange.worker()].map((worker) => worker.send(order));
    while (exchange.time < 1340) {
      await exchange.reach(exchange.time + 5);
      expect(exchange.irreversibleTime).toBeLessThanOrEqual(1200);
      expect([exchange.pending, exchange.paymentsTo('alice')]).toEqual([0, 0]);
    }
    exchange.offline.clear();
    const outcomes = await exchange.outcomes(sending);
    expect(await exchange.paid('alice')).toBe(1);
    for (const outcome of outcomes) {
      expect(outcome?.item).toMatchObject({ outcome: 'irreversible', windowStart: exchange.iso(1200) });
    }
  });

  test('a branch whose first block after the start holds the payment can still win, and wins', async () => {
    exchange = await ExchangeOfProcesses.begin();
    await exchange.reach(1750);
    const order = exchange.order(publicMemo);
    const prepared = await exchange.outcome(exchange.worker().prepare(order));
    await exchange.reach(1800);
    const other = exchange.worker().send(order);
    // The block of the start itself is irreversible, the one after it is not.
    await exchange.until(() => exchange.irreversibleTime >= 1800);
    expect(exchange.irreversibleTime).toBe(1800);
    exchange.reorganise(1800, prepared);
    const outcome = await exchange.outcome(other);
    expect(await exchange.paid('alice')).toBe(1);
    expect(outcome?.item).toMatchObject({ outcome: 'irreversible', alreadyPaid: true });
  });
});

test('window and blocks come from one connection: a node of another branch, met when it was lost, proves nothing', async () => {
  exchange = await ExchangeOfProcesses.begin(withoutHistory);
  await exchange.addNode('second');
  await exchange.reach(1100);
  const order = exchange.order(publicMemo);
  await exchange.payAndDie(order);
  await exchange.reach(1300);
  // From now on the second node shows a branch that few witnesses build on: it lacks the payment, and nothing since
  // before the payment is irreversible.
  const onAnotherBranch = { kind: 'change', node: 'second', times: Infinity } as const;
  exchange.chain.faults.add({
    ...onAnotherBranch,
    method: 'get_block',
    change: (block) => ({ ...(block as object), transactions: [] }),
  });
  exchange.chain.faults.add({
    ...onAnotherBranch,
    method: 'get_objects',
    change: (objects) =>
      (objects as { id: string }[]).map((object) =>
        object.id === '2.1.0' ? { ...object, last_irreversible_block_num: 200 } : object,
      ),
  });
  exchange.chain.faults.add({ kind: 'cut', node: 'trusted', method: 'get_block' });
  const outcome = await exchange.outcome(exchange.worker({ nodes: ['trusted', 'second'] }).send(order));
  expect(await exchange.paid('alice')).toBe(1);
  // Its blocks are none of those that were read before, so it is left for the node that has the payment.
  expect(outcome?.item).toMatchObject({ outcome: 'irreversible', alreadyPaid: true });
  const other = await exchange.outcome(exchange.worker().send(order));
  expect(other?.item).toMatchObject({ outcome: 'irreversible', alreadyPaid: true });
});

test('with fewer than three block intervals left, processes wait for the next window', async () => {
  exchange = await ExchangeOfProcesses.begin();
  await exchange.reach(1190);
  const order = exchange.order();
  const outcomes = await exchange.outcomes(
    [exchange.worker(), exchange.worker()].map((worker) => worker.send(order)),
  );
  expect(await exchange.paid('alice')).toBe(1);
  for (const outcome of outcomes) {
    expect(outcome?.item).toMatchObject({ outcome: 'irreversible', windowStart: exchange.iso(1200) });
  }
});

describe('a chain on which no window can be used is an error at once in every process', () => {
  test.each([
    ['a maintenance interval of less than three irreversibility lags', { maintenanceInterval: 60 }],
    ['transactions that may not live for a window', { parameters: { maximum_time_until_expiration: 300 } }],
  ])('%s', async (_, options) => {
    exchange = await ExchangeOfProcesses.begin(options);
    await exchange.reach(1000);
    const order = exchange.order();
    const asked = exchange.time;
    const outcomes = await exchange.outcomes(
      [exchange.worker(), exchange.worker()].map((worker) => worker.send(order)),
    );
    for (const outcome of outcomes) {
      expect(outcome?.item).toMatchObject({ outcome: 'unknown', paid: false });
      expect(outcome?.item.nextStep).toContain('WINDOW_TOO_SHORT');
    }
    expect(exchange.time).toBe(asked);
    expect([exchange.pending, exchange.paymentsTo('alice')]).toEqual([0, 0]);
  });
});

test('clocks that are off, other nodes, other moments and other branches make the same bytes', async () => {
  exchange = await ExchangeOfProcesses.begin();
  await exchange.addNode('second');
  await exchange.reach(1195);
  // No block stands at the start of the window itself.
  exchange.chain.produceBlock({ miss: 1 });
  await exchange.reach(1280);
  const order = exchange.order();
  const prepare = (options: WorkerOptions = {}) => exchange.worker(options).prepare(order);
  const outcomes = await exchange.outcomes([
    prepare(),
    prepare({ clockOffset: 100 }),
    prepare({ clockOffset: -100 }),
    prepare({ nodes: ['second'] }),
  ]);
  exchange.reorganise(exchange.time - 10);
  outcomes.push(await exchange.outcome(prepare({ nodes: ['second'], clockOffset: -50 })));
  await exchange.reach(1700);
  outcomes.push(await exchange.outcome(prepare()));

  const [transaction, ...others] = outcomes.map((outcome) => outcome?.transaction);
  expect(others).toEqual(Array(5).fill(transaction));
  const reference = exchange.chain.blocks.findLast(({ timestamp }) => `${timestamp}Z` <= exchange.iso(1200));
  expect(transaction).toMatchObject({
    ref_block_num: reference?.number,
    ref_block_prefix: Buffer.from(reference?.id ?? '', 'hex').readUInt32LE(4),
    expiration: exchange.iso(1800).slice(0, -1),
  });
  const outcome = await exchange.outcome(exchange.worker().send(order));
  expect(await exchange.paid('alice')).toBe(1);
  expect(outcome?.item.transactionId).toBe(outcomes[0]?.item.transactionId);
});
