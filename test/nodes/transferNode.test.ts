import type { NodeParameterValueType } from 'n8n-workflow';
import { Devchain } from '../../devchain';
import { BitShares } from '../../nodes/BitShares/BitShares.node';
import quoteSchema from '../../nodes/BitShares/__schema__/v1.0.0/transfer/quote.json';
import sendSchema from '../../nodes/BitShares/__schema__/v1.0.0/transfer/send.json';
import { executeNode, type NodeRun } from '../support/executeNode';

let chain: Devchain;
let credentials: Record<string, object>;

beforeAll(async () => {
  chain = await Devchain.start({
    clock: 'real',
    blockInterval: 1,
    // Blocks are irreversible after few seconds: these are waited for.
    witnesses: 3,
    maintenanceInterval: 86_400,
    accounts: [{ name: 'hot-wallet', balances: { BTS: '10000' } }, { name: 'alice' }, { name: 'bob' }],
  });
  const { keys } = chain.account('hot-wallet');
  credentials = {
    bitSharesNodeApi: {
      chain: 'custom',
      chainId: chain.chainId,
      addressPrefix: 'BTS',
      trustedUrls: chain.trustedUrl,
      delayedUrls: chain.delayedUrl,
    },
    bitSharesKeysApi: { account: 'hot-wallet', memoKey: keys.memo, activeKey: keys.active },
  };
});
afterAll(() => chain.stop());

const run = (
  operation: string,
  items: object[],
  parameters: Record<string, NodeParameterValueType> = {},
  more: Partial<NodeRun> = {},
) =>
  executeNode({
    node: new BitShares(),
    parameters: { resource: 'transfer', operation, memo: '={{ $json.memo }}', ...parameters },
    credentials,
    items: items as never,
    ...more,
  });
const request = (withdrawalId: string, more: object = {}) => ({
  withdrawalId,
  requestedAt: new Date(chain.head.seconds * 1000).toISOString(),
  to: 'alice',
  amount: '1.5',
  memo: 'hello',
  ...more,
});
const payments = () => chain.history('alice').filter(({ op }) => (op as unknown as [number])[0] === 0).length;
/** Payments that were sent, in a block or on their way into one. */
const sent = () => payments() + chain.producer.pending.length;

test('Send in n8n: two items are paid once each, again changes nothing, and no key is stored', async () => {
  const items = [request('N-1'), request('N-2', { amount: 2 })];
  const first = await run('send', items);
  expect(first.error).toBeNull();
  expect(
    first.items?.map(({ json, pairedItem }) => [json.withdrawalId, json.outcome, json.amount, pairedItem]),
  ).toEqual([
    ['N-1', 'irreversible', '1.50000', { item: 0 }],
    ['N-2', 'irreversible', '2.00000', { item: 1 }],
  ]);
  expect(Object.keys(first.items?.[0]?.json ?? {}).sort()).toEqual(Object.keys(sendSchema.properties).sort());
  const again = await run('send', items);
  expect(again.items?.map(({ json }) => json.alreadyPaid)).toEqual([true, true]);
  expect(payments()).toBe(2);
  for (const secret of Object.values(chain.account('hot-wallet').keys)) {
    expect(first.stored + again.stored).not.toContain(secret);
  }
}, 60_000);

test('Quote, Prepare, Broadcast, Get Status: text fields carry what the next one takes', async () => {
  const quoted = await run('quote', [request('N-3')]);
  expect(quoted.error).toBeNull();
  expect(Object.keys(quoted.items?.[0]?.json ?? {}).sort()).toEqual(
    Object.keys(quoteSchema.properties).sort(),
  );
  const { intent, maximumFee } = quoted.items?.[0]?.json ?? {};
  expect(typeof intent).toBe('string');
  expect(maximumFee).toBe('100.00000');
  const prepared = await run('prepare', [{ intent }], { describedBy: 'intent' });
  expect(prepared.error).toBeNull();
  const item = prepared.items?.[0]?.json ?? {};
  expect(typeof item.transaction).toBe('string');
  const before = payments();
  const status = await run('getStatus', [item], { options: { transaction: '={{ $json.transaction }}' } });
  expect(status.items?.[0]?.json).toMatchObject({ outcome: 'unknown', paid: false });
  const broadcast = await run('broadcast', [item], { waitFor: 'block' });
  expect(broadcast.error).toBeNull();
  expect(broadcast.items?.[0]?.json).toMatchObject({
    outcome: 'in_block',
    transactionId: item.transactionId,
  });
  const settled = await run('broadcast', [item]);
  expect(settled.items?.[0]?.json).toMatchObject({ outcome: 'irreversible', alreadyPaid: true });
  expect(payments()).toBe(before + 1);
}, 60_000);

test.each([
  ['the fee of the chain', {}, 'auto'],
  ['a fixed fee', { fee: '25' }, { amount: '2500000', asset: '1.3.0' }],
])(
  'Quote writes the intent as version 1 has always had it, so that stored rows stay equal: %s',
  async (_, options, fee) => {
    const withdrawal = request('N-quoted');
    const quoted = await run('quote', [withdrawal], { options: { ...options, maximumFee: 50 } });
    expect(quoted.error).toBeNull();
    const sender = chain.account('hot-wallet');
    const receiver = chain.account('alice');
    expect(quoted.items?.[0]?.json['intent']).toBe(
      `{"v":1,"chainId":"${chain.chainId}","withdrawalId":"N-quoted","requestedAt":"${withdrawal.requestedAt.replace('.000', '')}",` +
        `"from":"${sender.id}","to":"${receiver.id}","asset":"1.3.0","amount":"150000","memo":"hello","memoMode":"encrypted",` +
        `"senderMemoKey":"${sender.publicKeys.memo}","receiverMemoKey":"${receiver.publicKeys.memo}",` +
        `"fee":${JSON.stringify(fee)},"maximumFee":"5000000"}`,
    );
  },
  30_000,
);

test('an expression that changes on a retry stops the node before anything is built', async () => {
  const before = payments();
  for (const [name, label] of [
    ['withdrawalId', 'Withdrawal ID'],
    ['requestedAt', 'Requested At'],
  ] as const) {
    const { error } = await run('send', [request('N-4')], { [name]: '={{ $now.toISO() }}' });
    expect(error?.message).toContain(label);
    expect(error?.message).toContain('$now');
  }
  expect(payments()).toBe(before);
});

test('an option whose expression gives no number is refused: without an age limit a scan would prove nothing', async () => {
  const before = payments();
  for (const [name, label] of [
    ['maximumAge', 'Maximum Age of Request'],
    ['maximumWait', 'Maximum Wait'],
  ] as const) {
    for (const value of ['={{ "a week" }}', '={{ -1 }}', '={{ [7] }}']) {
      const { error } = await run('send', [request('N-12')], { options: { [name]: value } });
      expect(error?.message).toContain(label);
    }
  }
  expect(payments()).toBe(before);
});

test('a memo type that is neither of the two is refused, and no memo is shown to everybody', async () => {
  const { error } = await run('send', [request('N-14')], { options: { memoType: '={{ "Encrypted" }}' } });
  expect(error?.message).toContain('Memo Type');
});

test.each<[string, string, Record<string, NodeParameterValueType>]>([
  ['Withdrawal ID', 'text with a part missing', { withdrawalId: '=w-{{ $json.nmber }}' }],
  ['Withdrawal ID', 'text with the word undefined', { withdrawalId: '={{ "w-" + $json.nmber }}' }],
  ['Withdrawal ID', 'the place in a batch', { withdrawalId: '=w-{{ $itemIndex }}' }],
  ['Described By', 'Intent', { describedBy: 'Intent' }],
  ['Wait For', 'Block', { waitFor: '={{ "Block" }}' }],
  ['Wait For', 'nothing', { waitFor: '={{ $json.nothing }}' }],
  ['To', 'nothing', { to: '={{ $json.nothing }}' }],
  ['To', 'no number', { to: '={{ Number("x") }}' }],
  ['Asset', 'null', { asset: '={{ null }}' }],
  ['Allowed Receivers', 'nothing', { options: { allowedReceivers: '={{ $json.nothing }}' } }],
  ['Allowed Receivers', 'an empty list', { options: { allowedReceivers: '={{ [] }}' } }],
  ['Allowed Assets', 'commas alone', { options: { allowedAssets: ' , ' } }],
  ['Allowed Assets', 'true', { options: { allowedAssets: '={{ true }}' } }],
  ['Maximum Amount', 'nothing', { options: { maximumAmount: '={{ $json.nothing }}' } }],
  ['Maximum Amount', 'null', { options: { maximumAmount: '={{ null }}' } }],
  ['Maximum Fee', 'nothing', { options: { maximumFee: '={{ $json.nothing }}' } }],
  ['Maximum Fee', 'null', { options: { maximumFee: '={{ null }}' } }],
  ['Maximum Amounts', 'nothing', { options: { maximumAmounts: '={{ $json.nothing }}' } }],
  ['Maximum Amounts', 'a list', { options: { maximumAmounts: '={{ [] }}' } }],
  ['Maximum Amounts', 'rows of another name', { options: { maximumAmounts: '={{ ({ row: [{}] }) }}' } }],
  [
    'Maximum Amounts',
    'a row without an asset',
    { options: { maximumAmounts: { rows: [{ asset: '', maximumAmount: '1' }] } } },
  ],
  [
    'Maximum Amounts',
    'a row without a maximum',
    { options: { maximumAmounts: { rows: [{ asset: '1.3.0', maximumAmount: '' }] } } },
  ],
  [
    'Maximum Amounts',
    'a row whose maximum is found nowhere',
    { options: { maximumAmounts: { rows: [{ asset: '1.3.0', maximumAmount: '={{ $json.nothing }}' }] } } },
  ],
  ['Maximum Age', 'null', { options: { maximumAge: '={{ null }}' } }],
  ['Maximum Wait', 'a number of another form', { options: { maximumWait: '={{ "0x10" }}' } }],
  ['Maximum Wait', 'for ever', { options: { maximumWait: '={{ 1e21 }}' } }],
  ['Memo Type', 'null', { options: { memoType: '={{ null }}' } }],
  ['Fee', 'nothing', { options: { fee: '={{ $json.nothing }}' } }],
  ['Fee Asset', 'an object', { options: { feeAsset: '={{ {} }}' } }],
  ['Receiver Memo Key', 'a number', { options: { receiverMemoKey: '={{ 1.5 }}' } }],
])('%s that is %s is refused by name, and nothing is sent', async (field, value, parameters) => {
  const before = sent();
  const withdrawal = request(`N-wrong ${field.length} ${value.length}`, { intent: '{}' });
  const { error } = await run('send', [withdrawal], { waitFor: 'broadcast', ...parameters });
  expect(error?.message).toMatch(new RegExp(`^${field}.*: `));
  expect(sent()).toBe(before);
});

test('limits may be lists of an expression, and hold', async () => {
  const allowed = { allowedReceivers: '={{ ["bob", "1.2.3"] }}' };
  const { items } = await run('send', [request('N-list')], { options: allowed });
  expect(items?.[0]?.json.nextStep).toContain('RECEIVER_NOT_ALLOWED');
});

test.each<[string, Record<string, NodeParameterValueType>, string]>([
  ['Maximum Fee', { maximumFee: '20.7' }, 'LIMIT_EXCEEDED: Maximum Fee'],
  ['Maximum Fee as a number', { maximumFee: '={{ 20.7 }}' }, 'LIMIT_EXCEEDED: Maximum Fee'],
  [
    'Maximum Amounts',
    { maximumAmounts: { rows: [{ asset: 'BTS', maximumAmount: '1.4' }] } },
    'LIMIT_EXCEEDED: Maximum Amounts',
  ],
  [
    'Maximum Amounts as numbers',
    { maximumAmounts: { rows: [{ asset: '1.3.0', maximumAmount: '={{ 1.4 }}' }] } },
    'LIMIT_EXCEEDED: Maximum Amounts',
  ],
  [
    'Maximum Amounts of other assets',
    { maximumAmounts: { rows: [{ asset: '1.3.5', maximumAmount: '1000' }] } },
    'ASSET_NOT_ALLOWED: Maximum Amounts',
  ],
])('%s holds back what is beyond it', async (_, options, reason) => {
  const before = sent();
  const { items, error } = await run('send', [request(`N-limit ${_}`)], { options });
  expect(error).toBeNull();
  expect(items?.[0]?.json.nextStep).toContain(reason);
  expect(sent()).toBe(before);
});

test('Approve has a maximum fee too, and refuses one whose expression finds nothing', async () => {
  const approve = (options: Record<string, NodeParameterValueType>) =>
    executeNode({
      node: new BitShares(),
      parameters: {
        resource: 'proposal',
        operation: 'approve',
        proposalId: '1.10.0',
        account: 'alice',
        options,
      },
      credentials,
      items: [{}],
    });
  const nothing = await approve({ maximumFee: '={{ $json.nothing }}' });
  expect(nothing.error?.message).toMatch(/^Maximum Fee: /);
  // Read and understood: what is missing is the proposal.
  expect((await approve({ maximumFee: '0.5' })).error?.message).toContain('no open proposal 1.10.0');
});

test.each(['={{ Number("x") }}', '={{ 12345678901234567890 }}', '={{ 0.1 + 0.2 }}'])(
  'a memo from a number that lost digits is never paid (%s)',
  async (memo) => {
    const before = sent();
    // Without waitFor it would wait near the end of a ten-minute window, until the refusal is final.
    const { items } = await run('send', [request(`N-memo ${memo}`)], { memo, waitFor: 'broadcast' });
    expect(items?.[0]?.json).toMatchObject({ paid: false, transactionId: null });
    expect(items?.[0]?.json.nextStep).toContain('INVALID_MEMO');
    expect(sent()).toBe(before);
  },
);

test.each(['send', 'broadcast'])(
  'an execution that was stopped sends nothing more (%s)',
  async (operation) => {
    const before = payments();
    const item = request(`N-stopped-${operation}`);
    const prepared = operation === 'send' ? item : (await run('prepare', [item])).items?.[0]?.json;
    const notNow = { kind: 'error', method: 'get_recent_transaction_by_id', times: Infinity } as const;
    const fault = chain.faults.add(notNow);
    await run(
      operation,
      [prepared ?? {}],
      {},
      {
        onStart: (cancel) => {
          const timer = setInterval(() => {
            if (fault.hits === 0) return;
            clearInterval(timer);
            cancel();
            fault.remove();
          }, 20);
        },
      },
    );
    expect(fault.hits).toBeGreaterThan(0);
    expect(payments()).toBe(before);
  },
  60_000,
);

test('a batch with an item that cannot be understood sends nothing, or with Continue on Fail all but that item', async () => {
  const items = [request('N-5', { to: 'bob' }), request('', { to: 'bob' })];
  const stopped = await run('send', items, { waitFor: 'broadcast' });
  expect(stopped.items).toBeNull();
  expect(stopped.error?.context?.itemIndex).toBe(1);
  const went = await run('send', items, { waitFor: 'broadcast' }, { onError: 'continueRegularOutput' });
  expect(went.items?.map(({ json, pairedItem }) => [json.outcome, json.errorCode, pairedItem])).toEqual([
    ['in_mempool', undefined, { item: 0 }],
    [undefined, 'INVALID_PARAMETER', { item: 1 }],
  ]);
});

test('with an error output what was refused goes there, with its reason, and never to the other output', async () => {
  await run('send', [request('N-8', { to: 'bob' })], { waitFor: 'block' });
  const items = [
    request('N-9', { to: 'bob' }),
    request('', { to: 'bob' }),
    request('N-8', { to: 'bob', amount: '9' }),
  ];
  const sent = await run('send', items, { waitFor: 'broadcast' }, { onError: 'continueErrorOutput' });
  expect(sent.items?.map(({ json }) => json.outcome)).toStrictEqual(['in_mempool']);
  expect(sent.errorItems?.map(({ json }) => json.error)).toEqual([
    expect.stringContaining('Withdrawal ID'),
    expect.stringContaining('instead of 9.00000'),
  ]);
  expect(sent.errorItems?.map(({ json }) => json.message)).toEqual([
    expect.stringContaining('(INVALID_PARAMETER)'),
    expect.stringContaining('(WITHDRAWAL_CONFLICT)'),
  ]);
  const quoted = await run(
    'quote',
    [request('N-10', { to: 'nobody' })],
    {},
    { onError: 'continueErrorOutput' },
  );
  expect(quoted.items).toEqual([]);
  expect(quoted.errorItems?.[0]?.json.message).toContain('(UNKNOWN_ACCOUNT)');
});

test.each(['continueErrorOutput', 'continueRegularOutput'] as const)(
  'a fault of the whole node is an error of every item, and never the input as if it were the result (%s)',
  async (onError) => {
    const bitSharesKeysApi = { ...credentials['bitSharesKeysApi'], activeKey: '' };
    const items = [request('S-1', { outcome: 'irreversible', paid: true }), request('S-2')];
    const sent = await run('send', items, {}, { onError, credentials: { ...credentials, bitSharesKeysApi } });
    const errors = onError === 'continueErrorOutput' ? sent.errorItems : sent.items;
    expect(errors?.map(({ json }) => json.error)).toEqual(
      Array(2).fill(expect.stringContaining('active key')),
    );
    if (onError === 'continueErrorOutput') expect(sent.items).toEqual([]);
  },
);

test('a used withdrawalId with other content is an error of its item', async () => {
  await run('send', [request('N-6', { to: 'bob' })], { waitFor: 'block' });
  const { error, items } = await run('send', [request('N-6', { to: 'bob', amount: '9' })]);
  expect(items).toBeNull();
  expect(error?.message).toContain('instead of 9.00000');
});

test('an AI agent cannot use what moves money', async () => {
  for (const operation of ['send', 'prepare', 'broadcast']) {
    const { error } = await run(
      operation,
      [request('N-7')],
      {},
      { type: 'n8n-nodes-bitshares.bitSharesTool' },
    );
    expect(error?.message).toContain('AI agent');
  }
});

test('a keys credential without an active key cannot send', async () => {
  const { keys } = chain.account('hot-wallet');
  const watching = { ...credentials, bitSharesKeysApi: { account: 'hot-wallet', memoKey: keys.memo } };
  const { error } = await run('send', [request('N-8')], {}, { credentials: watching });
  expect(error?.message).toContain('Active Key');
  const quoted = await run('quote', [request('N-8')], {}, { credentials: watching });
  expect(quoted.error).toBeNull();
});
