/** What a memo says when cli_wallet reads it, with the statuses of `src/protocol/memo.ts`. */
import type { IDataObject } from 'n8n-workflow';
import {
  longestMemoText,
  maskPrivateKeys,
  type Memo,
  type MemoKeyring,
  type MemoSide,
} from '../../src/protocol';

export interface MemoContext {
  /** A ring without keys: tells no memo, public memos and malformed ones. */
  publicMemos: MemoKeyring;
  /** Public memo keys of the wallet's accounts. */
  ownKeys: ReadonlySet<string>;
}

/** The mark that stands for bytes that are not UTF-8. */
const replacement = '\uFFFD';

/**
 * `memo`, `memoStatus` and `memoDetails` of a memo. The wallet gives "" for every failure: a memo that names a key of the
 * wallet and cannot be read is corrupt (or encrypted to another key than it names), any other has no key here.
 *
 * @param side which of the two keys `neededKey` names for a memo that has no key here
 */
export function walletMemo(
  memo: unknown,
  read: string,
  { publicMemos, ownKeys }: MemoContext,
  side: MemoSide = 'to',
): IDataObject {
  const plain = publicMemos.decode(memo as Memo | undefined, side);
  if (plain.status !== 'no_key') {
    return { memo: plain.memo, memoStatus: plain.status, memoDetails: { ...plain.details } };
  }
  const { from, to } = memo as Memo;
  const own = [to, from].find((key) => ownKeys.has(key)) ?? null;
  if (read === '') {
    if (own === null) return { memo: null, memoStatus: 'no_key', memoDetails: { ...plain.details } };
    return { memo: null, memoStatus: 'corrupt', memoDetails: { ...plain.details, neededKey: null } };
  }
  const { text, masked } = maskPrivateKeys(read);
  const shown = text.includes(replacement) ? null : text.slice(0, longestMemoText);
  const trimmed = shown?.trim() ?? '';
  return {
    memo: trimmed === '' ? null : trimmed,
    memoStatus: 'decoded',
    memoDetails: {
      text: shown,
      // The wallet gives text only; where it is not UTF-8 its bytes are lost.
      hex: masked || shown === null ? null : Buffer.from(read, 'utf8').toString('hex'),
      key: own,
      neededKey: null,
      masked,
    },
  };
}
