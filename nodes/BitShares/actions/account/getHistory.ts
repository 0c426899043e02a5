import type { HistoryOperation } from '../../../../src/chain/interfaces';
import { historyItem } from '../../../shared/items/accountItems';
import { forEachConnectedItem } from '../../../shared/items/connectedItems';
import { requireAccount } from '../../../shared/parameters/lookup';
import { shownFor, type NodeOperation } from '../../../shared/items/operation';
import { accountField, limitField } from '../../../shared/parameters/parameters';

/** The default limit of a node for one call. */
const pageSize = 100;

/** Account: Get History. One item an operation, newest first, whatever concerns the account. */
export const getHistory: NodeOperation = {
  description: shownFor('account', ['getHistory'], [accountField, limitField]),
  async execute(items) {
    return forEachConnectedItem(this, items, async (itemIndex, { trusted, delayed }) => {
      const limit = limitField.read(this, itemIndex);
      const reader = await (delayed ?? trusted).session();
      const account = await requireAccount(reader, accountField.read(this, itemIndex));
      const { totalOps, removedOps } = await reader.statistics(account.statisticsId, account.id);
      const oldest = Math.max(removedOps + 1, totalOps - limit + 1);
      const found: HistoryOperation[] = [];
      for (let start = totalOps; start >= oldest; start -= pageSize) {
        const stop = Math.max(oldest, start - pageSize + 1);
        found.push(...(await reader.history(account.id, { stop, start, limit: start - stop + 1 })));
      }
      return found.map(historyItem);
    });
  },
};
