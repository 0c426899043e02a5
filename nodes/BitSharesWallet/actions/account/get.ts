import { walletReader } from '../../../../src/rpc/walletReader';
import { accountItem } from '../../../BitShares/actions/account/get';
import { requireAccount } from '../../../shared/lookup';
import { shownFor, type NodeOperation } from '../../../shared/operation';
import { accountField } from '../../../shared/parameters';
import { forEachWalletItem } from '../../../shared/walletItems';

/** Account: Get, with the fields of the BitShares node. The wallet need not be unlocked. */
export const get: NodeOperation = {
  description: shownFor('account', ['get'], [accountField]),
  async execute(items) {
    return forEachWalletItem(this, items, async (itemIndex, { session }) => {
      const reader = walletReader(session.call);
      return accountItem(await requireAccount(reader, this.getNodeParameter('account', itemIndex)), null);
    });
  },
};
