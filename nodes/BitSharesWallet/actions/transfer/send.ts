import * as fields from '../../../shared/transfer/fields';
import { requestOf, settingsOf, waitForOf } from '../../../shared/transfer/orders';
import { runBatch } from '../../../shared/transfer/batch';
import { shownFor, type NodeOperation } from '../../../shared/items/operation';
import { from, withWalletWithdrawals } from './run';

/**
 * Transfer: Send. The transaction of Transfer: Send of the BitShares node, signed by the wallet: every attempt is the same
 * one, so a lost answer and a retry cannot pay twice.
 */
export const send: NodeOperation = {
  description: shownFor(
    'transfer',
    ['send'],
    [
      from,
      fields.describedBy,
      fields.intent,
      ...fields.shownWithFields([...fields.paymentFields, fields.withdrawalId, fields.requestedAt]),
      fields.waitFor,
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
        'send',
        (itemIndex, { chain }) => ({
          request: requestOf(this, itemIndex, chain),
          ...settingsOf(this, itemIndex, waitForOf(this.getNodeParameter('waitFor', itemIndex))),
          payingAccount: withdrawalsOf(itemIndex).from,
        }),
        ({ item }) => ({ ...item }),
      ),
    );
  },
};
