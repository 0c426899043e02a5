import { forEachItem, shownFor, type NodeOperation } from '../../../shared/operation';
import { walletOf } from '../../../shared/walletCredential';

/**
 * Wallet: Set Password. Gives a new wallet the password of the credential and saves its file, so that it survives a restart.
 * A wallet that has this password already is left as it is; one with another password is an error.
 */
export const setPassword: NodeOperation = {
  description: shownFor('wallet', ['setPassword'], []),
  movesMoney: true,
  async execute(items) {
    const wallet = await walletOf(this);
    const { session } = wallet;
    return forEachItem(this, items, async () => {
      const isNew = await session.isNew();
      if (isNew) {
        const { password } = session.settings;
        // An empty password would leave a wallet that nobody can unlock.
        if (password === '') await session.unlock();
        await session.call('set_password', [password]);
        await session.call('save_wallet_file', ['']);
      }
      // The proof that it opens with this password, and how a wrong one is found.
      await wallet.unlocked(() => Promise.resolve());
      return { passwordSet: isNew, isLocked: await session.isLocked() };
    });
  },
};
