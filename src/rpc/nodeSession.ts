/** One connection to one endpoint, with chain id and login checked: reads, broadcasts, watched objects. */
import type { Clock, NodeSession, SignedTransaction } from '../chain/interfaces';
import { BitSharesError } from '../errors';
import { coreAssetOf } from '../protocol';
import { chainReader } from './chainReader';
import { Connection, type ConnectionOptions } from './connection';
import type { KnownNode } from './demand';
import { displayEndpoint } from './endpoint';
import { LostAnswers, type LostAnswersSettings } from './lostAnswers';
import { lookUpHost, post, type HostLookup, type Post } from './network';
import { NodeLogin } from './nodeLogin';
import { openWebSocket, type OpenSocket } from './socket';

export interface SessionSettings extends ConnectionOptions {
  /** The chain that the node must be on. */
  chainId: string;
  /** What public keys of the chain start with; transactions with keys are compared with their ids only where it is known. */
  prefix?: string | undefined;
  /** Empty when the node asks for no login. */
  user: string;
  password: string;
}

/** The network; Node's own where nothing else is given. */
export interface SessionNetwork {
  lookUp?: HostLookup | undefined;
  post?: Post | undefined;
  /** Told of a question that the node answers neither over its WebSocket nor over HTTP, though the connection lives. */
  unanswered?: ((error: BitSharesError) => void) | undefined;
}

/** A session as it is opened: which other addresses there are is not its to know. */
export type OpenedSession = Omit<NodeSession, 'leave' | 'outdated'>;

/** How long a node may take from the first attempt to connect until its chain id is checked, and for each answer after. */
export const answerTimeoutMs = 15_000;

/** The number that the node repeats in every notice of a watched object. */
const objectNotices = 1;

const globalProperties = '2.0.0';

class Session {
  readonly endpoint: string;
  private readonly watchers = new Map<string, Set<() => void>>();
  private subscribed: Promise<unknown> | undefined;

  private readonly lostAnswers: LostAnswers;

  constructor(
    private readonly connection: Connection,
    settings: LostAnswersSettings,
  ) {
    this.endpoint = displayEndpoint(connection.url);
    this.lostAnswers = new LostAnswers(connection, settings);
  }

  get lost(): AbortSignal {
    return this.connection.lost;
  }

  close(): void {
    this.connection.close();
  }

  async call(api: string, method: string, args: unknown[]): Promise<unknown> {
    const answer = await this.lostAnswers.call(api, method, args);
    if (method === 'get_objects') this.learnBlockSize(args, answer);
    return answer;
  }

  async broadcast(transaction: SignedTransaction): Promise<void> {
    await this.connection.request('network_broadcast', 'broadcast_transaction', [transaction]);
  }

  watchObject(objectId: string, wake: () => void, signal: AbortSignal): void {
    if (signal.aborted || this.lost.aborted) return;
    const wakes = this.watchers.get(objectId) ?? new Set();
    this.watchers.set(objectId, wakes.add(wake));
    // Nothing of a lost connection stays behind on a signal that outlives it.
    signal.addEventListener('abort', () => wakes.delete(wake), { once: true, signal: this.lost });
    // A second set_subscribe_callback would clear the subscriptions of the first, so there is one for the connection.
    this.subscribed ??= this.subscribe();
    this.subscribed
      .then(() => this.connection.request('database', 'get_objects', [[objectId], true]))
      // What changed before the subscription began gave no notice.
      .then(wake, () => {
        // A node that cannot subscribe costs speed, not deposits: the caller's timer wakes it.
      });
  }

  private subscribe(): Promise<unknown> {
    this.connection.onNotice(objectNotices, (payload) => {
      this.wakeWatchers(payload);
    });
    return this.connection.request('database', 'set_subscribe_callback', [objectNotices, false]);
  }

  /** The global properties of the chain (`2.0.0`) say how large a block may be, whoever asked for them. */
  private learnBlockSize(args: unknown[], answer: unknown): void {
    const place = Array.isArray(args[0]) ? args[0].indexOf(globalProperties) : -1;
    const global = (Array.isArray(answer) ? answer[place] : null) as {
      parameters?: { maximum_block_size?: unknown };
    } | null;
    const size = global?.parameters?.maximum_block_size;
    if (typeof size === 'number' && size > 0) this.connection.learnBlockSize(size);
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

/** What answers about the chain must agree with. */
export function knownChain({ chainId, prefix }: SessionSettings): NonNullable<KnownNode['chain']> {
  return { ...(prefix === undefined ? {} : { prefix }), coreAsset: coreAssetOf(chainId) };
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
  { lookUp = lookUpHost, post: postOver = post, unanswered }: SessionNetwork = {},
): Promise<OpenedSession> {
  const login = await NodeLogin.to(url, settings, clock, lookUp);
  const connection = new Connection(url, login.through(openSocket), clock, settings);
  try {
    await connection.opened;
    const session = new Session(connection, {
      login: settings,
      requestTimeout: settings.requestTimeout,
      clock,
      lookUp,
      post: postOver,
      unanswered,
    });
    const reader = chainReader((api, method, args) => session.call(api, method, args), {
      endpoint: () => session.endpoint,
      chain: knownChain(settings),
    });
    await login.run(connection, reader.chainId, (chainId) => {
      if (chainId === settings.chainId) return;
      throw new BitSharesError('WRONG_CHAIN', {
        message: `${displayEndpoint(url)} is on chain ${chainId}, the credential is for ${settings.chainId}`,
        fix: 'Choose the right chain in the node credential, or the address of a node of that chain.',
        data: { chainId, expectedChainId: settings.chainId },
      });
    });
    connection.ready();
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
  const connection = new Connection(url, openSocket, clock, {
    openTimeout: answerTimeoutMs,
    requestTimeout: answerTimeoutMs,
    maximumInFlight: 1,
  });
  try {
    await connection.opened;
    return await chainReader((api, method, args) => connection.request(api, method, args)).chainId();
  } finally {
    connection.close();
  }
}
