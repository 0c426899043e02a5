/** Whether a keys credential reads the memos of the account that a node watches. */
import type { Account, ChainReader } from '../../../src/chain/interfaces';
import { BitSharesError } from '../../../src/errors';
import { nullPublicKey, type Chain, type MemoKeyring } from '../../../src/protocol';
import type { Keys } from './keysCredential';

/** How the credential field is called in every node. */
const keysCredentialField = 'Keys Credential';

export interface MemoKeyQuestion {
  keys: Keys;
  /** Of these keys. */
  keyring: Pick<MemoKeyring, 'publicKeys'>;
  account: Pick<Account, 'id' | 'name' | 'memoKey'>;
  chain: Chain;
  /** As the user called the credential. */
  credentialName: string | undefined;
}

/** Why no key fits, and how to have one that does. */
export interface MemoKeyMisfit {
  message: string;
  fix: string;
}

/**
 * Null when one of the keys that open memos is the present memo key of the account: memos are encrypted to it in deposits
 * and from it in payments sent. The key decides and not the account that the credential names. A null key fits whatever is
 * there: nobody can encrypt to it.
 */
export function memoKeyMisfit(question: MemoKeyQuestion): MemoKeyMisfit | null {
  const { keys, keyring, account, chain, credentialName } = question;
  const { publicKeys } = keyring;
  if (account.memoKey === nullPublicKey.toString(chain.prefix)) return null;
  if (publicKeys.includes(account.memoKey)) return null;
  const credential = credentialName === undefined ? 'the credential' : `the credential "${credentialName}"`;
  const isOwn = keys.account === account.name || keys.account === account.id;
  const owner = isOwn ? '' : ` belongs to ${keys.account} and`;
  const lack =
    publicKeys.length === 0
      ? 'holds no key that opens memos'
      : `holds no key that fits the memo key of ${account.name} (${account.memoKey})`;
  return {
    message: `${credential}${owner} ${lack}`,
    fix: isOwn
      ? `Enter the present memo key of ${account.name} under Memo Key, and keep former ones under Older Memo Keys.`
      : `Choose the keys credential of ${account.name}.`,
  };
}

/** The refusal of a node that would read no memo. */
export function memoKeyMismatch({ message, fix }: MemoKeyMisfit): BitSharesError {
  return new BitSharesError('MEMO_KEY_MISMATCH', {
    field: keysCredentialField,
    message,
    fix: `${fix} To leave memos unread, remove the credential from this node.`,
  });
}

/**
 * Refuses keys that open no memo of the account.
 *
 * @throws MEMO_KEY_MISMATCH, and what the reader throws
 */
export async function checkMemoKeys(
  reader: Pick<ChainReader, 'account'>,
  accountId: string,
  question: Omit<MemoKeyQuestion, 'account'>,
): Promise<void> {
  const account = await reader.account(accountId);
  const misfit = account === null ? null : memoKeyMisfit({ ...question, account });
  if (misfit !== null) throw memoKeyMismatch(misfit);
}

/** What is said where a node that only reads was given a key that can spend; null when it was not. */
export function needlessActiveKey(keys: Keys | undefined): string | null {
  if (keys?.activeKey === undefined) return null;
  return 'The keys credential holds an active key, which can spend. Reading deposits needs the memo key only: choose a credential without an active key here.';
}
