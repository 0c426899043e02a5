import { shownFor, type NodeOperation } from '../../../shared/items/operation';
import * as fields from '../../../shared/transfer/fields';
import { requestOf, settingsOf, waitForOf } from '../../../shared/transfer/orders';
import { runBatch } from '../../../shared/transfer/batch';
import { withWithdrawals } from './run';

/** Transfer: Send. Pays each withdrawal once, however often and wherever it is run. */
export const send: NodeOperation = {
  description: shownFor(
    'transfer',
    ['send'],
    [
      fields.payingAccount,
      fields.describedBy,
      fields.intent,
      ...fields.shownWithFields([...fields.paymentFields, fields.withdrawalId, fields.requestedAt]),
      fields.waitFor,
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
        'send',
        (itemIndex, { chain }) => ({
          request: requestOf(this, itemIndex, chain),
          ...settingsOf(this, itemIndex, waitForOf(this.getNodeParameter('waitFor', itemIndex))),
        }),
        ({ item }) => ({ ...item }),
      ),
    );
  },
};
