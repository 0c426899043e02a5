import type { IDataObject } from 'n8n-workflow';
import { MemoKeyring } from '../../../../src/protocol';
import { walletReader } from '../../../../src/rpc/walletReader';
import { historyItem } from '../../../shared/items/accountItems';
import { requireAccount } from '../../../shared/parameters/lookup';
import { shownFor, type NodeOperation } from '../../../shared/items/operation';
import { accountField, limitField } from '../../../shared/parameters/parameters';
import { forEachUnlockedItem } from '../../../shared/items/walletItems';
import { walletMemo } from '../../walletMemo';

/**
 * Account: Get History. One item an operation, newest first. The memo has its status, as in deposits: the wallet itself
 * says "" for every memo that it cannot read.
 */
export const getHistory: NodeOperation = {
  description: shownFor('account', ['getHistory'], [accountField, limitField]),
  async execute(items) {
    return forEachUnlockedItem(this, items, async (itemIndex, { wallet, call }) => {
      const publicMemos = new MemoKeyring([], wallet.chain.prefix);
      const reader = walletReader(call, wallet.chain);
      const account = await requireAccount(reader, accountField.read(this, itemIndex));
      const limit = limitField.read(this, itemIndex);
      const lines = await reader.history(account.name, limit);
      const ownKeys = new Set(await reader.memoKeys());
      return lines.map(({ operation, memo: text }): IDataObject => {
        const { memo, from } = operation.operation[1] as { memo?: unknown; from?: unknown };
        const side = from === account.id ? 'from' : 'to';
        return { ...historyItem(operation), ...walletMemo(memo, text, { publicMemos, ownKeys }, side) };
      });
    });
  },
};
