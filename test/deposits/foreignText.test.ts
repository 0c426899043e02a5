/** Guarantee: a stranger's text that a node's WebSocket cannot carry hides no deposit. */
import { chainOfToday, TriggerOnDevchain } from '../support/triggerOnDevchain';

// An answer is waited for in real time before HTTP is asked.
jest.setTimeout(180_000);

let exchange: TriggerOnDevchain;

/** A deposit before the block of the text, one in it, and one behind it; all final. */
async function depositsAround(delayed: boolean, isHelped = delayed): Promise<string[]> {
  const { chain } = exchange;
  const deposit = (amount: string) =>
    chain.transfer({ from: 'alice', to: 'exchange', amount, memo: `customer ${amount}` });
  const ids = [deposit('1')];
  chain.produceBlock();
  ids.push(deposit('2'));
  const { block, transactionId } = chain.poison({ from: 'bob', naming: ['exchange'] });
  expect(chain.block(block)?.transactions.map(({ id }) => id)).toEqual([ids[1], transactionId]);
  ids.push(deposit('3'));
  exchange.confirm();
  if (delayed) expect(chain.delayed.stoppedAt).toBe(block);
  if (isHelped) {
    await chain.syncAsPlainNode(chain.delayed);
    chain.confirm();
  }
  return ids;
}

const delivered = () =>
  exchange.host.delivered().map(({ amount, memo, transactionId }) => ({ amount, memo, transactionId }));
const expected = (ids: string[]) =>
  ids.map((transactionId, i) => ({ amount: `${i + 1}.00000`, memo: `customer ${i + 1}`, transactionId }));

afterEach(() => exchange.end());

describe.each([
  ['a full node alone', false],
  ['a delayed node that was helped past the block', true],
])('on %s', (_, delayed) => {
  it('deposits before, in and behind the block arrive, each with its transaction id', async () => {
    const node = delayed ? {} : { delayedUrls: '' };
    exchange = new TriggerOnDevchain(await chainOfToday(), { node });
    const { chain, host, ledger } = exchange;
    const pages = chain.faults.add({
      kind: 'count',
      over: 'HTTP',
      method: 'get_relative_account_history',
    });
    const others = chain.faults.add({
      kind: 'count',
      over: 'HTTP',
      method: /^(?!get_block$|get_transaction$|get_relative_account_history$)/,
    });
    await host.start();
    const ids = await depositsAround(delayed);
    await exchange.untilDelivered(3);
    expect(delivered()).toEqual(expected(ids));
    expect([...ledger.runs.values()]).toEqual([1, 1, 1]);
    expect(host.failures).toEqual([]);
    // The page came as it was asked for: nothing was read one by one, or passed on the word of the node.
    expect(pages.hits).toBeGreaterThan(0);
    // State, statistics and accounts are not asked for over HTTP.
    expect(others.hits).toBe(0);
  });
});

describe('on a delayed node that stopped at the block and that nobody helped', () => {
  it('deposits before, in and behind the block arrive from the trusted node, and a report names block and remedy', async () => {
    exchange = new TriggerOnDevchain(await chainOfToday(), { parameters: { options: { staleAfter: 0.5 } } });
    const { chain, host, ledger } = exchange;
    await host.start();
    const ids = await depositsAround(true, false);
    const stopped = chain.delayed.stoppedAt ?? 0;
    const following = setInterval(() => {
      while (chain.head.seconds < Date.now() / 1000) chain.produceBlock();
    }, 500);
    try {
      await exchange.untilDelivered(3);
    } finally {
      clearInterval(following);
    }
    expect(delivered()).toEqual(expected(ids));
    expect([...ledger.runs.values()]).toEqual([1, 1, 1]);
    expect(host.failures).toHaveLength(1);
    expect(host.failures[0]?.message).toContain(`does not get past block ${stopped},`);
    expect(host.failures[0]?.description).toContain('as a plain p2p node');
  });
});

it('a deposit in an asset that its issuer described with such a text arrives, with those behind it', async () => {
  const chain = await chainOfToday({
    accounts: ['exchange', 'alice'].map((name) => ({ name, balances: { BTS: '1000', USDX: '10' } })),
    assets: [{ symbol: 'USDX', precision: 4 }],
  });
  exchange = new TriggerOnDevchain(chain, { parameters: { assets: {} }, node: { delayedUrls: '' } });
  await exchange.host.start();
  chain.poisonAsset('USDX');
  chain.transfer({ from: 'alice', to: 'exchange', amount: '3', asset: 'USDX' });
  chain.transfer({ from: 'alice', to: 'exchange', amount: '4' });
  exchange.confirm();
  await exchange.untilDelivered(2);
  expect(exchange.host.delivered().map(({ asset, amount }) => [asset, amount])).toEqual([
    ['USDX', '3.0000'],
    ['BTS', '4.00000'],
  ]);
  expect(exchange.host.failures).toEqual([]);
});
