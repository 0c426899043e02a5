/** Guarantee: nobody stops withdrawals by putting a text on the chain that a node's WebSocket cannot carry. */
import { openNodeClient } from '../../src/rpc/nodeClient';
import { WithdrawalCaches } from '../../src/withdrawals/proof/evidence';
import { ChainClock } from '../support/chainClock';
import { startExchange, type Exchange } from '../support/exchangeOnDevchain';
import { realClock } from '../support/realClock';

// An answer is waited for in real time before HTTP is asked: not as long as usual, and long enough for a busy machine.
const requestTimeout = 4000;
jest.setTimeout(180_000);

let exchange: Exchange;
beforeEach(async () => {
  exchange = await startExchange({}, { requestTimeout });
});
afterEach(() => exchange.stop());

/** Makes the block, final on the delayed node too: there, its operator has helped as the documentation says. */
async function poisonedBlock(naming: string[]): Promise<number> {
  const { chain } = exchange;
  const { block } = chain.poison({ from: 'bob', naming });
  chain.confirm();
  expect(chain.delayed.stoppedAt).toBe(block);
  await chain.syncAsPlainNode(chain.delayed);
  chain.confirm();
  return block;
}

test('a withdrawal whose scan holds such a block, beside the history of the hot wallet, is paid once', async () => {
  const { chain, send, order } = exchange;
  const requested = order({ memo: 'invoice 7' });
  await poisonedBlock(['hot-wallet']);
  const lost = chain.trusted.server.lostFrames;
  const [result] = await send([requested]);
  expect(result?.item).toMatchObject({ outcome: 'irreversible', paid: true, alreadyPaid: false });
  expect(chain.trusted.server.lostFrames).toBeGreaterThan(lost);
  const [again] = await send([requested], { caches: new WithdrawalCaches() });
  expect(again?.item).toMatchObject({ outcome: 'irreversible', alreadyPaid: true });
  expect(again?.item.transactionId).toBe(result?.item.transactionId);
  expect(exchange.paymentsTo('alice')).toBe(1);
});

test('a payment in the same block as such a text is found', async () => {
  const { chain, send, order } = exchange;
  const requestedAt = chain.head.seconds;
  const [sent] = await send([order({ requestedAt }, { waitFor: 'broadcast' })]);
  expect(sent?.item).toMatchObject({ outcome: 'in_mempool' });
  const block = await poisonedBlock(['hot-wallet']);
  expect(chain.block(block)?.transactions).toHaveLength(2);
  const [found] = await send([order({ requestedAt })], {
    caches: new WithdrawalCaches(),
  });
  expect(found?.item).toMatchObject({
    outcome: 'irreversible',
    alreadyPaid: true,
    transactionId: sent?.item.transactionId,
    blockNumber: block,
  });
  expect(exchange.paymentsTo('alice')).toBe(1);
});

test('an asset whose issuer described it with such a text is paid in', async () => {
  const { chain, send, order } = exchange;
  chain.poisonAsset('USDX');
  chain.confirm();
  await chain.syncAsPlainNode(chain.delayed);
  chain.confirm();
  const lost = chain.trusted.server.lostFrames;
  const [result] = await send([order({ asset: 'USDX', amount: '3' })]);
  expect(result?.item).toMatchObject({
    outcome: 'irreversible',
    paid: true,
    asset: 'USDX',
    amount: '3.0000',
  });
  expect(chain.trusted.server.lostFrames).toBeGreaterThan(lost);
});

test('with HTTP closed nothing is paid, and the error names the block; broadcasts and state never go over HTTP', async () => {
  const { chain, order } = exchange;
  const requested = order({});
  const block = await poisonedBlock(['bob']);
  const others = chain.faults.add({ kind: 'cut', over: 'HTTP', method: /^(?!get_block$)/, times: Infinity });
  const blocks = chain.faults.add({ kind: 'cut', over: 'HTTP', times: Infinity });
  const client = (url: string) =>
    openNodeClient({ chainId: chain.chainId, urls: [url], requestTimeout: 2500 }, { clock: realClock });
  const [trusted, delayed] = [client(chain.trustedUrl), client(chain.delayedUrl)];
  // Patience ends in chain time.
  const hurried = new ChainClock(chain, 15);
  const [result] = await exchange.send([requested], {
    clock: hurried,
    nodes: { trusted: () => trusted.session(), delayed: () => delayed.session() },
  });
  trusted.close();
  delayed.close();
  expect(result?.item).toMatchObject({ outcome: 'unknown', paid: false });
  expect(JSON.stringify(result?.item)).toContain(`block ${block} is not to be had there`);
  expect(blocks.hits).toBeGreaterThan(0);
  expect(others.hits).toBe(0);
  expect(exchange.paymentsTo('alice')).toBe(0);
});
