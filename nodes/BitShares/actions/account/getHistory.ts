import type { IDataObject } from 'n8n-workflow';
import { HistoryPages, untilUnchanged } from '../../../../src/chain/historyPages';
import { historyItem } from '../../../shared/items/accountItems';
import { forEachConnectedItem } from '../../../shared/items/connectedItems';
import { requireAccount } from '../../../shared/parameters/lookup';
import { shownFor, type NodeOperation } from '../../../shared/items/operation';
import { accountField, limitField } from '../../../shared/parameters/parameters';

/** Account: Get History. One item an operation, newest first, whatever concerns the account. */
export const getHistory: NodeOperation = {
  description: shownFor('account', ['getHistory'], [accountField, limitField]),
  async execute(items) {
    return forEachConnectedItem(this, items, async (itemIndex, { trusted, delayed }) => {
      const limit = limitField.read(this, itemIndex);
      const reader = await (delayed ?? trusted).session();
      const account = await requireAccount(reader, accountField.read(this, itemIndex));
      const pages = new HistoryPages(reader, account);
      return untilUnchanged(reader, account, async () => {
        const found: IDataObject[] = [];
        for await (const page of pages.newest(limit))
          found.push(...page.map(([, entry]) => historyItem(entry)));
        return found;
      });
    });
  },
};
