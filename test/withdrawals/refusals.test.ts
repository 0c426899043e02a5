import { PrivateKey } from '../../src/protocol';
import type { PlainRequest } from '../../src/withdrawals/transaction/request';
import type { WithdrawalOrder } from '../../src/withdrawals/sending/order';
import { withdrawalStatus } from '../../src/withdrawals/sending/settleTransaction';
import { startExchange, type Exchange } from '../support/exchangeOnDevchain';

let exchange: Exchange;
beforeAll(async () => {
  exchange = await startExchange({
    accounts: [
      { name: 'hot-wallet', balances: { BTS: '100000', LOCKED: '10' } },
      { name: 'alice', balances: { BTS: '1000' } },
      { name: 'bob', balances: { BTS: '1000' } },
    ],
    assets: [{ symbol: 'LOCKED', precision: 2, flags: 8, permissions: 8 }],
  });
});
afterAll(() => exchange.stop());
afterEach(() => {
  exchange.chain.faults.clear();
});

const soon = { maximumWait: 5 };
const cases: [string, Partial<PlainRequest>, Partial<WithdrawalOrder>, string][] = [
  ['not enough funds', { amount: '99999' }, {}, 'INSUFFICIENT_BALANCE'],
  ['an unknown receiver', { to: 'nobody-here' }, {}, 'UNKNOWN_ACCOUNT'],
  ['an unknown asset', { asset: 'NOSUCH' }, {}, 'UNKNOWN_ASSET'],
  ['an asset that only its issuer may move', { asset: 'LOCKED', amount: '1' }, {}, 'ASSET_RESTRICTED'],
  ['an asset that is not allowed', {}, { allowedAssets: ['LOCKED'] }, 'ASSET_NOT_ALLOWED'],
  ['a receiver that is not allowed', {}, { allowedReceivers: ['bob'] }, 'RECEIVER_NOT_ALLOWED'],
  ['more than the maximum', {}, { maximumAmount: '12.49999' }, 'LIMIT_EXCEEDED'],
  ['a fixed fee below what the chain asks for', { fee: '20.78124' }, {}, 'FEE_TOO_LOW'],
  [
    'a memo too large for a transaction',
    { memo: 'x'.repeat(1990), memoType: 'public' },
    {},
    'MEMO_TOO_LARGE',
  ],
  ['a request from the future', { requestedAt: 1_900_000_000 }, {}, 'REQUESTED_AT_IN_FUTURE'],
  ['a request that is too old', { requestedAt: 1_700_000_000 }, {}, 'REQUESTED_AT_TOO_OLD'],
  ['an age limit that is no number', {}, { maximumAge: NaN }, 'REQUESTED_AT_TOO_OLD'],
  ['a name that is none', { to: 'Not A Name' }, {}, 'INVALID_ACCOUNT'],
  ['a symbol that is none', { asset: 'bts' }, {}, 'INVALID_ASSET'],
  ['zero', { amount: '0' }, {}, 'INVALID_AMOUNT'],
  ['a sign', { amount: '-1' }, {}, 'INVALID_AMOUNT'],
  ['too many decimals', { amount: '0.123456' }, {}, 'INVALID_AMOUNT'],
  ['a memo beyond all size', { memo: 'x'.repeat(5000) }, {}, 'MEMO_TOO_LARGE'],
  ['a payment to oneself', { to: 'hot-wallet' }, {}, 'INVALID_ACCOUNT'],
  ['a memo key that is none', { memo: 'x', receiverMemoKey: 'BTS123' }, {}, 'INVALID_PUBLIC_KEY'],
];

test.each(cases)('%s: nothing is sent, and the item says why', async (_, request, more, code) => {
  const { send, order } = exchange;
  const [result] = await send([order({ withdrawalId: `R ${code} ${_}`, ...request }, { ...soon, ...more })]);
  expect(result?.item.nextStep).toContain(code);
  expect(result?.item).toMatchObject({ outcome: 'unknown', paid: false, final: false });
  exchange.chain.produceBlock();
  expect(exchange.paymentsTo('alice') + exchange.paymentsTo('bob')).toBe(0);
});

test('a key without authority, and an account that needs several signatures', async () => {
  const { chain, context, send, order } = exchange;
  const { keys } = context();
  const other = { ...keys, activeKeys: [PrivateKey.fromWif(chain.account('bob').keys.active)] };
  const [wrong] = await send([order({ withdrawalId: 'K1' }, soon)], { keys: other });
  expect(wrong?.item.nextStep).toContain('KEY_WITHOUT_AUTHORITY');
  const bob = chain.account('bob');
  const authority = {
    weight_threshold: 2,
    account_auths: [],
    key_auths: [bob.publicKeys.active, bob.publicKeys.owner].sort().map((key) => [key, 1]),
    address_auths: [],
  };
  const update: [number, object] = [6, { account: bob.id, active: authority, extensions: {} }];
  chain.push(chain.sign([update as never], [bob.keys.active]));
  chain.produceBlock();
  const bobs = {
    account: 'bob',
    memoKeys: [PrivateKey.fromWif(bob.keys.memo)],
    activeKeys: [PrivateKey.fromWif(bob.keys.active)],
  };
  const [several] = await send([order({ withdrawalId: 'K2', amount: '1' }, soon)], { keys: bobs });
  expect(several?.item.nextStep).toContain('SEVERAL_SIGNATURES_NEEDED');
});

test('a memo key in the credential that is not the account’s', async () => {
  const { chain, context, send, order } = exchange;
  const keys = { ...context().keys, memoKeys: [PrivateKey.fromWif(chain.account('bob').keys.memo)] };
  const [result] = await send([order({ withdrawalId: 'M1', memo: 'x' }, soon)], { keys });
  expect(result?.item.nextStep).toContain('MEMO_KEY_MISMATCH');
});

test('a node that is out of sync', async () => {
  const { chain, context, send, order } = exchange;
  const clock = { now: () => chain.head.seconds * 1000 + 180_000, sleep: () => Promise.resolve() };
  const [result] = await send([order({ withdrawalId: 'S1' }, { maximumWait: 0 })], { ...context(), clock });
  expect(result?.item.nextStep).toContain('NODE_OUT_OF_SYNC');
});

test('a memo without a delayed node needs a key or an intent; without text it needs neither', async () => {
  const { context, send, order } = exchange;
  const nodes = { ...context().nodes, delayed: null };
  const [refused] = await send([order({ withdrawalId: 'D1', memo: 'x' }, soon)], { nodes });
  expect(refused?.item.nextStep).toContain('MEMO_KEY_UNPROVEN');
  const [paid] = await send([order({ withdrawalId: 'D2', amount: '1' })], { nodes });
  expect(paid?.item.outcome).toBe('irreversible');
  expect(exchange.paymentsTo('alice')).toBe(1);
});

describe('a request at fault is called final only when nothing under its id can be paid any more', () => {
  const changes: [string, Partial<PlainRequest>, string][] = [
    ['its amount', { amount: '12.500001' }, 'INVALID_AMOUNT'],
    ['its receiver to the sender', { to: 'hot-wallet' }, 'INVALID_ACCOUNT'],
    ['its receiver to no name', { to: 'Not A Name' }, 'INVALID_ACCOUNT'],
  ];

  test.each(changes)(
    'paid, then changed in %s: the payment is named, nothing is refused',
    async (_, change, code) => {
      const { chain, send, order } = exchange;
      const requestedAt = chain.head.seconds;
      const request = { withdrawalId: `F ${_}`, requestedAt, to: 'bob', amount: '12.5' };
      const [paid] = await send([order(request)]);
      expect(paid?.item.outcome).toBe('irreversible');
      const [changed] = await send([order({ ...request, ...change }, soon)]);
      expect(changed?.item).toMatchObject({ outcome: 'unknown', paid: false, final: false });
      expect(changed?.conflict?.code).toBe('WITHDRAWAL_CONFLICT');
      expect(changed?.item.nextStep).toContain(`in block ${paid?.item.blockNumber}`);
      expect(changed?.item.nextStep).toContain(code);
    },
  );

  test('changed while its attempt waits for a block: unknown, with the time after which it can be settled', async () => {
    const { chain, context, send, order } = exchange;
    const requestedAt = chain.head.seconds;
    const request = { withdrawalId: 'F pending', requestedAt, to: 'bob', amount: '3' };
    const before = exchange.paymentsTo('bob');
    const [sent] = await send([order(request, { waitFor: 'broadcast' })]);
    expect(sent?.item.outcome).toBe('in_mempool');
    const [changed] = await send([order({ ...request, amount: '3.000001' }, { maximumWait: 0 })]);
    expect(changed?.item).toMatchObject({ outcome: 'unknown', paid: false, final: false });
    expect(changed?.item.nextStep).toContain('Get Status');
    const expiration = Date.parse(String(changed?.item.expiration)) / 1000;
    expect(expiration).toBeGreaterThanOrEqual(Date.parse(String(sent?.item.expiration)) / 1000);
    chain.advance(30);
    expect(exchange.paymentsTo('bob')).toBe(before + 1);
    const question = { withdrawalId: 'F pending', requestedAt, transaction: null, expiration };
    const status = await withdrawalStatus({ ...question, waitFor: 'broadcast', maximumWait: 0 }, context());
    expect(status).toMatchObject({ outcome: 'irreversible', paid: true });
  });

  test('never paid: rejected once no attempt from before can be included, where the wait is long enough', async () => {
    const { chain, send, order } = exchange;
    const begin = chain.head.seconds;
    const [rejected] = await send([order({ withdrawalId: 'F never', amount: '0' }, { maximumWait: 900 })]);
    expect(rejected?.item).toMatchObject({ outcome: 'rejected', paid: false, final: true });
    expect(rejected?.item.nextStep).toContain('INVALID_AMOUNT');
    expect(chain.head.seconds).toBeGreaterThan((Math.floor(begin / 600) + 1) * 600);
  });

  test('prepared with another content, and broadcast while the run waits: never called rejected', async () => {
    const { chain, context, clock, send, order } = exchange;
    const request = { withdrawalId: 'F prepared', requestedAt: chain.head.seconds, to: 'bob', amount: '4' };
    const [prepared] = await send([order(request)], {}, { mode: 'prepare' });
    const transaction = prepared?.transaction ?? null;
    const ticks = { left: 30 };
    clock.onTick = () => {
      ticks.left -= 1;
      if (ticks.left === 0 && transaction !== null) chain.push(transaction as never);
    };
    const [changed] = await send([order({ ...request, amount: '-4' }, { maximumWait: 900 })], context());
    clock.onTick = undefined;
    expect(changed?.item).toMatchObject({ outcome: 'unknown', final: false });
    expect(changed?.conflict?.code).toBe('WITHDRAWAL_CONFLICT');
  });

  test('prepared in a window that this clock and this node have not reached yet: never called rejected', async () => {
    const { chain, clock, send, order, trusted } = exchange;
    const session = await trusted.session();
    chain.produceBlocks(590 - (chain.head.seconds % 600));
    const behind = await session.state();
    chain.produceBlocks(50);
    const request = { withdrawalId: 'F early', requestedAt: chain.head.seconds, to: 'bob', amount: '4' };
    const [prepared] = await send([order(request)], {}, { mode: 'prepare' });
    const ticks = { left: 30 };
    clock.onTick = () => {
      ticks.left -= 1;
      if (ticks.left === 0) chain.push(prepared?.transaction as never);
    };
    const states = [behind];
    const state = async () => states.shift() ?? session.state();
    const node = Object.assign(Object.create(session) as typeof session, { state });
    const [changed] = await send([order({ ...request, amount: '-4' }, { maximumWait: 900 })], {
      clock: { now: () => clock.now() - 60_000, sleep: () => clock.sleep() },
      nodes: { trusted: () => Promise.resolve(node), delayed: null },
    });
    clock.onTick = undefined;
    expect(changed?.item).toMatchObject({ outcome: 'unknown', final: false });
    expect(changed?.conflict?.code).toBe('WITHDRAWAL_CONFLICT');
  });
});
