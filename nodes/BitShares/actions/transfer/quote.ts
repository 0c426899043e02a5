import { quoteWithdrawal } from '../../../../src/withdrawals/sending/quote';
import { shownFor, type NodeOperation } from '../../../shared/items/operation';
import * as fields from '../../../shared/transfer/fields';
import { plainRequest, settingsOf } from '../../../shared/transfer/orders';
import { forEachWithdrawal } from '../../../shared/transfer/batch';
import { withWithdrawals } from './run';

/**
 * Transfer: Quote. The complete intent and all checks, without a private key and without sending anything. Whatever does
 * not hold is an error, because nothing of this withdrawal can be on its way yet.
 */
export const quote: NodeOperation = {
  description: shownFor(
    'transfer',
    ['quote'],
    [
      fields.payingAccount,
      ...fields.paymentFields,
      fields.withdrawalId,
      fields.requestedAt,
      fields.optionsField([]),
    ],
  ),
  async execute(items) {
    return withWithdrawals(this, items, (withdrawalsOf) =>
      forEachWithdrawal(
        this,
        items,
        (i) => withdrawalsOf(i).group,
        async (itemIndex) => {
          const {
            keys,
            context: { chain, nodes, clock, caches },
          } = withdrawalsOf(itemIndex);
          const order = {
            request: plainRequest(this, itemIndex),
            ...settingsOf(this, itemIndex, 'broadcast'),
          };
          const memoKey = keys.memoKey?.publicKey ?? null;
          const { item, intent } = await quoteWithdrawal(order, {
            chain,
            nodes,
            clock,
            caches,
            account: keys.account,
            memoKey,
          });
          // Text, so that it fits into one column of a table.
          return { ...item, intent: JSON.stringify(intent) };
        },
      ),
    );
  },
};
