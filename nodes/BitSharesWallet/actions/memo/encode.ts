import type { IDataObject } from 'n8n-workflow';
import { parseMemoText } from '../../../../src/withdrawals/transaction/intent';
import { shownFor, type NodeOperation } from '../../../shared/items/operation';
import { accountOf, memoTextOf } from '../../../shared/parameters/parameterValues';
import { forEachUnlockedItem } from '../../../shared/items/walletItems';

/** Memo: Encode. The wallet encrypts it with the sender's memo key and a nonce of its own; nothing is sent. */
export const encode: NodeOperation = {
  description: shownFor(
    'memo',
    ['encode'],
    [
      {
        displayName: 'Text',
        name: 'text',
        type: 'string',
        default: '',
        description: 'What the memo says',
      },
      {
        displayName: 'From',
        name: 'from',
        type: 'string',
        default: '',
        required: true,
        placeholder: 'e.g. my-exchange',
        description: 'The account that sends it; its memo key is in the wallet',
      },
      {
        displayName: 'To',
        name: 'to',
        type: 'string',
        default: '',
        required: true,
        placeholder: 'e.g. alice or 1.2.345',
        description: 'Name or ID of the account that shall read it',
      },
    ],
  ),
  async execute(items) {
    return forEachUnlockedItem(this, items, async (itemIndex, { call }) => {
      const text = parseMemoText(memoTextOf(this, itemIndex, 'text', 'Text'), 'Text');
      const from = accountOf(this.getNodeParameter('from', itemIndex), 'From');
      const to = accountOf(this.getNodeParameter('to', itemIndex), 'To');
      return { memo: (await call('sign_memo', [from, to, text])) as IDataObject };
    });
  },
};
