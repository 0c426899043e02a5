/** Every workflow of examples/: what holds for all of them. The demo and `npm run test:approval` run them in a real n8n. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { NodeHelpers, type INode, type INodeType } from 'n8n-workflow';
import { credentialPlaceholder, type WorkflowTemplate } from '../../demo/workflowTemplates';
import { BitShares } from '../../nodes/BitShares/BitShares.node';
import { BitSharesTrigger } from '../../nodes/BitSharesTrigger/BitSharesTrigger.node';
import { BitSharesWallet } from '../../nodes/BitSharesWallet/BitSharesWallet.node';

const folder = resolve(__dirname, '../../examples');
const files = (readdirSync(folder, { recursive: true }) as string[]).filter((file) => file.endsWith('.json'));
const ours: Record<string, INodeType> = {
  'n8n-nodes-bitshares.bitShares': new BitShares(),
  'n8n-nodes-bitshares.bitSharesTrigger': new BitSharesTrigger(),
  'n8n-nodes-bitshares.bitSharesWallet': new BitSharesWallet(),
};

function read(file: string): WorkflowTemplate {
  return JSON.parse(readFileSync(join(folder, file), 'utf8')) as WorkflowTemplate;
}

/** Every text in the parameters of a node: expressions, code, queries. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

test('the examples of the README of the folder are those that exist', () => {
  const readme = readFileSync(join(folder, 'README.md'), 'utf8');
  expect(files.length).toBeGreaterThanOrEqual(8);
  for (const file of files) expect(readme).toContain(`\`${file}\``);
});

describe.each(files)('%s', (file) => {
  const { connections, nodes } = read(file);
  const ourNodes = nodes.filter(({ type }) => type in ours) as unknown as INode[];

  test('our nodes get only parameters that they have and show, and none is missing', () => {
    for (const node of ourNodes) {
      const { description } = ours[node.type] as INodeType;
      const { properties } = description;
      const known = NodeHelpers.getNodeParameters(
        properties,
        node.parameters,
        true,
        false,
        node,
        description,
      );
      expect({ node: node.name, ...known }).toMatchObject({ node: node.name, ...node.parameters });
      expect([description.version].flat()).toContain(node.typeVersion);
      expect(NodeHelpers.getNodeParametersIssues(properties, node, description)).toBeNull();
      for (const property of properties) {
        const value = node.parameters[property.name];
        const shown = NodeHelpers.displayParameter(node.parameters, property, node, description);
        if (property.type !== 'options' || value === undefined || !shown) continue;
        const values = property.options?.map((option) => ('value' in option ? option.value : undefined));
        expect({ node: node.name, parameter: property.name, values }).toMatchObject({
          values: expect.arrayContaining([value]) as unknown,
        });
      }
    }
  });

  test('our nodes ask for credentials that they take', () => {
    for (const node of ourNodes) {
      const taken = ours[node.type]?.description.credentials?.map(({ name }) => name);
      for (const name of Object.keys(node.credentials ?? {})) expect(taken).toContain(name);
    }
  });

  test('names and ids are unique, connections meet nodes, credentials are placeholders', () => {
    const names = nodes.map(({ name }) => name);
    expect(new Set(names).size).toBe(nodes.length);
    expect(new Set(nodes.map(({ id }) => id)).size).toBe(nodes.length);
    const met = [...JSON.stringify(connections).matchAll(/"node":"([^"]+)"/g)].map((match) => match[1]);
    for (const name of [...Object.keys(connections), ...met]) expect(names).toContain(name);
    for (const { credentials = {} } of nodes)
      for (const { id } of Object.values(credentials)) expect(id).toBe(credentialPlaceholder);
  });

  test('a note says what to try', () => {
    expect(nodes.some(({ parameters }) => String(parameters['content']).includes('## Try it'))).toBe(true);
  });

  test('code compiles, and money meets no float', () => {
    for (const { parameters } of nodes) {
      const code = parameters['jsCode'];
      if (code !== undefined) expect(() => new Function('$input', '$', String(code))).not.toThrow();
      for (const text of textsOf(parameters))
        expect(text).not.toMatch(/parseFloat|toFixed|toPrecision|Math\.|\bNumber\(|::(float|real|double)/);
    }
  });

  test('what answers over HTTP gives fixed texts in one shape, and ends the line', () => {
    const respond = nodes.filter(({ type }) => type === 'n8n-nodes-base.respondToWebhook');
    for (const { name, parameters } of respond) {
      expect(parameters).toMatchObject({
        respondWith: 'text',
        responseBody: "={{ JSON.stringify($json.body) + '\\n' }}",
        options: { responseHeaders: { entries: [{ name: 'Content-Type' }] } },
      });
      const main = Object.entries(connections as Record<string, { main: { node: string }[][] }>);
      const feeding = main.filter(([, { main: outputs }]) =>
        outputs.flat().some(({ node }) => node === name),
      );
      expect(feeding).toHaveLength(1);
      const words = nodes.find((node) => node.name === feeding[0]?.[0])?.parameters['jsonOutput'];
      for (const field of ['code', 'paid', 'withdrawalId', 'message', 'outcome', 'final'])
        expect(words).toMatch(new RegExp(`^  ${field}[,:]`, 'm'));
      // What a node, the database or n8n says is for the operator: it may hold balances and addresses.
      expect(words).not.toMatch(/\.error|whatToDo|next_step|errorMessage/);
    }
  });

  test('what pays names the account that pays, and has limits', () => {
    const pays = ourNodes.filter(({ parameters }) =>
      ['quote', 'send', 'prepare'].includes(String(parameters['operation'])),
    );
    for (const { parameters } of pays) {
      expect(parameters['payingAccount']).toMatch(/^[a-z-]+$/);
      expect(parameters['options']).toMatchObject({
        allowedAssets: '1.3.0',
        maximumAmounts: { rows: [{ asset: '1.3.0', maximumAmount: '1000' }] },
        maximumFee: '100',
      });
    }
  });

  test('assets are named by id, and a form that leads to a payment asks for a login', () => {
    for (const { parameters } of ourNodes) {
      if (parameters['asset'] !== undefined) expect(parameters['asset']).toMatch(/^1\.3\.\d+$|^=/);
      const { rows = [] } = (parameters['assets'] ?? {}) as { rows?: { asset: string }[] };
      for (const { asset } of rows) expect(asset).toMatch(/^1\.3\.\d+$/);
    }
    for (const { parameters } of nodes.filter(({ type }) => type === 'n8n-nodes-base.formTrigger'))
      expect(['basicAuth', 'n8nUserAuth']).toContain(parameters['authentication']);
  });

  test('notes are of use outside the demo', () => {
    const notes = nodes.filter(({ type }) => type === 'n8n-nodes-base.stickyNote');
    for (const { parameters } of notes) {
      expect(parameters['content']).not.toMatch(
        /demo account|of the terminal|exchange-(?:hot|deposits)|127\.0\.0\.1:(?!8092)/,
      );
    }
    if (ourNodes.some(({ credentials }) => credentials?.['bitSharesKeysApi'] !== undefined))
      expect(notes.map(({ parameters }) => parameters['content']).join()).toMatch(
        /n8n may have put (?:an)?others? /,
      );
  });

  test('SQL gets its values as parameters', () => {
    for (const { parameters, type } of nodes.filter((node) => node.type === 'n8n-nodes-base.postgres')) {
      expect(`${type} ${String(parameters['operation'])}`).toBe('n8n-nodes-base.postgres executeQuery');
      expect(parameters['query']).not.toMatch(/^=|\{\{/);
      const { queryReplacement } = parameters['options'] as { queryReplacement?: string };
      // One expression that gives a list: n8n cuts a text at its commas.
      if (queryReplacement !== undefined) expect(queryReplacement).toMatch(/^=\{\{ ?\[[\s\S]*\] ?\}\}$/);
    }
  });
});

test('what only quotes, stores or decides holds no active key', () => {
  const withActiveKey = files.flatMap((file) =>
    read(file)
      .nodes.filter(({ credentials = {}, parameters }) => {
        const names = Object.values(credentials).map(({ name }) => name);
        return parameters['operation'] !== 'send' && names.some((name) => name.includes('active key'));
      })
      .map(({ name }) => `${file}: ${name}`),
  );
  // The wallet of these has to be given the key before it can import anything.
  expect(withActiveKey.filter((place) => !place.startsWith('import-balances.json'))).toEqual([]);
});
