import { shownFor, type NodeOperation } from '../../../shared/items/operation';
import { forEachWalletItem } from '../../../shared/items/walletItems';

/**
 * Wallet: Set Password. Gives a new wallet the password of the credential and saves its file, so that it survives a restart.
 * A wallet that has this password already keeps it, and is saved again: the run that set it may have failed before it saved.
 * One with another password is an error.
 */
export const setPassword: NodeOperation = {
  description: shownFor('wallet', ['setPassword'], []),
  movesMoney: true,
  async execute(items) {
    return forEachWalletItem(this, items, async (_, wallet) => {
      const { session } = wallet;
      const isNew = await session.isNew();
      if (isNew) await session.setPassword();
      // The proof that it opens with this password, and how a wrong one is found.
      await wallet.unlocked((call) => call('save_wallet_file', ['']));
      return { passwordSet: isNew, isLocked: await session.isLocked() };
    });
  },
};
