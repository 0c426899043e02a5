import { importBalances } from '../../../../src/balances';
import { balanceKeysOf, keySources } from '../../../shared/balanceKeys';
import { importItems, shownImport } from '../../../shared/claimImportItems';
import { systemClock } from '../../../shared/clock';
import { forEachConnectedItem } from '../../../shared/connectedItems';
import { keysOf } from '../../../shared/credentials';
import { requireAccount } from '../../../shared/lookup';
import { ofEachItem, shownFor, type NodeOperation } from '../../../shared/operation';
import { choice } from '../../../shared/parameterValues';
import { sessionInSync } from '../../../shared/sessionInSync';
import { importFields, importOptionsOf, isDryRun } from './importFields';

/**
 * Claimable Balance: Import. Claims what the keys own into the account of the keys credential: one item a transaction, each
 * with its own outcome. A dry run unless told otherwise.
 */
export const importOperation: NodeOperation = {
  description: shownFor('claimableBalance', ['import'], importFields),
  movesMoney: true,
  async execute(items) {
    const keysOfItem = await ofEachItem(this, items, (itemIndex) => keysOf(this, itemIndex));
    return forEachConnectedItem(this, items, async (itemIndex, { settings, trusted }) => {
      const keys = keysOfItem(itemIndex);
      const account = await requireAccount(trusted, keys.account);
      const dryRun = isDryRun(this, itemIndex, account.name);
      const keysFrom = choice(this.getNodeParameter('keysFrom', itemIndex), keySources, 'Keys From');
      const options = importOptionsOf(this, itemIndex);
      const balanceKeys = await balanceKeysOf(this, itemIndex, keysFrom, keys);
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
          node: dryRun ? () => trusted.session() : sessionInSync(trusted),
          clock: systemClock,
          signal: this.getExecutionCancelSignal(),
        },
      );
      return importItems(shownImport(result, settings.chain.prefix), { reader: trusted, account, dryRun });
    });
  },
};
