import { forEachConnectedItem } from '../../../shared/items/connectedItems';
import { shownFor, type NodeOperation } from '../../../shared/items/operation';
import { optionalTextParameter } from '../../../shared/parameters/parameter';
import { limitField } from '../../../shared/parameters/parameters';

const namesFrom = optionalTextParameter({
  displayName: 'Names From',
  name: 'from',
  type: 'string',
  default: '',
  placeholder: 'e.g. my-exchange',
  description: 'The first name, or its beginning, in the order of the alphabet. Empty begins at the first.',
});

/** Account: Get Many. Names and ids, from a given name on. */
export const getMany: NodeOperation = {
  description: shownFor('account', ['getMany'], [namesFrom, limitField]),
  async execute(items) {
    return forEachConnectedItem(this, items, async (itemIndex, { trusted }) => {
      const from = namesFrom.read(this, itemIndex);
      const limit = limitField.read(this, itemIndex);
      const accounts = await trusted.listAccounts(from, limit);
      return accounts.map(({ name, id }) => ({ accountId: id, name }));
    });
  },
};
