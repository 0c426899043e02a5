import type { IDataObject, NodeParameterValueType } from 'n8n-workflow';
import { Devchain } from '../../devchain';
import { BitShares } from '../../nodes/BitShares/BitShares.node';
import { resources as ofBitShares } from '../../nodes/BitShares/resources';
import { BitSharesWallet } from '../../nodes/BitSharesWallet/BitSharesWallet.node';
import { resources as ofWallet } from '../../nodes/BitSharesWallet/resources';
import type { Resource } from '../../nodes/shared/items/routing';
import { nodeCredentialFor } from '../support/devchainCredentials';
import { executeNode, type NodeRun } from '../support/executeNode';
import { password, startWalletHouse, type WalletHouse } from '../support/walletOnDevchain';

/** Every operation of a node, with something in each field that must not be empty. */
const operationsOf = (resources: readonly Resource[]): [string, string, IDataObject][] =>
  resources.flatMap(({ value: resource, operations }) =>
    Object.entries(operations).map(([operation, { description }]): [string, string, IDataObject] => {
      const required = description.filter((field) => field.required === true && field.default === '');
      return [resource, operation, Object.fromEntries(required.map(({ name }) => [name, 'hot-wallet']))];
    }),
  );

describe('whatever an operation does, it asks for the credentials of each item', () => {
  let house: WalletHouse;
  beforeAll(async () => {
    house = await startWalletHouse();
  });
  afterAll(() => house.stop());

  const asked = async (run: Pick<NodeRun, 'node' | 'parameters'>): Promise<Record<string, Set<number>>> => {
    const indexes: Record<string, Set<number>> = {};
    await executeNode({
      ...run,
      credentials: house.credentials(),
      items: [{ number: 1 }, { number: 2 }],
      onError: 'continueRegularOutput',
      onCredential: (type, itemIndex) => (indexes[type] ??= new Set()).add(itemIndex),
    });
    return indexes;
  };

  test.each(operationsOf(ofBitShares))('BitShares %s: %s', async (resource, operation, filled) => {
    const parameters = { resource, operation, ...filled } as NodeRun['parameters'];
    const indexes = await asked({ node: new BitShares(), parameters });
    expect(Object.keys(indexes)).toContain('bitSharesNodeApi');
    for (const items of Object.values(indexes)) expect([...items].sort()).toEqual([0, 1]);
  });

  test.each(operationsOf(ofWallet))('BitShares Wallet %s: %s', async (resource, operation, filled) => {
    const parameters = { resource, operation, ...filled } as NodeRun['parameters'];
    const indexes = await asked({ node: new BitSharesWallet(), parameters });
    expect(Object.keys(indexes)).toContain('bitSharesWalletApi');
    for (const items of Object.values(indexes)) expect([...items].sort()).toEqual([0, 1]);
  });
});

describe('two items with different credentials never mix', () => {
  let chain: Devchain;
  beforeAll(async () => {
    chain = await Devchain.start({
      clock: 'real',
      blockInterval: 1,
      maintenanceInterval: 86_400,
      accounts: [
        { name: 'hot-one', balances: { BTS: '10000' } },
        { name: 'hot-two', balances: { BTS: '10000' } },
        { name: 'alice' },
        { name: 'bob' },
      ],
    });
  });
  afterAll(() => chain.stop());

  /** The keys of whichever account an item names as its payer. */
  const keysByItem = (): object => {
    const [one, two] = [chain.account('hot-one').keys, chain.account('hot-two').keys];
    const choice = (a: string, b: string) => `={{ $json.payer === "hot-one" ? "${a}" : "${b}" }}`;
    return {
      account: '={{ $json.payer }}',
      memoKey: choice(one.memo, two.memo),
      activeKey: choice(one.active, two.active),
    };
  };
  const run = (
    operation: string,
    items: IDataObject[],
    parameters: Record<string, NodeParameterValueType> = {},
    more: Partial<NodeRun> = {},
  ) =>
    executeNode({
      node: new BitShares(),
      parameters: { resource: 'transfer', operation, payingAccount: '={{ $json.payer }}', ...parameters },
      credentials: { bitSharesNodeApi: nodeCredentialFor(chain), bitSharesKeysApi: keysByItem() },
      items,
      ...more,
    });
  const request = (payer: string, withdrawalId: string, more: IDataObject = {}): IDataObject => ({
    payer,
    withdrawalId,
    requestedAt: new Date(chain.head.seconds * 1000).toISOString(),
    to: payer === 'hot-one' ? 'alice' : 'bob',
    amount: payer === 'hot-one' ? '1' : '2',
    ...more,
  });
  const received = (name: string): bigint => chain.balance(name, 'BTS');

  test('each item is paid from the account of its own credential', async () => {
    const { items, error } = await run('send', [request('hot-one', 'A-1'), request('hot-two', 'B-1')]);
    expect(error).toBeNull();
    expect(items?.map(({ json }) => [json.from, json.to, json.amount, json.outcome])).toEqual([
      ['hot-one', 'alice', '1.00000', 'irreversible'],
      ['hot-two', 'bob', '2.00000', 'irreversible'],
    ]);
    expect([received('alice'), received('bob')]).toEqual([100_000n, 200_000n]);
  }, 90_000);

  test('where the credential depends on the item, the item has to name its payer', async () => {
    const before = received('alice');
    const items = [request('hot-one', 'A-2'), request('hot-two', 'B-2')];
    const { error } = await run('send', items, { payingAccount: '' });
    expect(error?.message).toMatch(/^Paying Account: the items have different keys credentials/);
    expect(received('alice')).toBe(before);
    expect(chain.producer.pending).toHaveLength(0);
  });

  test.each(['send', 'prepare', 'quote'])(
    '%s: one id with two payers is refused before anything is built',
    async (operation) => {
      const items = [request('hot-one', 'same'), request('hot-two', 'same')];
      const { error } = await run(operation, items);
      expect(error?.message).toMatch(
        /^Withdrawal ID: 2 items of this batch have the id same and different credentials/,
      );
      const tolerant = await run(operation, items, {}, { onError: 'continueRegularOutput' });
      expect(tolerant.items?.map(({ json }) => json.errorCode)).toEqual([
        'WITHDRAWAL_CONFLICT',
        'WITHDRAWAL_CONFLICT',
      ]);
      expect(chain.producer.pending).toHaveLength(0);
    },
  );

  test('a credential of another account than one item names keeps the items with other credentials back, too', async () => {
    const before = received('alice');
    const items = [
      request('hot-one', 'A-4', { named: 'hot-one' }),
      request('hot-two', 'B-4', { named: 'hot-one' }),
    ];
    const { error } = await run('send', items, { payingAccount: '={{ $json.named }}' });
    expect(error?.message).toBe('Paying Account: hot-one has to pay, and the keys credential is for hot-two');
    expect(received('alice')).toBe(before);
    expect(chain.producer.pending).toHaveLength(0);
  });

  test('two proposals of one id for two payers are refused before anything is built', async () => {
    const items = [request('hot-one', 'same'), request('hot-two', 'same')];
    const { error } = await executeNode({
      node: new BitShares(),
      parameters: { resource: 'proposal', operation: 'create', payingAccount: '={{ $json.payer }}' },
      credentials: {
        bitSharesNodeApi: nodeCredentialFor(chain),
        bitSharesKeysApi: { account: 'hot-one', activeKey: chain.account('hot-one').keys.active },
      },
      items,
    });
    expect(error?.message).toMatch(/^Withdrawal ID: 2 items/);
  });

  test('each item is answered by the nodes of its own credential', async () => {
    const { items, error } = await executeNode({
      node: new BitShares(),
      parameters: { resource: 'account', operation: 'get', account: 'alice' },
      credentials: {
        bitSharesNodeApi: nodeCredentialFor(chain, { trustedUrls: '={{ $json.url }}', delayedUrls: '' }),
      },
      items: [{ url: chain.trustedUrl }, { url: 'ws://127.0.0.1:9' }],
      onError: 'continueRegularOutput',
    });
    expect(error).toBeNull();
    expect(items?.map(({ json }) => json.name ?? json.errorCode)).toEqual(['alice', 'NODE_UNREACHABLE']);
  });

  test('what an error of one group cannot hide: the other group was paid, so both are items', async () => {
    const paid = request('hot-one', 'A-3');
    await run('send', [paid]);
    const items = [{ ...paid, amount: '5' }, request('hot-two', 'B-3')];
    const { items: output, error } = await run('send', items);
    expect(error).toBeNull();
    expect(output?.map(({ json }) => [json.withdrawalId, json.outcome])).toEqual([
      ['A-3', 'unknown'],
      ['B-3', 'irreversible'],
    ]);
    expect(output?.[0]?.json.nextStep).toContain('WITHDRAWAL_CONFLICT');
  }, 90_000);
});

test('two wallets in one input are not mixed: each item unlocks, and is answered by, its own', async () => {
  const [one, two] = [await startWalletHouse(), await startWalletHouse({ newWallet: true })];
  try {
    const { items, error } = await executeNode({
      node: new BitSharesWallet(),
      parameters: { resource: 'wallet', operation: 'getInfo' },
      credentials: {
        bitSharesWalletApi: {
          walletUrl: '={{ $json.url }}',
          walletPassword: password,
          chain: 'custom',
          chainId: '={{ $json.chainId }}',
          addressPrefix: 'BTS',
        },
      },
      items: [one, two].map(({ chain }) => ({ url: chain.walletUrl, chainId: chain.chainId })),
    });
    expect(error).toBeNull();
    expect(items?.map(({ json }) => [json.chainId, json.isNew])).toEqual([
      [one.chain.chainId, false],
      [two.chain.chainId, true],
    ]);
  } finally {
    await one.stop();
    await two.stop();
  }
});
