import { accountItem } from '../../../shared/items/accountItems';
import { forEachConnectedItem } from '../../../shared/items/connectedItems';
import { requireAccount } from '../../../shared/parameters/lookup';
import { accountField } from '../../../shared/parameters/parameters';
import { shownFor, type NodeOperation } from '../../../shared/items/operation';

/** Account: Get. One flat item an account; an account that does not exist is an error, not an empty result. */
export const get: NodeOperation = {
  description: shownFor('account', ['get'], [accountField]),
  async execute(items) {
    return forEachConnectedItem(this, items, async (itemIndex, { trusted }) => {
      const account = await requireAccount(trusted, accountField.read(this, itemIndex));
      return accountItem(account, await trusted.statistics(account.statisticsId, account.id));
    });
  },
};
