import type { INodeProperties } from 'n8n-workflow';
import {
  broadcastPrepared,
  parsePreparedTransaction,
} from '../../../../src/withdrawals/sending/settleTransaction';
import { forEachWithdrawal } from '../../../shared/transfer/batch';
import * as fields from '../../../shared/transfer/fields';
import { identity, maximumWaitOf, waitForOf } from '../../../shared/transfer/orders';
import { shownFor, type NodeOperation } from '../../../shared/items/operation';
import { from, withWalletWithdrawals } from './run';

const transaction: INodeProperties = {
  displayName: 'Transaction',
  name: 'transaction',
  type: 'json',
  default: '={{ $json.transaction }}',
  required: true,
  description: 'The signed transaction that Transfer: Prepare returned, unchanged',
};

/** Transfer: Broadcast. Sends exactly the bytes that the wallet signed. Repeating it can never pay twice. */
export const broadcast: NodeOperation = {
  description: shownFor(
    'transfer',
    ['broadcast'],
    [from, transaction, fields.withdrawalId, fields.requestedAt, fields.waitFor, { ...fields.maximumWait }],
  ),
  movesMoney: true,
  async execute(items) {
    return withWalletWithdrawals(this, items, (withdrawalsOf) =>
      forEachWithdrawal(
        this,
        items,
        (i) => withdrawalsOf(i).group,
        async (itemIndex) => {
          const withdrawals = withdrawalsOf(itemIndex).context;
          return {
            ...(await broadcastPrepared(
              {
                ...identity(this, itemIndex),
                transaction: parsePreparedTransaction(
                  this.getNodeParameter('transaction', itemIndex),
                  withdrawals.chain,
                ),
                expiration: null,
                waitFor: waitForOf(this.getNodeParameter('waitFor', itemIndex)),
                maximumWait: maximumWaitOf(this.getNodeParameter('maximumWait', itemIndex)),
              },
              withdrawals,
            )),
          };
        },
      ),
    );
  },
};
