/** Names and values for ever: workflows have stored them, and databases have columns of them. More may come, none may go. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ICredentialType, INodeProperties, INodeType } from 'n8n-workflow';
import { BitSharesKeysApi } from '../../credentials/BitSharesKeysApi.credentials';
import { BitSharesNodeApi } from '../../credentials/BitSharesNodeApi.credentials';
import { BitSharesWalletApi } from '../../credentials/BitSharesWalletApi.credentials';
import { BitShares } from '../../nodes/BitShares/BitShares.node';
import { BitSharesTrigger } from '../../nodes/BitSharesTrigger/BitSharesTrigger.node';
import { BitSharesWallet } from '../../nodes/BitSharesWallet/BitSharesWallet.node';
import storedNames from './storedNames.json';

/** Every parameter, and each value of a list, by the operations that show it. */
function namesOf(properties: INodeProperties[]): string[] {
  const lines = (field: INodeProperties, path: string): string[] => {
    const inside = (field.options ?? []).flatMap((option) => {
      if ('type' in option) return lines(option, `${path}.${option.name}`);
      if ('values' in option)
        return option.values.flatMap((value) => lines(value, `${path}.${option.name}.${value.name}`));
      return [`${path} = ${String(option.value)}`];
    });
    return [`${path}: ${field.type}`, ...inside];
  };
  return properties.flatMap((field) => {
    const { resource = [''], operation = [''] } = field.displayOptions?.show ?? {};
    return resource.flatMap((of) =>
      operation.flatMap((by) => lines(field, [of, by, field.name].filter((name) => name !== '').join('.'))),
    );
  });
}

test.each<['bitShares' | 'bitSharesTrigger' | 'bitSharesWallet', INodeType]>([
  ['bitShares', new BitShares()],
  ['bitSharesTrigger', new BitSharesTrigger()],
  ['bitSharesWallet', new BitSharesWallet()],
])('parameters and choices of %s', (name, { description }) => {
  expect(description.name).toBe(name);
  expect(namesOf(description.properties)).toEqual(expect.arrayContaining(storedNames[name]));
});

test.each<['bitSharesKeysApi' | 'bitSharesNodeApi' | 'bitSharesWalletApi', ICredentialType]>([
  ['bitSharesKeysApi', new BitSharesKeysApi()],
  ['bitSharesNodeApi', new BitSharesNodeApi()],
  ['bitSharesWalletApi', new BitSharesWalletApi()],
])('fields of the credential %s', (name, credential) => {
  expect(credential.name).toBe(name);
  expect(namesOf(credential.properties)).toEqual(expect.arrayContaining(storedNames[name]));
});

test.each(Object.entries(storedNames.items))('fields of an item of %s', (path, fields) => {
  const [node = '', ...operation] = path.split('/');
  const file = ['__schema__/v1.0.0', ...operation].join('/');
  const schema = readFileSync(resolve(__dirname, `../../nodes/${node}/${file}.json`), 'utf8');
  const { properties } = JSON.parse(schema) as { properties: object };
  expect(Object.keys(properties)).toEqual(expect.arrayContaining(fields.split(' ')));
});
