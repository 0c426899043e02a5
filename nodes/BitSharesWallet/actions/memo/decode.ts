import { MemoKeyring } from '../../../../src/protocol';
import { walletReader } from '../../../../src/rpc/walletReader';
import type { WalletCall } from '../../../../src/rpc/walletSession';
import { memoField, memoParameterOf } from '../../../shared/parameters/memoParameter';
import { shownFor, type NodeOperation } from '../../../shared/items/operation';
import { forEachUnlockedItem } from '../../../shared/items/walletItems';
import { walletMemo } from '../../walletMemo';

/** Memo: Decode. Never fails because of what a memo holds: `memoStatus` says what came of it. */
export const decode: NodeOperation = {
  description: shownFor('memo', ['decode'], [memoField]),
  async execute(items) {
    // The keys of a wallet are asked for once: a batch may be a whole history.
    const keysOfWallet = new Map<WalletCall, Promise<string[]>>();
    return forEachUnlockedItem(this, items, async (itemIndex, { wallet, call }) => {
      const publicMemos = new MemoKeyring([], wallet.chain.prefix);
      const asked = keysOfWallet.get(call) ?? walletReader(call).memoKeys();
      keysOfWallet.set(call, asked);
      const ownKeys = new Set(await asked);
      const memo = memoParameterOf(this, itemIndex);
      const encrypted = publicMemos.decode(memo).status === 'no_key';
      const read = encrypted ? String(await call('read_memo', [memo])) : '';
      return walletMemo(memo, read, { publicMemos, ownKeys });
    });
  },
};
