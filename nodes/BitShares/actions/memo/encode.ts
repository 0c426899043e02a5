import { randomBytes } from 'node:crypto';
import type { IDataObject } from 'n8n-workflow';
import { BitSharesError } from '../../../../src/errors';
import { encryptMemo, publicMemo, PublicKey, type Memo } from '../../../../src/protocol';
import { parseMemoText } from '../../../../src/withdrawals/transaction/intent';
import { forEachConnectedItem } from '../../../shared/items/connectedItems';
import { keysOf } from '../../../shared/credentials/credentials';
import { requireAccount } from '../../../shared/parameters/lookup';
import { shownFor, type NodeOperation } from '../../../shared/items/operation';
import { choice, memoTextOf } from '../../../shared/parameters/parameterValues';

/** Memo: Encode. The memo object of an operation, with a nonce of its own; nothing is sent. */
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
        displayName: 'Memo Type',
        name: 'memoType',
        type: 'options',
        options: [
          { name: 'Encrypted', value: 'encrypted', description: 'Only sender and receiver can read it' },
          { name: 'Public', value: 'public', description: 'Everybody can read it' },
        ],
        default: 'encrypted',
      },
      {
        displayName: 'To',
        name: 'to',
        type: 'string',
        default: '',
        required: true,
        placeholder: 'e.g. alice or 1.2.345',
        description: 'Name or ID of the account that shall read it',
        displayOptions: { show: { memoType: ['encrypted'] } },
      },
    ],
  ),
  async execute(items) {
    return forEachConnectedItem(
      this,
      items,
      async (itemIndex, { settings: { chain }, trusted }): Promise<IDataObject> => {
        const text = parseMemoText(memoTextOf(this, itemIndex, 'text', 'Text'), 'Text');
        const nonce = randomBytes(8).readBigUInt64BE();
        const item = (memo: Memo): IDataObject => ({ memo: { ...memo } as IDataObject });
        const memoType = this.getNodeParameter('memoType', itemIndex);
        if (choice(memoType, ['encrypted', 'public'], 'Memo Type') === 'public') {
          return item(publicMemo({ nonce, text, prefix: chain.prefix }));
        }
        const { memoKey } = await keysOf(this, itemIndex);
        if (memoKey === undefined) {
          throw new BitSharesError('INVALID_KEY', {
            field: 'Memo Key',
            message: 'the keys credential has no memo key to encrypt with',
            fix: 'Enter the memo key of the sender in the keys credential, or make a public memo.',
          });
        }
        const receiver = await requireAccount(trusted, this.getNodeParameter('to', itemIndex), 'To');
        const to = PublicKey.fromString(receiver.memoKey, chain.prefix, 'To');
        return item(encryptMemo({ from: memoKey, to, nonce, text, prefix: chain.prefix }));
      },
    );
  },
};
