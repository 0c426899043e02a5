import { BitShares } from '../../nodes/BitShares/BitShares.node';
import { Devchain } from '../../devchain';
import { nodeCredentialFor, keysCredentialFor } from '../support/devchainCredentials';
import { executeNode } from '../support/executeNode';

describe('queries of the BitShares node', () => {
  let chain: Devchain;
  let paid: string;

  beforeAll(async () => {
    chain = await Devchain.start({
      accounts: [{ name: 'exchange' }, { name: 'alice', balances: { BTS: '1000', USDX: '50' } }],
      assets: [{ symbol: 'USDX', precision: 4 }],
    });
    chain.produceBlock();
    for (let i = 1; i <= 3; i++)
      paid = chain.transfer({ from: 'alice', to: 'exchange', amount: `${i}.5`, memo: `no. ${i}` });
    chain.produceBlock();
    chain.confirm();
    chain.transfer({ from: 'alice', to: 'exchange', amount: '100' });
  });
  afterAll(() => chain.stop());

  const run = (
    resource: string,
    operation: string,
    parameters: Record<string, unknown> = {},
    more: object = {},
  ) =>
    executeNode({
      node: new BitShares(),
      parameters: { resource, operation, ...parameters } as never,
      credentials: { bitSharesNodeApi: nodeCredentialFor(chain) },
      ...more,
    });
  const items = async (...args: Parameters<typeof run>) => {
    const { items: found, error } = await run(...args);
    if (error !== null) throw error;
    return (found ?? []).map(({ json }) => json);
  };

  test('Account: Get finds by name and by id', async () => {
    const { id, publicKeys } = chain.account('exchange');
    const expected = {
      accountId: id,
      name: 'exchange',
      memoKey: publicKeys.memo,
      activeThreshold: 1,
      activeKeys: [{ key: publicKeys.active, weight: 1 }],
      operations: 3,
      operationsPrunedByNode: 0,
    };
    expect(await items('account', 'get', { account: 'exchange' })).toEqual([
      expect.objectContaining(expected),
    ]);
    expect(await items('account', 'get', { account: id })).toEqual([expect.objectContaining(expected)]);
  });

  test.each(['nobody', '1.2.99999'])(
    'Account: Get of "%s" is an error that names the field',
    async (account) => {
      const { error } = await run('account', 'get', { account });
      expect(error?.message).toMatch(/^Account: /);
      expect(error?.description).toContain('UNKNOWN_ACCOUNT');
    },
  );

  test('what is no name is neither sent to a node nor repeated: it may be a private key', async () => {
    const { active } = chain.account('alice').keys;
    const secrets = [active, active.slice(0, -1)];
    const asked = chain.faults.add({
      kind: 'count',
      method: /^(get_accounts|lookup_)/,
    });
    for (const secret of secrets) {
      const keys = { bitSharesNodeApi: nodeCredentialFor(chain) };
      const runs = [
        await run('account', 'get', { account: secret }),
        await run('account', 'getBalances', { account: secret }),
        await run('asset', 'get', { asset: secret }),
        await run('proposal', 'getMany', { account: secret }),
        await run(
          'memo',
          'encode',
          { memoType: 'encrypted', text: 'x', to: secret },
          {
            credentials: { ...keys, bitSharesKeysApi: keysCredentialFor(chain, 'alice') },
          },
        ),
        await run(
          'account',
          'get',
          { account: 'alice' },
          {
            credentials: { bitSharesNodeApi: nodeCredentialFor(chain, { trustedUrls: secret }) },
          },
        ),
        await run(
          'account',
          'get',
          { account: 'alice' },
          {
            credentials: {
              bitSharesNodeApi: nodeCredentialFor(chain, { trustedUrls: `ws://127.0.0.1:9/${active}` }),
            },
          },
        ),
        await run(
          'memo',
          'decode',
          { memoObject: '={{ null }}' },
          {
            credentials: { ...keys, bitSharesKeysApi: { account: secret } },
          },
        ),
      ];
      const texts = runs.map(({ error }) => `${error?.message} ${error?.description}`);
      expect(runs.every(({ error }) => error !== null)).toBe(true);
      for (const text of texts) expect(text).not.toContain(secret);
    }
    expect(asked.hits).toBe(0);
    asked.remove();
    const { items: encoded, error } = await run('memo', 'encode', {
      memoType: 'public',
      text: `my key ${active}`,
    });
    expect([encoded, error?.message]).toEqual([null, expect.stringMatching(/^Text: .*private key/)]);
  });

  test.each<[string, string, string, Record<string, unknown>]>([
    ['Limit', 'account', 'getHistory', { account: 'exchange', limit: '={{ Number("x") }}' }],
    ['Limit', 'account', 'getMany', { limit: '={{ 0 }}' }],
    ['Limit', 'asset', 'getMany', { limit: '={{ [3] }}' }],
    ['Names From', 'account', 'getMany', { from: '={{ $json.nothing }}' }],
    ['Include Pending', 'account', 'getBalances', { account: 'exchange', includePending: '={{ "false" }}' }],
    ['Block Number', 'chain', 'getBlock', { blockNumber: '={{ 1.5 }}' }],
    ['Account', 'account', 'get', { account: '={{ ["exchange"] }}' }],
    ['Operation', 'account', 'constructor', {}],
    ['Operation', 'constructor', 'get', {}],
  ])('a wrong %s of %s %s is refused by name', async (field, resource, operation, parameters) => {
    const { error } = await run(resource, operation, parameters);
    expect(error?.message).toMatch(new RegExp(`^${field}: |Could not get parameter`));
  });

  test('Account: Get Balances counts pending transactions only when asked', async () => {
    expect(await items('account', 'getBalances', { account: 'exchange' })).toEqual([
      expect.objectContaining({
        asset: 'BTS',
        assetId: '1.3.0',
        precision: 5,
        amount: '7.50000',
        amountRaw: '750000',
        includesPending: false,
      }),
    ]);
    const [pending] = await items('account', 'getBalances', { account: 'exchange', includePending: true });
    expect(pending).toMatchObject({ amount: '107.50000', includesPending: true });
    const alice = await items('account', 'getBalances', { account: 'alice' });
    expect(alice.map(({ asset }) => asset).sort()).toEqual(['BTS', 'USDX']);
  });

  test('Account: Get History is newest first and bounded', async () => {
    const history = await items('account', 'getHistory', { account: 'exchange', limit: 2 });
    expect(history).toHaveLength(2);
    expect(history[0]).toMatchObject({
      operationType: 0,
      operationName: 'transfer',
      trxInBlock: 2,
      virtualOp: 0,
    });
    expect(history[0]?.blockTime).toMatch(/^\d{4}-.*Z$/);
  });

  test('Account: Get Many and Asset: Get Many list in order', async () => {
    const [first] = await items('account', 'getMany', { from: 'exch', limit: 1 });
    expect(first).toEqual({ accountId: chain.account('exchange').id, name: 'exchange' });
    expect((await items('asset', 'getMany', { from: '', limit: 10 })).map(({ asset }) => asset)).toEqual([
      'BTS',
      'USDX',
    ]);
  });

  test('Asset: Get finds by symbol and by id; an unknown one names the field', async () => {
    const [usdx] = await items('asset', 'get', { asset: 'USDX' });
    expect(usdx).toMatchObject({ asset: 'USDX', precision: 4, issuerCanTakeBack: false });
    expect(await items('asset', 'get', { asset: usdx?.assetId })).toEqual([usdx]);
    const { error } = await run('asset', 'get', { asset: 'NOSUCH' });
    expect([error?.message, error?.description]).toEqual([
      'Asset: there is no asset NOSUCH on this chain',
      expect.stringContaining('UNKNOWN_ASSET'),
    ]);
  });

  test('Chain: Get Info shows both nodes', async () => {
    const [info] = await items('chain', 'getInfo');
    expect(info).toMatchObject({
      chainId: chain.chainId,
      headBlock: chain.head.number,
      lastIrreversibleBlock: chain.lastIrreversible,
      delayedHeadBlock: chain.lastIrreversible,
    });
  });

  test('Chain: Get Block gives the ids of its transactions; Get Transaction finds a recent one', async () => {
    const [block] = await items('chain', 'getBlock', { blockNumber: 2 });
    const transactions = block?.transactions as { transactionId: string; trxInBlock: number }[];
    expect(transactions.map(({ trxInBlock }) => trxInBlock)).toEqual([0, 1, 2]);
    expect(transactions[2]?.transactionId).toBe(paid);
    const { error } = await run('chain', 'getBlock', { blockNumber: 99999 });
    expect(error?.message).toMatch(/^Block Number: there is no block 99999; the head is/);
    expect(await items('chain', 'getTransaction', { transactionId: 'ab'.repeat(20) })).toEqual([
      { transactionId: 'ab'.repeat(20), found: false, transaction: null },
    ]);
    expect((await run('chain', 'getTransaction', { transactionId: '12' })).error?.message).toMatch(
      /^Transaction ID: /,
    );
  });

  test('Chain: Get Block asks the node for the id of a transaction whose operations have no bytes here', async () => {
    const { id, keys } = chain.account('alice');
    const listing = {
      fee: { amount: 0, asset_id: '1.3.0' },
      authorizing_account: id,
      account_to_list: chain.account('exchange').id,
      new_listing: 2,
      extensions: [],
    };
    chain.push(chain.sign([[7, listing]], [keys.active]));
    chain.produceBlock();
    const [block] = await items('chain', 'getBlock', { blockNumber: chain.head.number });
    const ids = (block?.transactions as { transactionId: string }[]).map(
      ({ transactionId }) => transactionId,
    );
    expect(ids).toEqual(chain.block(chain.head.number)?.transactions.map(({ id: expected }) => expected));
    expect(ids.length).toBeGreaterThan(0);
  });

  test('Memo: Encode makes a memo that the receiver reads, each with a nonce of its own', async () => {
    const credentials = {
      bitSharesNodeApi: nodeCredentialFor(chain),
      bitSharesKeysApi: keysCredentialFor(chain, 'alice'),
    };
    const parameters = { text: 'order 17 ✓', memoType: 'encrypted', to: 'exchange' };
    const [first] = await items('memo', 'encode', parameters, { credentials });
    const [second] = await items('memo', 'encode', parameters, { credentials });
    expect(first?.memo).not.toEqual(second?.memo);
    const read = await items(
      'memo',
      'decode',
      { memoObject: '={{ $json.memo }}' },
      {
        items: [first, second],
        credentials: {
          bitSharesNodeApi: nodeCredentialFor(chain),
          bitSharesKeysApi: keysCredentialFor(chain, 'exchange'),
        },
      },
    );
    expect(read.map(({ memo, memoStatus }) => [memo, memoStatus])).toEqual([
      ['order 17 ✓', 'decoded'],
      ['order 17 ✓', 'decoded'],
    ]);
  });

  test.each([
    [
      'trusted node down',
      { trustedUrls: 'ws://127.0.0.1:9' },
      /^ws:\/\/127\.0\.0\.1:9 is not reachable/,
      'NODE_UNREACHABLE',
    ],
    ['wrong chain', { chain: 'testnet' }, /is on chain .* the credential is for 39f5e2ed/, 'WRONG_CHAIN'],
  ])('%s: the error says what to check', async (_, change, message, code) => {
    const { error } = await run(
      'account',
      'get',
      { account: 'alice' },
      {
        credentials: { bitSharesNodeApi: nodeCredentialFor(chain, change) },
      },
    );
    expect(error?.message).toMatch(message);
    expect(error?.description).toContain(code);
  });

  test('a node that answers nonsense is named as such', async () => {
    chain.faults.add({ kind: 'malformed', node: 'trusted', method: 'get_accounts', times: 5, text: 'moo' });
    const { error } = await run('account', 'get', { account: 'alice' });
    chain.faults.clear();
    expect(error?.description).toContain('INVALID_ANSWER');
  });

  test('an operation that moves money refuses to be a tool of an AI agent', async () => {
    const { error } = await run('transfer', 'send', {}, { type: 'n8n-nodes-bitshares.bitSharesTool' });
    expect(error?.message).toMatch(/cannot be used as a tool/);
  });
});

test('Get Many lists more accounts and assets than a node gives at once, each once and in order', async () => {
  const numbers = Array.from({ length: 1100 }, (_, i) => String(i).padStart(4, '0'));
  const letters = (i: number) => String.fromCharCode(65 + Math.floor(i / 26), 65 + (i % 26));
  const chain = await Devchain.start({
    accounts: numbers.map((number) => ({ name: `user-${number}` })),
    assets: Array.from({ length: 250 }, (_, i) => ({ symbol: `TOKEN${letters(i)}`, precision: 2 })),
  });
  try {
    const list = async (resource: string, from: string, limit: number, field: string) => {
      const { items } = await executeNode({
        node: new BitShares(),
        parameters: { resource, operation: 'getMany', from, limit },
        credentials: { bitSharesNodeApi: nodeCredentialFor(chain) },
      });
      return items?.map(({ json }) => json[field]);
    };
    const names = numbers.map((number) => `user-${number}`);
    expect(await list('account', 'user-', 1050, 'name')).toEqual(names.slice(0, 1050));
    expect(await list('account', 'user-', 5000, 'name')).toEqual([...names, 'witness-account']);
    const symbols = await list('asset', 'TOKEN', 5000, 'asset');
    expect(symbols).toEqual(Array.from({ length: 250 }, (_, i) => `TOKEN${letters(i)}`));
    expect(await list('asset', 'TOKEN', 202, 'asset')).toEqual(symbols?.slice(0, 202));
  } finally {
    await chain.stop();
  }
});
