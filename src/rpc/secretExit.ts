/**
 * The only place where the text of a private key or a password leaves this package. Everything else holds a secret as an
 * object that prints as `[secret]`.
 */
import { BitSharesError } from '../errors';
import { labels } from '../labels';
import type { PrivateKey } from '../protocol';
import type { Destination } from './destination';
import { isPrivateAddress } from './privateNetwork';

/** Who may receive a secret, as its owner said. */
export type Receiver =
  /** Whoever entered the secret entered the address as well: in the same credential, or beside the key in an item. */
  | 'the address beside it'
  /** The wallet at this address, as `walletAddress` writes it, and no other; empty: none. The owner of the keys entered it. */
  | { wallet: string };

/** A secret as the argument of a call. It prints as `[secret]`; its text is made for the call alone. */
export class Secret {
  readonly #content: PrivateKey | string;
  readonly #receiver: Receiver;

  constructor(content: PrivateKey | string, receiver: Receiver) {
    this.#content = content;
    this.#receiver = receiver;
  }

  /** The text, for this destination. Errors as `secretText`. */
  textFor(destination: Destination): string {
    return secretText(this.#content, destination, this.#receiver);
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[secret]';
  }
}

/**
 * The text of a secret that goes to this destination now. It has to be one that the secret's owner allowed, and nobody on
 * the way may read along: the destination is this machine, a private network, or speaks TLS.
 *
 * @throws INVALID_PARAMETER when the owner allowed no wallet, or another one; ACCESS_DENIED when others could read along
 */
export function secretText(
  secret: PrivateKey | string,
  destination: Destination,
  receiver: Receiver,
): string {
  checkReceiver(receiver, destination.url.href);
  const stranger = destination.addresses?.find((address) => !isPrivateAddress(address));
  if (stranger !== undefined) {
    const tls = destination.url.protocol === 'ws:' ? 'wss://' : 'https://';
    throw new BitSharesError('ACCESS_DENIED', {
      message: `${destination.shown} is ${stranger}, which is neither this machine nor a private network: passwords and keys do not go there unencrypted`,
      fix: `Use ${tls} with a certificate that n8n trusts, or an address of this machine or a private network (127.x, 10.x, 172.16.x to 172.31.x, 192.168.x, 169.254.x, fc00::/7, fe80::/10).`,
    });
  }
  return typeof secret === 'string' ? secret : secret.toWif();
}

/**
 * The address of a wallet as it is compared: scheme, host, port and path, without login and fragment. The path counts, because
 * one host may serve a wallet and other people's programs, such as the webhooks of n8n.
 */
export function walletAddress({ origin, pathname, search }: URL): string {
  return `${origin}${pathname.replace(/\/+$/, '')}${search}`;
}

/**
 * Refuses a wallet that the owner of the keys did not enter. Asked before the first call of an operation, so that it ends
 * before anything is done; `secretText` asks again for each key.
 *
 * @throws INVALID_PARAMETER naming the field of the keys credential
 */
export function checkReceiver(receiver: Receiver, url: string): void {
  if (receiver === 'the address beside it') return;
  if (receiver.wallet === '') {
    throw new BitSharesError('INVALID_PARAMETER', {
      field: labels.walletThatMayReceiveTheseKeys,
      message: 'no wallet is entered, so the keys of this credential stay in n8n',
      fix: 'The owner of the keys can enter the address of their cli_wallet in this field of the BitShares Keys API credential, such as http://127.0.0.1:8092. Nothing was sent.',
    });
  }
  const wallet = walletAddress(new URL(url));
  if (wallet === receiver.wallet) return;
  throw new BitSharesError('INVALID_PARAMETER', {
    field: labels.walletThatMayReceiveTheseKeys,
    message: `another wallet than ${wallet} is entered, so the keys of this credential do not go there`,
    fix: 'Use the wallet that is entered in this field of the BitShares Keys API credential. Both addresses must have the same scheme, host, port and path; localhost and 127.0.0.1 are two hosts. Nothing was sent.',
  });
}
