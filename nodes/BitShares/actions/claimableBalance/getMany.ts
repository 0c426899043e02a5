import type { IExecuteFunctions } from 'n8n-workflow';
import { addressesOf, findBalances, readOwners, type OwnedAddress } from '../../../../src/balances';
import type { Chain } from '../../../../src/protocol';
import { BitSharesError } from '../../../../src/errors';
import {
  allowPrivateKeysInItems,
  balanceKeysOf,
  keysFromOptions,
  keySourceFields,
  type KeySource,
} from '../../../shared/balanceKeys';
import { AssetNames, balanceItem } from '../../../shared/claimItems';
import { nodeSettingsOf, optionalKeysOf } from '../../../shared/credentials';
import type { Keys } from '../../../shared/keysCredential';
import { withNodes } from '../../../shared/nodeCredential';
import { forEachItem, shownFor, type NodeOperation } from '../../../shared/operation';

/** Claimable Balance: Get Many. One item a balance, none when the keys own none. Looks only; needs no private key. */
export const getMany: NodeOperation = {
  description: shownFor(
    'claimableBalance',
    ['getMany'],
    [
      {
        displayName: 'Keys From',
        name: 'keysFrom',
        type: 'options',
        noDataExpression: true,
        options: [
          ...keysFromOptions,
          {
            name: 'Public Keys or Addresses',
            value: 'public',
            description: 'What the owner may show to anybody. A public key stands for its five addresses.',
          },
        ],
        default: 'public',
        description: 'Whose balances to look for',
      },
      {
        displayName: 'Public Keys or Addresses',
        name: 'owners',
        type: 'string',
        default: '',
        required: true,
        displayOptions: { show: { keysFrom: ['public'] } },
        placeholder: 'e.g. BTS6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CV',
        description: 'Separated by commas. Never enter a private key here.',
      },
      ...keySourceFields,
      {
        displayName: 'Options',
        name: 'options',
        type: 'collection',
        placeholder: 'Add option',
        default: {},
        options: [allowPrivateKeysInItems],
      },
    ],
  ),
  async execute(items) {
    const settings = await nodeSettingsOf(this);
    const keys = await optionalKeysOf(this);
    return withNodes(settings, ({ trusted }) =>
      forEachItem(this, items, async (itemIndex) => {
        const addresses = await ownersOf(this, itemIndex, keys, settings.chain);
        const { headTime } = await trusted.state();
        const found = await findBalances(trusted, addresses, headTime);
        const names = await AssetNames.of(
          trusted,
          found.map(({ object }) => object.balance.assetId),
        );
        return found.map((balance) => balanceItem(balance, names, settings.chain.prefix));
      }),
    );
  },
};

async function ownersOf(
  context: IExecuteFunctions,
  itemIndex: number,
  keys: Keys | undefined,
  { prefix }: Chain,
): Promise<OwnedAddress[]> {
  const keysFrom = context.getNodeParameter('keysFrom', itemIndex) as KeySource | 'public';
  if (keysFrom !== 'public') {
    const balanceKeys = await balanceKeysOf(context, itemIndex, keysFrom, keys);
    return addressesOf(
      balanceKeys.map((key) => key.publicKey),
      prefix,
    );
  }
  const given: unknown = context.getNodeParameter('owners', itemIndex);
  const texts = (Array.isArray(given) ? given.map(String) : String(given).split(/[\s,]+/)).filter(
    (text) => text !== '',
  );
  if (texts.length > 0) return readOwners(texts, prefix, 'Public Keys or Addresses');
  throw new BitSharesError('INVALID_PARAMETER', {
    field: 'Public Keys or Addresses',
    message: 'none is given',
    fix: `Enter public keys or addresses that start with ${prefix}, separated by commas.`,
  });
}
