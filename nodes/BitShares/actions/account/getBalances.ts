import type { IDataObject } from 'n8n-workflow';
import { formatAmount } from '../../../../src/protocol';
import { forEachConnectedItem } from '../../../shared/items/connectedItems';
import { requireAccount } from '../../../shared/parameters/lookup';
import { shownFor, type NodeOperation } from '../../../shared/items/operation';
import { booleanParameter } from '../../../shared/parameters/parameter';
import { accountField } from '../../../shared/parameters/parameters';

const includePending = booleanParameter({
  displayName: 'Include Pending',
  name: 'includePending',
  type: 'boolean',
  default: false,
  description:
    'Whether to count transactions that are not irreversible yet. Off reads the delayed node; a credential without one always includes them.',
});

/** Account: Get Balances. One item an asset, by id; empty when the account holds nothing. */
export const getBalances: NodeOperation = {
  description: shownFor('account', ['getBalances'], [accountField, includePending]),
  async execute(items) {
    return forEachConnectedItem(this, items, async (itemIndex, { trusted, delayed }) => {
      const pending = includePending.read(this, itemIndex) || delayed === undefined;
      const reader = pending ? trusted : delayed;
      const account = await requireAccount(reader, accountField.read(this, itemIndex));
      const balances = await reader.balances(account.id, []);
      const assets = await reader.assets(balances.map(({ assetId }) => assetId));
      return balances.map(({ amount, assetId }, i): IDataObject => {
        const precision = assets[i]?.precision ?? null;
        return {
          account: account.name,
          accountId: account.id,
          asset: assets[i]?.symbol ?? null,
          assetId,
          precision,
          amount: precision === null ? null : formatAmount(amount, precision),
          amountRaw: amount.toString(),
          includesPending: pending,
        };
      });
    });
  },
};
