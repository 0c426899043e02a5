/** One connection to one endpoint, with chain id and login checked: reads, broadcasts, watched objects. */
import type { Clock, NodeSession, SignedTransaction } from '../chain';
import { BitSharesError } from '../errors';
import { chainReader } from './chainReader';
import { Connection, type ConnectionOptions } from './connection';
import { displayEndpoint } from './endpoint';
import type { HostLookup } from './network';
import { NodeLogin } from './nodeLogin';
import { openWebSocket, type OpenSocket } from './socket';

export interface SessionSettings extends ConnectionOptions {
  /** The chain that the node must be on. */
  chainId: string;
  /** Empty when the node asks for no login. */
  user: string;
  password: string;
}

/** The number that the node repeats in every notice of a watched object. */
const objectNotices = 1;

class Session {
  readonly endpoint: string;
  private readonly watchers = new Map<string, Set<() => void>>();
  private subscribed: Promise<unknown> | undefined;

  constructor(private readonly connection: Connection) {
    this.endpoint = displayEndpoint(connection.url);
    connection.onNotice(objectNotices, (payload) => {
      this.wakeWatchers(payload);
    });
  }

  get lost(): AbortSignal {
    return this.connection.lost;
  }

  close(): void {
    this.connection.close();
  }

  call(api: string, method: string, args: unknown[]): Promise<unknown> {
    return this.connection.request(api, method, args);
  }

  async broadcast(transaction: SignedTransaction): Promise<void> {
    await this.connection.request('network_broadcast', 'broadcast_transaction', [transaction]);
  }

  watchObject(objectId: string, wake: () => void, signal: AbortSignal): void {
    if (signal.aborted || this.lost.aborted) return;
    const wakes = this.watchers.get(objectId) ?? new Set();
    this.watchers.set(objectId, wakes.add(wake));
    signal.addEventListener('abort', () => wakes.delete(wake), { once: true });
    // A second set_subscribe_callback would clear the subscriptions of the first, so there is one for the connection.
    this.subscribed ??= this.connection.request('database', 'set_subscribe_callback', [objectNotices, false]);
    this.subscribed
      .then(() => this.connection.request('database', 'get_objects', [[objectId], true]))
      // What changed before the subscription began gave no notice.
      .then(wake, () => {
        // A node that cannot subscribe costs speed, not deposits: the caller's timer wakes it.
      });
  }

  private wakeWatchers(payload: unknown): void {
    if (!Array.isArray(payload)) return;
    // The node's subscription set is probabilistic (a bloom filter), so objects that nobody asked for arrive as well.
    for (const changed of payload.flat() as unknown[]) {
      const id = typeof changed === 'string' ? changed : (changed as { id?: unknown } | null)?.id;
      if (typeof id === 'string') this.watchers.get(id)?.forEach((wake) => wake());
    }
  }
}

/**
 * Connects, checks the chain and logs in.
 *
 * @throws NODE_UNREACHABLE, ACCESS_DENIED, WRONG_CHAIN, INVALID_ANSWER, REQUEST_TIMEOUT, CONNECTION_LOST
 */
export async function openSession(
  url: string,
  settings: SessionSettings,
  openSocket: OpenSocket,
  clock: Clock,
  lookUp?: HostLookup,
): Promise<NodeSession> {
  const login = await NodeLogin.to(url, settings, clock, lookUp);
  const connection = new Connection(url, login.through(openSocket), clock, settings);
  try {
    await connection.opened;
    const session = new Session(connection);
    const reader = chainReader((api, method, args) => session.call(api, method, args));
    await login.run(connection, reader.chainId, (chainId) => {
      if (chainId === settings.chainId) return;
      throw new BitSharesError('WRONG_CHAIN', {
        message: `${displayEndpoint(url)} is on chain ${chainId}, the credential is for ${settings.chainId}`,
        fix: 'Choose the right chain in the node credential, or the address of a node of that chain.',
        data: { chainId, expectedChainId: settings.chainId },
      });
    });
    return Object.assign(session, reader);
  } catch (error) {
    connection.close();
    return Promise.reject(error);
  }
}

/**
 * The chain that a node is on, whichever it is.
 *
 * @throws NODE_UNREACHABLE, INVALID_ANSWER, REQUEST_TIMEOUT, CONNECTION_LOST
 */
export async function readChainIdOf(
  url: string,
  clock: Clock,
  openSocket: OpenSocket = openWebSocket,
): Promise<string> {
  const connection = new Connection(url, openSocket, clock, { requestTimeout: 15_000, maximumInFlight: 1 });
  try {
    await connection.opened;
    return await chainReader((api, method, args) => connection.request(api, method, args)).chainId();
  } finally {
    connection.close();
  }
}
