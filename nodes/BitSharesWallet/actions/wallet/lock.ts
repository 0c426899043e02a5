import { forEachItem, shownFor, type NodeOperation } from '../../../shared/operation';
import { walletOf } from '../../../shared/walletCredential';

/** Wallet: Lock. A wallet that is locked stays so. */
export const lock: NodeOperation = {
  description: shownFor('wallet', ['lock'], []),
  async execute(items) {
    const { session } = await walletOf(this);
    return forEachItem(this, items, async () => {
      const wasLocked = await session.isLocked();
      if (!wasLocked) await session.lock();
      return { isLocked: true, wasLocked };
    });
  },
};
