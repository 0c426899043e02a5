import { startDemoChain, type DemoChain } from '../../demo/demoChain';
import { BitShares } from '../../nodes/BitShares/BitShares.node';
import { executeNode } from '../support/executeNode';

let chain: DemoChain;
beforeAll(async () => {
  chain = await startDemoChain();
});
afterAll(() => chain.stop());

test('the books of each account of the demo balance: Deposit: Reconcile explains every unit of the balance', async () => {
  const { customer, deposits, hotWallet } = chain.accounts;
  await chain.pay({ from: customer, to: deposits, amount: '12.5', memo: 'customer 1042' });
  await chain.pay({ from: hotWallet, to: customer, amount: '3', memo: 'w-1' });
  const isFinal = (raw: bigint) =>
    chain
      .transfers()
      .some(({ amountRaw, blockNumber }) => amountRaw === raw && blockNumber <= chain.lastIrreversible());
  while (!isFinal(1_250_000n) || !isFinal(300_000n)) await new Promise((done) => setTimeout(done, 200));
  for (const [account, closing] of [
    [deposits, '12.50000'],
    [hotWallet, /^99\d{3}\./],
    [customer, /^99\d{3}\./],
  ] as const) {
    const { error, items } = await executeNode({
      node: new BitShares(),
      parameters: { resource: 'deposit', operation: 'reconcile', account, startFrom: 'oldest' },
      credentials: {
        bitSharesNodeApi: {
          ...{ chain: 'custom', chainId: chain.chainId, addressPrefix: chain.prefix },
          ...{ trustedUrls: chain.trustedUrl, delayedUrls: chain.delayedUrl },
        },
      },
    });
    expect(error).toBeNull();
    expect(items?.map(({ json }) => ({ account, ...json }))).toEqual([
      expect.objectContaining({ account, balanced: true, difference: '0.00000' }),
    ]);
    expect(items?.[0]?.json['closing']).toEqual(
      typeof closing === 'string' ? closing : expect.stringMatching(closing),
    );
  }
}, 60_000);
