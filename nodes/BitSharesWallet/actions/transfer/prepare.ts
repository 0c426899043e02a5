import * as fields from '../../../shared/transfer/fields';
import { requestOf, settingsOf } from '../../../shared/transfer/orders';
import { runBatch } from '../../../shared/transfer/batch';
import { shownFor, type NodeOperation } from '../../../shared/items/operation';
import { from, withWalletWithdrawals } from './run';

/** Transfer: Prepare. The wallet signs, nothing is sent: the workflow stores the transaction and hands it to Broadcast. */
export const prepare: NodeOperation = {
  description: shownFor(
    'transfer',
    ['prepare'],
    [
      from,
      fields.describedBy,
      fields.intent,
      ...fields.shownWithFields([...fields.paymentFields, fields.withdrawalId, fields.requestedAt]),
      fields.optionsField([fields.maximumWait]),
    ],
  ),
  movesMoney: true,
  async execute(items) {
    return withWalletWithdrawals(this, items, (withdrawalsOf) =>
      runBatch(
        this,
        items,
        withdrawalsOf,
        'prepare',
        (itemIndex, { chain }) => ({
          request: requestOf(this, itemIndex, chain),
          ...settingsOf(this, itemIndex, 'broadcast'),
          payingAccount: withdrawalsOf(itemIndex).from,
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
