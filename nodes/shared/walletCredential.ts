/** The BitShares Wallet API credential, from n8n's data to typed settings and a session. */
import type { ICredentialDataDecryptedObject, IExecuteFunctions } from 'n8n-workflow';
import type { Clock } from '../../src/chain';
import { BitSharesError } from '../../src/errors';
import type { Chain } from '../../src/protocol';
import { parseEndpoints } from '../../src/rpc/endpoint';
import { WalletSession, type WalletCall, type WalletSettings } from '../../src/rpc/walletSession';
import { systemClock } from './clock';
import { readChain } from './nodeCredential';

export interface WalletCredential extends WalletSettings {
  chain: Chain;
}

/**
 * Reads and checks the credential. The password may be empty: what needs it says so.
 *
 * @throws INVALID_CHAIN, INVALID_PARAMETER naming the field
 */
export function readWalletCredential(credential: ICredentialDataDecryptedObject): WalletCredential {
  const entered = typeof credential.walletUrl === 'string' ? credential.walletUrl : '';
  const [url, ...more] = parseEndpoints(entered, ['http:', 'https:'], 'Wallet URL');
  if (url === undefined || more.length > 0) {
    throw new BitSharesError('INVALID_PARAMETER', {
      field: 'Wallet URL',
      message:
        url === undefined ? 'no address is given' : 'one address only: two wallets do not share their keys',
      fix: 'Enter the address given to cli_wallet with -H, such as http://127.0.0.1:8092.',
    });
  }
  const chain = readChain(credential);
  // Not trimmed: blanks are part of a password.
  const password = typeof credential.walletPassword === 'string' ? credential.walletPassword : '';
  return { url, password, chain, chainId: chain.chainId };
}

/** A wallet of one execution. */
export interface Wallet {
  session: WalletSession;
  chain: Chain;
  /** Runs `work` with the wallet unlocked, and leaves it as it was. */
  unlocked<T>(work: (call: WalletCall) => Promise<T>): Promise<T>;
}

/** The wallet of a credential, found and checked. Errors as `WalletSession.open`. */
export async function openWallet(
  context: Pick<IExecuteFunctions, 'addExecutionHints'>,
  credential: WalletCredential,
  clock: Clock = systemClock,
): Promise<Wallet> {
  const session = await WalletSession.open(credential, clock);
  return {
    session,
    chain: credential.chain,
    unlocked: (work) =>
      session.unlocked(work, (reason) => {
        // The work itself is done, so this must not become an error of it.
        context.addExecutionHints({
          message: `The wallet could not be locked again and may be open: lock it with Wallet: Lock. ${reason}`,
        });
      }),
  };
}
