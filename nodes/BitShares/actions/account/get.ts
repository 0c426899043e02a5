import type { IDataObject, INodeProperties } from 'n8n-workflow';
import type { Account, AccountStatistics, Authority } from '../../../../src/chain';
import { BitSharesError } from '../../../../src/errors';
import { nodeSettingsOf } from '../../../shared/credentials';
import { withNodes } from '../../../shared/nodeCredential';
import { forEachItem, shownFor, type NodeOperation } from '../../../shared/operation';

const description: INodeProperties[] = shownFor(
  'account',
  ['get'],
  [
    {
      displayName: 'Account',
      name: 'account',
      type: 'string',
      default: '',
      required: true,
      placeholder: 'e.g. my-exchange or 1.2.345',
      description: 'Name or ID of the account',
    },
  ],
);

/** Account: Get. One flat item an account; an account that does not exist is an error, not an empty result. */
export const get: NodeOperation = {
  description,
  async execute(items) {
    const settings = await nodeSettingsOf(this);
    return withNodes(settings, ({ trusted }) =>
      forEachItem(this, items, async (itemIndex) => {
        const nameOrId = String(this.getNodeParameter('account', itemIndex)).trim();
        const account = nameOrId === '' ? null : await trusted.account(nameOrId);
        if (account === null) {
          throw new BitSharesError('UNKNOWN_ACCOUNT', {
            field: 'Account',
            message:
              nameOrId === '' ? 'no account is given' : `there is no account ${nameOrId} on this chain`,
            fix: 'Enter the name as it is registered (lower case) or the id, such as 1.2.345.',
          });
        }
        return accountItem(account, await trusted.statistics(account.statisticsId));
      }),
    );
  },
};

function accountItem(account: Account, statistics: AccountStatistics): IDataObject {
  return {
    accountId: account.id,
    name: account.name,
    memoKey: account.memoKey,
    ...authorityFields('active', account.active),
    ...authorityFields('owner', account.owner),
    operations: statistics.totalOps,
    operationsPrunedByNode: statistics.removedOps,
  };
}

function authorityFields(role: string, authority: Authority): IDataObject {
  return {
    [`${role}Threshold`]: authority.threshold,
    [`${role}Keys`]: authority.keys.map(({ key, weight }) => ({ key, weight })),
    [`${role}Accounts`]: authority.accounts.map(({ accountId, weight }) => ({ accountId, weight })),
  };
}
