/** What the Test button of the BitShares Wallet API credential does. The answer says which part is wrong and what to do. */
import type {
  ICredentialDataDecryptedObject,
  ICredentialTestFunctions,
  ICredentialsDecrypted,
  INodeCredentialTestResult,
} from 'n8n-workflow';
import { isBitSharesError } from '../../src/errors';
import { parseChainTime } from '../../src/protocol';
import { WalletSession } from '../../src/rpc/walletSession';
import { systemClock } from './clock';
import { readWalletCredential } from './walletCredential';

/** A wallet whose node is older than this shows the past, in seconds. */
const oldestHead = 60;

/** Tests reachability, chain, sync and, where the wallet is locked, the password; the wallet is left as it was. */
export async function testWalletCredential(
  this: ICredentialTestFunctions,
  { data }: ICredentialsDecrypted<ICredentialDataDecryptedObject>,
): Promise<INodeCredentialTestResult> {
  try {
    return { status: 'OK', message: await inspect(data ?? {}) };
  } catch (error) {
    if (!isBitSharesError(error)) return { status: 'Error', message: 'The test itself went wrong' };
    return {
      status: 'Error',
      message: error.fix === undefined ? error.message : `${error.message}. ${error.fix}`,
    };
  }
}

async function inspect(data: ICredentialDataDecryptedObject): Promise<string> {
  const session = await WalletSession.open(readWalletCredential(data), systemClock);
  const behind = await secondsBehind(session);
  const late = behind > oldestHead ? ` Its node is not in sync: the latest block is ${behind} s old.` : '';
  if (await session.isNew()) {
    return `Connected. The wallet is new: run Wallet: Set Password, which gives it the password of this credential.${late}`;
  }
  if (!(await session.isLocked())) {
    return `Connected. The wallet is unlocked already, so the password was not tried. Whoever reaches its address can pay from it.${late}`;
  }
  let open = '';
  await session.unlocked(
    () => Promise.resolve(),
    (reason) => {
      open = ` It could not be locked again and may be open: lock it with Wallet: Lock. ${reason}`;
    },
  );
  return `Connected: the wallet is on the right chain and opens with the password.${late}${open}`;
}

async function secondsBehind(session: WalletSession): Promise<number> {
  const { time } = (await session.call('get_dynamic_global_properties')) as { time?: unknown };
  return typeof time === 'string' ? Math.round(systemClock.now() / 1000 - parseChainTime(time)) : 0;
}
