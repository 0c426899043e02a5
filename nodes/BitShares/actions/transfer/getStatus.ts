import type { INodeProperties } from 'n8n-workflow';
import {
  parsePreparedTransaction,
  withdrawalStatus,
} from '../../../../src/withdrawals/sending/settleTransaction';
import { forEachItem, shownFor, type NodeOperation } from '../../../shared/items/operation';
import * as fields from '../../../shared/transfer/fields';
import { identity, requestTime } from '../../../shared/transfer/orders';
import { withWithdrawals } from './run';

export const statusOptions: INodeProperties = {
  displayName: 'Options',
  name: 'options',
  type: 'collection',
  placeholder: 'Add option',
  default: {},
  options: [
    {
      displayName: 'Expiration',
      name: 'expiration',
      type: 'string',
      default: '={{ $json.expiration }}',
      description:
        'The expiration of an earlier attempt, from its item. With it the outcome can be "expired": proved that this attempt was not and never will be included.',
    },
    {
      displayName: 'Transaction',
      name: 'transaction',
      type: 'json',
      default: '={{ $json.transaction }}',
      description: 'The signed transaction of Transfer: Prepare. With it a pending transaction is seen, too.',
    },
  ],
};

/** Transfer: Get Status. Looks only: nothing is built, signed or sent. */
export const getStatus: NodeOperation = {
  description: shownFor('transfer', ['getStatus'], [fields.withdrawalId, fields.requestedAt, statusOptions]),
  async execute(items) {
    return withWithdrawals(this, items, (withdrawalsOf) =>
      forEachItem(this, items, async (itemIndex) => {
        const withdrawals = withdrawalsOf(itemIndex).context;
        const { expiration, transaction } = this.getNodeParameter('options', itemIndex, {}) as {
          expiration?: unknown;
          transaction?: unknown;
        };
        const order = {
          ...identity(this, itemIndex),
          transaction: isEmpty(transaction) ? null : parsePreparedTransaction(transaction, withdrawals.chain),
          expiration: isEmpty(expiration) ? null : requestTime(expiration, 'Expiration'),
          waitFor: 'broadcast' as const,
          maximumWait: 0,
        };
        return { ...(await withdrawalStatus(order, withdrawals)) };
      }),
    );
  },
};

/** Whether an option was left out. */
export function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}
