/** Guarantee: a history is read whole, however few operations the node gives at once, or not at all. */
import { Devchain, type ApiLimits } from '../../devchain';
import { BitShares } from '../../nodes/BitShares/BitShares.node';
import { systemClock } from '../../nodes/shared/clock';
import { HistoryPages, untilUnchanged, type Numbered } from '../../src/chain/historyPages';
import type { NodeEndpoints, NodeSession } from '../../src/chain/interfaces';
import { openNodeClient } from '../../src/rpc/nodeClient';
import { SenderHistory } from '../../src/withdrawals/proof/senderHistory';
import { balanceKey, fiveEach } from '../support/importOnDevchain';
import { Ledger } from '../support/depositScenario';
import { TriggerHost } from '../support/triggerHost';
import { keysCredentialFor, nodeCredentialFor } from '../support/devchainCredentials';
import { executeNode } from '../support/executeNode';

const method = 'get_relative_account_history';
const keys = [balanceKey(0), balanceKey(1)];
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

let chain: Devchain;
let client: NodeEndpoints;
let session: NodeSession;

/** An exchange with 80 deposits of 1 to 80 base units, all final. */
async function setUp(limits: Partial<ApiLimits> = {}): Promise<void> {
  chain = await Devchain.start({
    startTime: Math.floor(Date.now() / 1000) - 100,
    trusted: { limits },
    delayed: { limits },
    accounts: [
      { name: 'exchange', balances: { BTS: '1000' } },
      { name: 'alice', balances: { BTS: '100000' } },
    ],
    balanceObjects: fiveEach(keys),
  });
  chain.produceBlock();
  for (const amount of upTo(80)) {
    const [from, to] = ['alice', 'exchange'];
    chain.transfer({ from, to, amount: `0.${String(amount).padStart(5, '0')}` });
    if (amount % 10 === 0) chain.produceBlock();
  }
  chain.confirm();
  client = openNodeClient({ urls: [chain.trustedUrl], chainId: chain.chainId }, { clock: systemClock });
  session = await client.session();
}

afterEach(async () => {
  client.close();
  await chain.stop();
});

const exchange = () => {
  const { id } = chain.account('exchange');
  return { id, name: 'exchange', statisticsId: id.replace('1.2.', '2.6.') };
};
const pages = (node: NodeSession = session) => new HistoryPages(node, exchange());
const forward = { known: null, handedOver: 0, inFlight: 8 };

async function sequencesOf(read: AsyncGenerator<Numbered[]>): Promise<number[]> {
  const sequences: number[] = [];
  for await (const page of read) sequences.push(...page.map(([sequence]) => sequence));
  return sequences;
}

/** How often the page was asked for from here on. */
function calls() {
  return chain.faults.add({ kind: 'slow', milliseconds: 0, method, times: Infinity });
}

/** A node that gives at most so many, newest first, without a word. */
function givesAtMost(count: number): void {
  const change = (shown: unknown) => (shown as never[]).slice(0, count);
  chain.faults.add({ kind: 'change', method, times: Infinity, change });
}

describe.each<[string, () => Promise<void>]>([
  ['that gives 50 and says so', () => setUp({ getRelativeAccountHistory: 50 })],
  [
    'that gives 50 and does not say how many',
    () => setUp({ getRelativeAccountHistory: 50, areNamed: false }),
  ],
  ['that gives 7', () => setUp({ getRelativeAccountHistory: 7, areNamed: false })],
  ['that gives one', () => setUp({ getRelativeAccountHistory: 1, areNamed: false })],
  ['that gives 50 of 100 without a word', () => setUp().then(() => givesAtMost(50))],
])('on a node %s', (_, begin) => {
  beforeEach(begin);

  test('both directions give each operation once, in order', async () => {
    expect(await sequencesOf(pages().forward({ first: 1, last: 80 }, forward))).toEqual(upTo(80));
    expect(await sequencesOf(pages().newest(70))).toEqual(upTo(80).slice(10).reverse());
  });

  test('Account: Get History gives as many as were asked for', async () => {
    const { items } = await executeNode({
      node: new BitShares(),
      parameters: { resource: 'account', operation: 'getHistory', account: 'exchange', limit: 70 },
      credentials: { bitSharesNodeApi: nodeCredentialFor(chain) },
    });
    expect(items?.map(({ json }) => json['blockNumber'])).toHaveLength(70);
    expect(new Set(items?.map(({ json }) => json['operationId'])).size).toBe(70);
  });

  test('Deposit: Get Many gives every deposit', async () => {
    const { items } = await executeNode({
      node: new BitShares(),
      parameters: {
        resource: 'deposit',
        operation: 'getMany',
        account: 'exchange',
        from: 'oldest',
        returnAll: true,
      },
      credentials: { bitSharesNodeApi: nodeCredentialFor(chain) },
    });
    expect(items?.map(({ json }) => Number(json['amountRaw']))).toEqual(upTo(80));
  });

  test('Execute Step of BitShares Trigger shows the latest deposits', async () => {
    const credentials = {
      bitSharesNodeApi: nodeCredentialFor(chain) as Record<string, unknown>,
      bitSharesKeysApi: keysCredentialFor(chain, 'exchange') as Record<string, unknown>,
    };
    const parameters = { options: { staleAfter: 0 } };
    const { consume } = new Ledger();
    const host = new TriggerHost(systemClock, { consumer: consume, parameters, credentials });
    const shown = await host.test();
    expect(shown.at(-1)?.amountRaw).toBe('80');
    host.kill();
  });

  test('Claimable Balance: Import looks through the history for earlier claims', async () => {
    const { items } = await executeNode({
      node: new BitShares(),
      parameters: { resource: 'claimableBalance', operation: 'import', dryRun: true },
      credentials: {
        bitSharesNodeApi: nodeCredentialFor(chain),
        bitSharesKeysApi: keysCredentialFor(chain, 'exchange', {
          activeKey: chain.account('exchange').keys.active,
          // The last one owns nothing: the history may tell why.
          balanceKeys: [...keys, balanceKey(9)].map((key) => key.toWif()).join(', '),
        }),
      },
    });
    expect(items?.map(({ json }) => json['outcome'])).toContain('dry_run');
  });

  test('the history of a sender is read back to its first operation', async () => {
    const account = await session.account('exchange');
    if (account === null) throw new Error('no account');
    const history = new SenderHistory(account.id);
    const reading = await history.read(session, account, 0, chain.head.number);
    expect(reading.refusal).toBeNull();
    const [first] = chain.history('exchange');
    expect(
      reading.reachesBackTo({
        blockNumber: first?.block_num ?? 0,
        trxInBlock: first?.trx_in_block ?? 0,
        opInTrx: first?.op_in_trx ?? 0,
      }),
    ).toBe(true);
  });
});

test('a connection learns once how much its node gives', async () => {
  await setUp({ getRelativeAccountHistory: 50, areNamed: false });
  await sequencesOf(pages().newest(80));
  const asked = calls();
  await sequencesOf(pages().newest(80));
  // 80 were refused, 40 were not.
  expect(asked.hits).toBe(3);
});

test('what a node refuses for another reason is told, and asked for in full again', async () => {
  await setUp();
  const refusals = chain.faults.add({ kind: 'error', method, text: 'not now', times: Infinity });
  await expect(sequencesOf(pages().newest(80))).rejects.toMatchObject({ code: 'NODE_ERROR' });
  expect(refusals.hits).toBeLessThan(10);
  refusals.remove();
  const asked = calls();
  expect(await sequencesOf(pages().newest(80))).toHaveLength(80);
  expect(asked.hits).toBe(1);
});

describe('two nodes with two histories behind one address', () => {
  /** From some page on another node answers: its plugin gave the operations other ids, or began to count later. */
  function answersFromPage(page: number, change: (shown: Record<string, unknown>[]) => object[]): void {
    chain.faults.add({ kind: 'change', method, after: page - 1, times: Infinity, change: change as never });
  }
  const otherIds = (shown: Record<string, unknown>[]) =>
    shown.map((operation) => ({ ...operation, id: `${String(operation['id'])}7` }));

  beforeEach(() => setUp({ getRelativeAccountHistory: 50 }));

  test.each(['forward', 'backward'] as const)('are not read as one, %s', async (direction) => {
    await sequencesOf(pages().newest(80));
    answersFromPage(2, otherIds);
    const range = { first: 1, last: 80 };
    const read = direction === 'forward' ? pages().forward(range, forward) : pages().backward(range);
    const seen: number[] = [];
    await expect(
      (async () => {
        for await (const page of read) seen.push(...page.map(([sequence]) => sequence));
      })(),
    ).rejects.toThrow('is not shown');
    expect(seen).toHaveLength(50);
  });

  test('are read from the beginning, and refused when they go on taking turns', async () => {
    await sequencesOf(pages().newest(80));
    answersFromPage(2, otherIds);
    const whole = () => untilUnchanged(session, exchange(), () => sequencesOf(pages().newest(80)));
    expect(await whole()).toEqual(upTo(80).reverse());
    chain.faults.clear();
    let turn = 0;
    const change = (shown: unknown) => (turn++ % 2 === 0 ? shown : otherIds(shown as never));
    chain.faults.add({ kind: 'change', method, times: Infinity, change: change as never });
    await expect(whole()).rejects.toMatchObject({ code: 'INVALID_ANSWER' });
  });
});

test('a history with a hole is refused in both directions', async () => {
  await setUp();
  const without = (shown: unknown) =>
    (shown as { op: [number, { amount: { amount: bigint } }] }[]).filter(
      ({ op: [, { amount }] }) => amount.amount !== 40n,
    );
  chain.faults.add({ kind: 'change', method, times: Infinity, change: without as never });
  await expect(sequencesOf(pages().backward({ first: 1, last: 80 }))).rejects.toThrow('is not shown');
  await expect(sequencesOf(pages().forward({ first: 1, last: 80 }, forward))).rejects.toThrow('is not shown');
});

test('operations of another account are refused', async () => {
  await setUp();
  const foreign = (shown: unknown) =>
    JSON.parse(JSON.stringify(shown).replaceAll(`"${exchange().id}"`, '"1.2.999"'));
  chain.faults.add({ kind: 'change', method, times: Infinity, change: foreign as never });
  await expect(sequencesOf(pages().newest(80))).rejects.toMatchObject({ code: 'INVALID_ANSWER' });
});
