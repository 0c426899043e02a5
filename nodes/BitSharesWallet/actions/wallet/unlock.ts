import { shownFor, type NodeOperation } from '../../../shared/items/operation';
import { forEachWalletItem } from '../../../shared/items/walletItems';

/** Wallet: Unlock. Leaves the wallet open, for other programs; this node's own operations do not need it. */
export const unlock: NodeOperation = {
  description: shownFor('wallet', ['unlock'], []),
  movesMoney: true,
  async execute(items) {
    return forEachWalletItem(this, items, async (_, { session }) => {
      const wasLocked = await session.isLocked();
      if (wasLocked) await session.unlock();
      session.keepOpen();
      return { isLocked: false, wasLocked };
    });
  },
};
