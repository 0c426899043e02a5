/** What the Test button of the BitShares Wallet API credential does. The answer says which part is wrong and what to do. */
import type {
  ICredentialDataDecryptedObject,
  ICredentialTestFunctions,
  ICredentialsDecrypted,
  INodeCredentialTestResult,
} from 'n8n-workflow';
import { BitSharesError } from '../../../src/errors';
import { parseChainTime } from '../../../src/protocol';
import { WalletSession } from '../../../src/rpc/walletSession';
import { systemClock } from '../clock';
import { testResult } from './credentialTests';
import { readWalletCredential } from './walletCredential';

/** A wallet whose node is older than this shows the past, in seconds. */
const oldestHead = 60;

/** Tests reachability, chain, sync and, where the wallet is locked, the password; the wallet is left as it was. */
export async function testWalletCredential(
  this: ICredentialTestFunctions,
  { data }: ICredentialsDecrypted<ICredentialDataDecryptedObject>,
): Promise<INodeCredentialTestResult> {
  return testResult(() => inspect(data ?? {}));
}

/** n8n shows the text of a failed test only, so what needs somebody to act is an error. */
async function inspect(data: ICredentialDataDecryptedObject): Promise<string> {
  const session = await WalletSession.open(readWalletCredential(data), systemClock);
  const behind = await secondsBehind(session);
  if (behind > oldestHead) {
    throw new BitSharesError('NODE_OUT_OF_SYNC', {
      message: `The node of the wallet is not in sync: its latest block is ${behind} s old`,
      fix: 'Wait until the node has caught up, and check its connection to other nodes and the clock of this machine.',
    });
  }
  if (await session.isNew()) {
    return 'Connected. The wallet is new: run Wallet: Set Password, which gives it the password of this credential.';
  }
  if (!(await session.isLocked())) {
    return 'Connected. The wallet is unlocked already, so the password was not tried. Whoever reaches its address can pay from it.';
  }
  let notLocked: string | null = null;
  await session.unlocked(
    () => Promise.resolve(),
    (reason) => {
      notLocked = reason;
    },
  );
  if (notLocked !== null) {
    throw new BitSharesError('WALLET_ERROR', {
      message: `The wallet opens with the password, but could not be locked again and may be open (${notLocked as string})`,
      fix: 'Lock it with Wallet: Lock.',
    });
  }
  return 'Connected: the wallet is on the right chain and opens with the password.';
}

async function secondsBehind(session: WalletSession): Promise<number> {
  const { time } = (await session.call('get_dynamic_global_properties')) as { time?: unknown };
  return typeof time === 'string' ? Math.round(systemClock.now() / 1000 - parseChainTime(time)) : 0;
}
