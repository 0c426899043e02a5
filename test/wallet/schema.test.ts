import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { IDataObject } from 'n8n-workflow';
import { resources } from '../../nodes/BitSharesWallet/resources';
import { itemsOf, startWalletHouse, type WalletHouse } from '../support/walletOnDevchain';

const schemaOf = (resource: string, operation: string) =>
  JSON.parse(
    readFileSync(
      resolve(__dirname, `../../nodes/BitSharesWallet/__schema__/v1.0.0/${resource}/${operation}.json`),
      'utf8',
    ),
  ) as { properties: Record<string, unknown> };

const every = resources.flatMap(({ value: resource, operations }) =>
  Object.keys(operations).map((operation) => [resource, operation] as const),
);

describe('the fields that n8n offers before the first run', () => {
  test.each(every)('%s: %s has some', (resource, operation) => {
    expect(Object.keys(schemaOf(resource, operation).properties).length).toBeGreaterThan(0);
  });

  describe('are those of the items', () => {
    let house: WalletHouse;
    beforeAll(async () => {
      house = await startWalletHouse();
      house.chain.transfer({ from: 'alice', to: 'hot-wallet', amount: '1', memo: 'x' });
      house.chain.produceBlock();
    });
    afterAll(() => house.stop());

    test.each<[string, string, IDataObject]>([
      ['account', 'get', { account: 'alice' }],
      ['account', 'getBalances', { account: 'alice' }],
      ['account', 'getHistory', { account: 'alice' }],
      ['memo', 'decode', { memoObject: '={{ null }}' }],
      ['memo', 'encode', { text: 'x', from: 'hot-wallet', to: 'alice' }],
      ['wallet', 'getInfo', {}],
      ['wallet', 'importKey', { keysToImport: ['memoKey'] }],
      ['wallet', 'lock', {}],
      ['wallet', 'setPassword', {}],
    ])('%s: %s', async (resource, operation, parameters) => {
      const [item = {}] = itemsOf(await house.run(resource, operation, parameters));
      expect(Object.keys(item)).toEqual(Object.keys(schemaOf(resource, operation).properties));
    });
  });
});
