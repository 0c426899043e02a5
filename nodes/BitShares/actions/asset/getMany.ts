import { forEachConnectedItem } from '../../../shared/items/connectedItems';
import { shownFor, type NodeOperation } from '../../../shared/items/operation';
import { optionalTextParameter } from '../../../shared/parameters/parameter';
import { limitField } from '../../../shared/parameters/parameters';
import { assetItem } from './get';

const symbolsFrom = optionalTextParameter({
  displayName: 'Symbols From',
  name: 'from',
  type: 'string',
  default: '',
  placeholder: 'e.g. XBTSX.',
  description: 'The first symbol, or its beginning, in the order of the alphabet. Empty begins at the first.',
});

/** Asset: Get Many. Assets by symbol, from a given one on. */
export const getMany: NodeOperation = {
  description: shownFor('asset', ['getMany'], [symbolsFrom, limitField]),
  async execute(items) {
    return forEachConnectedItem(this, items, async (itemIndex, { trusted }) => {
      const from = symbolsFrom.read(this, itemIndex);
      const limit = limitField.read(this, itemIndex);
      return (await trusted.listAssets(from, limit)).map(assetItem);
    });
  },
};
