/** The BitShares Keys API credential. The texts of private keys exist here only, and leave as PrivateKey objects. */
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import { BitSharesError } from '../../../src/errors';
import { labels } from '../../../src/labels';
import { MemoKeyring, PrivateKey, type Chain } from '../../../src/protocol';
import { walletAddress, type Receiver } from '../../../src/rpc/secretExit';
import { listField, textField } from './fields';
import { accountOf } from '../parameters/parameterValues';

export interface Keys {
  /** Name or `1.2.x`, as entered. */
  account: string;
  memoKey: PrivateKey | undefined;
  olderMemoKeys: PrivateKey[];
  activeKey: PrivateKey | undefined;
  balanceKeys: PrivateKey[];
  /** Empty when none is given. */
  walletPassword: string;
  /** Origin of the cli_wallet that may receive the keys; empty: none may. */
  receivingWallet: string;
}

/**
 * Reads and checks the credential.
 *
 * @throws INVALID_KEY naming the field, never the text; INVALID_PARAMETER when the account is missing
 */
export function readKeys(credential: ICredentialDataDecryptedObject): Keys {
  const account = textField(credential, 'account');
  if (account === '') {
    throw new BitSharesError('INVALID_PARAMETER', {
      field: labels.account,
      message: 'no account is given',
      fix: 'Enter the name or the id (1.2.x) of the account that these keys belong to in the keys credential.',
    });
  }
  return {
    account: accountOf(account, labels.account),
    memoKey: optionalKey(credential, 'memoKey', labels.memoKey),
    olderMemoKeys: listField(credential, 'olderMemoKeys').map((wif, i) =>
      PrivateKey.fromWif(wif, `${labels.olderMemoKeys} (entry ${i + 1})`),
    ),
    activeKey: optionalKey(credential, 'activeKey', labels.activeKey),
    balanceKeys: listField(credential, 'balanceKeys').map((wif, i) =>
      PrivateKey.fromWif(wif, `${labels.balanceKeys} (entry ${i + 1})`),
    ),
    // Not trimmed: blanks are part of a password.
    walletPassword: typeof credential.walletPassword === 'string' ? credential.walletPassword : '',
    receivingWallet: walletField(credential),
  };
}

/** The public keys of the credential, which tell it from others without holding a secret; null where a field is empty. */
export function publicKeysOf(keys: Keys): (string | null)[] {
  const { memoKey, olderMemoKeys, activeKey, balanceKeys } = keys;
  return [memoKey, activeKey, ...olderMemoKeys, ...balanceKeys].map(
    (key) => key?.publicKey.toString('') ?? null,
  );
}

/** Who may receive the texts of the credential's keys. */
export function receiverOf({ receivingWallet }: Keys): Receiver {
  return { wallet: receivingWallet };
}

/** `http://Wallet:80/` is `http://wallet`: as a Wallet URL is compared. */
function walletField(credential: ICredentialDataDecryptedObject): string {
  const entered = textField(credential, 'keyReceivingWallet');
  if (entered === '') return '';
  const url = URL.canParse(entered) ? new URL(entered) : null;
  const isWallet =
    url !== null &&
    ['http:', 'https:'].includes(url.protocol) &&
    // A login does not belong here: it is not compared.
    `${url.username}${url.password}${url.hash}` === '';
  if (isWallet) return walletAddress(url);
  throw new BitSharesError('INVALID_PARAMETER', {
    field: labels.walletThatMayReceiveTheseKeys,
    // Not repeated: what is no address may be a key or a password that was pasted here.
    message: 'this is not the address of a wallet',
    fix: 'Enter the address of one cli_wallet without user and password, such as http://127.0.0.1:8092, or leave the field empty.',
  });
}

function optionalKey(
  credential: ICredentialDataDecryptedObject,
  name: string,
  field: string,
): PrivateKey | undefined {
  const wif = textField(credential, name);
  return wif === '' ? undefined : PrivateKey.fromWif(wif, field);
}

/** Everything that can open a memo: the memo key, the older ones, and the active key, which many wallets used for memos. */
export function memoKeyring(keys: Keys | undefined, chain: Chain): MemoKeyring {
  const usable = keys === undefined ? [] : [keys.memoKey, ...keys.olderMemoKeys, keys.activeKey];
  return new MemoKeyring(
    usable.filter((key) => key !== undefined),
    chain.prefix,
  );
}
