import type { IDataObject, INodeProperties } from 'n8n-workflow';
import type { Account, AccountStatistics, Authority } from '../../../../src/chain/interfaces';
import { forEachConnectedItem } from '../../../shared/items/connectedItems';
import { requireAccount } from '../../../shared/parameters/lookup';
import { accountField } from '../../../shared/parameters/parameters';
import { shownFor, type NodeOperation } from '../../../shared/items/operation';

const description: INodeProperties[] = shownFor('account', ['get'], [accountField]);

/** Account: Get. One flat item an account; an account that does not exist is an error, not an empty result. */
export const get: NodeOperation = {
  description,
  async execute(items) {
    return forEachConnectedItem(this, items, async (itemIndex, { trusted }) => {
      const account = await requireAccount(trusted, this.getNodeParameter('account', itemIndex));
      return accountItem(account, await trusted.statistics(account.statisticsId, account.id));
    });
  },
};

/** An account as an item; without statistics, the size of its history is null. */
export function accountItem(account: Account, statistics: AccountStatistics | null): IDataObject {
  return {
    accountId: account.id,
    name: account.name,
    memoKey: account.memoKey,
    ...authorityFields('active', account.active),
    ...authorityFields('owner', account.owner),
    operations: statistics?.totalOps ?? null,
    operationsPrunedByNode: statistics?.removedOps ?? null,
  };
}

function authorityFields(role: string, authority: Authority): IDataObject {
  return {
    [`${role}Threshold`]: authority.threshold,
    [`${role}Keys`]: authority.keys.map(({ key, weight }) => ({ key, weight })),
    [`${role}Accounts`]: authority.accounts.map(({ accountId, weight }) => ({ accountId, weight })),
  };
}
