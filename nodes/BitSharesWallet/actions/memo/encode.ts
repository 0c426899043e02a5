import type { IDataObject } from 'n8n-workflow';
import { parseMemoText } from '../../../../src/withdrawals/transaction/intent';
import { shownFor, type NodeOperation } from '../../../shared/items/operation';
import { memoReceiver, memoText } from '../../../shared/parameters/memoFields';
import { memoTextOf } from '../../../shared/parameters/memoText';
import { accountParameter } from '../../../shared/parameters/parameter';
import { forEachUnlockedItem } from '../../../shared/items/walletItems';

const sender = accountParameter({
  displayName: 'From',
  name: 'from',
  type: 'string',
  default: '',
  required: true,
  placeholder: 'e.g. my-exchange',
  description: 'The account that sends it; its memo key is in the wallet',
});

/** Memo: Encode. The wallet encrypts it with the sender's memo key and a nonce of its own; nothing is sent. */
export const encode: NodeOperation = {
  description: shownFor('memo', ['encode'], [memoText, sender, memoReceiver]),
  async execute(items) {
    return forEachUnlockedItem(this, items, async (itemIndex, { call }) => {
      const text = parseMemoText(memoTextOf(this, itemIndex, memoText), memoText.label);
      const from = sender.read(this, itemIndex);
      const to = memoReceiver.read(this, itemIndex);
      return { memo: (await call('sign_memo', [from, to, text])) as IDataObject };
    });
  },
};
