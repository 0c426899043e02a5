import type { IDataObject } from 'n8n-workflow';
import { BitSharesError } from '../../../../src/errors';
import { forEachConnectedItem } from '../../../shared/items/connectedItems';
import { shownFor, type NodeOperation } from '../../../shared/items/operation';
import { textParameter } from '../../../shared/parameters/parameter';

const transactionIdField = textParameter({
  displayName: 'Transaction ID',
  name: 'transactionId',
  type: 'string',
  default: '',
  required: true,
  placeholder: 'e.g. 109baeaa56b36d1a177442ec491ca77e7a862f8b',
  description:
    'The 40 hexadecimal digits of the ID. A node knows it while the transaction is pending or included and has not expired; what is older is found in its block.',
});

/** Chain: Get Transaction. Nodes remember ids until a transaction has expired, so "not found" proves nothing. */
export const getTransaction: NodeOperation = {
  description: shownFor('chain', ['getTransaction'], [transactionIdField]),
  async execute(items) {
    return forEachConnectedItem(this, items, async (itemIndex, { trusted }): Promise<IDataObject> => {
      const transactionId = transactionIdField.read(this, itemIndex).toLowerCase();
      if (!/^[0-9a-f]{40}$/.test(transactionId)) {
        throw new BitSharesError('INVALID_PARAMETER', {
          field: transactionIdField.label,
          message: 'a transaction id has 40 hexadecimal digits',
          fix: 'Copy it whole, as an item or an explorer shows it.',
        });
      }
      const transaction = await trusted.recentTransaction(transactionId);
      return {
        transactionId,
        found: transaction !== null,
        transaction: transaction as unknown as IDataObject | null,
      };
    });
  },
};
