import { PrivateKey } from '../../src/protocol';
import type { PlainRequest } from '../../src/withdrawals/request';
import type { WithdrawalOrder } from '../../src/withdrawals/withdrawal';
import { startExchange, type Exchange } from './onDevchain';

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
const cases: [string, Partial<PlainRequest>, Partial<WithdrawalOrder>, string, 'unknown' | 'rejected'][] = [
  ['not enough funds', { amount: '99999' }, {}, 'INSUFFICIENT_BALANCE', 'unknown'],
  ['an unknown receiver', { to: 'nobody-here' }, {}, 'UNKNOWN_ACCOUNT', 'unknown'],
  ['an unknown asset', { asset: 'NOSUCH' }, {}, 'UNKNOWN_ASSET', 'unknown'],
  [
    'an asset that only its issuer may move',
    { asset: 'LOCKED', amount: '1' },
    {},
    'ASSET_RESTRICTED',
    'unknown',
  ],
  ['an asset that is not allowed', {}, { allowedAssets: ['LOCKED'] }, 'ASSET_NOT_ALLOWED', 'unknown'],
  ['a receiver that is not allowed', {}, { allowedReceivers: ['bob'] }, 'RECEIVER_NOT_ALLOWED', 'unknown'],
  ['more than the maximum', {}, { maximumAmount: '12.49999' }, 'LIMIT_EXCEEDED', 'unknown'],
  ['a fixed fee below what the chain asks for', { fee: '20.78124' }, {}, 'FEE_TOO_LOW', 'unknown'],
  [
    'a memo too large for a transaction',
    { memo: 'x'.repeat(1990), memoType: 'public' },
    {},
    'MEMO_TOO_LARGE',
    'unknown',
  ],
  ['a request from the future', { requestedAt: 1_900_000_000 }, {}, 'REQUESTED_AT_IN_FUTURE', 'unknown'],
  ['a request that is too old', { requestedAt: 1_700_000_000 }, {}, 'REQUESTED_AT_TOO_OLD', 'unknown'],
  ['an age limit that is no number', {}, { maximumAge: NaN }, 'REQUESTED_AT_TOO_OLD', 'unknown'],
  ['a name that is none', { to: 'Not A Name' }, {}, 'INVALID_ACCOUNT', 'rejected'],
  ['a symbol that is none', { asset: 'bts' }, {}, 'INVALID_ASSET', 'rejected'],
  ['zero', { amount: '0' }, {}, 'INVALID_AMOUNT', 'rejected'],
  ['a sign', { amount: '-1' }, {}, 'INVALID_AMOUNT', 'rejected'],
  ['too many decimals', { amount: '0.123456' }, {}, 'INVALID_AMOUNT', 'rejected'],
  ['a memo beyond all size', { memo: 'x'.repeat(5000) }, {}, 'MEMO_TOO_LARGE', 'rejected'],
  ['a payment to oneself', { to: 'hot-wallet' }, {}, 'INVALID_ACCOUNT', 'rejected'],
  ['a memo key that is none', { memo: 'x', receiverMemoKey: 'BTS123' }, {}, 'INVALID_PUBLIC_KEY', 'rejected'],
];

test.each(cases)('%s: nothing is sent, and the item says why', async (_, request, more, code, outcome) => {
  const { send, order } = exchange;
  const [result] = await send([order({ withdrawalId: `R ${code} ${_}`, ...request }, { ...soon, ...more })]);
  expect(result?.item.nextStep).toContain(code);
  expect(result?.item).toMatchObject({ outcome, paid: false, final: outcome === 'rejected' });
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
