import { walletReader } from '../../../../src/rpc/walletReader';
import { accountItem } from '../../../shared/items/accountItems';
import { requireAccount } from '../../../shared/parameters/lookup';
import { shownFor, type NodeOperation } from '../../../shared/items/operation';
import { accountField } from '../../../shared/parameters/parameters';
import { forEachWalletItem } from '../../../shared/items/walletItems';

/** Account: Get, with the fields of the BitShares node. The wallet need not be unlocked. */
export const get: NodeOperation = {
  description: shownFor('account', ['get'], [accountField]),
  async execute(items) {
    return forEachWalletItem(this, items, async (itemIndex, { session, chain }) => {
      const reader = walletReader(session.call, chain);
      return accountItem(await requireAccount(reader, accountField.read(this, itemIndex)), null);
    });
  },
};
