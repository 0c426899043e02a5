/** Deposit: Get Many and Reconcile in n8n's engine, against the strict chain. */
import type { IDataObject, INodeType, NodeParameterValueType } from 'n8n-workflow';
import { Devchain } from '../../devchain';
import { BitShares } from '../../nodes/BitShares/BitShares.node';
import { description, operations } from '../../nodes/BitShares/actions/deposit';
import { systemClock } from '../../nodes/shared/clock';
import { executeNode } from '../support/executeNode';

/** The node with this resource alone. */
const node: INodeType = {
  description: {
    ...new BitShares().description,
    credentials: [{ name: 'bitSharesNodeApi', required: true }, { name: 'bitSharesKeysApi' }],
    properties: [
      {
        displayName: 'Resource',
        name: 'resource',
        type: 'options',
        options: [{ name: 'Deposit', value: 'deposit' }],
        default: 'deposit',
      },
      ...description,
    ],
  },
  async execute() {
    const operation = operations[this.getNodeParameter('operation', 0) as string]!;
    return [await operation.execute.call(this, this.getInputData())];
  },
};

let chain: Devchain;

beforeAll(async () => {
  chain = await Devchain.start({
    startTime: Math.floor(Date.now() / 1000) - 120,
    accounts: [
      { name: 'exchange', balances: { BTS: '1000', GOLD: '5' } },
      { name: 'alice', balances: { BTS: '100000', GOLD: '50' } },
    ],
    assets: [{ symbol: 'GOLD', precision: 3 }],
  });
  for (let i = 1; i <= 12; i++) {
    chain.transfer({ from: 'alice', to: 'exchange', amount: `${i}`, memo: `order ${i}` });
    if (i % 3 === 0) chain.produceBlock();
  }
  chain.transfer({ from: 'alice', to: 'exchange', amount: '1.5', asset: 'GOLD' });
  chain.transfer({ from: 'exchange', to: 'alice', amount: '7' });
  chain.produceBlock();
  chain.confirm();
});

afterAll(() => chain.stop());

interface RunOptions {
  delayedUrls?: string;
  /** The keys credential; null for none. */
  keys?: object | null;
}

async function run(parameters: Record<string, NodeParameterValueType>, options: RunOptions = {}) {
  const { delayedUrls = chain.delayedUrl } = options;
  const { keys = { account: 'exchange', memoKey: chain.account('exchange').keys.memo } } = options;
  return executeNode({
    node,
    parameters: { resource: 'deposit', account: 'exchange', ...parameters },
    credentials: {
      bitSharesNodeApi: {
        chain: 'custom',
        chainId: chain.chainId,
        addressPrefix: 'BTS',
        trustedUrls: chain.trustedUrl,
        delayedUrls,
      },
      ...(keys === null ? {} : { bitSharesKeysApi: keys }),
    },
  });
}

function amounts(items: { json: IDataObject }[] | null): unknown[] | undefined {
  return items?.map(({ json }) => json['amount']);
}

jest.setTimeout(120_000);

describe('Deposit: Get Many', () => {
  it('gives every deposit of the history, oldest first, with decoded memos', async () => {
    const { items, error } = await run({ operation: 'getMany', returnAll: true });
    expect(error).toBeNull();
    expect(amounts(items)).toEqual([...Array.from({ length: 12 }, (_, i) => `${i + 1}.00000`), '1.500']);
    expect(items?.[4]?.json).toMatchObject({
      memo: 'order 5',
      memoStatus: 'decoded',
      attempt: 1,
      source: 'history',
    });
  });

  it('goes on behind a deposit, so that a flow can keep the position in its own database', async () => {
    const first = await run({ operation: 'getMany', limit: 5 });
    expect(amounts(first.items)).toHaveLength(5);
    const { items } = await run({
      operation: 'getMany',
      returnAll: true,
      startFrom: 'block',
      startBlock: String(first.items?.at(-1)?.json['depositId']),
    });
    expect(amounts(items)?.[0]).toBe('6.00000');
    expect(items).toHaveLength(8);
  });

  it('reads a stretch of blocks, one asset and payments sent', async () => {
    const blocks = await run({
      operation: 'getMany',
      startFrom: 'block',
      startBlock: '2',
      end: 'block',
      endBlock: 2,
    });
    expect(amounts(blocks.items)).toEqual(['4.00000', '5.00000', '6.00000']);
    const gold = await run({
      operation: 'getMany',
      assets: { rows: [{ asset: 'GOLD', minimumAmount: '1' }] },
    });
    expect(amounts(gold.items)).toEqual(['1.500']);
    const out = await run({ operation: 'getMany', direction: 'out' });
    expect(out.items?.map(({ json }) => [json['direction'], json['amount']])).toEqual([['out', '7.00000']]);
  });

  it('keys that fit no memo key of the account are refused, whoever the credential says they belong to', async () => {
    const { exchange, alice } = { exchange: chain.account('exchange'), alice: chain.account('alice') };
    const memoKey = exchange.publicKeys.memo;
    const refused = async (keys: object) => {
      const { items, error } = await run({ operation: 'getMany' }, { keys });
      expect(items).toBeNull();
      expect(error?.description).toContain('MEMO_KEY_MISMATCH');
      return `${error?.message}. ${error?.description}`;
    };
    const foreign = await refused({
      account: 'alice',
      memoKey: alice.keys.memo,
      activeKey: alice.keys.active,
    });
    expect(foreign).toMatch(
      /^Keys Credential: .*"bitSharesKeysApi" belongs to alice and holds no key that fits/,
    );
    expect(foreign).toContain(`the memo key of exchange (${memoKey})`);
    expect(foreign).toContain('Choose the keys credential of exchange');
    const rotated = await refused({ account: 'exchange', olderMemoKeys: alice.keys.memo });
    expect(rotated).toContain('Enter the present memo key of exchange under Memo Key');
    const balances = await refused({ account: '1.2.99', balanceKeys: alice.keys.active });
    expect(balances).toContain('belongs to 1.2.99 and holds no key that opens memos');
  });

  it('the key decides and not its place: an older memo key or an active key that fits is accepted', async () => {
    const { memo } = chain.account('exchange').keys;
    for (const keys of [
      { account: 'exchange', olderMemoKeys: `${chain.account('alice').keys.memo}, ${memo}` },
      { account: 'exchange', activeKey: memo },
      { account: 'alice', memoKey: memo },
    ]) {
      const { items, error } = await run({ operation: 'getMany', limit: 1 }, { keys });
      expect(error).toBeNull();
      expect(items?.[0]?.json).toMatchObject({ memo: 'order 1', memoStatus: 'decoded' });
    }
  });

  it('one hint for a run without keys that met encrypted memos, and one for keys that can spend', async () => {
    const choose = 'Choose a keys credential with the memo key of the account';
    const spending = 'holds an active key, which can spend';
    const { keys } = chain.account('exchange');
    const without = await run({ operation: 'getMany', returnAll: true }, { keys: null });
    expect(without.items?.[0]?.json).toMatchObject({
      memoStatus: 'no_key',
      memoDetails: { key: null, neededKey: chain.account('exchange').publicKeys.memo },
    });
    expect(without.stored.split(choose)).toHaveLength(2);
    expect(without.stored).not.toContain(spending);
    const gold = { assets: { rows: [{ asset: 'GOLD' }] } };
    const unwritten = await run({ operation: 'getMany', ...gold }, { keys: null });
    expect(unwritten.items?.[0]?.json).toMatchObject({ memoStatus: 'none' });
    expect(unwritten.stored).not.toContain(choose);
    const both = { account: 'exchange', memoKey: keys.memo, activeKey: keys.active };
    const spent = await run({ operation: 'getMany' }, { keys: both });
    expect(spent.stored.split(spending)).toHaveLength(2);
    expect(spent.stored).not.toContain(keys.active);
    const watching = await run({ operation: 'getMany' });
    expect(watching.stored).not.toContain(spending);
    expect(watching.stored).not.toContain(choose);
  });

  it.each<[string, Record<string, NodeParameterValueType>]>([
    ['Limit', { limit: '={{ Number("x") }}' }],
    ['Limit', { limit: '={{ -1 }}' }],
    ['Limit', { limit: 0 }],
    ['Return All', { returnAll: '={{ "false" }}' }],
    ['Account', { account: '={{ $json.nothing }}' }],
    ['Start From', { startFrom: 'now' }],
    ['End', { end: 'later' }],
    ['End Block', { end: 'block', endBlock: '={{ "" }}' }],
    ['Operation Kinds', { options: { operationKinds: '={{ ["transfer", "gift"] }}' } }],
  ])(
    'a wrong %s is named: an empty or shorter list would pass for all deposits (%j)',
    async (field, parameters) => {
      const { error } = await run({ operation: 'getMany', ...parameters });
      expect(error?.message).toMatch(new RegExp(`^${field}: `));
    },
  );

  it.each<[string, NodeParameterValueType]>([
    ['getMany', { operationKinds: '={{ undefined }}', includeRawOperation: '={{ null }}' }],
    ['getMany', { acceptGaps: '={{ undefined }}' }],
    ['reconcile', { acceptGaps: '={{ $json.nothing }}' }],
  ])('%s takes an option whose expression finds nothing as not set (%j)', async (operation, options) => {
    const { items, error } = await run({ operation, options });
    expect(error).toBeNull();
    expect(items).toEqual((await run({ operation })).items);
  });

  it('a depositId of nothing names the field', async () => {
    const { error } = await run({
      operation: 'getMany',
      startFrom: 'block',
      startBlock: `${chain.chainId.slice(0, 8)}:2:99:0:0`,
    });
    expect(error?.message).toContain('Start Block');
  });
});

describe('Deposit: Get Many up to an end', () => {
  it.each([
    ['End Block', { end: 'block', endBlock: 100_000 }],
    ['End Time', { end: 'time', endTime: '2099-01-01T00:00:00Z' }],
  ])('an end that is not irreversible yet is refused instead of answered short (%s)', async (field, end) => {
    const { items, error } = await run({ operation: 'getMany', returnAll: true, ...end });
    expect(error?.message).toContain(field);
    expect(items).toBeNull();
  });
});

describe('Deposit: Get Many on a node that prunes', () => {
  const history = { partialOperations: true, maxOpsPerAccount: 10, minBlocksToKeep: 0 };
  let pruned: Devchain;

  beforeAll(async () => {
    pruned = await Devchain.start({
      startTime: Math.floor(Date.now() / 1000) - 120,
      accounts: [{ name: 'exchange' }, { name: 'alice', balances: { BTS: '100000' } }],
      trusted: { history },
      delayed: { history },
    });
    for (let i = 1; i <= 30; i++) {
      pruned.transfer({ from: 'alice', to: 'exchange', amount: `${i}` });
      pruned.produceBlock();
    }
    pruned.confirm();
  });

  afterAll(() => pruned.stop());

  it.each([
    ['a stretch that ends among the removed operations', { returnAll: true, end: 'block', endBlock: 12 }],
    ['a limit that is reached among them', { returnAll: false, limit: 3 }],
  ])('%s is given only to who accepts gaps, because nothing proves that it is whole', async (_, part) => {
    const unpruned = chain;
    chain = pruned;
    try {
      const parameters = { operation: 'getMany', startFrom: 'block', startBlock: '5', ...part };
      expect((await run(parameters)).error?.message).toContain('pruned');
      const { items } = await run({ ...parameters, options: { acceptGaps: true } });
      expect(items?.map(({ json }) => json['source'])).toEqual(
        Array.from({ length: part.returnAll ? 8 : 3 }, () => 'blocks'),
      );
    } finally {
      chain = unpruned;
    }
  });
});

describe('Deposit: Reconcile', () => {
  const opening = {
    rows: [
      { asset: 'BTS', amount: '1000' },
      { asset: '1.3.1', amount: '5' },
    ],
  };

  it('opening balance, everything that moved and fees add up to the balance of the chain', async () => {
    const { items, error } = await run({ operation: 'reconcile', openingBalances: opening });
    expect(error).toBeNull();
    const bts = items?.find(({ json }) => json['assetId'] === '1.3.0')?.json;
    expect(bts).toMatchObject({
      opening: '1000.00000',
      incoming: '78.00000',
      outgoing: '7.00000',
      balanced: true,
      difference: '0.00000',
      unexplainedOperations: 0,
    });
    expect(items?.every(({ json }) => json['balanced'])).toBe(true);
  });

  it('on a full node a payment that is on its way is no difference', async () => {
    chain.transfer({ from: 'exchange', to: 'alice', amount: '3' });
    const work = run({ operation: 'reconcile', openingBalances: opening }, { delayedUrls: '' });
    await systemClock.sleep(500);
    chain.produceBlock();
    const { items, error } = await work;
    expect(error).toBeNull();
    expect(items?.map(({ json }) => [json['asset'], json['difference'], json['outgoing']])).toEqual([
      ['BTS', '0.00000', '10.00000'],
      ['GOLD', '0.000', '0.000'],
    ]);
    // The tests behind this one read the delayed node again: it comes back.
    chain.transfer({ from: 'alice', to: 'exchange', amount: '3' });
    chain.produceBlock();
    chain.confirm();
  });

  it('a wrong opening balance shows as the difference of that asset', async () => {
    const { items } = await run({
      operation: 'reconcile',
      openingBalances: {
        rows: [
          { asset: 'BTS', amount: '999' },
          { asset: 'GOLD', amount: '5' },
        ],
      },
    });
    expect(items?.map(({ json }) => [json['asset'], json['difference'], json['balanced']])).toEqual([
      ['BTS', '1.00000', false],
      ['GOLD', '0.000', true],
    ]);
  });

  it.each([
    [
      'an asset in two rows, by symbol and by id',
      {
        rows: [
          { asset: 'BTS', amount: '1000' },
          { asset: '1.3.0', amount: '1' },
        ],
      },
    ],
    ['a row without an asset', { rows: [{ amount: '1000' }] }],
    ['an amount that is none', { rows: [{ asset: 'BTS', amount: null }] }],
  ])('%s is refused by name: a wrong opening balance hides what is missing', async (_, openingBalances) => {
    const { items, error } = await run({ operation: 'reconcile', openingBalances });
    expect(items).toBeNull();
    expect(error?.message).toContain('Opening Balances');
  });

  it('goes on from a later block with the balances of then', async () => {
    const { items } = await run({
      operation: 'reconcile',
      startFrom: 'block',
      startBlock: '3',
      openingBalances: {
        rows: [
          { asset: 'BTS', amount: '1021' },
          { asset: 'GOLD', amount: '5' },
        ],
      },
    });
    expect(items?.every(({ json }) => json['balanced'])).toBe(true);
  });
});
