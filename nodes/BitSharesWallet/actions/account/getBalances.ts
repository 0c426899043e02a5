import type { IDataObject } from 'n8n-workflow';
import { walletReader } from '../../../../src/rpc/walletReader';
import { AssetNames } from '../../../shared/claims/claimItems';
import { requireAccount } from '../../../shared/parameters/lookup';
import { shownFor, type NodeOperation } from '../../../shared/items/operation';
import { accountField } from '../../../shared/parameters/parameters';
import { forEachWalletItem } from '../../../shared/items/walletItems';

/** Account: Get Balances. One item an asset. The wallet's node always counts pending transactions. */
export const getBalances: NodeOperation = {
  description: shownFor('account', ['getBalances'], [accountField]),
  async execute(items) {
    return forEachWalletItem(this, items, async (itemIndex, { session, chain }) => {
      const reader = walletReader(session.call, chain);
      const account = await requireAccount(reader, accountField.read(this, itemIndex));
      const balances = await reader.balances(account.name, []);
      const names = await AssetNames.of(
        reader,
        balances.map(({ assetId }) => assetId),
      );
      return balances.map((balance): IDataObject => ({
        account: account.name,
        accountId: account.id,
        ...names.fields(balance),
        includesPending: true,
      }));
    });
  },
};
