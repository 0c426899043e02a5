import { MemoKeyring } from '../../../../src/protocol';
import { walletReader } from '../../../../src/rpc/walletReader';
import { readMemo } from '../../../BitShares/actions/memo/decode';
import { forEachItem, shownFor, type NodeOperation } from '../../../shared/operation';
import { walletOf } from '../../../shared/walletCredential';
import { walletMemo } from '../../walletMemo';

/** Memo: Decode. Never fails because of what a memo holds: `memoStatus` says what came of it. */
export const decode: NodeOperation = {
  description: shownFor(
    'memo',
    ['decode'],
    [
      {
        displayName: 'Memo',
        name: 'memoObject',
        type: 'json',
        default: '={{ $json.memo }}',
        required: true,
        description: 'The memo object of an operation: from, to, nonce and message',
      },
    ],
  ),
  async execute(items) {
    const wallet = await walletOf(this);
    const publicMemos = new MemoKeyring([], wallet.chain.prefix);
    return wallet.unlocked(async (call) => {
      const ownKeys = new Set(await walletReader(call).memoKeys());
      return forEachItem(this, items, async (itemIndex) => {
        const memo = readMemo(this.getNodeParameter('memoObject', itemIndex));
        const encrypted = publicMemos.decode(memo).status === 'no_key';
        const read = encrypted ? String(await call('read_memo', [memo])) : '';
        return walletMemo(memo, read, { publicMemos, ownKeys });
      });
    });
  },
};
