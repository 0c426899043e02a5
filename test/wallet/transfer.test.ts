/** What is the wallet's own when it pays: its signature, its lock, From, and its credentials. The operations are those of the BitShares node. */
import type { IDataObject } from 'n8n-workflow';
import quoteSchema from '../../nodes/BitSharesWallet/__schema__/v1.0.0/transfer/quote.json';
import { BitShares } from '../../nodes/BitShares/BitShares.node';
import { executeNode } from '../support/executeNode';
import { itemsOf, password, startWalletHouse, type WalletHouse } from '../support/walletOnDevchain';

describe('a withdrawal through cli_wallet', () => {
  let house: WalletHouse;
  beforeEach(async () => {
    house = await startWalletHouse();
  });
  afterEach(() => house.stop());

  const request = (change: IDataObject = {}): IDataObject => ({
    withdrawalId: 'W-1',
    requestedAt: new Date(house.chain.head.seconds * 1000).toISOString(),
    to: 'alice',
    asset: '1.3.0',
    amount: '12.5',
    ...change,
  });
  const parameters = (change: IDataObject = {}): IDataObject => ({
    from: 'hot-wallet',
    to: '={{ $json.to }}',
    asset: '={{ $json.asset }}',
    memo: 'invoice 7',
    waitFor: 'broadcast',
    // The receiver's key is known, as an exchange would store it: nothing has to be proved while blocks stand still.
    options: { receiverMemoKey: house.chain.account('alice').publicKeys.memo },
    ...change,
  });
  const send = async (item: IDataObject, change?: IDataObject) =>
    itemsOf(await house.run('transfer', 'send', parameters(change), { items: [item] }))[0] ?? {};
  const transfers = () =>
    house.chain
      .history('alice')
      .flatMap(({ op: [type, fields] }) =>
        type === 0 ? [fields as unknown as { to: string; memo?: { from: string } }] : [],
      );
  const payments = () => transfers().filter(({ to }) => to === house.chain.account('alice').id).length;
  const locked = () => house.ask('is_locked');

  test('is signed by the wallet and paid once, and the wallet is locked again', async () => {
    const item = request();
    const sent = await send(item);
    expect(sent).toMatchObject({
      outcome: 'in_mempool',
      paid: false,
      final: false,
      amount: '12.50000',
      to: 'alice',
    });
    expect(await locked()).toBe(true);
    house.chain.produceBlock();
    house.chain.confirm();
    const again = await send(item);
    expect(again).toMatchObject({
      outcome: 'irreversible',
      paid: true,
      alreadyPaid: true,
      transactionId: sent.transactionId,
    });
    expect(payments()).toBe(1);
    expect(transfers()[0]?.memo?.from).toBe(house.chain.account('hot-wallet').publicKeys.memo);
  });

  test('two accounts of one wallet pay their own items, and one id is never paid from both', async () => {
    await house.ask('unlock', [password]);
    await house.ask('import_key', ['alice', house.chain.account('alice').keys.active]);
    await house.ask('lock');
    const change = { from: '={{ $json.from }}', memo: '' };
    const items = [
      request({ from: 'hot-wallet', withdrawalId: 'W-2', amount: '1' }),
      request({ from: 'alice', withdrawalId: 'W-3', amount: '2', to: 'hot-wallet' }),
    ];
    const sent = itemsOf(await house.run('transfer', 'send', parameters(change), { items }));
    expect(sent.map(({ from, amount, outcome }) => [from, amount, outcome])).toEqual([
      ['hot-wallet', '1.00000', 'in_mempool'],
      ['alice', '2.00000', 'in_mempool'],
    ]);
    const same = items.map((item) => ({ ...item, withdrawalId: 'W-4' }));
    const { error } = await house.run('transfer', 'send', parameters(change), { items: same });
    expect(error?.message).toMatch(/^Withdrawal ID: 2 items of this batch have the id W-4/);
    expect(await locked()).toBe(true);
  });

  test('is not paid twice by a retry after the answer of the wallet was lost', async () => {
    house.chain.faults.add({ kind: 'answer lost', node: 'wallet', method: 'add_transaction_signature' });
    const item = request();
    const first = await send(item);
    expect(first).toMatchObject({ outcome: 'unknown', paid: false });
    expect(first.nextStep).toContain('CONNECTION_LOST');
    expect(house.broadcasts.hits).toBe(0);
    await send(item);
    house.chain.produceBlock();
    house.chain.confirm();
    expect(await send(item)).toMatchObject({ outcome: 'irreversible', alreadyPaid: true });
    expect(payments()).toBe(1);
    expect(await locked()).toBe(true);
  });

  test('is the same transaction for four executions at the same moment', async () => {
    const item = request();
    const sent = await Promise.all([1, 2, 3, 4].map(() => send(item)));
    expect(new Set(sent.map(({ transactionId }) => transactionId)).size).toBe(1);
    house.chain.produceBlock();
    expect(payments()).toBe(1);
    expect(await locked()).toBe(true);
  });

  test('is the transaction that keys in n8n would have signed', async () => {
    const item = request();
    const { transaction } = itemsOf(
      await house.run('transfer', 'prepare', parameters(), { items: [item] }),
    )[0] as { transaction: string };
    expect(house.broadcasts.hits).toBe(0);
    const native = itemsOf(
      await executeNode({
        node: new BitShares(),
        parameters: { resource: 'transfer', operation: 'prepare', ...parameters() } as never,
        credentials: house.credentials({
          keys: { activeKey: house.chain.account('hot-wallet').keys.active },
        }),
        items: [item],
      }),
    )[0] as { transaction: string };
    const unsigned = (text: string) => ({ ...(JSON.parse(text) as object), signatures: [] });
    expect(unsigned(transaction)).toEqual(unsigned(native.transaction));
  });

  test('in two steps, Broadcast sends what was prepared and Get Status settles it', async () => {
    const item = request();
    const [prepared = {}] = itemsOf(await house.run('transfer', 'prepare', parameters(), { items: [item] }));
    expect(house.broadcasts.hits).toBe(0);
    const from = { from: 'hot-wallet' };
    const stored = [{ ...item, transaction: prepared.transaction ?? null }];
    const step = { ...from, waitFor: 'broadcast' };
    itemsOf(await house.run('transfer', 'broadcast', step, { items: stored }));
    itemsOf(await house.run('transfer', 'broadcast', step, { items: stored }));
    house.chain.produceBlock();
    house.chain.confirm();
    const [status] = itemsOf(await house.run('transfer', 'getStatus', from, { items: stored }));
    expect(status).toMatchObject({
      outcome: 'irreversible',
      paid: true,
      transactionId: prepared.transactionId,
    });
    expect(payments()).toBe(1);
  });

  test('is quoted without opening the wallet, and Send pays the intent that was stored', async () => {
    const item = request();
    const run = (operation: string, change: IDataObject, stored: IDataObject, wallet: object = {}) =>
      house.run('transfer', operation, parameters(change), {
        items: [stored],
        credentials: house.credentials({ wallet }),
      });
    const [quoted = {}] = itemsOf(await run('quote', {}, item, { walletPassword: 'wrong' }));
    expect(Object.keys(quoted)).toEqual(Object.keys(quoteSchema.properties));
    expect(quoted).toMatchObject({
      outcome: 'unknown',
      paid: false,
      from: 'hot-wallet',
      transactionId: null,
    });
    expect(JSON.parse(quoted.intent as string)).toMatchObject({
      from: house.chain.account('hot-wallet').id,
      senderMemoKey: house.chain.account('hot-wallet').publicKeys.memo,
      memo: 'invoice 7',
    });
    expect(house.broadcasts.hits).toBe(0);
    const change = { describedBy: 'intent', options: {} };
    const stored = { ...item, intent: quoted.intent ?? null, to: 'hot-wallet', amount: '99' };
    const [sent] = itemsOf(await run('send', change, stored));
    expect(sent).toMatchObject({ outcome: 'in_mempool', to: 'alice', amount: '12.50000' });
    house.chain.produceBlock();
    expect(payments()).toBe(1);
    const other = await run('quote', { options: { allowedReceivers: 'bob' } }, item);
    expect(other.error?.message).toMatch(/^Allowed Receivers: /);
  });

  test('needs no keys credential for a public memo', async () => {
    const { bitSharesWalletApi = {}, bitSharesNodeApi = {} } = house.credentials();
    const sent = itemsOf(
      await house.run('transfer', 'send', parameters({ options: { memoType: 'public' } }), {
        items: [request()],
        credentials: { bitSharesWalletApi, bitSharesNodeApi },
      }),
    );
    expect(sent).toMatchObject([{ outcome: 'in_mempool' }]);
  });

  test('without the memo key in n8n, an encrypted memo is refused with what to do', async () => {
    const { bitSharesWalletApi = {}, bitSharesNodeApi = {} } = house.credentials();
    const [item] = itemsOf(
      await house.run('transfer', 'send', parameters(), {
        items: [request()],
        credentials: { bitSharesWalletApi, bitSharesNodeApi },
      }),
    );
    expect(item?.paid).toBe(false);
    expect(item?.nextStep).toContain('MEMO_KEY_MISMATCH');
    expect(house.broadcasts.hits).toBe(0);
  });

  test.each<[string, () => { from?: string; wallet?: object }, RegExp]>([
    ['an account whose key the wallet lacks', () => ({ from: 'alice' }), /KEY_WITHOUT_AUTHORITY/],
    ['a wrong wallet password', () => ({ wallet: { walletPassword: 'wrong' } }), /ACCESS_DENIED/],
  ])('%s pays nothing and says why', async (_, change, code) => {
    const { from = 'hot-wallet', wallet = {} } = change();
    const result = await house.run('transfer', 'send', parameters({ from, memo: '', options: {} }), {
      items: [request({ to: from === 'alice' ? 'hot-wallet' : 'alice' })],
      credentials: house.credentials({ wallet }),
    });
    expect(`${result.error?.description ?? ''} ${JSON.stringify(result.items)}`).toMatch(code);
    expect(house.broadcasts.hits).toBe(0);
  });

  test('a wallet that another execution locks in between signs after a repeated unlock', async () => {
    let hits = 0;
    house.chain.faults.add({
      kind: 'change',
      node: 'wallet',
      method: 'unlock',
      change: (result) => {
        hits += 1;
        house.wallet.wallet.ring.lock();
        return result;
      },
    });
    expect(await send(request())).toMatchObject({ outcome: 'in_mempool' });
    expect(hits).toBe(1);
    expect(await locked()).toBe(true);
  });

  test('wallet and node on different chains pay nothing', async () => {
    const wallet = { chain: 'testnet' };
    const { error } = await house.run('transfer', 'send', parameters(), {
      items: [request()],
      credentials: house.credentials({ wallet }),
    });
    expect(error?.description).toContain('WRONG_CHAIN');
    expect(house.broadcasts.hits).toBe(0);
  });

  test('no password and no key stands in anything that n8n stores', async () => {
    const { keys } = house.chain.account('hot-wallet');
    const results = [
      await house.run('transfer', 'send', parameters(), { items: [request()] }),
      await house.run('transfer', 'prepare', parameters(), { items: [request({ withdrawalId: 'W-2' })] }),
      await house.run('wallet', 'getInfo'),
      await house.run('transfer', 'send', parameters({ from: 'nobody' }), { items: [request()] }),
    ];
    for (const { stored } of results) {
      for (const secret of [password, keys.active, keys.memo]) expect(stored).not.toContain(secret);
    }
  });

  test('an AI agent cannot pay', async () => {
    const { error } = await house.run('transfer', 'send', parameters(), {
      items: [request()],
      type: 'n8n-nodes-bitshares.bitSharesWalletTool',
    });
    expect(error?.message).toContain('moves money');
  });
});
