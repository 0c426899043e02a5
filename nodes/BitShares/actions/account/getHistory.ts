import type { IDataObject } from 'n8n-workflow';
import { HistoryPages, untilUnchanged } from '../../../../src/chain/historyPages';
import type { HistoryOperation } from '../../../../src/chain/interfaces';
import { isoTime, operationNames } from '../../../../src/protocol';
import { forEachConnectedItem } from '../../../shared/items/connectedItems';
import { requireAccount } from '../../../shared/parameters/lookup';
import { shownFor, type NodeOperation } from '../../../shared/items/operation';
import { wholeNumberOf } from '../../../shared/parameters/parameterValues';
import { accountField, limitField } from '../../../shared/parameters/parameters';

/** Account: Get History. One item an operation, newest first, whatever concerns the account. */
export const getHistory: NodeOperation = {
  description: shownFor('account', ['getHistory'], [accountField, limitField]),
  async execute(items) {
    return forEachConnectedItem(this, items, async (itemIndex, { trusted, delayed }) => {
      const limit = wholeNumberOf(this.getNodeParameter('limit', itemIndex), 'Limit', { minimum: 1 });
      const reader = await (delayed ?? trusted).session();
      const account = await requireAccount(reader, this.getNodeParameter('account', itemIndex));
      const pages = new HistoryPages(reader, account);
      return untilUnchanged(reader, account, async () => {
        const found: IDataObject[] = [];
        for await (const page of pages.newest(limit))
          found.push(...page.map(([, entry]) => historyItem(entry)));
        return found;
      });
    });
  },
};

/** An operation of an account's history as an item. */
export function historyItem(entry: HistoryOperation): IDataObject {
  const [type, fields] = entry.operation;
  return {
    operationId: entry.id,
    operationType: type,
    operationName: operationNames[type] ?? null,
    blockNumber: entry.blockNumber,
    blockTime: entry.blockTime === null ? null : isoTime(entry.blockTime),
    trxInBlock: entry.trxInBlock,
    opInTrx: entry.opInTrx,
    virtualOp: entry.virtualOp,
    isVirtual: entry.isVirtual,
    operation: fields as unknown as IDataObject,
  };
}
