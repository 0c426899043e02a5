/** Guarantee: a payment that any process made is found by every other one, however little nodes and processes remember. */
import type { DevchainOptions } from '../../devchain';
import { ExchangeOfProcesses, withoutHistory } from '../support/withdrawalProcesses';

let exchange: ExchangeOfProcesses;
const begin = async (options: Partial<DevchainOptions> = {}) => {
  exchange = await ExchangeOfProcesses.begin(options);
  await exchange.reach(700);
};
afterEach(() => exchange.end());

const foundPaid = { outcome: 'irreversible', paid: true, alreadyPaid: true };
const day = 86_400;

describe('what a process paid before it was killed, a process of a later window finds in blocks', () => {
  const pruning = { history: { partialOperations: true, maxOpsPerAccount: 1, minBlocksToKeep: 0 } };
  const noPlugin = 'Assert Exception: _app.get_plugin( "account_history" )';
  test.each<[string, Partial<DevchainOptions>, string | null]>([
    ['do not track the account', withoutHistory, null],
    ['pruned the payment', { trusted: pruning, delayed: pruning }, null],
    ['give no history', {}, noPlugin],
  ])('also when the nodes %s', async (_, options, refusal) => {
    await begin(options);
    if (refusal !== null) {
      const method = 'get_relative_account_history';
      exchange.chain.faults.add({ kind: 'error', method, text: refusal, times: Infinity });
    }
    const order = exchange.order();
    await exchange.payAndDie(order);
    for (let i = 0; i < 3; i++) exchange.chain.transfer({ from: 'bob', to: 'hot-wallet', amount: '1' });
    await exchange.reach(1900);
    const outcome = await exchange.outcome(exchange.worker().send(order));
    expect(await exchange.paid('alice')).toBe(1);
    expect(outcome?.item).toMatchObject({ ...foundPaid, windowStart: null });
  });

  test('also when it had read the blocks of another branch, and lives on', async () => {
    await begin(withoutHistory);
    await exchange.reach(1150);
    const order = exchange.order();
    const prepared = await exchange.outcome(exchange.worker().prepare(order));
    await exchange.reach(1180);
    const worker = exchange.worker();
    await exchange.outcome(
      worker.send(exchange.order({ withdrawalId: 'W-0', to: 'bob' }, { waitFor: 'broadcast' })),
    );
    exchange.reorganise(1160, prepared);
    await exchange.until(() => exchange.irreversibleTime > 1200);
    const outcome = await exchange.outcome(worker.send(order));
    expect([await exchange.paid('alice'), await exchange.paid('bob')]).toEqual([1, 1]);
    expect(outcome?.item).toMatchObject(foundPaid);
  });

  test('also when it gives a requestedAt that is an hour later, or an hour earlier', async () => {
    await begin(withoutHistory);
    const requestedAt = exchange.chain.head.seconds;
    await exchange.payAndDie(exchange.order({ requestedAt }));
    await exchange.reach(exchange.time + 3600);
    const [later, earlier] = await exchange.outcomes(
      [requestedAt + 3600, requestedAt - 3600].map((other) =>
        exchange.worker().send(exchange.order({ requestedAt: other })),
      ),
    );
    expect(await exchange.paid('alice')).toBe(1);
    expect(later?.item).toMatchObject(foundPaid);
    expect(earlier?.item).toMatchObject(foundPaid);
  });
});

test('a requestedAt that is later by hours is caught by the history, where the node keeps it', async () => {
  await begin();
  const living = exchange.worker();
  await exchange.outcome(living.send(exchange.order({ withdrawalId: 'W-0', to: 'bob' })));
  await exchange.payAndDie(exchange.order());
  exchange.pause(5 * 3600);
  const workers = [living, exchange.worker()];
  const outcomes = await exchange.outcomes(workers.map((worker) => worker.send(exchange.order())));
  expect(await exchange.paid('alice')).toBe(1);
  for (const outcome of outcomes) expect(outcome?.item).toMatchObject(foundPaid);
});

test('a requestedAt older than seven days is refused; with a longer scan allowed the payment is found', async () => {
  await begin(withoutHistory);
  const order = exchange.order();
  await exchange.payAndDie(order);
  exchange.pause(8 * day);
  const refused = await exchange.outcome(exchange.worker().send(order));
  expect(refused?.item).toMatchObject({ outcome: 'unknown', paid: false });
  expect(refused?.item.nextStep).toContain('REQUESTED_AT_TOO_OLD');
  const allowed = await exchange.outcome(exchange.worker().send({ ...order, maximumAge: 30 * day }));
  expect(await exchange.paid('alice')).toBe(1);
  expect(allowed?.item).toMatchObject(foundPaid);
});

test.each([
  ['amount', { amount: '2' }],
  ['receiver', { to: 'bob' }],
  ['memo', { memo: 'invoice 8' }],
])('under an id that another process paid, another %s is refused in every window', async (_, change) => {
  await begin();
  const order = exchange.order();
  await exchange.payAndDie(order);
  for (const time of [800, 1300]) {
    await exchange.reach(time);
    const outcome = await exchange.outcome(exchange.worker().send(exchange.order(change)));
    expect([await exchange.paid('alice'), await exchange.paid('bob')]).toEqual([1, 0]);
    expect(outcome).toMatchObject({ conflict: 'WITHDRAWAL_CONFLICT', item: { paid: false } });
  }
});

test('somebody who copies the nonce into a transfer to us changes nothing', async () => {
  await begin();
  const order = exchange.order({ memoType: 'public' });
  const prepared = await exchange.outcome(exchange.worker().prepare(order));
  const memo = prepared?.transaction?.operations.map(([, fields]) => (fields as { memo?: never }).memo)[0];
  expect(memo).toHaveProperty('nonce');
  exchange.chain.transfer({ from: 'alice', to: 'hot-wallet', amount: '1', memo: memo as never });
  await exchange.reach(1300);
  const outcomes = await exchange.outcomes(
    [exchange.worker(), exchange.worker()].map((worker) => worker.send(order)),
  );
  expect(await exchange.paid('alice')).toBe(1);
  for (const outcome of outcomes) {
    expect(outcome).toMatchObject({ conflict: null, item: { outcome: 'irreversible' } });
  }
});

describe('a proposal that a killed process made', () => {
  const vault = { payingAccount: 'vault' };
  const beginWithVault = async () => {
    const balances = { BTS: '10000' };
    const names = ['vault', 'alice', 'signer-a', 'signer-b'];
    exchange = await ExchangeOfProcesses.begin({ accounts: names.map((name) => ({ name, balances })) });
    const [a, b] = [exchange.chain.account('signer-a'), exchange.chain.account('signer-b')];
    setActive(2, [
      [a.publicKeys.active, 1],
      [b.publicKeys.active, 1],
    ]);
    await exchange.reach(700);
  };
  const setActive = (threshold: number, keys: [string, number][]) => {
    const { id, keys: own } = exchange.chain.account('vault');
    const active = { weight_threshold: threshold, account_auths: [], key_auths: keys, address_auths: [] };
    exchange.chain.push(exchange.chain.sign([[6, { account: id, active, extensions: {} }]], [own.owner]));
  };
  const proposals = () => exchange.chain.producer.state.store.all<{ id: string }>('1.10');

  test('is found by every process in a later window: there is no second one, and no payment beside it', async () => {
    await beginWithVault();
    const order = exchange.order();
    const sent = await exchange.sendAndDie(order, { account: 'signer-a', ...vault, mode: 'propose' });
    await sent.release();
    await exchange.reach(1300);
    const other = await exchange.outcome(exchange.worker({ account: 'signer-b', ...vault }).propose(order));
    const [proposal, ...more] = proposals();
    expect(more).toEqual([]);
    expect(other?.proposal?.proposalId).toBe(proposal?.id);

    // From now on one key suffices, so Send would serve this account.
    const { id, keys, publicKeys } = exchange.chain.account('vault');
    setActive(1, [[publicKeys.active, 1]]);
    await exchange.reach(1900);
    const refused = await exchange.outcome(exchange.worker({ account: 'vault' }).send(order));
    expect(refused?.item).toMatchObject({ outcome: 'unknown', paid: false });
    expect(refused?.item.nextStep).toContain('PROPOSAL_IN_FLIGHT');

    const approval = { fee_paying_account: id, proposal: proposal?.id, active_approvals_to_add: [id] };
    exchange.chain.push(exchange.chain.sign([[23, approval]], [keys.active]));
    await exchange.reach(2500);
    const paid = await exchange.outcome(exchange.worker({ account: 'vault' }).send(order));
    expect(await exchange.paid('alice', 'vault')).toBe(1);
    expect(paid?.item).toMatchObject(foundPaid);
  });
});
