import type { INodeProperties } from 'n8n-workflow';
import {
  broadcastPrepared,
  parsePreparedTransaction,
} from '../../../../src/withdrawals/sending/settleTransaction';
import { shownFor, type NodeOperation } from '../../../shared/items/operation';
import * as fields from '../../../shared/transfer/fields';
import { identity, maximumWaitOf, waitForOf } from '../../../shared/transfer/orders';
import { forEachWithdrawal } from '../../../shared/transfer/batch';
import { withWithdrawals } from './run';

const transaction: INodeProperties = {
  displayName: 'Transaction',
  name: 'transaction',
  type: 'json',
  default: '={{ $json.transaction }}',
  required: true,
  description: 'The signed transaction that Transfer: Prepare returned, unchanged',
};

const maximumWait: INodeProperties = { ...fields.maximumWait };

/** Transfer: Broadcast. Sends exactly the bytes that Prepare signed. Repeating it can never pay twice. */
export const broadcast: NodeOperation = {
  description: shownFor(
    'transfer',
    ['broadcast'],
    [transaction, fields.withdrawalId, fields.requestedAt, fields.waitFor, maximumWait],
  ),
  movesMoney: true,
  async execute(items) {
    return withWithdrawals(this, items, (withdrawalsOf) =>
      forEachWithdrawal(
        this,
        items,
        (i) => withdrawalsOf(i).group,
        async (itemIndex) => {
          const withdrawals = withdrawalsOf(itemIndex).context;
          const order = {
            ...identity(this, itemIndex),
            transaction: parsePreparedTransaction(
              this.getNodeParameter('transaction', itemIndex),
              withdrawals.chain,
            ),
            expiration: null,
            waitFor: waitForOf(this.getNodeParameter('waitFor', itemIndex)),
            maximumWait: maximumWaitOf(this.getNodeParameter('maximumWait', itemIndex)),
          };
          return { ...(await broadcastPrepared(order, withdrawals)) };
        },
      ),
    );
  },
};
