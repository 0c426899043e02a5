import { walletReader } from '../../../../src/rpc/walletReader';
import { accountItem } from '../../../BitShares/actions/account/get';
import { requireAccount } from '../../../shared/lookup';
import { forEachItem, shownFor, type NodeOperation } from '../../../shared/operation';
import { accountField } from '../../../shared/parameters';
import { walletOf } from '../../../shared/walletCredential';

/** Account: Get, with the fields of the BitShares node. The wallet need not be unlocked. */
export const get: NodeOperation = {
  description: shownFor('account', ['get'], [accountField]),
  async execute(items) {
    const { session, chain } = await walletOf(this);
    const reader = walletReader(session.call, chain);
    return forEachItem(this, items, async (itemIndex) =>
      accountItem(await requireAccount(reader, this.getNodeParameter('account', itemIndex)), null),
    );
  },
};
