import { resolve } from 'node:path';

import {
  credentialPlaceholder,
  fillCredentials,
  readTemplate,
  type TemplateName,
  withoutLogin,
  type WorkflowTemplate,
} from '../../demo/workflowTemplates';

const repository = resolve(__dirname, '../..');
const names: TemplateName[] = ['deposits-to-ledger', 'make-a-deposit', 'webhook-withdrawal'];

const existing = {
  bitSharesNodeApi: { 'BitShares nodes': 'id-1' },
  bitSharesKeysApi: {
    'Deposit account (memo key only)': 'id-2',
    'Hot wallet (memo and active key)': 'id-3',
    'Customer (memo and active key)': 'id-4',
    'Hot wallet (memo key only)': 'id-6',
  },
  httpHeaderAuth: { 'Withdrawal webhook': 'id-5' },
};

function credentialIds(template: WorkflowTemplate): string[] {
  return template.nodes.flatMap((node) => Object.values(node.credentials ?? {}).map(({ id }) => id));
}

describe.each(names)('the template %s', (name) => {
  test('holds placeholders instead of credential ids, and filling replaces every one', async () => {
    const template = withoutLogin(await readTemplate(repository, name));
    expect(new Set(credentialIds(template))).toEqual(new Set([credentialPlaceholder]));
    const filled = fillCredentials(template, existing);
    expect(credentialIds(filled)).toHaveLength(credentialIds(template).length);
    expect(credentialIds(filled)).not.toContain(credentialPlaceholder);
    // The template itself stays as it was read.
    expect(new Set(credentialIds(template))).toEqual(new Set([credentialPlaceholder]));
  });

  test('gives a withdrawal an id and a time that are the same on a retry', async () => {
    const { nodes } = await readTemplate(repository, name);
    for (const node of nodes.filter((each) => each.parameters['operation'] === 'send')) {
      const { withdrawalId, requestedAt } = node.parameters;
      expect(`${String(withdrawalId)} ${String(requestedAt)}`).not.toMatch(
        /\$now|\$today|\$execution|\$runIndex|Math\.random/,
      );
      expect(withdrawalId).toMatch(/[$.]json\./);
      expect(requestedAt).toMatch(/[$.]json\./);
    }
  });
});

test('a credential that does not exist is named', async () => {
  const template = await readTemplate(repository, 'deposits-to-ledger');
  expect(() => fillCredentials(template, { ...existing, bitSharesKeysApi: {} })).toThrow(
    'asks for the bitSharesKeysApi "Deposit account (memo key only)", which does not exist',
  );
});

test('the workflow that watches deposits asks for no active key', async () => {
  const { nodes } = await readTemplate(repository, 'deposits-to-ledger');
  const used = nodes.flatMap((node) => Object.values(node.credentials ?? {}).map(({ name }) => name));
  expect(new Set(used)).toEqual(new Set(['BitShares nodes', 'Deposit account (memo key only)']));
});

test('a form that pays asks for a login wherever it is imported; only the demo leaves that out', async () => {
  const template = await readTemplate(repository, 'make-a-deposit');
  const form = ({ nodes }: WorkflowTemplate) => nodes.find(({ type }) => type.endsWith('.formTrigger'));
  expect(form(template)).toMatchObject({
    parameters: { authentication: 'basicAuth' },
    credentials: { httpBasicAuth: { id: credentialPlaceholder } },
  });
  const open = withoutLogin(template);
  expect(form(open)?.parameters['authentication']).toBe('none');
  expect(form(open)?.credentials).toBeUndefined();
  expect(open.nodes.filter((node) => node !== form(open))).toEqual(
    template.nodes.filter((node) => node !== form(template)),
  );
});
