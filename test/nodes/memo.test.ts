import { BitShares } from '../../nodes/BitShares/BitShares.node';
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

const decode = (items: object[], credentials: Record<string, object>, more: object = {}) =>
  executeNode({
    node: new BitShares(),
    parameters: { resource: 'memo', operation: 'decode', memoObject: '={{ $json.memo }}' },
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
