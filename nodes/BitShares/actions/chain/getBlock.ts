import type { IDataObject } from 'n8n-workflow';
import { BitSharesError } from '../../../../src/errors';
import { isoTime } from '../../../../src/protocol';
import { identifyTransaction } from '../../../../src/chain/transactionId';
import { forEachConnectedItem } from '../../../shared/items/connectedItems';
import { shownFor, type NodeOperation } from '../../../shared/items/operation';
import { wholeNumberParameter } from '../../../shared/parameters/parameter';

const blockNumber = wholeNumberParameter({
  displayName: 'Block Number',
  name: 'blockNumber',
  type: 'number',
  typeOptions: { minValue: 1, maxValue: 0xffffffff, numberPrecision: 0 },
  default: 1,
  required: true,
  description: 'Number of the block; on the trusted node it may not be irreversible yet',
});

/** Chain: Get Block. With the ids of its transactions, which the node does not give. */
export const getBlock: NodeOperation = {
  description: shownFor('chain', ['getBlock'], [blockNumber]),
  async execute(items) {
    return forEachConnectedItem(this, items, async (itemIndex, { settings, trusted }) => {
      const number = blockNumber.read(this, itemIndex);
      const [state, block] = await Promise.all([trusted.state(), trusted.block(number)]);
      if (block === null) {
        throw new BitSharesError('UNKNOWN_OBJECT', {
          field: blockNumber.label,
          message: `there is no block ${number}; the head is ${state.headBlockNumber}`,
          fix: 'Enter the number of a block that exists.',
        });
      }
      return {
        blockNumber: number,
        blockTime: isoTime(block.timestamp),
        irreversible: number <= state.lastIrreversibleBlock,
        previousBlockId: block.previous,
        transactions: (await Promise.all(
          block.transactions.map(async (transaction, trxInBlock) => ({
            transactionId: await identifyTransaction(trusted, transaction, settings.chain.prefix),
            trxInBlock,
            ...transaction,
          })),
        )) as unknown as IDataObject[],
      };
    });
  },
};
