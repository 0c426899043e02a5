import { shownFor, type NodeOperation } from '../../../shared/operation';
import * as fields from './fields';
import { requestOf, settingsOf } from './orders';
import { runBatch, withWithdrawalContext } from './run';
import type { WaitFor } from '../../../../src/withdrawals/withdrawal';

/** Transfer: Send. Pays each withdrawal once, however often and wherever it is run. */
export const send: NodeOperation = {
  description: shownFor(
    'transfer',
    ['send'],
    [
      fields.describedBy,
      fields.intent,
      ...fields.shownWithFields([...fields.paymentFields, fields.withdrawalId, fields.requestedAt]),
      fields.waitFor,
      fields.optionsField([fields.maximumWait]),
    ],
  ),
  movesMoney: true,
  async execute(items) {
    return withWithdrawalContext(this, (withdrawals) =>
      runBatch(
        this,
        items,
        withdrawals,
        'send',
        (itemIndex) => ({
          request: requestOf(this, itemIndex, withdrawals.chain),
          ...settingsOf(this, itemIndex, this.getNodeParameter('waitFor', itemIndex) as WaitFor),
        }),
        ({ item }) => ({ ...item }),
      ),
    );
  },
};
