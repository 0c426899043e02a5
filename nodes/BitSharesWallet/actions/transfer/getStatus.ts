import {
  parsePreparedTransaction,
  withdrawalStatus,
} from '../../../../src/withdrawals/sending/settleTransaction';
import * as fields from '../../../shared/transfer/fields';
import { isEmpty, statusOptions } from '../../../BitShares/actions/transfer/getStatus';
import { identity, requestTime } from '../../../shared/transfer/orders';
import { forEachItem, shownFor, type NodeOperation } from '../../../shared/items/operation';
import { from, withWalletWithdrawals } from './run';

/** Transfer: Get Status. Looks only: nothing is built, signed or sent. */
export const getStatus: NodeOperation = {
  description: shownFor(
    'transfer',
    ['getStatus'],
    [from, fields.withdrawalId, fields.requestedAt, statusOptions],
  ),
  async execute(items) {
    return withWalletWithdrawals(this, items, (withdrawalsOf) =>
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
