import type { IDataObject } from 'n8n-workflow';
import { shownFor, type NodeOperation } from '../../../shared/items/operation';
import { forEachWalletItem } from '../../../shared/items/walletItems';

/** Wallet: Get Info. What the wallet and its node are at; needs no password. */
export const getInfo: NodeOperation = {
  description: shownFor('wallet', ['getInfo'], []),
  async execute(items) {
    return forEachWalletItem(this, items, async (_, { session }): Promise<IDataObject> => {
      const info = (await session.call('info')) as IDataObject;
      const { client_version: version } = (await session.call('about')) as IDataObject;
      return {
        isNew: await session.isNew(),
        isLocked: await session.isLocked(),
        chainId: info.chain_id ?? null,
        headBlock: info.head_block_num ?? null,
        headBlockId: info.head_block_id ?? null,
        headBlockAge: info.head_block_age ?? null,
        participation: info.participation ?? null,
        walletVersion: version ?? null,
      };
    });
  },
};
