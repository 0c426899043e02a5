/** User and password on their way to a node: in its login call, and in the address for a proxy in front of it. */
import type { Clock } from '../chain/interfaces';
import { BitSharesError, isBitSharesError } from '../errors';
import { Answer } from './answer';
import type { Connection } from './connection';
import { findDestination, type Destination } from './destination';
import { displayEndpoint } from './endpoint';
import { authorizationFor } from './httpExchange';
import { lookUpHost, type HostLookup } from './network';
import { secretText } from './secretExit';
import type { OpenSocket } from './socket';

export interface LoginSettings {
  /** Empty when the node asks for no login. */
  user: string;
  password: string;
  /** Milliseconds until looking up the host's name is given up. */
  requestTimeout: number;
}

/** Addresses and login of nodes are in one credential. */
const receiver = 'the address beside it';

export class NodeLogin {
  private constructor(
    private readonly url: string,
    private readonly settings: LoginSettings,
    /** Undefined where there is no secret: then the system looks the name up when it connects. */
    private readonly destination: Destination | undefined,
  ) {}

  /**
   * Judges where the login would go, before anything is connected: a login in the address goes out with the first bytes.
   *
   * @throws ACCESS_DENIED when others could read it on the way; NODE_UNREACHABLE for a host name without an address
   */
  static async to(
    url: string,
    settings: LoginSettings,
    clock: Clock,
    lookUp: HostLookup = lookUpHost,
  ): Promise<NodeLogin> {
    const inAddress = new URL(url).username + new URL(url).password;
    if (settings.user === '' && inAddress === '') return new NodeLogin(url, settings, undefined);
    const destination = await withDeadline(findDestination(url, lookUp), url, settings, clock);
    secretText(settings.password + inAddress, destination, receiver);
    return new NodeLogin(url, settings, destination);
  }

  /** Opens sockets to the addresses that were judged, which alone get the login of the address. */
  through(openSocket: OpenSocket): OpenSocket {
    const { destination } = this;
    if (destination === undefined) return openSocket;
    const { addresses } = destination;
    return (url, events) =>
      openSocket(url, events, { addresses, authorization: authorizationFor(destination) });
  }

  /**
   * The chain of the node, and the login. A node tells its chain to everybody, so it is asked first and the password goes to a
   * node of the right chain only; one that refuses everything before the login (API access file) gets it first.
   *
   * `checkChain` throws for a wrong one.
   *
   * @throws ACCESS_DENIED for a login that the node does not accept
   */
  async run(
    connection: Connection,
    readChainId: () => Promise<string>,
    checkChain: (chainId: string) => void,
  ): Promise<void> {
    const isAskedFor = this.settings.user !== '';
    const told = await readChainId().catch((error: unknown) =>
      isAskedFor && isBitSharesError(error, 'ACCESS_DENIED') ? undefined : Promise.reject(error),
    );
    if (told !== undefined) checkChain(told);
    if (isAskedFor) await this.logIn(connection);
    if (told === undefined) checkChain(await readChainId());
  }

  private async logIn(connection: Connection): Promise<void> {
    const { destination, settings } = this;
    if (destination === undefined) return;
    const password = secretText(settings.password, destination, receiver);
    const accepted = await connection
      .request(1, 'login', [settings.user, password], [password])
      .catch((error: unknown) => {
        if (!isBitSharesError(error, 'NODE_ERROR')) throw error;
        // Its words are not repeated: they may hold the password in any form.
        throw new BitSharesError('ACCESS_DENIED', {
          message: `${displayEndpoint(this.url)} refused the login`,
          fix: 'Check user and password in the node credential, and the API access settings of the node.',
        });
      });
    if (new Answer(accepted, 'login').boolean()) return;
    throw new BitSharesError('ACCESS_DENIED', {
      message: `${displayEndpoint(this.url)} does not accept this user and password`,
      fix: 'Correct User and Password in the node credential, or leave both empty when the node asks for none.',
    });
  }
}

async function withDeadline<T>(
  work: Promise<T>,
  url: string,
  { requestTimeout }: LoginSettings,
  clock: Clock,
): Promise<T> {
  const done = new AbortController();
  const late = clock.sleep(requestTimeout, done.signal).then(() => {
    throw new BitSharesError('NODE_UNREACHABLE', {
      message: `${displayEndpoint(url)} is not reachable: the name server did not answer within ${requestTimeout / 1000} s`,
      fix: 'Check the name service of this machine, or enter the IP address.',
    });
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    done.abort();
  }
}
