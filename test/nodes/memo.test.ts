import { BitShares } from '../../nodes/BitShares/BitShares.node';
import { Devchain } from '../../devchain';
import { keysCredentialFor, nodeCredentialFor } from '../support/devchainCredentials';
import { executeNode } from '../support/executeNode';
import keys from '../transcripts/keys.json';
import history from '../transcripts/history.json';

const nodeCredential = {
  chain: 'custom',
  chainId: '4e4fc2ce5d32dbcaa22e776c8ef9a606e96684287027b44a54e43fa239d7a5fa',
  addressPrefix: 'BTS',
  trustedUrls: 'ws://127.0.0.1:1',
};
const depositKeys = { account: 'exchange-deposit', memoKey: keys['exchange-deposit-active'].wif };

/** Memos of the recorded deposits, in the order in which they were sent. */
const recordedMemos = history.exchanges.flatMap(({ request }) => {
  const { method, params } = request as unknown as { method: string; params: [string, string, unknown[]] };
  if (method !== 'call' || params[1] !== 'broadcast_transaction') return [];
  const { operations } = params[2][0] as { operations: [number, { to: string; memo?: object }][] };
  return operations
    .filter(([type, { to }]) => type === 0 && to === '1.2.18')
    .map(([, { memo }]) => memo ?? null);
});

interface DecodeOptions {
  /** The field Memo; left out as it is in a new node. */
  memoObject?: string;
  onError?: 'continueRegularOutput';
}

const decode = (
  items: object[],
  credentials: Record<string, object>,
  { memoObject, ...more }: DecodeOptions = {},
) =>
  executeNode({
    node: new BitShares(),
    parameters: {
      resource: 'memo',
      operation: 'decode',
      ...(memoObject === undefined ? {} : { memoObject }),
    },
    credentials,
    items: items as never,
    ...more,
  });

describe('Memo: Decode in n8n', () => {
  test('every recorded memo gets its status: a memo that cannot be read is an item, never an error', async () => {
    const { items, error } = await decode(
      recordedMemos.map((memo) => ({ memo })),
      { bitSharesNodeApi: nodeCredential, bitSharesKeysApi: depositKeys },
    );
    expect(error).toBeNull();
    const statuses = items?.map(({ json }) => json.memoStatus);
    expect(new Set(statuses)).toEqual(new Set(['decoded', 'none', 'plain', 'corrupt', 'no_key']));
    expect(items?.map(({ pairedItem }) => pairedItem)).toEqual(recordedMemos.map((_, item) => ({ item })));
    for (const { json } of items ?? [])
      expect(Object.keys(json)).toEqual(['memo', 'memoStatus', 'memoDetails']);
  });

  test('without a keys credential, public memos are still read', async () => {
    const { items } = await decode(
      recordedMemos.map((memo) => ({ memo })),
      { bitSharesNodeApi: nodeCredential },
    );
    expect(new Set(items?.map(({ json }) => json.memoStatus))).toEqual(new Set(['no_key', 'none', 'plain']));
  });

  test.each([
    ['a text', 'hello', 'INVALID_MEMO'],
    ['a number', 7, 'INVALID_MEMO'],
    ['half a memo', { from: 'x', to: 'y' }, 'INVALID_MEMO'],
  ])('%s is an error that names the field and says what to do', async (_, memo, code) => {
    const { items, error } = await decode([{ memo }], { bitSharesNodeApi: nodeCredential });
    expect(items).toBeNull();
    expect(error?.message).toMatch(/^Memo: /);
    expect(error?.description).toContain(code);
  });

  test.each<[string, object, string | undefined, RegExp]>([
    [
      'nothing that could be a memo',
      { mmo: 1 },
      undefined,
      /^Memo: this item has no field memo and no field operation/,
    ],
    [
      'nothing, in a workflow stored with the former default',
      { mmo: 1 },
      '={{ $json.memo }}',
      /^Memo: this item has no/,
    ],
    ['a name that is mistyped', { memo: null }, '={{ $json.mmo }}', /^Memo: the expression gives no value/],
    [
      'a name that is mistyped, in an operation',
      { operation: {} },
      '={{ $json.operation.mmo }}',
      /gives no value/,
    ],
    [
      'a deposit without a key',
      { memo: null, memoStatus: 'no_key' },
      undefined,
      /already \(memoStatus no_key\)/,
    ],
    ['a decoded deposit', { memo: 'hi', memoStatus: 'decoded' }, undefined, /already \(memoStatus decoded\)/],
  ])(
    '%s is refused, and does not pass for an operation without a memo',
    async (_, item, memoObject, message) => {
      const options = memoObject === undefined ? {} : { memoObject };
      const { items, error } = await decode([item], { bitSharesNodeApi: nodeCredential }, options);
      expect(items).toBeNull();
      expect(error?.message).toMatch(message);
      expect(error?.description).toContain('INVALID_MEMO');
    },
  );

  test.each<[string, object, string | undefined]>([
    ['null', { memo: null }, undefined],
    ['an empty text', { memo: '' }, undefined],
    ['null from an expression', { other: 1 }, '={{ $json.mmo ?? null }}'],
    ['an operation without a memo', { operation: { from: '1.2.1' } }, undefined],
    ['the same by name', { operation: { from: '1.2.1' } }, '={{ $json.operation.memo }}'],
    ['a deposit without a memo', { memo: null, memoStatus: 'none' }, undefined],
    ['the same with its raw operation', { memo: null, memoStatus: 'none', operation: [0, {}] }, undefined],
  ])('%s is no memo', async (_, item, memoObject) => {
    const options = memoObject === undefined ? {} : { memoObject };
    const { items, error } = await decode([item], { bitSharesNodeApi: nodeCredential }, options);
    expect(error).toBeNull();
    expect(items?.map(({ json }) => json.memoStatus)).toEqual(['none']);
  });

  test('continue on fail gives one item for each input, with the error in its own', async () => {
    const { items } = await decode(
      [{ memo: null }, { memo: 'hello' }, { memo: null }],
      { bitSharesNodeApi: nodeCredential },
      { onError: 'continueRegularOutput' },
    );
    expect(items?.map(({ json, pairedItem }) => [json.memoStatus ?? json.errorCode, pairedItem])).toEqual([
      ['none', { item: 0 }],
      ['INVALID_MEMO', { item: 1 }],
      ['none', { item: 2 }],
    ]);
  });

  test.each(['memoKey', 'olderMemoKeys', 'activeKey', 'balanceKeys'])(
    'a malformed key in %s is named by its field and never repeated',
    async (name) => {
      const mistyped = keys['exchange-deposit-active'].wif.replace(/.$/, '1');
      const { error, stored } = await decode([{ memo: null }], {
        bitSharesNodeApi: nodeCredential,
        bitSharesKeysApi: { ...depositKeys, [name]: mistyped },
      });
      expect(error?.description).toContain('INVALID_KEY');
      expect(error?.message).toMatch(
        /^(Memo Key|Older Memo Keys \(entry 1\)|Active Key|Balance Keys \(entry 1\)): /,
      );
      expect(stored).not.toContain(mistyped);
      expect(stored).not.toContain(depositKeys.memoKey);
    },
  );

  test.each([
    [
      { chain: 'custom', chainId: '12', addressPrefix: 'BTS', trustedUrls: 'ws://127.0.0.1:1' },
      /^Chain ID: /,
    ],
    [{ chain: '', trustedUrls: 'ws://127.0.0.1:1' }, /^Chain: /],
    [{ chain: 'mainnet', trustedUrls: '' }, /^Trusted Node URLs: no address/],
    [
      { chain: 'mainnet', trustedUrls: 'http://user:pa55word@127.0.0.1' },
      /^Trusted Node URLs: entry 1 is not a ws/,
    ],
    [
      { chain: 'mainnet', trustedUrls: 'ws://a', delayedUrls: 'nonsense' },
      /^Delayed Node URLs: entry 1 is not a ws/,
    ],
  ])('a mistake in the node credential is named by its field: %j', async (credential, message) => {
    const { error, stored } = await decode([{ memo: null }], { bitSharesNodeApi: credential });
    expect(error?.message).toMatch(message);
    expect(stored).not.toContain('pa55word');
  });
});

describe('Memo: Decode behind other operations, with its fields as they are in a new node', () => {
  let chain: Devchain;

  beforeAll(async () => {
    const names = ['exchange', 'alice'];
    chain = await Devchain.start({
      startTime: Math.floor(Date.now() / 1000) - 120,
      accounts: names.map((name) => ({ name, balances: { BTS: '1000' } })),
    });
    chain.produceBlock();
    for (const memo of ['order 1', undefined, 'order 3']) {
      const request = { from: 'alice', to: 'exchange', amount: '1' };
      chain.transfer(memo === undefined ? request : { ...request, memo });
      chain.produceBlock();
    }
    chain.confirm();
  });
  afterAll(() => chain.stop());

  const credentials = (withKeys: boolean) => ({
    bitSharesNodeApi: nodeCredentialFor(chain),
    ...(withKeys ? { bitSharesKeysApi: keysCredentialFor(chain, 'exchange') } : {}),
  });
  const itemsOf = async (parameters: Record<string, string | object>, withKeys: boolean) => {
    const node = new BitShares();
    const result = await executeNode({
      node,
      parameters: parameters as never,
      credentials: credentials(withKeys),
    });
    expect(result.error).toBeNull();
    return (result.items ?? []).map(({ json }) => json);
  };
  const read = (items: { json: object }[] | null) =>
    items
      ?.map(({ json }) => json as { memo: string | null; memoStatus: string })
      .map((item) => item.memo ?? item.memoStatus);

  test.each([undefined, '={{ $json.memo }}', '={{ $json.operation.memo }}'])(
    'Account: Get History: every memo is read, and an operation without one has none (%s)',
    async (memoObject) => {
      const history = await itemsOf(
        { resource: 'account', operation: 'getHistory', account: 'exchange' },
        false,
      );
      const transferred = history.filter(({ operationName }) => operationName === 'transfer').reverse();
      expect(transferred).toHaveLength(3);
      const options = memoObject === undefined ? {} : { memoObject };
      const { items, error } = await decode(transferred, credentials(true), options);
      expect(error).toBeNull();
      expect(read(items)).toEqual(['order 1', 'none', 'order 3']);
    },
  );

  test('Deposit: Get Many with raw operations: a memo that had no key there is read with the keys here', async () => {
    const options = { includeRawOperation: true };
    const deposits = await itemsOf(
      { resource: 'deposit', operation: 'getMany', account: 'exchange', options },
      false,
    );
    expect(deposits.map(({ memoStatus }) => memoStatus)).toEqual(['no_key', 'none', 'no_key']);
    const { items } = await decode(deposits, credentials(true));
    expect(read(items)).toEqual(['order 1', 'none', 'order 3']);
  });
});
