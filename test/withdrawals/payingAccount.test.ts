import type { IDataObject, NodeParameterValueType } from 'n8n-workflow';
import { Devchain } from '../../devchain';
import { BitShares } from '../../nodes/BitShares/BitShares.node';
import { keysCredentialFor, nodeCredentialFor } from '../support/devchainCredentials';
import { executeNode, type NodeRun } from '../support/executeNode';

let chain: Devchain;

beforeAll(async () => {
  chain = await Devchain.start({
    clock: 'real',
    blockInterval: 1,
    maintenanceInterval: 86_400,
    accounts: [
      { name: 'exchange', balances: { BTS: '10000' } },
      { name: 'treasury', balances: { BTS: '10000' } },
      { name: 'alice' },
    ],
  });
  // Only its first block gives a new chain a maintenance time.
  chain.produceBlock();
});
afterAll(() => chain.stop());

const run = (
  operation: string,
  parameters: Record<string, NodeParameterValueType>,
  more: Partial<NodeRun> & { item?: object } = {},
) =>
  executeNode({
    node: new BitShares(),
    parameters: { resource: 'transfer', operation, ...parameters },
    credentials: {
      bitSharesNodeApi: nodeCredentialFor(chain),
      bitSharesKeysApi: keysCredentialFor(chain, 'treasury', {
        activeKey: chain.account('treasury').keys.active,
      }),
    },
    items: [
      {
        withdrawalId: 'P-1',
        requestedAt: new Date(chain.head.seconds * 1000).toISOString(),
        to: 'alice',
        amount: '1',
        ...more.item,
      },
    ] as never,
    ...more,
  });
/** Everything that was ever broadcast by the account, in a block or on its way into one. */
const nothingWasSent = () => {
  expect(chain.balance('treasury', 'BTS')).toBe(1_000_000_000n);
  expect(chain.producer.pending).toHaveLength(0);
};

describe('a keys credential of another account than Paying Account is refused', () => {
  test.each([
    ['send', 'by name', () => 'exchange'],
    ['send', 'by id', () => chain.account('exchange').id],
    ['prepare', 'by name', () => 'exchange'],
    ['quote', 'by name', () => 'exchange'],
    ['quote', 'by id', () => chain.account('exchange').id],
  ])('%s, named %s: an error before anything is signed', async (operation, _, payingAccount) => {
    const { error, items } = await run(operation, { payingAccount: payingAccount() });
    expect(items).toBeNull();
    expect(error?.message).toMatch(/^Paying Account: .* has to pay, and the keys credential is for treasury/);
    expect(error?.description).toContain('KEY_WITHOUT_AUTHORITY');
    nothingWasSent();
  });

  test('also where the withdrawal is described by a stored intent', async () => {
    const quoted = await run('quote', { payingAccount: 'treasury' });
    expect(quoted.error).toBeNull();
    const intent = quoted.items?.[0]?.json.intent;
    const { error } = await run(
      'send',
      { payingAccount: 'exchange', describedBy: 'intent' },
      { item: { intent } },
    );
    expect(error?.message).toMatch(/^Paying Account: exchange has to pay/);
    nothingWasSent();
  });

  test('one item with the wrong payer keeps the whole batch from being sent', async () => {
    const item = { requestedAt: new Date(chain.head.seconds * 1000).toISOString(), to: 'alice', amount: '1' };
    const { error } = await run(
      'send',
      { payingAccount: '={{ $json.payer }}' },
      {
        items: [
          { ...item, withdrawalId: 'P-2', payer: 'treasury' },
          { ...item, withdrawalId: 'P-3', payer: 'exchange' },
        ],
      },
    );
    expect(error?.message).toMatch(/^Paying Account: exchange has to pay/);
    nothingWasSent();
  });

  test.each([
    ['nothing', '={{ $json.nobody }}'],
    ['an empty text', "={{ '' }}"],
    ['null', '={{ null }}'],
  ])('an expression that gives %s does not switch the guard off', async (_, payingAccount) => {
    const { error } = await run('send', { payingAccount });
    expect(error?.message).toMatch(/^Paying Account: /);
    nothingWasSent();
  });

  test('the right account, by name or id, is quoted', async () => {
    for (const payingAccount of ['treasury', chain.account('treasury').id]) {
      const { error, items } = await run('quote', { payingAccount });
      expect(error).toBeNull();
      expect(items?.[0]?.json.from).toBe('treasury');
    }
  });
});

describe('a limit is not switched off by an expression that gives nothing', () => {
  test.each<[string, string, IDataObject, IDataObject]>([
    ['Maximum Amount', 'an empty cell', { maximumAmount: '={{ $json.limit }}' }, { limit: '' }],
    ['Maximum Amount', 'two misspelt fields', { maximumAmount: '={{ $json.limi }}{{ $json.x }}' }, {}],
    ['Maximum Amount', 'a blank behind it', { maximumAmount: '={{ $json.limi }} ' }, {}],
    ['Maximum Fee', 'an empty cell', { maximumFee: '={{ $json.limit }}' }, { limit: '' }],
    ['Allowed Assets', 'an empty cell', { allowedAssets: '={{ $json.assets }}' }, { assets: '' }],
    ['Allowed Receivers', 'an empty cell', { allowedReceivers: '={{ $json.to2 }}' }, { to2: ' ' }],
  ])('%s: %s', async (field, _, options, item) => {
    const { error } = await run('quote', { options: options as NodeParameterValueType }, { item });
    expect(error?.message).toBe(`${field}: the expression gives no value`);
  });

  test('a field that is empty itself sets no limit', async () => {
    const { error } = await run('quote', { options: { maximumAmount: '', allowedReceivers: '' } });
    expect(error).toBeNull();
  });
});

describe('the memo of a row is never lost', () => {
  const quotedMemo = async (parameters: Record<string, NodeParameterValueType>, item: object) => {
    const { error, items } = await run('quote', parameters, { item });
    if (error !== null) return error.message;
    return (JSON.parse(items?.[0]?.json.intent as string) as { memo: string }).memo;
  };

  test('an expression that finds nothing is refused', async () => {
    const parameters = { memo: '={{ $json.mmo }}' };
    expect(await quotedMemo(parameters, { memo: 'deposit 77' })).toBe('Memo: the expression gives no value');
    const sent = await run('send', parameters, { item: { memo: 'deposit 77' } });
    expect(sent.error?.message).toBe('Memo: the expression gives no value');
    nothingWasSent();
  });

  test.each([
    ['nothing at all', '={{ $json.prefi }}{{ $json.custome }}'],
    ['a blank', '={{ $json.custome }} '],
    ['the text around it alone', '=customer {{ $json.custome }}'],
    ['the word undefined', '={{ `${$json.custome}` }}'],
    ['the word undefined, by addition', '={{ $json.custome + "" }}'],
  ])('parts that give %s are refused', async (_, memo) => {
    expect(await quotedMemo({ memo }, { customer: 77 })).toMatch(/^Memo: .*(?:gives nothing|gives no value)/);
  });

  test('parts that were all found are the memo', async () => {
    expect(await quotedMemo({ memo: '=customer {{ $json.customer }}' }, { customer: 77 })).toBe(
      'customer 77',
    );
  });

  test.each([null, ''])('%p means no memo', async (memo) => {
    expect(await quotedMemo({ memo: '={{ $json.memo }}' }, { memo })).toBe('');
  });

  test('a node as it is added takes the memo of the row, and none where the row has none', async () => {
    expect(await quotedMemo({}, { memo: 'deposit 77' })).toBe('deposit 77');
    expect(await quotedMemo({}, { memo: 77 })).toBe('77');
    expect(await quotedMemo({}, { memo: null })).toBe('');
    expect(await quotedMemo({}, {})).toBe('');
  });
});
