import { PrivateKey } from '../../src/protocol';
import { WithdrawalCaches } from '../../src/withdrawals/proof/evidence';
import { startExchange, type Exchange } from '../support/exchangeOnDevchain';

let exchange: Exchange;
beforeEach(async () => {
  exchange = await startExchange();
});
afterEach(() => exchange.stop());

/** Another process: it shares nothing with the first but the chain. */
const elsewhere = () => ({ caches: new WithdrawalCaches() });

describe('one withdrawal', () => {
  test('on a chain as young as three blocks it becomes irreversible within 20 s and is paid once', async () => {
    const { chain, send, order } = exchange;
    const before = chain.head.seconds;
    const [result] = await send([order({ memo: 'invoice 7' })]);
    expect(result?.item).toMatchObject({
      withdrawalId: 'W-1',
      outcome: 'irreversible',
      paid: true,
      final: true,
      alreadyPaid: false,
      from: 'hot-wallet',
      to: 'alice',
      asset: 'BTS',
      assetId: '1.3.0',
      amount: '12.50000',
      amountRaw: '1250000',
      fee: '20.89843',
      feeAsset: 'BTS',
      opInTrx: 0,
      trxInBlock: 0,
    });
    expect(chain.head.seconds - before).toBeLessThanOrEqual(20);
    expect(exchange.paymentsTo('alice')).toBe(1);
    expect(chain.balance('alice')).toBe(100_000_000n + 1_250_000n);
  });

  test('sent again, at once, later and from another process, it is not paid again', async () => {
    const { chain, send, order } = exchange;
    const first = order({});
    await send([first]);
    const [again] = await send([first]);
    expect(again?.item).toMatchObject({ outcome: 'irreversible', paid: true, alreadyPaid: true });
    chain.advance(1300); // two windows later
    const [later] = await send([first], elsewhere());
    expect(later?.item).toMatchObject({ outcome: 'irreversible', alreadyPaid: true });
    expect(later?.item.transactionId).toBe(again?.item.transactionId);
    expect(exchange.paymentsTo('alice')).toBe(1);
  });

  test('sent by four processes at the same moment, it is one transaction', async () => {
    const { send, order } = exchange;
    const same = order({ memo: 'x' });
    const results = await Promise.all([1, 2, 3, 4].map(() => send([same], elsewhere())));
    expect(new Set(results.map(([result]) => result?.item.transactionId)).size).toBe(1);
    for (const [result] of results) expect(result?.item.outcome).toBe('irreversible');
    expect(exchange.paymentsTo('alice')).toBe(1);
  });

  test('retries whose requestedAt differs by an hour either way pay once', async () => {
    const { chain, send, order } = exchange;
    chain.advance(4000);
    const requestedAt = chain.head.seconds;
    await send([order({ requestedAt })]);
    const [earlier] = await send([order({ requestedAt: requestedAt - 3600 })], elsewhere());
    chain.advance(3600);
    const [later] = await send([order({ requestedAt: requestedAt + 3600 })], elsewhere());
    expect([earlier?.item.alreadyPaid, later?.item.alreadyPaid]).toEqual([true, true]);
    expect(exchange.paymentsTo('alice')).toBe(1);
  });

  test('a requestedAt that changed by hours is caught by the history where the node keeps it', async () => {
    const { chain, send, order } = exchange;
    await send([order({})]);
    chain.advance(4 * 3600);
    const [later] = await send([order({ requestedAt: chain.head.seconds })], elsewhere());
    expect(later?.item).toMatchObject({ outcome: 'irreversible', alreadyPaid: true });
    expect(exchange.paymentsTo('alice')).toBe(1);
  });

  test('two withdrawals equal in all but their id, at the same moment in two processes, are both paid', async () => {
    const { send, order } = exchange;
    const requestedAt = exchange.chain.head.seconds;
    const [[one], [two]] = await Promise.all([
      send([order({ withdrawalId: 'W-1', requestedAt })], elsewhere()),
      send([order({ withdrawalId: 'W-2', requestedAt })], elsewhere()),
    ]);
    expect([one?.item.outcome, two?.item.outcome]).toEqual(['irreversible', 'irreversible']);
    expect(one?.item.transactionId).not.toBe(two?.item.transactionId);
    expect(exchange.paymentsTo('alice')).toBe(2);
  });

  test('an incoming transfer that copies the nonce changes nothing', async () => {
    const { chain, send, order } = exchange;
    const [first] = await send([order({ withdrawalId: 'W-0' }, { waitFor: 'broadcast' })]);
    expect(first?.item.outcome).toBe('in_mempool');
    const nonce = (await import('../../src/withdrawals/transaction/nonce')).withdrawalNonce(
      chain.account('hot-wallet').id,
      'W-1',
    );
    const nobody = 'BTS1111111111111111111111111111111114T1Anm';
    const memo = { from: nobody, to: nobody, nonce: nonce.toString(), message: '00000000' };
    chain.transfer({ from: 'bob', to: 'hot-wallet', amount: '12.5', memo: memo as never });
    chain.confirm();
    const [result] = await send([order({ withdrawalId: 'W-1', to: 'bob' })]);
    expect(result?.item).toMatchObject({ outcome: 'irreversible', alreadyPaid: false });
    expect(exchange.paymentsTo('bob')).toBe(1);
  });

  test('waiting for less returns earlier, and never says paid', async () => {
    const { send, order } = exchange;
    const [broadcast] = await send([order({ withdrawalId: 'A' }, { waitFor: 'broadcast' })]);
    expect(broadcast?.item).toMatchObject({ outcome: 'in_mempool', paid: false, final: false });
    const [block] = await send([order({ withdrawalId: 'B' }, { waitFor: 'block' })]);
    expect(block?.item).toMatchObject({ outcome: 'in_block', paid: false, final: false });
    const [both] = await send([order({ withdrawalId: 'A' }, { waitFor: 'irreversible' })]);
    expect(both?.item).toMatchObject({ outcome: 'irreversible', paid: true });
    expect(exchange.paymentsTo('alice')).toBe(2);
  });

  test('the memo reaches the receiver, encrypted or public', async () => {
    const { chain, send, order } = exchange;
    await send([
      order({ withdrawalId: 'E', memo: 'secret ü' }),
      order({ withdrawalId: 'P', memo: 'open ü', memoType: 'public' }),
    ]);
    const keyring = new (await import('../../src/protocol')).MemoKeyring(
      [PrivateKey.fromWif(chain.account('alice').keys.memo)],
      'BTS',
    );
    const memos = chain
      .history('alice')
      .map(({ op }) => (op as unknown as [number, { memo?: never }])[1].memo)
      .map((memo) =>
        keyring.decode(
          JSON.parse(
            JSON.stringify(memo, (_, v: unknown) => (typeof v === 'bigint' ? v.toString() : v)),
          ) as never,
        ),
      );
    expect(memos.map(({ status, memo }) => [status, memo])).toEqual(
      expect.arrayContaining([
        ['decoded', 'secret ü'],
        ['plain', 'open ü'],
      ]),
    );
  });

  test('a fee in another asset is the fixed amount of the intent', async () => {
    const { send, order } = exchange;
    const [auto] = await send([order({ withdrawalId: 'A', feeAsset: 'USDX' })]);
    expect(auto?.item.outcome).toBe('unknown');
    expect(auto?.item.nextStep).toContain('fixed amount');
    expect(exchange.paymentsTo('alice')).toBe(0);
  });
});

describe('the same id with other content', () => {
  test.each([
    ['amount', { amount: '13' }],
    ['receiver', { to: 'bob' }],
    ['asset', { asset: 'USDX' }],
    ['memo', { memo: 'other' }],
  ])('another %s is refused as soon as the first stands in a block', async (_, change) => {
    const { send, order } = exchange;
    await send([order({ memo: 'first' }, { waitFor: 'block' })]);
    const [second] = await send([order({ memo: 'first', ...change })]);
    expect(second?.conflict).toMatchObject({ code: 'WITHDRAWAL_CONFLICT' });
    expect(second?.item).toMatchObject({ paid: false, final: false });
    expect(exchange.paymentsTo('alice') + exchange.paymentsTo('bob')).toBe(1);
  });
});

describe('a batch', () => {
  test('50 withdrawals are all checked, sent and paid, each once', async () => {
    const { send, order } = exchange;
    const results = await send(
      Array.from({ length: 50 }, (_, i) => order({ withdrawalId: `W-${i}`, amount: '1' })),
    );
    expect(results.map(({ item }) => item.outcome)).toEqual(Array(50).fill('irreversible'));
    expect(results.map(({ item }) => item.withdrawalId)).toEqual(
      Array.from({ length: 50 }, (_, i) => `W-${i}`),
    );
    expect(exchange.paymentsTo('alice')).toBe(50);
  });

  test('the same withdrawal twice is one payment and two items', async () => {
    const { send, order } = exchange;
    const results = await send([order({}), order({ to: '1.2.19' })]);
    expect(exchange.chain.account('alice').id).toBe('1.2.19');
    expect(results.map(({ item }) => item.outcome)).toEqual(['irreversible', 'irreversible']);
    expect(exchange.paymentsTo('alice')).toBe(1);
  });

  test('the same id with different content sends nothing at all', async () => {
    const { chain, send, order } = exchange;
    const results = await send([order({}), order({ amount: '1' }), order({ withdrawalId: 'W-9' })]);
    expect(results.map(({ conflict }) => conflict?.code)).toEqual([
      'WITHDRAWAL_CONFLICT',
      'WITHDRAWAL_CONFLICT',
      undefined,
    ]);
    expect(results[2]?.item).toMatchObject({ outcome: 'unknown', paid: false });
    chain.advance(30);
    expect(exchange.paymentsTo('alice')).toBe(0);
  });

  test('funds are counted over the batch: what they do not cover is not sent, the rest is', async () => {
    const { send, order } = exchange;
    const results = await send([
      order({ withdrawalId: 'A', amount: '60000' }),
      order({ withdrawalId: 'B', amount: '60000' }),
      order({ withdrawalId: 'C', amount: '30000' }),
    ]);
    expect(results.map(({ item }) => item.outcome)).toEqual(['irreversible', 'unknown', 'irreversible']);
    expect(results[1]?.item.nextStep).toContain('INSUFFICIENT_BALANCE');
    expect(exchange.paymentsTo('alice')).toBe(2);
  });

  test('an item at fault keeps the others from nothing', async () => {
    const { send, order } = exchange;
    const results = await send([
      order({ withdrawalId: 'A', amount: '1.234567' }),
      order({ withdrawalId: 'B' }),
    ]);
    expect(results[0]?.item).toMatchObject({ outcome: 'unknown', final: false, paid: false });
    expect(results[0]?.item.nextStep).toContain('INVALID_AMOUNT');
    expect(results[1]?.item.outcome).toBe('irreversible');
    expect(exchange.paymentsTo('alice')).toBe(1);
  });
});
