import { MemoKeyring } from '../../../../src/protocol';
import { walletReader } from '../../../../src/rpc/walletReader';
import { memoField, memoOf } from '../../../shared/memoParameter';
import { forEachItem, shownFor, type NodeOperation } from '../../../shared/operation';
import { walletOf } from '../../../shared/walletCredential';
import { walletMemo } from '../../walletMemo';

/** Memo: Decode. Never fails because of what a memo holds: `memoStatus` says what came of it. */
export const decode: NodeOperation = {
  description: shownFor('memo', ['decode'], [memoField]),
  async execute(items) {
    const wallet = await walletOf(this);
    const publicMemos = new MemoKeyring([], wallet.chain.prefix);
    return wallet.unlocked(async (call) => {
      const ownKeys = new Set(await walletReader(call).memoKeys());
      return forEachItem(this, items, async (itemIndex) => {
        const memo = memoOf(this, itemIndex);
        const encrypted = publicMemos.decode(memo).status === 'no_key';
        const read = encrypted ? String(await call('read_memo', [memo])) : '';
        return walletMemo(memo, read, { publicMemos, ownKeys });
      });
    });
  },
};
