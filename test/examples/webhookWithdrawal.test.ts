/** The withdrawal webhook, run in n8n's engine on devchain: what the asking system is told, and what was paid. */
import type { IDataObject } from 'n8n-workflow';
import template from '../../examples/webhook-withdrawal.json';
import type { WorkflowTemplate } from '../../demo/workflowTemplates';
import { Devchain } from '../../devchain';
import { BitShares } from '../../nodes/BitShares/BitShares.node';
import { keysCredentialFor, nodeCredentialFor } from '../support/devchainCredentials';
import { runTemplate, type Row, type TableFault, type TemplateRun } from '../support/runTemplate';

const fields = [
  'alreadyPaid',
  'blockNumber',
  'code',
  'field',
  'final',
  'message',
  'outcome',
  'paid',
  'transactionId',
  'withdrawalId',
];

let chain: Devchain;
beforeAll(async () => {
  chain = await Devchain.start({
    clock: 'real',
    blockInterval: 1,
    maintenanceInterval: 86_400,
    startTime: Math.floor(Date.now() / 1000) - 1800,
    accounts: [
      { name: 'exchange-hot', balances: { BTS: '900.12345' } },
      { name: 'customer' },
      { name: 'registrar', balances: { BTS: '100000' } },
    ],
  });
  chain.advance(Math.floor(Date.now() / 1000) - chain.head.seconds);
});
afterAll(() => chain.stop());

/** The n8n of a test: its tables stay between requests. */
class Webhook {
  readonly tables: Record<string, Row[]> = { withdrawal_requests: [], withdrawals: [] };

  async ask(
    body: unknown,
    more: { node?: object; keys?: object; options?: IDataObject; fault?: TemplateRun['tableFault'] } = {},
  ) {
    const { keys } = chain.account('exchange-hot');
    const sending = keysCredentialFor(chain, 'exchange-hot', { activeKey: keys.active, ...more.keys });
    const watching = keysCredentialFor(chain, 'exchange-hot');
    const { response, error, ran } = await runTemplate(withOptions(more.options ?? {}), {
      nodes: { 'n8n-nodes-bitshares.bitShares': new BitShares() },
      credentials: {
        bitSharesNodeApi: { 'BitShares nodes': nodeCredentialFor(chain, more.node) },
        bitSharesKeysApi: {
          'Hot wallet (memo and active key)': sending,
          'Hot wallet (memo key only)': watching,
        },
      },
      input: { headers: {}, params: {}, query: {}, body: body as IDataObject },
      tables: this.tables,
      ...(more.fault === undefined ? {} : { tableFault: more.fault }),
    });
    expect(error).toBeNull();
    if (response === null) throw new Error(`The webhook was not answered. These ran: ${ran.join(', ')}`);
    expect(response.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(response.body).toMatch(/\n$/);
    const answer = JSON.parse(response.body) as Record<string, unknown>;
    // One shape for all answers, and nothing of the inside of the exchange in any of them.
    expect(Object.keys(answer).sort()).toEqual(fields);
    expect(response.body).not.toMatch(
      /127\.0\.0\.1|ws:|\d+\.\d+ (?:BTS )?free|900\.1|needs \d|SQLITE|Data table/,
    );
    return { status: response.status, answer, ran };
  }
}

function withOptions(options: IDataObject): WorkflowTemplate {
  const changed = JSON.parse(JSON.stringify(template)) as WorkflowTemplate;
  for (const { parameters } of changed.nodes.filter(({ type }) => type.startsWith('n8n-nodes-bitshares.')))
    parameters['options'] = { ...(parameters['options'] as IDataObject), maximumWait: 60, ...options };
  return changed;
}

const request = (withdrawalId: unknown, more: object = {}) => ({
  withdrawalId,
  requestedAt: new Date(chain.head.seconds * 1000).toISOString(),
  to: 'customer',
  asset: '1.3.0',
  amount: '1.5',
  memo: 'hello',
  ...more,
});
/** Payments of the hot wallet, in a block or on their way into one. */
const sent = () =>
  chain.history('exchange-hot').filter(({ op }) => (op as unknown as [number])[0] === 0).length +
  chain.producer.pending.length;

describe('a request that is paid', () => {
  const webhook = new Webhook();
  const body = () => request('w-1', { requestedAt: first });
  let first = '';
  let transactionId: unknown;

  test('is answered with 200 when it is irreversible', async () => {
    first = new Date(chain.head.seconds * 1000).toISOString();
    const before = sent();
    const { status, answer } = await webhook.ask(body());
    expect({ status, ...answer }).toMatchObject({
      ...{ status: 200, code: 'PAID', withdrawalId: 'w-1', paid: true, final: true, alreadyPaid: false },
      ...{ outcome: 'irreversible', message: 'Paid for good.' },
    });
    transactionId = answer['transactionId'];
    expect(sent()).toBe(before + 1);
    expect(webhook.tables['withdrawals']).toMatchObject([{ withdrawalId: 'w-1', paid: true }]);
  }, 90_000);

  test('is answered with the same payment when it is asked for again, and not quoted', async () => {
    const before = sent();
    const { status, answer, ran } = await webhook.ask(body());
    expect({ status, ...answer }).toMatchObject({
      status: 200,
      paid: true,
      alreadyPaid: true,
      transactionId,
    });
    expect(ran).not.toContain('Quote');
    expect(sent()).toBe(before);
  }, 90_000);

  test('gets 409 for other content, and 503, never 422, when the nodes cannot answer', async () => {
    const before = sent();
    const other = await webhook.ask({ ...body(), amount: '99' });
    expect({ status: other.status, ...other.answer }).toMatchObject({
      ...{ status: 409, code: 'WITHDRAWAL_CONFLICT', withdrawalId: 'w-1', paid: false, final: false },
    });
    const nobody = { trustedUrls: 'ws://127.0.0.1:9', delayedUrls: 'ws://127.0.0.1:9' };
    const away = await webhook.ask(body(), { node: nobody });
    expect({ status: away.status, ...away.answer }).toMatchObject({ status: 503, paid: false, final: false });
    expect(away.answer['code']).toBe('NODE_UNREACHABLE');
    // What was written as paid stays written as paid.
    expect(webhook.tables['withdrawals']).toMatchObject([{ withdrawalId: 'w-1', paid: true }]);
    expect(sent()).toBe(before);
  }, 90_000);
});

test('the retry of a paid request gets no 422 while the delayed node does not know its receiver yet', async () => {
  const resyncing = await chain.addNode('resyncing', { delayed: true });
  resyncing.freeze();
  const { id, publicKeys, keys } = chain.account('registrar');
  const authority = (key: string) => ({
    ...{ weight_threshold: 1, account_auths: [], key_auths: [[key, 1]], address_auths: [] },
  });
  const options = { memo_key: publicKeys.memo, voting_account: '1.2.5', num_witness: 0, num_committee: 0 };
  const create = {
    fee: { amount: 0, asset_id: '1.3.0' },
    ...{ registrar: id, referrer: id, referrer_percent: 0, name: 'new-customer', extensions: {} },
    ...{ owner: authority(publicKeys.owner), active: authority(publicKeys.active) },
    options: { ...options, votes: [], extensions: [] },
  };
  chain.push(chain.sign([[5, create] as never], [keys.active]));
  chain.confirm();

  const webhook = new Webhook();
  const body = request('w-new', { to: 'new-customer' });
  const before = sent();
  // As the asking system does it: until it is paid.
  const asked = async (): Promise<unknown> => {
    const { status } = await webhook.ask(body);
    if (status === 200) return status;
    await new Promise((done) => setTimeout(done, 500));
    return asked();
  };
  await asked();
  expect(sent()).toBe(before + 1);
  const { status, answer } = await webhook.ask(body, { node: { delayedUrls: resyncing.url } });
  expect({ status, ...answer }).toMatchObject({
    status: 503,
    code: 'NODES_DISAGREE',
    paid: false,
    final: false,
  });
  expect(sent()).toBe(before + 1);
}, 120_000);

describe('only texts are taken', () => {
  test.each<[string, object]>([
    ['withdrawalId', { withdrawalId: true }],
    ['withdrawalId', { withdrawalId: 77 }],
    ['withdrawalId', { withdrawalId: null }],
    ['withdrawalId', { withdrawalId: ['w'] }],
    ['withdrawalId', { withdrawalId: 'w\u0000' }],
    ['amount', { amount: 25.5 }],
    ['amount', { amount: { a: 1 } }],
    ['to, asset', { to: {}, asset: undefined }],
    ['memo', { memo: 7 }],
    ['memo', { memo: 'x'.repeat(5001) }],
  ])('%s that is no text is refused, and leaves no row: %j', async (field, change) => {
    const webhook = new Webhook();
    const before = sent();
    const { status, answer } = await webhook.ask(request('w-text', change));
    expect({ status, ...answer }).toMatchObject({ status: 422, code: 'NOT_TEXT', field, paid: false });
    expect(webhook.tables['withdrawal_requests']).toEqual([]);
    expect(sent()).toBe(before);
  });

  test('a body that is none', async () => {
    for (const body of [{}, [], 'text', null])
      expect((await new Webhook().ask(body)).answer).toMatchObject({ code: 'NOT_TEXT', withdrawalId: null });
  });
});

test.each<[string, string, object]>([
  ['INVALID_AMOUNT', 'Amount', { amount: '1.123456' }],
  ['INVALID_AMOUNT', 'Amount', { amount: '' }],
  ['INVALID_ACCOUNT', 'To', { to: 'No Name!' }],
  ['INVALID_ACCOUNT', 'To', { to: 'exchange-hot' }],
  ['INVALID_ASSET', 'Asset', { asset: 'bts' }],
  ['INVALID_TIME', 'Requested At', { requestedAt: 'yesterday' }],
  ['INVALID_PARAMETER', 'Withdrawal ID', { withdrawalId: 'w-undefined' }],
  ['INVALID_PARAMETER', 'Withdrawal ID', { withdrawalId: 'i'.repeat(201) }],
])('a fault of the request itself is 422 each time it is asked: %s, %s', async (code, field, change) => {
  const webhook = new Webhook();
  const before = sent();
  for (let time = 0; time < 2; time++) {
    const { status, answer, ran } = await webhook.ask(request('w-fault', change));
    expect({ status, ...answer }).toMatchObject({ status: 422, code, field, paid: false, final: true });
    expect(ran).not.toContain('Pay the withdrawal');
  }
  expect(webhook.tables['withdrawal_requests']).toEqual([]);
  expect(sent()).toBe(before);
});

describe('what is no proved fault of the request is 503: ask again', () => {
  test.each<[string, object, Parameters<Webhook['ask']>[1]]>([
    ['UNKNOWN_ACCOUNT', { to: 'nobody-here' }, {}],
    ['UNKNOWN_ASSET', { asset: 'NOSUCHASSET' }, {}],
    ['INSUFFICIENT_BALANCE', { amount: '950' }, {}],
    ['LIMIT_EXCEEDED', { amount: '99999999' }, { options: { maximumAmount: '1000' } }],
    ['KEY_WITHOUT_AUTHORITY', {}, { keys: { activeKey: '' } }],
    ['INVALID_KEY', {}, { keys: { activeKey: 'no key' } }],
    ['INVALID_AMOUNT', {}, { options: { maximumAmount: 'much' } }],
    ['WRONG_CHAIN', {}, { node: { chainId: 'f'.repeat(64) } }],
    ['REQUESTED_AT_IN_FUTURE', { requestedAt: '2099-01-01T00:00:00Z' }, {}],
  ])(
    '%s',
    async (code, change, more) => {
      const webhook = new Webhook();
      const before = sent();
      const { status, answer } = await webhook.ask(request(`w-${code}`, change), more);
      expect({ status, code: answer['code'] }).toEqual({ status: 503, code });
      expect(answer).toMatchObject({ paid: false, final: false, withdrawalId: `w-${code}` });
      expect(sent()).toBe(before);
    },
    90_000,
  );

  test.each<[string, TableFault]>([
    ['Note the request', 'missing'],
    ['Note the request', 'busy'],
    ['First request with this id', 'missing'],
    ['First request with this id', 'busy'],
  ])('"%s": a table that is %s', async (node, fault) => {
    const webhook = new Webhook();
    const before = sent();
    const failing = (name: string) => (name === node ? fault : undefined);
    const { status, answer } = await webhook.ask(request('w-table'), { fault: failing });
    expect({ status, ...answer }).toMatchObject({
      status: 503,
      code: 'NOT_STORED',
      paid: false,
      final: false,
    });
    expect(sent()).toBe(before);
  });
});

test('a table that cannot be written when it is paid keeps back no answer', async () => {
  const webhook = new Webhook();
  const fault = (name: string) => (name === 'Write the outcome' ? ('busy' as const) : undefined);
  const { status, answer } = await webhook.ask(request('w-unwritten'), { fault });
  expect({ status, ...answer }).toMatchObject({ status: 200, code: 'PAID' });
}, 90_000);

test('of two contents of one id at once the first row is paid, once, and the other gets 409', async () => {
  const webhook = new Webhook();
  const before = sent();
  const { requestedAt } = request('w-race');
  const ask = (amount: string) => webhook.ask(request('w-race', { amount, requestedAt }));
  const answers = await Promise.all([ask('2'), ask('3'), ask('2')]);
  expect(answers.map(({ status }) => status)).toEqual([200, 409, 200]);
  expect(answers[2]?.answer['transactionId']).toBe(answers[0]?.answer['transactionId']);
  expect(sent()).toBe(before + 1);
}, 90_000);
