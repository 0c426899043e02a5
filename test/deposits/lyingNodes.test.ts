/** A delayed node of the strict chain that lies, over real connections: the shipped trigger and the deposit queries. */
import type { IDataObject, INodeType, NodeParameterValueType } from 'n8n-workflow';
import { Devchain, type FaultSpec } from '../../devchain';
import { BitShares } from '../../nodes/BitShares/BitShares.node';
import { description, operations } from '../../nodes/BitShares/actions/deposit';
import { systemClock } from '../../nodes/shared/clock';
import { executeNode } from '../support/executeNode';
import { keysCredentialFor, nodeCredentialFor } from '../support/devchainCredentials';
import { codes } from '../support/depositScenario';
import { TriggerHost } from '../support/triggerHost';
import { until } from '../support/until';

jest.setTimeout(120_000);

const blockSeconds = 3;

let chain: Devchain;
let honest: Awaited<ReturnType<Devchain['addNode']>>;
let host: TriggerHost | undefined;

beforeEach(async () => {
  chain = await Devchain.start({
    startTime: Math.floor(Date.now() / 1000) - 60,
    blockInterval: blockSeconds,
    accounts: [
      { name: 'exchange', balances: { BTS: '10' } },
      { name: 'alice', balances: { BTS: '1000', GOLD: '50' } },
    ],
    assets: [{ symbol: 'GOLD', precision: 3 }],
  });
  chain.transfer({ from: 'alice', to: 'exchange', amount: '1' });
  catchUp();
  honest = await chain.addNode('honest', { delayed: true });
});

afterEach(async () => {
  await host?.stop();
  host?.kill();
  host = undefined;
  await chain.stop();
});

/** Makes blocks until the head is as young as that of a node in sync, and all but it irreversible. */
function catchUp(): void {
  const now = () => Date.now() / 1000;
  do chain.produceBlock();
  while (chain.head.seconds < now() - 2 * blockSeconds);
  chain.confirm();
}

type Change = NonNullable<FaultSpec['change']>;
interface Entry {
  [name: string]: unknown;
  block_num: number;
}

function lie(method: string, change: (answer: never, asked: never) => unknown): void {
  const wrapped: Change = (answer, [, , asked]) =>
    change(structuredClone(answer) as never, asked as never) as ReturnType<Change>;
  chain.faults.add({
    kind: 'change',
    node: 'delayed',
    method,
    times: Number.POSITIVE_INFINITY,
    change: wrapped,
  });
}

/** The delayed node adds one transfer of 999,000 to the history, which no block holds. */
function invent(block: () => number): void {
  const fields = {
    fee: { amount: 1, asset_id: '1.3.0' },
    from: chain.account('alice').id,
    to: chain.account('exchange').id,
    amount: { amount: '99900000000', asset_id: '1.3.0' },
    extensions: [],
  };
  let total = Number.POSITIVE_INFINITY;
  lie('get_objects', (objects: ({ total_ops?: number } | null)[]) => {
    for (const object of objects) {
      if (object?.total_ops === undefined) continue;
      total = object.total_ops;
      object.total_ops += 1;
    }
    return objects;
  });
  lie(
    'get_relative_account_history',
    (page: Entry[], [, , limit, start]: [string, number, number, number]) => {
      if (start <= total) return page;
      const time = chain.head.time;
      const place = { block_num: block(), trx_in_block: 0, op_in_trx: 0, virtual_op: 0, is_virtual: false };
      return [
        { id: '1.11.999999', op: [0, fields], result: [0, {}], ...place, block_time: time },
        ...page,
      ].slice(0, limit);
    },
  );
}

/** It has a block of any number. */
function inventBlocks(): void {
  lie(
    'get_block',
    (block: object | null, [number]: [number]) =>
      block ?? {
        previous: `${(number - 1).toString(16).padStart(8, '0')}${'0'.repeat(32)}`,
        timestamp: new Date().toISOString().slice(0, 19),
        witness: '1.6.1',
        transaction_merkle_root: '0'.repeat(40),
        extensions: [],
        witness_signature: '0'.repeat(130),
        transactions: [],
      },
  );
}

const eventually = (condition: () => boolean, what: string) =>
  until(condition, what, { seen: () => [host?.failures, host?.delivered()] });

const credentials = (delayedUrls = chain.delayedUrl) => ({
  bitSharesNodeApi: nodeCredentialFor(chain, { delayedUrls }),
  bitSharesKeysApi: keysCredentialFor(chain, 'exchange'),
});

describe('BitShares Trigger', () => {
  const begin = async () => {
    host = new TriggerHost(systemClock, {
      credentials: credentials(),
      parameters: { assets: { rows: [] }, options: { staleAfter: 0 } },
    });
    await host.start();
    return host;
  };
  const amounts = () => host?.delivered().map(({ amount }) => amount);

  it.each([
    ['an existing block', () => chain.head.number - 3, false],
    ['a block of the future', () => 4_000_000_000, true],
  ])('delivers no transfer that it is told to be in %s, and goes on afterwards', async (_, block, madeUp) => {
    const { failures } = await begin();
    invent(block);
    if (madeUp) inventBlocks();
    catchUp();
    // What changes the account wakes the trigger.
    chain.transfer({ from: 'alice', to: 'exchange', amount: '2' });
    catchUp();
    await eventually(() => failures.length > 0, 'the lie is reported');
    expect(failures[0]?.message).toContain('The node ws://127.0.0.1:');
    expect(failures[0]?.message).toContain('gave an answer that cannot be right');
    chain.faults.clear();
    chain.transfer({ from: 'alice', to: 'exchange', amount: '3' });
    catchUp();
    await eventually(() => amounts()?.includes('3.00000') === true, 'the honest deposits arrive');
    expect(amounts()).toEqual(['2.00000', '3.00000']);
    expect(codes(host as TriggerHost)).toEqual(['INVALID_ANSWER']);
  });

  it('delivers no amount with the decimals of the delayed node alone, and the right one afterwards', async () => {
    const { failures } = await begin();
    lie('lookup_asset_symbols', (assets: ({ id: string; precision: number } | null)[]) =>
      assets.map((asset) => (asset?.id === '1.3.0' ? { ...asset, precision: 2 } : asset)),
    );
    chain.transfer({ from: 'alice', to: 'exchange', amount: '1' });
    catchUp();
    await eventually(() => failures.length > 0, 'the contradiction is reported');
    expect(failures[0]?.message).toContain(
      '"BTS" with 2 decimals by the first, "BTS" with 5 decimals by the second',
    );
    chain.faults.clear();
    await eventually(() => amounts()?.length === 1, 'the deposit arrives');
    expect(host?.delivered()[0]).toMatchObject({ amount: '1.00000', amountRaw: '100000' });
  });
});

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

const run = (
  operation: string,
  { delayedUrls, ...parameters }: Record<string, NodeParameterValueType> & { delayedUrls?: string } = {},
) =>
  executeNode({
    node,
    parameters: { resource: 'deposit', account: 'exchange', operation, ...parameters },
    credentials: credentials(delayedUrls),
  });
const shown = (items: { json: IDataObject }[] | null, field: string) => items?.map(({ json }) => json[field]);
const bothDelayed = () => `${chain.delayedUrl}, ${honest.url}`;

describe.each(['an existing block', 'a block of the future'])(
  'a transfer that is told to be in %s',
  (where) => {
    const block = () => (where === 'an existing block' ? chain.head.number - 3 : 4_000_000_000);

    it('is an error of Deposit: Get Many, and the next address is used where there is one', async () => {
      catchUp();
      invent(block);
      inventBlocks();
      const alone = await run('getMany');
      expect(alone.items).toBeNull();
      expect(alone.error?.message).toContain(chain.delayedUrl);
      const { items, error, stored } = await run('getMany', { delayedUrls: bothDelayed() });
      expect(error).toBeNull();
      expect(shown(items, 'amount')).toEqual(['1.00000']);
      expect(stored).toContain(`${honest.url} was used instead of ${chain.delayedUrl}`);
    });
  },
);

it('Deposit: Reconcile counts nothing that is told to be in a block of the future', async () => {
  invent(() => 4_000_000_000);
  const { error } = await run('reconcile');
  expect(error?.message).toContain('block 4000000000');
  const { items } = await run('reconcile', {
    delayedUrls: bothDelayed(),
    openingBalances: { rows: [{ asset: 'BTS', amount: '10' }] } as never,
  });
  expect(shown(items, 'balanced')).toEqual([true]);
});

it.each(['getMany', 'reconcile'])(
  'decimals of the delayed node alone are an error of Deposit: %s',
  async (operation) => {
    lie('lookup_asset_symbols', (assets: ({ id: string; precision: number } | null)[]) =>
      assets.map((asset) => (asset?.id === '1.3.0' ? { ...asset, precision: 2 } : asset)),
    );
    const { error } = await run(operation);
    expect(error?.message).toContain('contradict each other');
    const { items } = await run(operation, { delayedUrls: bothDelayed() });
    expect(items?.length).toBeGreaterThan(0);
  },
);
