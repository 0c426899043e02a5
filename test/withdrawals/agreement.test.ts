/** One honest node of two is enough: what decides a payment and stands in no block has to be the same on both. */
import type { SignedTransaction } from '../../src/protocol';
import { WithdrawalCaches } from '../../src/withdrawals/proof/evidence';
import { quoteWithdrawal } from '../../src/withdrawals/sending/quote';
import type { PlainRequest } from '../../src/withdrawals/transaction/request';
import type { WithdrawalOrder } from '../../src/withdrawals/sending/order';
import { Liar, type LyingNode } from '../support/lies';
import { startExchange, type Exchange } from '../support/exchangeOnDevchain';

let exchange: Exchange;
beforeEach(async () => {
  exchange = await startExchange();
});
afterEach(() => exchange.stop());

const nodes = ['trusted', 'delayed'] as const;
const soon = { maximumWait: 5 };
const payments = (): number => exchange.paymentsTo('alice') + exchange.paymentsTo('bob');
const idOf = (name: string): string => exchange.chain.account(name).id;
const asksBothNodes = () =>
  new RegExp(`NODES_DISAGREE.*${exchange.chain.trustedUrl}.*${exchange.chain.delayedUrl}`);

interface Lie {
  /** What the nodes then disagree about. */
  about: string;
  tell: (liar: Liar) => void;
  request?: Partial<PlainRequest>;
}

/** Each changes what is paid, to whom, or the bytes of the transaction. */
const lies: [string, () => Lie][] = [
  [
    'the fee of a transfer',
    () => ({ about: 'the fee of transfer', tell: (liar) => liar.fee(0, 40_000_00000) }),
  ],
  [
    'an earlier maintenance',
    () => ({
      about: 'the time of the next maintenance',
      tell: (liar) => liar.nextMaintenance(nextMaintenance() - 1200),
    }),
  ],
  [
    'a later maintenance',
    () => ({
      about: 'the time of the next maintenance',
      tell: (liar) => liar.nextMaintenance(nextMaintenance() + 60),
    }),
  ],
  [
    'the maintenance interval',
    () => ({
      about: 'the maintenance interval',
      tell: (liar) => liar.parameters({ maintenance_interval: 7200 }),
    }),
  ],
  [
    'the decimals of the core asset',
    () => ({ about: 'the asset 1.3.0', tell: (liar) => liar.asset('BTS', { precision: 9 }) }),
  ],
  [
    'the decimals of another asset',
    () => ({
      about: 'the asset USDX',
      tell: (liar) => liar.asset('USDX', { precision: 6 }),
      request: { asset: 'USDX' },
    }),
  ],
  [
    'the id of an asset',
    () => ({
      about: 'the asset USDX',
      tell: (liar) => liar.asset('USDX', { id: '1.3.0' }),
      request: { asset: 'USDX' },
    }),
  ],
  [
    'the symbol of an asset',
    () => ({
      about: 'the asset 1.3.1',
      tell: (liar) => liar.asset('USDX', { symbol: 'CHEAP' }),
      request: { asset: '1.3.1' },
    }),
  ],
  [
    'the id of the receiver',
    () => ({ about: 'the account alice', tell: (liar) => liar.account('alice', { id: idOf('bob') }) }),
  ],
  [
    'the name of the receiver',
    () => ({
      about: `the account ${idOf('alice')}`,
      tell: (liar) => liar.account('alice', { name: 'mallory' }),
      request: { to: idOf('alice') },
    }),
  ],
  [
    'the id of the account that pays',
    () => ({
      about: 'the account hot-wallet',
      tell: (liar) => liar.account('hot-wallet', { id: idOf('bob') }),
    }),
  ],
  [
    'the memo key of the receiver',
    () => ({
      about: `the memo key of ${idOf('alice')}`,
      tell: (liar) => liar.memoKey('alice', exchange.chain.account('bob').publicKeys.memo),
      request: { memo: 'order 17' },
    }),
  ],
  [
    'that the receiver does not exist',
    () => ({ about: 'the account alice', tell: (liar) => liar.account('alice', null) }),
  ],
  [
    'that the asset does not exist',
    () => ({
      about: 'the asset USDX',
      tell: (liar) => liar.asset('USDX', null),
      request: { asset: 'USDX' },
    }),
  ],
];
const nextMaintenance = (): number => {
  const interval = 3600;
  return (Math.floor(exchange.chain.head.seconds / interval) + 1) * interval;
};
const cases = lies.flatMap(([name, lie]) =>
  nodes.map((node): [string, LyingNode, () => Lie] => [name, node, lie]),
);

describe('Send pays nothing while one node lies, says who says what, and pays once when it is over', () => {
  test.each(cases)('%s, as the %s node has it', async (_, node, lieOf) => {
    const { chain, send, order } = exchange;
    // Both are well inside a window: nothing else keeps anything from being paid.
    chain.advance(660);
    const lie = lieOf();
    lie.tell(new Liar(chain, node));
    const requestedAt = chain.head.seconds;
    const request = { amount: '5', requestedAt, ...lie.request };
    const [result] = await send([order(request, { ...soon, allowedReceivers: ['alice'] })]);
    expect(result?.item).toMatchObject({ outcome: 'unknown', paid: false, final: false });
    expect(result?.item.nextStep).toContain(`NODES_DISAGREE: the nodes disagree about ${lie.about}`);
    expect(result?.item.nextStep).toMatch(asksBothNodes());
    expect(result?.item.nextStep).toContain('Nothing is signed or sent while they disagree');
    expect(result?.transaction).toBeNull();
    chain.advance(5);
    expect(payments()).toBe(0);

    chain.faults.clear();
    const [paid] = await send([order(request)], { caches: new WithdrawalCaches() });
    expect(paid?.item).toMatchObject({ outcome: 'irreversible', to: 'alice', amountRaw: rawOf(lie.request) });
    expect(payments()).toBe(1);
  });

  const rawOf = (request: Partial<PlainRequest> = {}): string =>
    request.asset === undefined ? '500000' : '50000';
});

describe('Quote shows nothing that one node made up', () => {
  test.each(cases)('%s, as the %s node has it', async (_, node, lieOf) => {
    const { chain } = exchange;
    chain.advance(660);
    const lie = lieOf();
    lie.tell(new Liar(chain, node));
    await expect(quote(lie.request)).rejects.toMatchObject({
      code: 'NODES_DISAGREE',
      message: expect.stringContaining(`the nodes disagree about ${lie.about}`) as unknown,
    });
    chain.faults.clear();
    await expect(quote(lie.request)).resolves.toMatchObject({ item: { to: 'alice' } });
  });
});

function quote(request: Partial<PlainRequest> = {}, more: Partial<WithdrawalOrder> = {}) {
  const { context, order } = exchange;
  const plain = order({ amount: '5', ...request }, more);
  return quoteWithdrawal(
    { ...plain, request: plain.request as PlainRequest },
    { ...context(), account: 'hot-wallet', memoKey: null },
  );
}

test.each(nodes)(
  'one receiver about whom the nodes disagree (%s lies) keeps nobody else of the batch from being paid',
  async (node) => {
    const { chain, send, order } = exchange;
    new Liar(chain, node).account('alice', { id: idOf('bob') });
    const results = await send([
      order({ withdrawalId: 'to alice', amount: '5' }, { maximumWait: 60 }),
      order({ withdrawalId: 'to bob', to: 'bob', amount: '7' }, { maximumWait: 60 }),
    ]);
    expect(results.map(({ item }) => item.outcome)).toEqual(['unknown', 'irreversible']);
    expect(results[0]?.item.nextStep).toMatch(asksBothNodes());
    expect(payments()).toBe(1);
  },
);

test('the same withdrawal twice, by the name of the receiver and by its id, is not taken for two while its name is in doubt', async () => {
  const { chain, clock, send, order } = exchange;
  const requestedAt = chain.head.seconds;
  // By its id the receiver is known to both; only the question for the name is answered with a lie.
  chain.faults.add({
    kind: 'change',
    node: 'delayed',
    method: 'get_accounts',
    times: Infinity,
    change: (result, params) => (JSON.stringify(params).includes('"alice"') ? [null] : result),
  });
  let ticks = 0;
  clock.onTick = () => {
    ticks += 1;
    if (ticks === 5) chain.faults.clear();
  };
  const results = await send([
    order({ requestedAt, to: 'alice' }),
    order({ requestedAt, to: idOf('alice') }),
    order({ withdrawalId: 'W-2', to: 'bob' }),
  ]);
  clock.onTick = undefined;
  expect(results.map(({ item, conflict }) => [item.outcome, conflict])).toEqual([
    ['irreversible', null],
    ['irreversible', null],
    ['irreversible', null],
  ]);
  expect(exchange.paymentsTo('alice')).toBe(1);
});

test('nodes that differ only in the next maintenance cannot get two live transactions of one withdrawal', async () => {
  const { chain, send, order, trusted } = exchange;
  chain.advance(700);
  const requestedAt = chain.head.seconds - 100;
  const prepare = async (): Promise<SignedTransaction | null> => {
    const [result] = await send(
      [order({ amount: '100', requestedAt }, soon)],
      { caches: new WithdrawalCaches() },
      { mode: 'prepare' },
    );
    return result?.transaction ?? null;
  };
  const first = await prepare();
  chain.advance(40);
  // A window that ends a little earlier: the bytes would be others, and both transactions alive.
  const end = (Math.floor(chain.head.seconds / 600) + 1) * 600;
  for (const node of nodes) {
    const liar = new Liar(chain, node);
    liar.nextMaintenance(end - 50);
    liar.parameters({ maintenance_interval: 600 });
    expect(await prepare()).toBeNull();
    chain.faults.clear();
  }
  expect(await prepare()).toEqual(first);
  const session = await trusted.session();
  if (first !== null) await session.broadcast(first);
  chain.advance(3);
  expect(exchange.paymentsTo('alice')).toBe(1);
});

test('a node that is mended while Send waits: it goes on by itself', async () => {
  const { chain, clock, send, order } = exchange;
  new Liar(chain, 'trusted').fee(0, 40_000_00000);
  let ticks = 0;
  clock.onTick = () => {
    ticks += 1;
    if (ticks === 60) chain.faults.clear();
  };
  const [result] = await send([order({})]);
  clock.onTick = undefined;
  expect(ticks).toBeGreaterThan(60);
  expect(result?.item).toMatchObject({ outcome: 'irreversible', fee: '20.78125' });
});

test('a delayed node that has yet to come past a maintenance is waited for, and never called a liar', async () => {
  const { chain, clock, send, order } = exchange;
  chain.advance(3500);
  while (chain.head.seconds % 3600 !== 3590) chain.produceBlock();
  chain.changeParameters((parameters) => {
    const changed = structuredClone(parameters);
    for (const [type, fee] of changed.current_fees.parameters) {
      if (type === 0) Object.assign(fee, { fee: 3_000_000n });
    }
    return changed;
  });
  const said: string[] = [];
  const quoted: string[] = [];
  for (let i = 0; i < 30; i++) {
    const [result] = await send([order({ withdrawalId: `M-${i}` }, { maximumWait: 0 })]);
    said.push(result?.item.nextStep ?? '');
    await quote().then(
      ({ item }) => quoted.push(item.fee ?? ''),
      (error: Error & { code: string }) => quoted.push(error.code),
    );
    chain.produceBlock();
  }
  expect(said.join()).not.toContain('NODES_DISAGREE');
  expect(said.join()).toContain('WINDOW_NOT_OPEN');
  // The fee that a person approves is that of both nodes, or there is none yet.
  expect(new Set(quoted)).toEqual(new Set(['20.78125', 'WINDOW_NOT_OPEN', '30.78125']));
  expect(quoted.at(-1)).toBe('30.78125');
  const [paid] = await send([order({ withdrawalId: 'M-last', requestedAt: chain.head.seconds })]);
  expect(paid?.item).toMatchObject({ outcome: 'irreversible', fee: '30.78125' });
  expect(clock.onTick).toBeUndefined();
});

test('a delayed node that names a maintenance as the next one that it has passed is not waited for', async () => {
  const { chain, send, order } = exchange;
  chain.advance(700);
  new Liar(chain, 'delayed').nextMaintenance(chain.head.seconds - 40);
  const [result] = await send([order({}, soon)]);
  expect(result?.item.nextStep).toMatch(asksBothNodes());
});

test('a delayed node that does not come on: for two minutes nothing new is sent, and the item names the node and its block', async () => {
  const { chain, send, order } = exchange;
  chain.confirm();
  chain.advance(570 - (chain.head.seconds % 600));
  chain.delayed.freeze();
  chain.advance(60);
  const [result] = await send([order({}, soon)]);
  expect(result?.item).toMatchObject({ outcome: 'unknown', final: false });
  expect(result?.item.nextStep).toMatch(
    new RegExp(`WINDOW_NOT_OPEN: ${chain.delayedUrl} has not reached this window yet.*its block \\d+ is of`),
  );
  expect(payments()).toBe(0);
  chain.unfreeze(chain.delayed);
  const [paid] = await send([order({})]);
  expect(paid?.item.outcome).toBe('irreversible');
});

test('an account that only one node knows is no final refusal; one that neither knows is', async () => {
  const { chain } = exchange;
  for (const node of nodes) {
    new Liar(chain, node).account('alice', null);
    await expect(quote()).rejects.toMatchObject({ code: 'NODES_DISAGREE' });
    chain.faults.clear();
  }
  await expect(quote({ to: 'nobody-here' })).rejects.toMatchObject({ code: 'UNKNOWN_ACCOUNT' });
});

test('what a node says is repeated in printable characters alone', async () => {
  const { chain } = exchange;
  new Liar(chain, 'trusted').account('alice', { name: 'alice\u202e\u0007 paid for good\u00e9' });
  const error: Error = await quote({ to: idOf('alice') }).then(
    () => new Error('quoted'),
    (reason: Error) => reason,
  );
  expect(error.message).toContain('alice?? paid for good?');
});
