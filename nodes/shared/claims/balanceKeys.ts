/** Where the private keys of balances come from. They are read here and leave as PrivateKey objects, never in an item. */
import type { IExecuteFunctions } from 'n8n-workflow';
import { BitSharesError } from '../../../src/errors';
import { labels } from '../../../src/labels';
import { decryptBts1Export, PrivateKey } from '../../../src/protocol';
import type { Receiver } from '../../../src/rpc/secretExit';
import { receiverOf, type Keys } from '../credentials/keysCredential';
import {
  booleanParameter,
  choiceParameter,
  rawParameter,
  textParameter,
  type OptionsParameter,
} from '../parameters/parameter';

/** An export of thousands of keys is a few hundred kilobytes. */
const largestExport = 10 * 1024 * 1024;

const fromItem = { keysFrom: ['item'] };
const fromExport = { keysFrom: ['walletExport'] };

/** Where keys can come from; what looks without them adds its own. */
export const keySources = [
  {
    name: 'BitShares 1 Wallet Export',
    value: 'walletExport' as const,
    description: 'A JSON file in the input item; its password is in the keys credential',
  },
  {
    name: 'Credential',
    value: 'credential' as const,
    description: 'Balance Keys of the BitShares Keys API credential',
  },
  {
    name: 'Input Item',
    value: 'item' as const,
    description:
      'Private keys in the data of the workflow. Needs an option below, because n8n stores them then.',
  },
];

/** Where an import takes them from. */
export const keysFrom = choiceParameter({
  displayName: 'Keys From',
  name: 'keysFrom',
  type: 'options',
  noDataExpression: true,
  options: keySources,
  default: 'credential',
  description: 'Where the private keys that own the balances are taken from',
});

export type KeySource = (typeof keySources)[number]['value'];

const exportField = textParameter({
  displayName: 'Input Binary Field',
  name: 'binaryPropertyName',
  type: 'string',
  default: 'data',
  required: true,
  displayOptions: { show: fromExport },
  hint: 'The name of the input binary field that holds the wallet export',
  description: 'The JSON file that the BitShares 1 wallet wrote (Export Keys), unchanged',
});

const privateKeys = rawParameter({
  displayName: 'Private Keys',
  name: 'privateKeys',
  type: 'string',
  typeOptions: { password: true },
  default: '',
  required: true,
  displayOptions: { show: fromItem },
  description:
    'Private keys (WIF), separated by commas. Prefer the credential: what is in items is stored with the execution.',
});

/** The fields of the chosen source. */
export const keySourceFields = [exportField, privateKeys];

export const allowPrivateKeysInItems = booleanParameter({
  displayName: 'Allow Private Keys in Items',
  name: 'allowPrivateKeysInItems',
  type: 'boolean',
  default: false,
  description:
    'Whether private keys may come from the data of the workflow, where n8n stores them in plain text with the execution',
});

/**
 * The balance keys of an item from the chosen source; at least one.
 *
 * @throws INVALID_KEY, INVALID_PARAMETER naming the field and never a key
 */
export async function balanceKeysOf(
  context: IExecuteFunctions,
  itemIndex: number,
  source: KeySource,
  keys: Keys | undefined,
  options: OptionsParameter,
): Promise<PrivateKey[]> {
  switch (source) {
    case 'credential':
      return required(
        keys?.balanceKeys ?? [],
        labels.balanceKeys,
        'Enter the private keys that own the balances in the BitShares Keys API credential of this node.',
      );
    case 'walletExport':
      return required(
        await exportedKeys(context, itemIndex, keys),
        exportField.label,
        'Export the keys from the BitShares 1 wallet again: this file holds none.',
      );
    case 'item':
      return required(
        keysInItem(context, itemIndex, options),
        privateKeys.label,
        'Give the private keys that own the balances, separated by commas.',
      );
  }
}

/**
 * Who may receive the keys of a source. Those of a wallet export belong to whoever knows its password, the owner of the keys
 * credential; those in an item to whoever put them there, who chose the wallet as well.
 */
export function receiverOfBalanceKeys(source: KeySource, keys: Keys): Receiver {
  return source === 'item' ? 'the address beside it' : receiverOf(keys);
}

async function exportedKeys(
  context: IExecuteFunctions,
  itemIndex: number,
  keys: Keys | undefined,
): Promise<PrivateKey[]> {
  if (keys === undefined || keys.walletPassword === '') {
    throw new BitSharesError('INVALID_PARAMETER', {
      field: labels.bitShares1WalletPassword,
      message: 'no password is given',
      fix: 'Enter the password of the exported wallet in the BitShares Keys API credential of this node.',
    });
  }
  const name = exportField.read(context, itemIndex);
  const file = await context.helpers.getBinaryDataBuffer(itemIndex, name).catch(() => {
    throw new BitSharesError('INVALID_PARAMETER', {
      field: exportField.label,
      message: 'the item has no binary field of this name',
      fix: 'Read the export with a node such as Read/Write Files from Disk, and name its binary field here.',
    });
  });
  if (file.length > largestExport) {
    throw new BitSharesError('INVALID_PARAMETER', {
      field: exportField.label,
      message: `the file has ${file.length} bytes, which no key export has`,
      fix: 'Give the JSON file that the BitShares 1 wallet wrote (Export Keys).',
    });
  }
  return decryptBts1Export(file.toString('utf8'), keys.walletPassword, {
    file: exportField.label,
    password: labels.bitShares1WalletPassword,
  }).map(({ key }) => key);
}

function keysInItem(context: IExecuteFunctions, itemIndex: number, options: OptionsParameter): PrivateKey[] {
  if (!options.read(context, itemIndex).of(allowPrivateKeysInItems)) {
    throw new BitSharesError('INVALID_PARAMETER', {
      field: keysFrom.label,
      message: 'private keys in items are not allowed',
      fix: `Put the keys under Balance Keys in the keys credential, or set the option ${allowPrivateKeysInItems.label}.`,
    });
  }
  const given = privateKeys.read(context, itemIndex);
  const texts = Array.isArray(given) ? given.map(String) : String(given).split(/[\s,]+/);
  return texts
    .filter((text) => text !== '')
    .map((text, i) => PrivateKey.fromWif(text, `${privateKeys.label} (entry ${i + 1})`));
}

/** Each key once, at least one. */
function required(keys: readonly PrivateKey[], field: string, fix: string): PrivateKey[] {
  const distinct = new Map(keys.map((key) => [key.publicKey.toString(''), key]));
  if (distinct.size > 0) return [...distinct.values()];
  throw new BitSharesError('INVALID_PARAMETER', { field, message: 'no private key is given', fix });
}
