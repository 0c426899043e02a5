import { forEachItem, shownFor, type NodeOperation } from '../../../shared/operation';
import { walletOf } from '../../../shared/walletCredential';

/** Wallet: Unlock. Leaves the wallet open, for other programs; this node's own operations do not need it. */
export const unlock: NodeOperation = {
  description: shownFor('wallet', ['unlock'], []),
  movesMoney: true,
  async execute(items) {
    const { session } = await walletOf(this);
    return forEachItem(this, items, async () => {
      const wasLocked = await session.isLocked();
      if (wasLocked) await session.unlock();
      session.keepOpen();
      return { isLocked: false, wasLocked };
    });
  },
};
