import { shownFor, type NodeOperation } from '../../../shared/items/operation';
import { forEachWalletItem } from '../../../shared/items/walletItems';

/** Wallet: Lock. A wallet that is locked stays so. */
export const lock: NodeOperation = {
  description: shownFor('wallet', ['lock'], []),
  async execute(items) {
    return forEachWalletItem(this, items, async (_, { session }) => {
      const wasLocked = await session.isLocked();
      if (!wasLocked) await session.lock();
      return { isLocked: true, wasLocked };
    });
  },
};
