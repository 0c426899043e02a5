/** An answer to another question than the one asked is no answer, whatever its shape. */
import type { BalanceReader, ChainReader, SignedTransaction } from '../../src/chain/interfaces';
import { BitSharesError, isBitSharesError } from '../../src/errors';
import { falseAnswerOf } from '../../src/chain/falseAnswer';
import { mainnet, testnet } from '../../src/protocol';
import { balanceReader } from '../../src/rpc/balanceReader';
import { chainReader } from '../../src/rpc/chainReader';
import { openNodeClient } from '../../src/rpc/nodeClient';
import { walletReader } from '../../src/rpc/walletReader';
import { fileNames, readTranscript } from '../conformance/transcripts';
import { ManualClock } from '../support/manualClock';
import { ScriptedNode } from '../support/scriptedNode';

type Reader = Omit<ChainReader, 'endpoint'> & BalanceReader;

/** What the recorded node answered to a question; the first recording of it. */
function recorded<T>(method: string, parameters?: unknown[]): T {
  for (const name of fileNames) {
    for (const { request, reply } of readTranscript(name)) {
      const isAsked =
        request?.params[1] === method &&
        (parameters === undefined || JSON.stringify(request.params[2]) === JSON.stringify(parameters));
      if (isAsked) return structuredClone((reply as { result: T }).result);
    }
  }
  throw new Error(`no recording of ${method}`);
}

const accounts = ['alice', '1.2.18', 'nosuch', '1.2.99999'];
const [alice, exchange] = recorded<Record<string, unknown>[]>('get_accounts', [accounts]) as [
  Record<string, unknown>,
  Record<string, unknown>,
];
const [bts, usd] = recorded<Record<string, unknown>[]>('lookup_asset_symbols', [
  ['BTS', 'USDX', 'BTSX', 'CLAWBACK', 'GATED', 'UNIT', 'NOSUCH', '1.3.0'],
]) as [Record<string, unknown>, Record<string, unknown>];
const block = recorded<Record<string, unknown>>('get_block', [3]);
const transactionId = '109baeaa56b36d1a177442ec491ca77e7a862f8b';
const transaction = recorded<Record<string, unknown>>('get_recent_transaction_by_id', [transactionId]);
const pages = recorded<Record<string, unknown>[]>('get_relative_account_history', ['1.2.18', 0, 100, 0]);
const proposals = recorded<Record<string, unknown>[]>('get_proposed_transactions', ['bob']);
const dynamic = recorded<Record<string, unknown>>('get_dynamic_global_properties', []);
const global = recorded<Record<string, unknown>>('get_global_properties', []);
const statistics = {
  id: '2.6.18',
  owner: '1.2.18',
  total_ops: 20,
  removed_ops: 0,
  lifetime_fees_paid: 0,
};
const claimable = {
  id: '1.15.7',
  owner: 'BTSBG7Rvk3U2shvAJHK2gdqgf2KnPB25pEMM',
  balance: { amount: 5, asset_id: '1.3.0' },
  last_claim_date: '1970-01-01T00:00:00',
};
const amounts = (...held: [amount: number, assetId: string][]) =>
  held.map(([amount, asset_id]) => ({ amount, asset_id }));
const bytes = recorded<string>('get_transaction_hex_without_sig');

interface Row {
  what: string;
  ask: (reader: Reader) => Promise<unknown>;
  right: unknown;
  wrong: unknown;
  /** The method and what it was asked for. */
  asked: string;
  /** What came. */
  answered: string;
}

const rows: Row[] = [
  {
    what: 'another account than the one asked for by name',
    ask: (reader) => reader.account('alice'),
    right: [alice],
    wrong: [exchange],
    asked: 'get_accounts "alice"',
    answered: '"exchange-deposit" (1.2.18)',
  },
  {
    what: 'another account than the one asked for by id, whatever it is named',
    ask: (reader) => reader.account('1.2.20'),
    right: [alice],
    wrong: [{ ...exchange, name: '1.2.20' }],
    asked: 'get_accounts "1.2.20"',
    answered: '"1.2.20" (1.2.18)',
  },
  {
    what: 'the names of accounts in another order',
    ask: (reader) => reader.accountNames(['1.2.20', '1.2.18']),
    right: [alice, exchange],
    wrong: [exchange, alice],
    asked: 'get_accounts 1.2.20',
    answered: '"1.2.18"',
  },
  {
    what: 'another asset than the one asked for by symbol',
    ask: (reader) => reader.assets(['BTS', 'USDX']),
    right: [bts, usd],
    wrong: [bts, bts],
    asked: 'lookup_asset_symbols "USDX"',
    answered: '"BTS" (1.3.0)',
  },
  {
    what: 'another asset than the one asked for by id, whatever its symbol',
    ask: (reader) => reader.assets(['1.3.0']),
    right: [bts],
    wrong: [{ ...usd, symbol: 'BTS' }],
    asked: 'lookup_asset_symbols "1.3.0"',
    answered: `"BTS" (${usd['id'] as string})`,
  },
  {
    what: 'other objects than the head and the parameters',
    ask: (reader) => reader.state(),
    right: [dynamic, global],
    wrong: [dynamic, { ...global, id: '2.0.1' }],
    asked: 'get_objects 2.0.0',
    answered: '"2.0.1"',
  },
  {
    what: 'a head whose id is that of another number',
    ask: (reader) => reader.state(),
    right: [dynamic, global],
    wrong: [{ ...dynamic, head_block_number: 4_000_000_000 }, global],
    asked: 'get_objects 2.1.0',
    answered: 'head 4000000000 with the id 000002bf',
  },
  {
    what: 'more irreversible blocks than blocks',
    ask: (reader) => reader.state(),
    right: [dynamic, global],
    wrong: [{ ...dynamic, last_irreversible_block_num: 704 }, global],
    asked: 'get_objects 2.1.0',
    answered: 'irreversible up to 704',
  },
  {
    what: 'the statistics of another account',
    ask: (reader) => reader.statistics('2.6.18'),
    right: [statistics],
    wrong: [{ ...statistics, id: '2.6.20' }],
    asked: 'get_objects 2.6.18',
    answered: '2.6.20',
  },
  {
    what: 'the right statistics with another owner',
    ask: (reader) => reader.statistics('2.6.18', '1.2.18'),
    right: [statistics],
    wrong: [{ ...statistics, owner: '1.2.20' }],
    asked: 'get_objects 2.6.18 of 1.2.18',
    answered: 'that of 1.2.20',
  },
  {
    what: 'more removed operations than there were',
    ask: (reader) => reader.statistics('2.6.18'),
    right: [statistics],
    wrong: [{ ...statistics, removed_ops: 21 }],
    asked: 'get_objects 2.6.18',
    answered: '20 operations, of which 21 were removed',
  },
  {
    what: 'another block',
    ask: (reader) => reader.block(3),
    right: block,
    wrong: { ...block, previous: `0000002f${'0'.repeat(32)}` },
    asked: 'get_block 3',
    answered: 'a block behind 0000002f',
  },
  {
    what: 'a balance in an asset that was not asked for',
    ask: (reader) => reader.balances('1.2.18', ['1.3.0', '1.3.1']),
    right: amounts([7, '1.3.0'], [0, '1.3.1']),
    wrong: amounts([7, '1.3.0'], [0, '1.3.1'], [5, '1.3.2']),
    asked: 'get_account_balances of 1.2.18 in 1.3.0, 1.3.1',
    answered: '5 of 1.3.2',
  },
  {
    what: 'no balance in an asset that was asked for',
    ask: (reader) => reader.balances('1.2.18', ['1.3.0', '1.3.1']),
    right: amounts([7, '1.3.0'], [0, '1.3.1']),
    wrong: amounts([7, '1.3.0']),
    asked: 'get_account_balances of 1.2.18',
    answered: 'no balance in 1.3.1',
  },
  {
    what: 'two balances in one asset',
    ask: (reader) => reader.balances('1.2.18', []),
    right: amounts([7, '1.3.0'], [5, '1.3.1']),
    wrong: amounts([7, '1.3.0'], [5, '1.3.0']),
    asked: 'get_account_balances of 1.2.18',
    answered: '5 of 1.3.0',
  },
  {
    what: 'a balance below zero',
    ask: (reader) => reader.balances('1.2.18', []),
    right: amounts([0, '1.3.0']),
    wrong: amounts([-1, '1.3.0']),
    asked: 'get_account_balances of 1.2.18',
    answered: '-1 of 1.3.0',
  },
  {
    what: 'more history than was asked for at once',
    ask: (reader) => reader.history('1.2.18', { stop: 0, start: 0, limit: 2 }),
    right: pages.slice(0, 2),
    wrong: pages.slice(0, 3),
    asked: 'get_relative_account_history of 1.2.18, at most 2 operations',
    answered: '3 operations',
  },
  {
    what: 'more operations than there are sequence numbers in the question',
    ask: (reader) => reader.history('1.2.18', { stop: 4, start: 5, limit: 100 }),
    right: pages.slice(0, 2),
    wrong: pages.slice(0, 3),
    asked: 'get_relative_account_history of 1.2.18, at most 2 operations',
    answered: '3 operations',
  },
  {
    what: 'another transaction',
    ask: (reader) => reader.recentTransaction(transactionId),
    right: transaction,
    wrong: { ...transaction, ref_block_num: 5 },
    asked: `get_recent_transaction_by_id ${transactionId}`,
    answered: 'the transaction ',
  },
  {
    what: 'the bytes of another transaction',
    ask: (reader) => reader.transactionHex(transaction as unknown as SignedTransaction),
    right: bytes,
    wrong: `ff${bytes.slice(2)}`,
    asked: 'get_transaction_hex_without_sig of bytes that begin with c502',
    answered: '"ff',
  },
  {
    what: 'accounts before the name asked for',
    ask: (reader) => reader.listAccounts('bob', 5),
    right: [
      ['bob', '1.2.21'],
      ['carol', '1.2.23'],
    ],
    wrong: [
      ['alice', '1.2.20'],
      ['bob', '1.2.21'],
    ],
    asked: 'lookup_accounts from "bob", at most 5',
    answered: '"alice" behind "bob"',
  },
  {
    what: 'accounts out of order',
    ask: (reader) => reader.listAccounts('', 5),
    right: [
      ['bob', '1.2.21'],
      ['carol', '1.2.23'],
    ],
    wrong: [
      ['carol', '1.2.23'],
      ['bob', '1.2.21'],
    ],
    asked: 'lookup_accounts from "", at most 5',
    answered: '"bob" behind "carol"',
  },
  {
    what: 'more assets than were asked for',
    ask: (reader) => reader.listAssets('', 1),
    right: [bts],
    wrong: [bts, usd],
    asked: 'list_assets from "", at most 1',
    answered: '2 entries',
  },
  {
    what: 'a proposal that asks nothing of the account',
    ask: (reader) => reader.proposals('1.2.21'),
    right: proposals,
    wrong: proposals.map((proposal) => ({
      ...proposal,
      required_active_approvals: ['1.2.20'],
      required_owner_approvals: [],
      available_active_approvals: [],
      available_owner_approvals: [],
    })),
    asked: 'get_proposed_transactions of 1.2.21',
    answered: '1.10.0, which asks nothing of it',
  },
  {
    what: 'one proposal twice',
    ask: (reader) => reader.proposals('1.2.21'),
    right: proposals,
    wrong: [...proposals, ...proposals],
    asked: 'get_proposed_transactions of 1.2.21',
    answered: '1.10.0, which came already',
  },
  {
    what: 'a claimable balance of somebody else',
    ask: (reader) => reader.balanceObjects([claimable.owner]),
    right: [claimable],
    wrong: [{ ...claimable, owner: 'BTS3ds4Dro4PY1nukhNtBNgPMA2kD8zw1S67' }],
    asked: 'get_balance_objects of 1 addresses',
    answered: '1.15.7, which belongs to "BTS3ds4Dro4PY1nukhNtBNgPMA2kD8zw1S67"',
  },
  {
    what: 'a claimable balance more often than its address was asked for',
    ask: (reader) => reader.balanceObjects([claimable.owner]),
    right: [claimable],
    wrong: [claimable, claimable],
    asked: 'get_balance_objects of 1 addresses',
    answered: '1.15.7 2 times',
  },
  {
    what: 'a claimable balance below zero',
    ask: (reader) => reader.balanceObjects([claimable.owner]),
    right: [claimable],
    wrong: [{ ...claimable, balance: { amount: -5, asset_id: '1.3.0' } }],
    asked: 'get_balance_objects 1.15.7',
    answered: '-5',
  },
  {
    what: 'less than nothing to be claimed',
    ask: (reader) => reader.vestedBalances(['1.15.7']),
    right: amounts([0, '1.3.0']),
    wrong: amounts([-1, '1.3.0']),
    asked: 'get_vested_balances 1.15.7',
    answered: '-1',
  },
];

async function refusal(work: Promise<unknown>): Promise<BitSharesError> {
  const error = await work.then(
    (value) =>
      new Error(
        `it was taken: ${JSON.stringify(value, (_, v: unknown) => (typeof v === 'bigint' ? String(v) : v))}`,
      ),
    (thrown: unknown) => thrown,
  );
  if (!isBitSharesError(error, 'INVALID_ANSWER')) throw error;
  return error;
}

const answering = (answer: unknown, endpoint = 'ws://node:8090') =>
  chainReader(() => Promise.resolve(answer), {
    endpoint: () => endpoint,
    chain: { prefix: 'BTS', coreAsset: { id: '1.3.0', symbol: null, precision: null } },
  });

describe('an answer to another question', () => {
  it.each(rows)('$what is refused', async ({ ask, right, wrong, asked, answered }) => {
    await ask(answering(right));
    const error = await refusal(ask(answering(wrong)));
    expect(falseAnswerOf(error)).toBe(error);
    expect(error.message).toContain('ws://node:8090');
    expect(error.data['asked']).toEqual(expect.stringContaining(asked));
    expect(error.data['answered']).toEqual(expect.stringContaining(answered));
  });

  it.each([
    ['mainnet', mainnet, 'BTS'],
    ['testnet', testnet, 'TEST'],
  ])('the core asset of %s is what it is, whatever the node says', async (_, chain, symbol) => {
    const ask = (asset: object) =>
      chainReader(() => Promise.resolve([asset]), { chain }).assets(['id' in asset ? symbol : '']);
    const core = { ...bts, symbol };
    expect(await ask(core)).toMatchObject([{ id: '1.3.0', precision: 5 }]);
    for (const lie of [{ precision: 9 }, { precision: 2 }, { id: '1.3.77' }]) {
      await refusal(ask({ ...core, ...lie }));
    }
    const byId = chainReader(() => Promise.resolve([{ ...core, symbol: 'OTHER' }]), { chain }).assets([
      '1.3.0',
    ]);
    await refusal(byId);
  });

  it('what a node says reaches no message unless it is short and printable', async () => {
    const name = `bob\u202e\u0000\n${'x'.repeat(5000)}`;
    const { message } = await refusal(answering([{ ...exchange, name }]).account('alice'));
    expect(message).toMatch(/^[\x20-\x7e]+$/);
    expect(message.length).toBeLessThan(400);
  });

  it('what a node says cannot end the quotation marks that it is shown in', async () => {
    const { message } = await refusal(
      answering([{ ...exchange, name: 'alice" (1.2.5). All is well: "bob' }]).account('alice'),
    );
    expect(message).toContain(`Answered: "alice' (1.2.5). All is well: 'bob" (${exchange.id})`);
  });

  it('a transaction that this package cannot write as bytes is taken', async () => {
    const unknown = { ...transaction, operations: [[76, {}]] };
    expect(await answering(unknown).recentTransaction(transactionId)).not.toBeNull();
    const extended = { ...transaction, extensions: [[0, {}]] };
    expect(await answering(extended).recentTransaction(transactionId)).not.toBeNull();
  });

  it.each([{ ref_block_num: 70_000 }, { ref_block_prefix: -1 }, { expiration: '2026-99-99T00:00:00' }])(
    'a transaction with %j is none',
    async (change) => {
      await refusal(answering({ ...transaction, ...change }).transaction(710, 0));
    },
  );

  it('a transaction that its block does not have is none, and other refusals are errors', async () => {
    const refusing = (message: string) =>
      chainReader(() => Promise.reject(new BitSharesError('NODE_ERROR', { message }))).transaction(710, 99);
    const [missing] = readTranscript('transactions').filter(
      ({ note }) => note === 'no such transaction in the block',
    );
    const { error } = missing?.reply as { error: { message: string } };
    expect(await refusing(`The node refused: ${error.message}`)).toBeNull();
    await expect(refusing('The node refused: opt_block: ')).rejects.toMatchObject({ code: 'NODE_ERROR' });
  });

  it('the wallet answers the question as well', async () => {
    const wallet = (answer: unknown) => walletReader(() => Promise.resolve(answer), mainnet);
    await wallet(alice).account('alice');
    await refusal(wallet(exchange).account('alice'));
    await refusal(wallet({ ...bts, precision: 3 }).assets(['BTS']));
    await refusal(wallet(amounts([-1, '1.3.0'])).balances('alice', []));
    // It lists all balances that are not zero, whatever was asked.
    const held = await wallet(amounts([7, '1.3.0'], [5, '1.3.1'])).balances('alice', ['1.3.1', '1.3.2']);
    expect(held).toEqual([
      { amount: 5n, assetId: '1.3.1' },
      { amount: 0n, assetId: '1.3.2' },
    ]);
  });
});

test('no answer of the recorded node is refused', async () => {
  const asked: Record<string, number> = {};
  const ids: Record<string, string> = { bob: '1.2.21' };
  for (const { request, reply } of fileNames.flatMap((name) => readTranscript(name))) {
    const result = (reply as { result?: unknown } | undefined)?.result;
    if (request?.method !== 'call' || result === undefined) continue;
    const [, method, given] = request.params as [string, string, unknown[]];
    const reader = answering(result);
    const [first, second, third, fourth] = given as [never, never, never, never];
    const reads: Record<string, () => Promise<unknown>> = {
      get_accounts: () =>
        Promise.all(
          (first as string[]).map((name, i) => answering([(result as unknown[])[i]]).account(name)),
        ),
      lookup_asset_symbols: () => reader.assets(first),
      get_account_balances: () => reader.balances(first, second),
      get_relative_account_history: () =>
        reader.history(first, { stop: second, limit: third, start: fourth }),
      get_block: () => reader.block(first),
      get_recent_transaction_by_id: () => reader.recentTransaction(first),
      get_transaction_hex_without_sig: () => reader.transactionHex(first),
      lookup_accounts: () => reader.listAccounts(first, second),
      list_assets: () => reader.listAssets(first, second),
      get_proposed_transactions: () => reader.proposals(ids[first] ?? first),
      get_balance_objects: () => balanceReader(() => Promise.resolve(result)).balanceObjects(first),
      get_vested_balances: () => balanceReader(() => Promise.resolve(result)).vestedBalances(first),
      get_dynamic_global_properties: () => answering([result, global]).state(),
    };
    const read = reads[method];
    if (read === undefined) continue;
    await read();
    asked[method] = (asked[method] ?? 0) + 1;
  }
  expect(Object.keys(asked).sort()).toEqual([
    'get_account_balances',
    'get_accounts',
    'get_balance_objects',
    'get_block',
    'get_dynamic_global_properties',
    'get_proposed_transactions',
    'get_recent_transaction_by_id',
    'get_relative_account_history',
    'get_transaction_hex_without_sig',
    'get_vested_balances',
    'list_assets',
    'lookup_accounts',
    'lookup_asset_symbols',
  ]);
});

describe('a client with several addresses', () => {
  const nodes: ScriptedNode[] = [];
  const answeringWith = async (account: unknown) => {
    const node = await ScriptedNode.start(({ params }) => ({
      result: params[1] === 'get_chain_id' ? mainnet.chainId : [account],
    }));
    nodes.push(node);
    return node;
  };
  const asking = async (...answers: unknown[]) => {
    const urls = [];
    for (const answer of answers) urls.push((await answeringWith(answer)).url);
    const client = openNodeClient({ urls, chainId: mainnet.chainId }, { clock: new ManualClock(1_000_000) });
    return client.account('alice').finally(() => client.close());
  };
  afterEach(async () => {
    for (const node of nodes.splice(0)) await node.stop();
  });

  test('leaves the one that answers another question, and asks the next', async () => {
    expect(await asking(exchange, alice)).toMatchObject({ id: '1.2.20' });
  });

  test('names the first one when none of them does better, and asks each once', async () => {
    const error = await refusal(asking(exchange, exchange, 5));
    expect(error.message).toContain(nodes[0]?.url.replace(/\/$/, ''));
    expect(nodes.map(({ methods }) => methods)).toEqual(nodes.map(() => ['get_chain_id', 'get_accounts']));
  });
});
