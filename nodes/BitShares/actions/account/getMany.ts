import { forEachConnectedItem } from '../../../shared/items/connectedItems';
import { shownFor, type NodeOperation } from '../../../shared/items/operation';
import { optionalTextOf, wholeNumberOf } from '../../../shared/parameters/parameterValues';
import { limitField } from '../../../shared/parameters/parameters';

/** Account: Get Many. Names and ids, from a given name on. */
export const getMany: NodeOperation = {
  description: shownFor(
    'account',
    ['getMany'],
    [
      {
        displayName: 'Names From',
        name: 'from',
        type: 'string',
        default: '',
        placeholder: 'e.g. my-exchange',
        description:
          'The first name, or its beginning, in the order of the alphabet. Empty begins at the first.',
      },
      limitField,
    ],
  ),
  async execute(items) {
    return forEachConnectedItem(this, items, async (itemIndex, { trusted }) => {
      const from = optionalTextOf(this.getNodeParameter('from', itemIndex), 'Names From');
      const limit = wholeNumberOf(this.getNodeParameter('limit', itemIndex), 'Limit', { minimum: 1 });
      const accounts = await trusted.listAccounts(from, limit);
      return accounts.map(({ name, id }) => ({ accountId: id, name }));
    });
  },
};
