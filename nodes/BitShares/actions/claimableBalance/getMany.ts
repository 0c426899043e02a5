import type { IExecuteFunctions } from 'n8n-workflow';
import { addressesOf, readOwners, type OwnedAddress } from '../../../../src/balances/ownership';
import { findBalances } from '../../../../src/balances/findBalances';
import type { Chain } from '../../../../src/protocol';
import {
  allowPrivateKeysInItems,
  balanceKeysOf,
  keySourceFields,
  keySources,
} from '../../../shared/claims/balanceKeys';
import { AssetNames, balanceItem } from '../../../shared/claims/claimItems';
import { forEachConnectedItem } from '../../../shared/items/connectedItems';
import { optionalKeysOf } from '../../../shared/credentials/credentials';
import type { Keys } from '../../../shared/credentials/keysCredential';
import { ofEachItem, shownFor, type NodeOperation } from '../../../shared/items/operation';
import { choiceParameter, listParameter, OptionsParameter } from '../../../shared/parameters/parameter';

const keysFrom = choiceParameter({
  displayName: 'Keys From',
  name: 'keysFrom',
  type: 'options',
  noDataExpression: true,
  options: [
    ...keySources,
    {
      name: 'Public Keys or Addresses',
      value: 'public',
      description: 'What the owner may show to anybody. A public key stands for its five addresses.',
    },
  ],
  default: 'public',
  description: 'Whose balances to look for',
});

const owners = listParameter({
  displayName: 'Public Keys or Addresses',
  name: 'owners',
  type: 'string',
  default: '',
  required: true,
  displayOptions: { show: { keysFrom: ['public'] } },
  placeholder: 'e.g. BTS6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CV',
  description: 'Separated by commas. Never enter a private key here.',
});

const options = new OptionsParameter([allowPrivateKeysInItems]);

/** Claimable Balance: Get Many. One item a balance, none when the keys own none. Looks only; needs no private key. */
export const getMany: NodeOperation = {
  description: shownFor('claimableBalance', ['getMany'], [keysFrom, owners, ...keySourceFields, options]),
  async execute(items) {
    const keysOfItem = await ofEachItem(this, items, (itemIndex) => optionalKeysOf(this, itemIndex));
    return forEachConnectedItem(this, items, async (itemIndex, { settings, trusted }) => {
      const addresses = await ownersOf(this, itemIndex, keysOfItem(itemIndex), settings.chain);
      const { headTime } = await trusted.state();
      const found = await findBalances(trusted, addresses, headTime);
      const names = await AssetNames.of(
        trusted,
        found.map(({ object }) => object.balance.assetId),
      );
      return found.map((balance) => balanceItem(balance, names, settings.chain.prefix));
    });
  },
};

async function ownersOf(
  context: IExecuteFunctions,
  itemIndex: number,
  keys: Keys | undefined,
  { prefix }: Chain,
): Promise<OwnedAddress[]> {
  const source = keysFrom.read(context, itemIndex);
  if (source !== 'public') {
    const balanceKeys = await balanceKeysOf(context, itemIndex, source, keys, options);
    return addressesOf(
      balanceKeys.map((key) => key.publicKey),
      prefix,
    );
  }
  return readOwners(owners.read(context, itemIndex), prefix, owners.label);
}
