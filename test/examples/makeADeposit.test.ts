/** The form that makes a deposit, run in n8n's engine on devchain: its last page says what happened. */
import type { IDataObject } from 'n8n-workflow';
import template from '../../examples/make-a-deposit.json';
import type { WorkflowTemplate } from '../../demo/workflowTemplates';
import { Devchain } from '../../devchain';
import { BitShares } from '../../nodes/BitShares/BitShares.node';
import { keysCredentialFor, nodeCredentialFor } from '../support/devchainCredentials';
import { runTemplate } from '../support/runTemplate';

let chain: Devchain;
beforeAll(async () => {
  chain = await Devchain.start({
    clock: 'real',
    blockInterval: 1,
    maintenanceInterval: 86_400,
    startTime: Math.floor(Date.now() / 1000) - 1800,
    accounts: [{ name: 'exchange-deposits' }, { name: 'customer', balances: { BTS: '500.12345' } }],
  });
  chain.advance(Math.floor(Date.now() / 1000) - chain.head.seconds);
});
afterAll(() => chain.stop());

async function submit(
  amount: string,
  more: { memo?: string; node?: object; keys?: object; options?: IDataObject } = {},
) {
  const changed = JSON.parse(JSON.stringify(template)) as WorkflowTemplate;
  const send = changed.nodes.find(({ name }) => name === 'Pay the deposit')?.parameters ?? {};
  send['options'] = { ...(send['options'] as IDataObject), maximumWait: 20, ...more.options };
  const { keys } = chain.account('customer');
  const { page, error } = await runTemplate(changed, {
    nodes: { 'n8n-nodes-bitshares.bitShares': new BitShares() },
    credentials: {
      bitSharesNodeApi: { 'BitShares nodes': nodeCredentialFor(chain, more.node) },
      bitSharesKeysApi: {
        'Customer (memo and active key)': keysCredentialFor(chain, 'customer', {
          activeKey: keys.active,
          ...more.keys,
        }),
      },
    },
    input: { amount, memo: more.memo ?? 'customer 1042', submittedAt: new Date().toISOString() },
  });
  expect(error).toBeNull();
  if (page === null) throw new Error('The form has no last page.');
  // The page is for whoever may open the form: nothing of the inside of n8n or of the paying account.
  expect(JSON.stringify(page)).not.toMatch(/undefined|null|127\.0\.0\.1|500\.1|480\.|[A-Z]+_[A-Z]+/);
  return page;
}

/** Payments that are in a block or on their way into one. */
const sent = () =>
  chain.history('customer').filter(({ op }) => (op as unknown as [number])[0] === 0).length +
  chain.producer.pending.length;

test('what was sent is said to be sent, with its amount', async () => {
  const before = sent();
  const page = await submit('12.5', { memo: 'Grüße 🙂' });
  expect(page.title).toBe('Sent');
  expect(page.message).toMatch(
    /^Sent\. 12\.50000 BTS are on their way to exchange-deposits\. In about 10 seconds .* the deposit is in the ledger\.$/,
  );
  expect(sent()).toBe(before + 1);
}, 60_000);

test.each<[string, string, Parameters<typeof submit>[1], RegExp]>([
  ['too many decimals', '1.123456', {}, /The amount is not a positive number with at most as many decimals/],
  ['an amount that is none', 'much', {}, /The amount is not a positive number/],
  ['more than there is', '999', {}, /The paying account has too little\./],
  ['more than the form pays', '400', { options: { maximumAmount: '100' } }, /larger than this form pays/],
  [
    'a memo with a private key',
    '1',
    { memo: '5KQwrPbwdL6PhXujxW37FSSQZ1JiwsST4cqQzDeyXtP79zkvFD3' },
    /The memo/,
  ],
  ['keys of no use', '1', { keys: { activeKey: '' } }, /The keys of this form do not fit/],
])(
  '%s: what was not sent is said not to be sent, and why',
  async (_, amount, more, reason) => {
    const before = sent();
    const page = await submit(amount, more);
    expect(page.title).toBe('Not sent');
    expect(page.message).toMatch(/^Not sent\. /);
    expect(page.message).toMatch(reason);
    expect(sent()).toBe(before);
  },
  60_000,
);

test.each([
  ['answer lost', 'Sent', 1],
  ['drop', 'Not known to be sent', 0],
] as const)(
  'a broadcast without an answer (%s) is not said to be unsent: %s',
  async (kind, title, more) => {
    const before = sent();
    const fault = chain.faults.add({ kind, method: 'broadcast_transaction', times: Infinity });
    const page = await submit('2.5').finally(() => fault.remove());
    expect(fault.hits).toBeGreaterThan(0);
    expect(page.title).toBe(title);
    expect(sent()).toBe(before + more);
  },
  60_000,
);

test('the form asks for a login, and pays to one receiver up to a maximum', () => {
  const parameters = (name: string) =>
    (template.nodes as { name: string; parameters: IDataObject }[]).find((node) => node.name === name)
      ?.parameters;
  expect(parameters('Deposit form')?.['authentication']).toBe('basicAuth');
  expect(parameters('Pay the deposit')?.['options']).toMatchObject({
    allowedReceivers: 'exchange-deposits',
    maximumAmounts: { rows: [{ asset: '1.3.0', maximumAmount: '1000' }] },
  });
});
