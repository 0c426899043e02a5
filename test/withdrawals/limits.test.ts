import type { Account, Asset } from '../../src/chain/interfaces';
import { customChain } from '../../src/protocol';
import { WithdrawalCaches } from '../../src/withdrawals/proof/evidence';
import {
  contentFingerprint,
  formatIntent,
  parseIntent,
  type Intent,
} from '../../src/withdrawals/transaction/intent';
import {
  checkLimits,
  checkMaximumFee,
  maximumFeeOf,
  type LimitSettings,
} from '../../src/withdrawals/transaction/limits';
import { quoteWithdrawal } from '../../src/withdrawals/sending/quote';
import type { PlainRequest } from '../../src/withdrawals/transaction/request';
import type { WithdrawalOrder } from '../../src/withdrawals/sending/order';
import { Liar } from '../support/lies';
import { startExchange, type Exchange } from '../support/exchangeOnDevchain';

const core = { id: '1.3.0', symbol: 'BTS', precision: 5 } as Asset;
const coin = (coreAmount: bigint, amount: bigint, more: Partial<Asset> = {}): Asset => ({
  ...core,
  id: '1.3.7',
  symbol: 'COIN',
  precision: 2,
  coreExchangeRate: {
    base: { amount, assetId: '1.3.7' },
    quote: { amount: coreAmount, assetId: '1.3.0' },
  },
  ...more,
});
const none: LimitSettings = {
  allowedAssets: [],
  allowedReceivers: [],
  maximumAmount: null,
  maximumAmounts: [],
  maximumFee: null,
};

describe('the maximum fee', () => {
  test.each<[string, LimitSettings['maximumFee'], bigint | undefined, bigint]>([
    ['100 units of the core asset where nobody says anything', null, undefined, 10_000_000n],
    ['what the operator says', '2.5', undefined, 250_000n],
    ['nothing at all', '0', undefined, 0n],
    ['what the intent says', null, 50_000_000n, 50_000_000n],
    ['the smaller one of both: the operator’s', '100', 50_000_000n, 10_000_000n],
    ['the smaller one of both: the intent’s', '1000', 50_000_000n, 50_000_000n],
  ])('is %s', (_, option, quoted, expected) => {
    const intent = quoted === undefined ? {} : { maximumFee: quoted };
    expect(maximumFeeOf(option, core, intent)).toBe(expected);
  });

  test('a maximum that is none is refused by its field, never taken for no limit', () => {
    for (const maximumFee of ['', 'x', '-1', '1.000001', NaN]) {
      expect(() => maximumFeeOf(maximumFee, core)).toThrow(
        expect.objectContaining({ code: 'INVALID_AMOUNT', field: 'Maximum Fee' }),
      );
    }
  });

  test.each<[string, Asset, bigint, bigint, boolean]>([
    ['as high as allowed', core, 100n, 100n, true],
    ['one base unit above', core, 101n, 100n, false],
    ['in another asset, worth as much as allowed', coin(10n, 1n), 10n, 100n, true],
    ['in another asset, worth more', coin(10n, 1n), 11n, 100n, false],
    // 1 is worth a third of 100 and a bit: whatever is left over counts.
    ['in another asset, rounded against us', coin(100n, 3n), 1n, 33n, false],
    ['in another asset, rounded up to what is allowed', coin(100n, 3n), 1n, 34n, true],
    ['in an asset whose rate says nothing', coin(0n, 3n), 1n, 100n, false],
    ['in an asset that is worth infinitely much', coin(3n, 0n), 1n, 100n, false],
    [
      'in an asset whose rate has nothing to do with the core asset',
      coin(1n, 1n, {
        coreExchangeRate: {
          base: { amount: 1n, assetId: '1.3.7' },
          quote: { amount: 1n, assetId: '1.3.8' },
        },
      }),
      1n,
      100n,
      false,
    ],
  ])('holds a fee %s', (_, feeAsset, amount, maximum, allowed) => {
    const check = () => checkMaximumFee({ amount, assetId: feeAsset.id }, feeAsset, core, maximum);
    if (allowed) check();
    else expect(check).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED', field: 'Maximum Fee' }));
  });
});

describe('Maximum Amounts', () => {
  const receiver = { id: '1.2.20', name: 'alice' } as Account;
  const bitcoin = coin(1n, 1n, { id: '1.3.9', symbol: 'BITCOIN', precision: 8 });
  const rows = [
    { asset: 'BTS', maximumAmount: '1000.00000' },
    { asset: '1.3.9', maximumAmount: '0.5' },
  ];
  test.each<[string, Asset, bigint, Partial<LimitSettings>, string | null, string?]>([
    ['the row of its symbol allows it', core, 100_000_000n, { maximumAmounts: rows }, null],
    ['the row of its symbol does not', core, 100_000_001n, { maximumAmounts: rows }, 'LIMIT_EXCEEDED'],
    ['the row of its id allows it', bitcoin, 50_000_000n, { maximumAmounts: rows }, null],
    ['the row of its id does not', bitcoin, 50_000_001n, { maximumAmounts: rows }, 'LIMIT_EXCEEDED'],
    ['it has no row', coin(1n, 1n), 1n, { maximumAmounts: rows }, 'ASSET_NOT_ALLOWED'],
    ['there is no row at all', coin(1n, 1n), 1n, {}, null],
    [
      'of two rows for it the smaller one counts',
      core,
      600n,
      { maximumAmounts: [...rows, { asset: '1.3.0', maximumAmount: '0.005' }] },
      'LIMIT_EXCEEDED',
    ],
    [
      'the one number for all assets counts as well',
      core,
      600n,
      { maximumAmounts: rows, maximumAmount: '0.005' },
      'LIMIT_EXCEEDED',
      'Maximum Amount',
    ],
    [
      'a maximum with zeros behind the last decimal of the asset is no fault',
      coin(1n, 1n),
      100_000n,
      { maximumAmounts: [{ asset: 'COIN', maximumAmount: '1000.00000' }] },
      null,
    ],
    [
      'a maximum with more decimals than the asset is refused, never rounded',
      coin(1n, 1n),
      1n,
      { maximumAmounts: [{ asset: 'COIN', maximumAmount: '1000.001' }] },
      'INVALID_AMOUNT',
    ],
  ])('%s', (_, asset, amount, settings, code, field = 'Maximum Amounts') => {
    const check = () => checkLimits({ ...none, ...settings }, asset, receiver, amount);
    if (code === null) check();
    else expect(check).toThrow(expect.objectContaining({ code, field }));
  });
});

test('an intent keeps its maximum fee, and is the same withdrawal with and without it', () => {
  const chain = customChain({ chainId: 'ab'.repeat(32), prefix: 'BTS' });
  const intent: Intent = {
    v: 1,
    chainId: chain.chainId,
    withdrawalId: 'W-1',
    requestedAt: '2026-01-01T00:00:00Z',
    from: '1.2.10',
    to: '1.2.20',
    asset: '1.3.0',
    amount: 1_250_000n,
    memo: '',
    memoMode: 'public',
    senderMemoKey: null,
    receiverMemoKey: null,
    fee: 'auto',
  };
  const limited = { ...intent, maximumFee: 10_000_000n };
  expect(parseIntent(formatIntent(limited), chain)).toEqual(limited);
  expect(parseIntent(formatIntent(intent), chain)).toStrictEqual(intent);
  expect(contentFingerprint(limited)).toBe(contentFingerprint(intent));
  const stored = JSON.parse(formatIntent(intent)) as object;
  for (const maximumFee of [10_000_000, '1.5', '-1', '', 'auto', null, '9223372036854775808']) {
    expect(() => parseIntent({ ...stored, maximumFee }, chain)).toThrow(
      expect.objectContaining({ code: 'INVALID_PARAMETER' }),
    );
  }
});

describe('on a chain', () => {
  let exchange: Exchange;
  beforeEach(async () => {
    exchange = await startExchange();
  });
  afterEach(() => exchange.stop());

  const soon = { maximumWait: 20 };
  const alone = () => ({ nodes: { ...exchange.context().nodes, delayed: null } });
  const elsewhere = () => ({ caches: new WithdrawalCaches() });
  /** The committee raises the fee of a transfer to so many units of the core asset. */
  const raiseFee = (units: number): void => {
    const { chain } = exchange;
    chain.changeParameters((parameters) => {
      const changed = structuredClone(parameters);
      for (const [type, fee] of changed.current_fees.parameters) {
        if (type === 0) Object.assign(fee, { fee: BigInt(units * 100_000) });
      }
      return changed;
    });
    chain.advance(3700);
    chain.confirm();
  };
  const quote = (more: Partial<WithdrawalOrder> = {}, request: Partial<PlainRequest> = {}) => {
    const { context, order } = exchange;
    const plain = order(request, more);
    return quoteWithdrawal(
      { ...plain, request: plain.request as PlainRequest },
      { ...context(), account: 'hot-wallet', memoKey: null },
    );
  };
  const ofIntent = (intent: Intent, more: Partial<WithdrawalOrder> = {}): WithdrawalOrder => ({
    ...exchange.order({}, { ...soon, ...more }),
    request: { kind: 'intent', intent },
  });

  test.each([
    ['the only node lies', alone, ['trusted']],
    ['both nodes lie', () => ({}), ['trusted', 'delayed']],
  ] as const)('%s about the fee: a withdrawal is not paid above the maximum', async (_, nodes, liars) => {
    const { chain, send, order } = exchange;
    for (const node of liars) new Liar(chain, node).fee(0, 40_000_00000);
    const before = chain.balance('hot-wallet');
    const [result] = await send([order({}, soon)], nodes());
    expect(result?.item).toMatchObject({ outcome: 'unknown', paid: false, final: false });
    expect(result?.item.nextStep).toMatch(
      /LIMIT_EXCEEDED: Maximum Fee: the fee of 40000\.\d+ BTS is more than the allowed 100\.00000 BTS/,
    );
    chain.advance(5);
    expect(chain.balance('hot-wallet')).toBe(before);
    chain.faults.clear();
    const [paid] = await send([order({})], nodes());
    expect(paid?.item).toMatchObject({ outcome: 'irreversible', fee: '20.78125' });
  });

  test('a fee that the chain does ask for is paid once the maximum is raised', async () => {
    const { send, order } = exchange;
    raiseFee(150);
    await expect(quote()).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED', field: 'Maximum Fee' });
    const [refused] = await send([order({}, soon)]);
    expect(refused?.item.nextStep).toContain('LIMIT_EXCEEDED');
    const [paid] = await send([order({}, { maximumFee: '151' })]);
    expect(paid?.item).toMatchObject({ outcome: 'irreversible', fee: '150.78125' });
  });

  test('a fixed fee above the maximum is not paid', async () => {
    const { send, order } = exchange;
    const [refused] = await send([order({ fee: '100.00001' }, soon)]);
    expect(refused?.item).toMatchObject({ outcome: 'unknown', final: false });
    expect(refused?.item.nextStep).toContain('LIMIT_EXCEEDED: Maximum Fee');
    const [paid] = await send([order({ fee: '100' })]);
    expect(paid?.item).toMatchObject({ outcome: 'irreversible', fee: '100.00000' });
  });

  test('what a person saw in the quote bounds what is paid: a fee that rose later waits for a person', async () => {
    const { send } = exchange;
    const { item, intent } = await quote({ maximumFee: '30' });
    expect(item).toMatchObject({ fee: '20.78125', maximumFee: '30.00000' });
    expect(intent.maximumFee).toBe(3_000_000n);
    raiseFee(40);
    const [refused] = await send([ofIntent(intent, { maximumFee: '1000' })]);
    expect(refused?.item.nextStep).toContain('is more than the allowed 30.00000 BTS');
    const [narrower] = await send([ofIntent({ ...intent, maximumFee: 5_000_000n }, { maximumFee: '40' })]);
    expect(narrower?.item.nextStep).toContain('is more than the allowed 40.00000 BTS');
    const [paid] = await send([ofIntent({ ...intent, maximumFee: 5_000_000n })]);
    expect(paid?.item).toMatchObject({ outcome: 'irreversible', fee: '40.78125' });
  });

  test('an intent from before there was a maximum fee is paid within the default, and is one payment with a new one', async () => {
    const { send } = exchange;
    const { intent } = await quote();
    expect(intent.maximumFee).toBe(10_000_000n);
    const old = { ...intent };
    delete old.maximumFee;
    const prepare = async (order: WithdrawalOrder) =>
      (await send([order], elsewhere(), { mode: 'prepare' }))[0]?.item.transactionId;
    expect(await prepare(ofIntent(old))).toBe(await prepare(ofIntent(intent)));
    const results = await send([ofIntent(old, { maximumWait: 180 }), ofIntent(intent)]);
    expect(results.map(({ item, conflict }) => [item.outcome, conflict])).toEqual([
      ['irreversible', null],
      ['irreversible', null],
    ]);
    expect(exchange.paymentsTo('alice')).toBe(1);
  });

  test('the assets that have a row are paid up to it, the others not at all', async () => {
    const { send, order } = exchange;
    const maximumAmounts = [{ asset: 'BTS', maximumAmount: '13' }];
    const results = await send(
      [
        order({ withdrawalId: 'within', amount: '13' }, { maximumAmounts }),
        order({ withdrawalId: 'beyond', amount: '13.00001' }, { maximumAmounts }),
        order({ withdrawalId: 'no row', asset: 'USDX', amount: '1' }, { maximumAmounts }),
      ],
      {},
      { refuseBatchOnConflict: false },
    );
    expect(results.map(({ item }) => item.outcome)).toEqual(['irreversible', 'unknown', 'unknown']);
    expect(results[1]?.item.nextStep).toContain('LIMIT_EXCEEDED: Maximum Amounts: 13.00001 BTS is more');
    expect(results[2]?.item.nextStep).toContain(
      'ASSET_NOT_ALLOWED: Maximum Amounts: there is no row for USDX',
    );
    expect(exchange.paymentsTo('alice')).toBe(1);
  });

  test.each([
    ['committee-account', '1.2.0', 'committee'],
    ['witness-account', '1.2.1', 'witnesses'],
    ['relaxed-committee-account', '1.2.2', 'committee'],
    ['null-account', '1.2.3', 'burns'],
    ['temp-account', '1.2.4', 'anybody can spend'],
    ['proxy-to-self', '1.2.5', 'burns'],
  ])('%s is paid only where it is listed', async (name, id, what) => {
    const { chain, send, order } = exchange;
    const before = chain.balance('hot-wallet');
    for (const to of [name, id]) {
      const [refused] = await send([order({ to }, { maximumWait: 700 })]);
      expect(refused?.item).toMatchObject({ outcome: 'unknown', paid: false, final: false });
      expect(refused?.item.nextStep).toMatch(
        new RegExp(`RECEIVER_NOT_ALLOWED.*${name} \\(${id}\\).*${what}`),
      );
      await expect(quote({}, { to })).rejects.toMatchObject({ code: 'RECEIVER_NOT_ALLOWED' });
    }
    const [other] = await send([order({ to: name }, { ...soon, allowedReceivers: ['alice'] })]);
    expect(other?.item.nextStep).toContain('RECEIVER_NOT_ALLOWED');
    expect(chain.balance('hot-wallet')).toBe(before);
    const [paid] = await send([order({ to: name, amount: '1' }, { allowedReceivers: ['alice', id] })]);
    expect(paid?.item).toMatchObject({ outcome: 'irreversible', toId: id });
  });
});
