/** The BitShares Wallet API credential, from n8n's data to typed settings and a session. */
import type { ICredentialDataDecryptedObject, IExecuteFunctions } from 'n8n-workflow';
import type { Clock } from '../../../src/chain/interfaces';
import { BitSharesError } from '../../../src/errors';
import { labels } from '../../../src/labels';
import type { Chain } from '../../../src/protocol';
import { isEndpoint } from '../../../src/rpc/endpoint';
import { WalletSession, type WalletCall, type WalletSettings } from '../../../src/rpc/walletSession';
import { systemClock } from '../clock';
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
  const url = readWalletUrl(credential.walletUrl);
  const chain = readChain(credential);
  // Not trimmed: blanks are part of a password.
  const password = typeof credential.walletPassword === 'string' ? credential.walletPassword : '';
  return { url, password, chain, chainId: chain.chainId };
}

function readWalletUrl(entered: unknown): string {
  const [url, ...more] = (typeof entered === 'string' ? entered : '')
    .split(/[\s,]+/)
    .filter((text) => text !== '');
  const address = 'the address given to cli_wallet with -H, such as http://127.0.0.1:8092';
  if (url === undefined) throw invalidUrl('no address is given', `Enter ${address}.`);
  if (more.length > 0) {
    throw invalidUrl('one address only: two wallets do not share their keys', `Enter ${address}.`);
  }
  if (isEndpoint(url, ['http:', 'https:'])) return url;
  // The address itself is not repeated: what is no address may be a key or a password that was pasted here.
  throw isEndpoint(url, ['ws:', 'wss:'])
    ? invalidUrl(
        'this is a WebSocket address, and cli_wallet is asked over HTTP',
        `Enter ${address}. Port 8090 is usually that of a node.`,
      )
    : invalidUrl(
        'this is not an http:// or https:// address',
        `Enter ${address}. A # in a password is written %23.`,
      );
}

function invalidUrl(message: string, fix: string): BitSharesError {
  return new BitSharesError('INVALID_PARAMETER', { field: labels.walletUrl, message, fix });
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
