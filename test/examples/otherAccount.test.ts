/**
 * On import n8n puts a credential into every node that takes one: the last updated of any type that fits, so it may be another
 * account's, with an active key and much money. No node of any template may pay with it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { IDataObject, INodeType } from 'n8n-workflow';
import type { WorkflowNode, WorkflowTemplate } from '../../demo/workflowTemplates';
import { Devchain, type Fault } from '../../devchain';
import { BitShares } from '../../nodes/BitShares/BitShares.node';
import { BitSharesWallet } from '../../nodes/BitSharesWallet/BitSharesWallet.node';
import { balanceKey, fiveEach } from '../support/importOnDevchain';
import { executeNode } from '../support/executeNode';
import { keysCredentialFor, nodeCredentialFor } from '../support/devchainCredentials';
import { runTemplate } from '../support/runTemplate';

const ours: Record<string, INodeType> = {
  'n8n-nodes-bitshares.bitShares': new BitShares(),
  'n8n-nodes-bitshares.bitSharesWallet': new BitSharesWallet(),
};
const folder = resolve(__dirname, '../../examples');
const places = (readdirSync(folder, { recursive: true }) as string[])
  .filter((file) => file.endsWith('.json'))
  .flatMap((file) =>
    (JSON.parse(readFileSync(join(folder, file), 'utf8')) as WorkflowTemplate).nodes
      .filter(({ credentials, type }) => type in ours && credentials?.['bitSharesKeysApi'] !== undefined)
      .map((node): [string, string, WorkflowNode] => [file, node.name, node]),
  );

const walletPassword = 'correct horse battery';
const balanceKeys = [balanceKey(1), balanceKey(2)];
let chain: Devchain;
let broadcasts: Fault;
let credentials: Record<string, object>;
let row: IDataObject;

beforeAll(async () => {
  chain = await Devchain.start({
    clock: 'real',
    blockInterval: 1,
    maintenanceInterval: 86_400,
    startTime: Math.floor(Date.now() / 1000) - 1800,
    accounts: [
      { name: 'treasury', balances: { BTS: '1000000' } },
      ...['exchange-hot', 'exchange-deposits', 'customer', 'alice', 'my-exchange'].map((name) => ({ name })),
    ],
    balanceObjects: fiveEach(balanceKeys),
  });
  chain.advance(Math.floor(Date.now() / 1000) - chain.head.seconds);
  await chain.startWallet({ password: walletPassword });
  broadcasts = chain.faults.add({
    kind: 'count',
    method: /^broadcast|^transfer2$/,
  });
  const { active } = chain.account('treasury').keys;
  credentials = {
    bitSharesNodeApi: nodeCredentialFor(chain),
    bitSharesKeysApi: keysCredentialFor(chain, 'treasury', {
      activeKey: active,
      balanceKeys: balanceKeys.map((key) => key.toWif()).join(),
    }),
    bitSharesWalletApi: {
      ...{ walletUrl: chain.walletUrl, walletPassword },
      ...{ chain: 'custom', chainId: chain.chainId, addressPrefix: 'BTS' },
    },
  };
  const requestedAt = new Date(chain.head.seconds * 1000).toISOString();
  const request = {
    ...{ withdrawalId: 'w-1', requestedAt, to: 'alice', asset: '1.3.0', amount: '1', memo: 'hello' },
  };
  const { items, error } = await executeNode({
    node: new BitShares(),
    parameters: { resource: 'transfer', operation: 'quote', memo: '={{ $json.memo }}' },
    credentials,
    items: [request],
  });
  expect(error).toBeNull();
  // Whatever a node of a template looks for: the row, the body of a request, a form, an intent that was quoted with these keys.
  row = {
    ...request,
    ...{ id: 1, submittedAt: requestedAt, body: request, intent: items?.[0]?.json['intent'] },
    'Account name': 'my-exchange',
  };
});
afterAll(() => chain.stop());

/** Runs one node of a template; the nodes whose output it reads all give the row. */
async function runNode(node: WorkflowNode): Promise<string> {
  const names = [...JSON.stringify(node.parameters).matchAll(/\$\('([^']+)'\)/g)].map(
    (match) => match[1] ?? '',
  );
  const others = [...new Set(names)].map((name, i): WorkflowNode => ({
    ...{ id: `other-${i}`, name, type: 'n8n-nodes-base.set', typeVersion: 3.4, position: [0, 0] },
    parameters: { mode: 'raw', jsonOutput: '={{ $json }}' },
  }));
  const start: WorkflowNode = {
    ...{ id: 'start', name: 'The row', type: 'n8n-nodes-base.webhook', typeVersion: 2.1, position: [0, 0] },
    parameters: {},
  };
  const nodes = [start, ...others, node];
  const connections = Object.fromEntries(
    nodes
      .slice(1)
      .map(({ name }, i) => [nodes[i]?.name, { main: [[{ node: name, type: 'main', index: 0 }]] }]),
  );
  const { error, output } = await runTemplate(
    { name: 'One node', nodes, connections, settings: {} },
    {
      nodes: ours,
      credentials: Object.fromEntries(
        Object.entries(node.credentials ?? {}).map(([type, { name }]) => [
          type,
          { [name]: credentials[type] ?? {} },
        ]),
      ),
      input: row,
    },
  );
  return JSON.stringify([error?.message ?? null, output[node.name] ?? []]);
}

test('there are such nodes in every template that pays', () => {
  expect(new Set(places.map(([file]) => file)).size).toBeGreaterThanOrEqual(6);
});

describe('Each template, imported with the last updated keys credential (another account’s) in every node that takes one, signs nothing', () => {
  test.each(places)(
    '%s: %s',
    async (_, __, node) => {
      const before = { balance: chain.balance('treasury', 'BTS'), broadcasts: broadcasts.hits };
      const told = await runNode(node);
      const { dryRun, operation, resource } = node.parameters;
      // Where a transfer is quoted or sent the payer is named; where claims are sent, a person types the name of the account.
      if (resource === 'transfer') expect(told).toContain('Paying Account');
      else if (operation === 'importKey') expect(told).toContain('Wallet That May Receive These Keys');
      else if (dryRun === false)
        expect(told).toMatch(/Confirm Account Name|Wallet That May Receive These Keys/);
      else expect([operation, dryRun]).toEqual(['import', true]);
      expect(chain.producer.pending).toHaveLength(0);
      expect({ balance: chain.balance('treasury', 'BTS'), broadcasts: broadcasts.hits }).toEqual(before);
      const active = chain.account('treasury').keys.active;
      expect(told).not.toContain(active);
      if (resource === 'transfer') expect(told).not.toMatch(/"signatures"|"transactionId":"/);
    },
    60_000,
  );
});
