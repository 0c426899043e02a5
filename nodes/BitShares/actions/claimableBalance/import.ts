import { checkAgreedAccount } from '../../../../src/chain/disagreement';
import { importBalances } from '../../../../src/balances/importer';
import { balanceKeysOf, keysFrom } from '../../../shared/claims/balanceKeys';
import { importItems, shownImport } from '../../../shared/claims/claimImportItems';
import { systemClock } from '../../../shared/clock';
import { forEachConnectedItem } from '../../../shared/items/connectedItems';
import { keysOf } from '../../../shared/credentials/credentials';
import { requireAccount } from '../../../shared/parameters/lookup';
import { ofEachItem, shownFor, type NodeOperation } from '../../../shared/items/operation';
import { payingSession } from '../../../shared/claims/payingSession';
import { importFields, importOptions, importOptionsOf, isDryRun } from '../../../shared/claims/importFields';
import { labels } from '../../../../src/labels';

/**
 * Claimable Balance: Import. Claims what the keys own into the account of the keys credential: one item a transaction, each
 * with its own outcome. A dry run unless told otherwise.
 */
export const importOperation: NodeOperation = {
  description: shownFor('claimableBalance', ['import'], importFields),
  movesMoney: true,
  async execute(items) {
    const keysOfItem = await ofEachItem(this, items, (itemIndex) => keysOf(this, itemIndex));
    return forEachConnectedItem(this, items, async (itemIndex, { settings, trusted, delayed }) => {
      const keys = keysOfItem(itemIndex);
      const account = await requireAccount(trusted, keys.account);
      const dryRun = isDryRun(this, itemIndex, account.name);
      const isSigned = !dryRun || keys.activeKey !== undefined;
      if (isSigned && delayed !== undefined) {
        // Another account may list our key among its own, and would be paid with our signature.
        await checkAgreedAccount(
          keys.account,
          { endpoint: trusted.endpoint, account },
          delayed,
          labels.account,
        );
      }
      const source = keysFrom.read(this, itemIndex);
      const options = importOptionsOf(this, itemIndex);
      const balanceKeys = await balanceKeysOf(this, itemIndex, source, keys, importOptions);
      const result = await importBalances(
        {
          account,
          balanceKeys,
          activeKeys: keys.activeKey === undefined ? [] : [keys.activeKey],
          dryRun,
          ...options,
        },
        {
          chain: settings.chain,
          node: dryRun ? () => trusted.session() : payingSession(trusted),
          clock: systemClock,
          signal: this.getExecutionCancelSignal(),
        },
      );
      return importItems(shownImport(result, settings.chain.prefix), { reader: trusted, account, dryRun });
    });
  },
};
