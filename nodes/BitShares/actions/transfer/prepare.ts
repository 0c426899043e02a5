import { shownFor, type NodeOperation } from '../../../shared/items/operation';
import * as fields from '../../../shared/transfer/fields';
import { requestOf, settingsOf } from '../../../shared/transfer/orders';
import { runBatch } from '../../../shared/transfer/batch';
import { withWithdrawals } from './run';

/**
 * Transfer: Prepare. Checks and signs, and sends nothing: the workflow stores the transaction and hands it to Broadcast.
 * While its window lasts, Send and every other Prepare of the same withdrawal make the very same transaction.
 */
export const prepare: NodeOperation = {
  description: shownFor(
    'transfer',
    ['prepare'],
    [
      fields.payingAccount,
      fields.describedBy,
      fields.intent,
      ...fields.shownWithFields([...fields.paymentFields, fields.withdrawalId, fields.requestedAt]),
      fields.optionsField([fields.maximumWait]),
    ],
  ),
  movesMoney: true,
  async execute(items) {
    return withWithdrawals(this, items, (withdrawalsOf) =>
      runBatch(
        this,
        items,
        withdrawalsOf,
        'prepare',
        (itemIndex, { chain }) => ({
          request: requestOf(this, itemIndex, chain),
          ...settingsOf(this, itemIndex, 'broadcast'),
        }),
        // Text, so that it fits into one column of a table.
        ({ item, transaction }) => ({
          ...item,
          transaction: transaction === null ? null : JSON.stringify(transaction),
        }),
      ),
    );
  },
};
