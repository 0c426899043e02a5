/** Errors name a field by the label that n8n shows, whichever floor they come from. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { INodeProperties, INodePropertyCollection, INodePropertyOptions } from 'n8n-workflow';
import { BitSharesKeysApi } from '../../credentials/BitSharesKeysApi.credentials';
import { BitSharesNodeApi } from '../../credentials/BitSharesNodeApi.credentials';
import { BitSharesWalletApi } from '../../credentials/BitSharesWalletApi.credentials';
import { BitShares } from '../../nodes/BitShares/BitShares.node';
import { BitSharesTrigger } from '../../nodes/BitSharesTrigger/BitSharesTrigger.node';
import { BitSharesWallet } from '../../nodes/BitSharesWallet/BitSharesWallet.node';
import { labels } from '../../src/labels';

type Shown = INodeProperties | INodePropertyCollection | INodePropertyOptions;

function labelsOf(field: Shown): string[] {
  if ('values' in field) return field.values.flatMap(labelsOf);
  if (!('type' in field)) return [];
  return [field.displayName, ...(field.options ?? []).flatMap(labelsOf)];
}

const declared = new Set(
  [
    ...[new BitShares(), new BitSharesTrigger(), new BitSharesWallet()].map(({ description }) => description),
    ...[new BitSharesKeysApi(), new BitSharesNodeApi(), new BitSharesWalletApi()],
  ].flatMap(({ properties }) => properties.flatMap(labelsOf)),
);

test('each is the label of a parameter or of a credential field', () => {
  expect([...declared]).toEqual(expect.arrayContaining(Object.values(labels)));
});

test('no other file writes a label out: it would stay when the label is changed', () => {
  const root = resolve(__dirname, '../..');
  const files = ['src', 'nodes'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter(({ name }) => name.endsWith('.ts') && name !== 'labels.ts')
      .map((file) => join(file.parentPath, file.name)),
  );
  const written = files.flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      // Where it is declared, and the names of choices.
      .filter((line) => !/displayName: |^\s*(?:\{ )?name: /.test(line))
      .flatMap((line) => [...line.matchAll(/'([^']+)'|`([^`$]+) \(/g)])
      .map(([, literal, beginning]) => literal ?? beginning ?? '')
      .filter((text) => declared.has(text))
      .map((label) => `${relative(root, file)}: ${label}`),
  );
  expect(written).toEqual([]);
});
