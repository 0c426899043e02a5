import { randomBytes } from 'node:crypto';
import type { IDataObject } from 'n8n-workflow';
import { BitSharesError } from '../../../../src/errors';
import { labels } from '../../../../src/labels';
import { encryptMemo, publicMemo, PublicKey, type Memo } from '../../../../src/protocol';
import { parseMemoText } from '../../../../src/withdrawals/transaction/intent';
import { forEachConnectedItem } from '../../../shared/items/connectedItems';
import { keysOf } from '../../../shared/credentials/credentials';
import { requireAccount } from '../../../shared/parameters/lookup';
import { shownFor, type NodeOperation } from '../../../shared/items/operation';
import { memoReceiver, memoText } from '../../../shared/parameters/memoFields';
import { memoTextOf } from '../../../shared/parameters/memoText';
import { memoTypeField } from '../../../shared/parameters/parameters';

/** Memo: Encode. The memo object of an operation, with a nonce of its own; nothing is sent. */
export const encode: NodeOperation = {
  description: shownFor(
    'memo',
    ['encode'],
    [memoText, memoTypeField, memoReceiver.with({ displayOptions: { show: { memoType: ['encrypted'] } } })],
  ),
  async execute(items) {
    return forEachConnectedItem(
      this,
      items,
      async (itemIndex, { settings: { chain }, trusted }): Promise<IDataObject> => {
        const text = parseMemoText(memoTextOf(this, itemIndex, memoText), memoText.label);
        const nonce = randomBytes(8).readBigUInt64BE();
        const item = (memo: Memo): IDataObject => ({ memo: { ...memo } as IDataObject });
        if (memoTypeField.read(this, itemIndex) === 'public') {
          return item(publicMemo({ nonce, text, prefix: chain.prefix }));
        }
        const { memoKey } = await keysOf(this, itemIndex);
        if (memoKey === undefined) {
          throw new BitSharesError('INVALID_KEY', {
            field: labels.memoKey,
            message: 'the keys credential has no memo key to encrypt with',
            fix: 'Enter the memo key of the sender in the keys credential, or make a public memo.',
          });
        }
        const receiver = await requireAccount(
          trusted,
          memoReceiver.read(this, itemIndex),
          memoReceiver.label,
        );
        const to = PublicKey.fromString(receiver.memoKey, chain.prefix, memoReceiver.label);
        return item(encryptMemo({ from: memoKey, to, nonce, text, prefix: chain.prefix }));
      },
    );
  },
};
