/** Opens sessions: a connection to one endpoint, with chain id and login checked. */
import type { Clock } from '../chain/interfaces';
import { BitSharesError, rethrow } from '../errors';
import { coreAssetOf } from '../protocol';
import { chainReader } from './chainReader';
import { Connection, type ConnectionOptions } from './connection';
import type { KnownNode } from './demand';
import { displayEndpoint } from './endpoint';
import { lookUpHost, post, type HostLookup, type Post } from './network';
import { NodeLogin } from './nodeLogin';
import { leaseOf, type OpenedSession } from './sessionLease';

export type { OpenedSession };
import { SharedSession } from './sharedSession';
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

/** How long a node may take from the first attempt to connect until its chain id is checked, and for each answer after. */
export const answerTimeoutMs = 15_000;

/** What answers about the chain must agree with. */
export function knownChain({ chainId, prefix }: SessionSettings): NonNullable<KnownNode['chain']> {
  return { ...(prefix === undefined ? {} : { prefix }), coreAsset: coreAssetOf(chainId) };
}

/**
 * Connects, checks the chain and logs in, for one part of the process alone.
 *
 * @throws NODE_UNREACHABLE, ACCESS_DENIED, WRONG_CHAIN, INVALID_ANSWER, REQUEST_TIMEOUT, CONNECTION_LOST
 */
export async function openSession(
  ...[url, settings, openSocket, clock, network]: Opening
): Promise<OpenedSession> {
  const shared = await openSharedSession(url, settings, openSocket, clock, network);
  return leaseOf(shared, {
    chain: knownChain(settings),
    unanswered: network?.unanswered,
    ended: () => shared.close(),
  });
}

/** The arguments of `openSession`. */
export type Opening = [
  url: string,
  settings: SessionSettings,
  openSocket: OpenSocket,
  clock: Clock,
  network?: SessionNetwork,
];

/**
 * Connects, checks the chain and logs in. Nobody has a part in it yet.
 *
 * @throws NODE_UNREACHABLE, ACCESS_DENIED, WRONG_CHAIN, INVALID_ANSWER, REQUEST_TIMEOUT, CONNECTION_LOST
 */
export async function openSharedSession(
  ...[url, settings, openSocket, clock, { lookUp = lookUpHost, post: postOver = post } = {}]: Opening
): Promise<SharedSession> {
  const login = await NodeLogin.to(url, settings, clock, lookUp);
  const connection = new Connection(url, login.through(openSocket), clock, settings);
  try {
    await connection.opened;
    const session = new SharedSession(connection, {
      login: settings,
      requestTimeout: settings.requestTimeout,
      clock,
      lookUp,
      post: postOver,
    });
    const { chainId } = chainReader((api, method, args) => session.call(api, method, args, session), {
      endpoint: () => session.endpoint,
      chain: knownChain(settings),
    });
    await login.run(connection, chainId, (found) => {
      if (found === settings.chainId) return;
      throw new BitSharesError('WRONG_CHAIN', {
        message: `${displayEndpoint(url)} is on chain ${found}, the credential is for ${settings.chainId}`,
        fix: 'Choose the right chain in the node credential, or the address of a node of that chain.',
        data: { chainId: found, expectedChainId: settings.chainId },
      });
    });
    connection.ready();
    return session;
  } catch (error) {
    connection.close();
    rethrow(error);
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
