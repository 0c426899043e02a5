import { forEachConnectedItem } from '../../../shared/items/connectedItems';
import { shownFor, type NodeOperation } from '../../../shared/items/operation';
import { optionalTextOf, wholeNumberOf } from '../../../shared/parameters/parameterValues';
import { limitField } from '../../../shared/parameters/parameters';
import { assetItem } from './get';

/** Asset: Get Many. Assets by symbol, from a given one on. */
export const getMany: NodeOperation = {
  description: shownFor(
    'asset',
    ['getMany'],
    [
      {
        displayName: 'Symbols From',
        name: 'from',
        type: 'string',
        default: '',
        placeholder: 'e.g. XBTSX.',
        description:
          'The first symbol, or its beginning, in the order of the alphabet. Empty begins at the first.',
      },
      limitField,
    ],
  ),
  async execute(items) {
    return forEachConnectedItem(this, items, async (itemIndex, { trusted }) => {
      const from = optionalTextOf(this.getNodeParameter('from', itemIndex), 'Symbols From');
      const limit = wholeNumberOf(this.getNodeParameter('limit', itemIndex), 'Limit', { minimum: 1 });
      return (await trusted.listAssets(from, limit)).map(assetItem);
    });
  },
};
