/** Guarantee: a stranger's text that a node's WebSocket cannot carry hides no deposit. */
import { Devchain } from '../../devchain';
import { systemClock } from '../../nodes/shared/clock';
import { Ledger } from './scenario';
import { TriggerHost } from './triggerHost';

// An answer is waited for in real time before HTTP is asked.
jest.setTimeout(180_000);

let chain: Devchain;
let host: TriggerHost;
let ledger: Ledger;

async function setUp(delayed: boolean): Promise<void> {
  chain = await Devchain.start({
    startTime: Math.floor(Date.now() / 1000) - 30,
    accounts: ['exchange', 'alice', 'bob'].map((name) => ({ name, balances: { BTS: '100000', USDX: '10' } })),
    assets: [{ symbol: 'USDX', precision: 4 }],
  });
  chain.produceBlock();
  chain.confirm();
  ledger = new Ledger();
  host = new TriggerHost(systemClock, {
    consumer: ledger.consume,
    parameters: { assets: {}, options: { staleAfter: 0 } },
    credentials: {
      bitSharesNodeApi: {
        chain: 'custom',
        chainId: chain.chainId,
        addressPrefix: 'BTS',
        trustedUrls: chain.trustedUrl,
        delayedUrls: delayed ? chain.delayedUrl : '',
        user: '',
        password: '',
      },
      bitSharesKeysApi: { account: 'exchange', memoKey: chain.account('exchange').keys.memo },
    },
  });
}

async function untilDelivered(count: number): Promise<void> {
  for (const end = Date.now() + 120_000; host.delivered().length < count;) {
    if (Date.now() > end) throw new Error(`not delivered: ${JSON.stringify(host.failures)}`);
    await systemClock.sleep(5);
  }
}

/** A deposit before the block of the text, one in it, and one behind it; all final. */
async function depositsAround(delayed: boolean): Promise<string[]> {
  const deposit = (amount: string) =>
    chain.transfer({ from: 'alice', to: 'exchange', amount, memo: `customer ${amount}` });
  const ids = [deposit('1')];
  chain.produceBlock();
  ids.push(deposit('2'));
  const { block, transactionId } = chain.poison({ from: 'bob', naming: ['exchange'] });
  expect(chain.block(block)?.transactions.map(({ id }) => id)).toEqual([ids[1], transactionId]);
  ids.push(deposit('3'));
  chain.produceBlock();
  chain.confirm();
  if (delayed) {
    expect(chain.delayed.stoppedAt).toBe(block);
    await chain.syncAsPlainNode(chain.delayed);
    chain.confirm();
  }
  return ids;
}

const delivered = () =>
  host.delivered().map(({ amount, memo, transactionId }) => ({ amount, memo, transactionId }));
const expected = (ids: string[]) =>
  ids.map((transactionId, i) => ({ amount: `${i + 1}.00000`, memo: `customer ${i + 1}`, transactionId }));

afterEach(async () => {
  await host.stop();
  host.kill();
  await chain.stop();
});

describe.each([
  ['a full node alone', false],
  ['a delayed node that was helped past the block', true],
])('on %s', (_, delayed) => {
  it('deposits before, in and behind the block arrive, each with its transaction id', async () => {
    await setUp(delayed);
    const pages = chain.faults.add({
      kind: 'slow',
      milliseconds: 0,
      over: 'HTTP',
      method: 'get_relative_account_history',
      times: Infinity,
    });
    const others = chain.faults.add({
      kind: 'slow',
      milliseconds: 0,
      over: 'HTTP',
      method: /^(?!get_block$|get_transaction$)/,
      times: Infinity,
    });
    await host.start();
    const ids = await depositsAround(delayed);
    await untilDelivered(3);
    expect(delivered()).toEqual(expected(ids));
    expect([...ledger.runs.values()]).toEqual([1, 1, 1]);
    expect(host.failures).toEqual([]);
    // The page came as it was asked for: nothing was read one by one, or passed on the word of the node.
    expect(pages.hits).toBeGreaterThan(0);
    // State, statistics and accounts are not asked for over HTTP.
    expect(others.hits).toBe(0);
  });
});

it('a deposit in an asset that its issuer described with such a text arrives, with those behind it', async () => {
  await setUp(false);
  await host.start();
  chain.poisonAsset('USDX');
  chain.transfer({ from: 'alice', to: 'exchange', amount: '3', asset: 'USDX' });
  chain.transfer({ from: 'alice', to: 'exchange', amount: '4' });
  chain.produceBlock();
  chain.confirm();
  await untilDelivered(2);
  expect(host.delivered().map(({ asset, amount }) => [asset, amount])).toEqual([
    ['USDX', '3.0000'],
    ['BTS', '4.00000'],
  ]);
  expect(host.failures).toEqual([]);
});
