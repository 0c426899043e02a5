import type { IDataObject, INodeProperties } from 'n8n-workflow';
import { BitSharesError } from '../../../../src/errors';
import type { Memo } from '../../../../src/protocol';
import { nodeSettingsOf, optionalKeysOf } from '../../../shared/credentials';
import { memoKeyring } from '../../../shared/keysCredential';
import { forEachItem, ofEachItem, shownFor, type NodeOperation } from '../../../shared/operation';

const description: INodeProperties[] = shownFor(
  'memo',
  ['decode'],
  [
    {
      displayName: 'Memo',
      name: 'memoObject',
      type: 'json',
      default: '={{ $json.memo }}',
      required: true,
      description:
        'The memo object of an operation: from, to, nonce and message. Without a keys credential only public memos can be read.',
    },
  ],
);

/**
 * Memo: Decode. Never fails because of what a memo holds: `memoStatus` says what came of it. Only a value that is not
 * a memo object at all is an error.
 */
export const decode: NodeOperation = {
  description,
  async execute(items) {
    const keyringOf = await ofEachItem(this, items, async (itemIndex) => {
      const { chain } = await nodeSettingsOf(this, itemIndex);
      return memoKeyring(await optionalKeysOf(this, itemIndex), chain);
    });
    return forEachItem(this, items, async (itemIndex) => {
      const { status, memo, details } = keyringOf(itemIndex).decode(
        readMemo(this.getNodeParameter('memoObject', itemIndex)),
      );
      return { memo, memoStatus: status, memoDetails: { ...details } } satisfies IDataObject;
    });
  },
};

/** The memo object of an item; null where there is none. Errors: INVALID_MEMO. */
export function readMemo(value: unknown): Memo | null {
  let memo = value;
  if (typeof memo === 'string') {
    if (memo.trim() === '') return null;
    try {
      memo = JSON.parse(memo);
    } catch {
      throw notAMemo();
    }
  }
  if (memo === null || memo === undefined) return null;
  if (typeof memo !== 'object') throw notAMemo();
  const { from, to, nonce, message } = memo as Record<string, unknown>;
  const isNonce = typeof nonce === 'string' || typeof nonce === 'number';
  if (typeof from !== 'string' || typeof to !== 'string' || typeof message !== 'string' || !isNonce)
    throw notAMemo();
  return { from, to, nonce, message };
}

function notAMemo(): BitSharesError {
  return new BitSharesError('INVALID_MEMO', {
    field: 'Memo',
    message: 'this is not a memo object',
    fix: 'Pass the memo of an operation as the node returns it: an object with from, to, nonce and message.',
  });
}
