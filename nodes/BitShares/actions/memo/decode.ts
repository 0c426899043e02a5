import type { IDataObject } from 'n8n-workflow';
import { nodeSettingsOf, optionalKeysOf } from '../../../shared/credentials/credentials';
import { memoKeyring } from '../../../shared/credentials/keysCredential';
import { memoField, memoParameterOf } from '../../../shared/parameters/memoParameter';
import { forEachItem, ofEachItem, shownFor, type NodeOperation } from '../../../shared/items/operation';

/**
 * Memo: Decode. Never fails because of what a memo holds: `memoStatus` says what came of it. Only a value that is not
 * a memo object at all is an error, and one that is not there: it must not pass for an operation without a memo.
 */
export const decode: NodeOperation = {
  description: shownFor(
    'memo',
    ['decode'],
    [
      memoField.with({
        description: `${memoField.description.description}. Without a keys credential only public memos can be read.`,
      }),
    ],
  ),
  async execute(items) {
    const keyringOf = await ofEachItem(this, items, async (itemIndex) => {
      const { chain } = await nodeSettingsOf(this, itemIndex);
      return memoKeyring(await optionalKeysOf(this, itemIndex), chain);
    });
    return forEachItem(this, items, async (itemIndex) => {
      const { status, memo, details } = keyringOf(itemIndex).decode(memoParameterOf(this, itemIndex));
      return { memo, memoStatus: status, memoDetails: { ...details } } satisfies IDataObject;
    });
  },
};
