/**
 * A node by its list of endpoints: one live session at a time, the next endpoint when it is lost, watched objects
 * carried over.
 */
import type { Clock, NodeEndpoints, NodeSession, SignedTransaction } from '../chain';
import { BitSharesError, isBitSharesError } from '../errors';
import { backoffDelay } from './backoff';
import { chainReader } from './chainReader';
import type { ConnectionOptions } from './connection';
import { displayEndpoint } from './endpoint';
import type { HostLookup } from './network';
import { openSession, type SessionSettings } from './nodeSession';
import { openWebSocket, type OpenSocket } from './socket';

export interface NodeClientSettings extends Partial<ConnectionOptions> {
  /** Addresses in order of preference; at least one. */
  urls: string[];
  chainId: string;
  user?: string;
  password?: string;
}

export interface NodeClientEnvironment {
  clock: Clock;
  openSocket?: OpenSocket;
  lookUpHost?: HostLookup;
  /** In [0, 1); spreads reconnections. */
  random?: () => number;
}

const defaultRequestTimeoutMs = 15_000;
/** A local node answers fastest with about eight requests in flight; more only fill its queue. */
const defaultMaximumInFlight = 8;

interface Watch {
  objectId: string;
  wake: () => void;
  signal: AbortSignal;
}

class Client {
  private readonly sessionSettings: SessionSettings;
  private readonly openSocket: OpenSocket;
  private readonly random: () => number;
  private readonly closing = new AbortController();
  private readonly watches = new Set<Watch>();
  private live: NodeSession | undefined;
  private connecting: Promise<NodeSession> | undefined;
  private nextEndpoint = 0;
  private keepingConnected = false;

  constructor(
    private readonly settings: NodeClientSettings,
    private readonly environment: NodeClientEnvironment,
  ) {
    this.sessionSettings = {
      chainId: settings.chainId,
      user: settings.user ?? '',
      password: settings.password ?? '',
      requestTimeout: settings.requestTimeout ?? defaultRequestTimeoutMs,
      maximumInFlight: settings.maximumInFlight ?? defaultMaximumInFlight,
    };
    this.openSocket = environment.openSocket ?? openWebSocket;
    this.random = environment.random ?? Math.random;
  }

  get endpoint(): string {
    return this.live?.endpoint ?? displayEndpoint(this.settings.urls[this.nextEndpoint] ?? '');
  }

  session(): Promise<NodeSession> {
    if (this.closing.signal.aborted) return Promise.reject(closed());
    if (this.live !== undefined && !this.live.lost.aborted) return Promise.resolve(this.live);
    this.connecting ??= this.connect().finally(() => {
      this.connecting = undefined;
    });
    return this.connecting;
  }

  /** Repeats a read once on a new session when the connection went away under it. Reading twice does no harm. */
  read(api: string, method: string, args: unknown[]): Promise<unknown> {
    const call = async () => (await this.session()).call(api, method, args);
    return call().catch((error: unknown) => {
      const wasLost = isBitSharesError(error, 'CONNECTION_LOST', 'REQUEST_TIMEOUT');
      return wasLost && !this.closing.signal.aborted ? call() : Promise.reject(error);
    });
  }

  async broadcast(transaction: SignedTransaction): Promise<void> {
    return (await this.session()).broadcast(transaction);
  }

  watchObject(objectId: string, wake: () => void, signal: AbortSignal): void {
    if (signal.aborted) return;
    const watch = { objectId, wake, signal };
    this.watches.add(watch);
    signal.addEventListener('abort', () => this.watches.delete(watch), { once: true });
    if (this.live !== undefined && !this.live.lost.aborted) this.live.watchObject(objectId, wake, signal);
    void this.keepConnected();
  }

  close(): void {
    this.closing.abort();
    this.live?.close();
  }

  /** Tries every endpoint once, beginning after the one that was left last. */
  private async connect(): Promise<NodeSession> {
    const { urls } = this.settings;
    const errors: unknown[] = [];
    for (let attempt = 0; attempt < urls.length; attempt++) {
      const url = urls[this.nextEndpoint % urls.length] as string;
      this.nextEndpoint = (this.nextEndpoint + 1) % urls.length;
      try {
        const session = await openSession(
          url,
          this.sessionSettings,
          this.openSocket,
          this.environment.clock,
          this.environment.lookUpHost,
        );
        if (this.closing.signal.aborted) {
          session.close();
          break;
        }
        this.live = session;
        for (const { objectId, wake, signal } of this.watches) session.watchObject(objectId, wake, signal);
        return session;
      } catch (error) {
        errors.push(error);
      }
    }
    if (this.closing.signal.aborted) throw closed();
    throw errors.length === 1 ? errors[0] : allFailed(errors);
  }

  /** While something is watched there is a connection: one loop that waits for its loss and connects again. */
  private async keepConnected(): Promise<void> {
    if (this.keepingConnected) return;
    this.keepingConnected = true;
    let failures = 0;
    while (this.watches.size > 0 && !this.closing.signal.aborted) {
      try {
        const { lost } = await this.session();
        failures = 0;
        if (!lost.aborted)
          await new Promise((resolve) => lost.addEventListener('abort', resolve, { once: true }));
      } catch {
        failures += 1;
      }
      if (this.closing.signal.aborted) break;
      await this.environment.clock.sleep(backoffDelay(failures + 1, this.random()), this.closing.signal);
    }
    this.keepingConnected = false;
  }
}

function closed(): BitSharesError {
  return new BitSharesError('CONNECTION_LOST', { message: 'The node client was closed' });
}

/** One error for several endpoints: a wrong chain or login needs a person, so it is named before mere silence. */
function allFailed(errors: unknown[]): BitSharesError {
  const known = errors.filter((error): error is BitSharesError => error instanceof BitSharesError);
  const leading = known.find(({ code }) => code === 'WRONG_CHAIN' || code === 'ACCESS_DENIED') ?? known[0];
  return new BitSharesError(leading?.code ?? 'NODE_UNREACHABLE', {
    message: `No endpoint can be used. ${errors.map((error) => (error as Error).message).join('. ')}`,
    ...(leading?.fix === undefined ? {} : { fix: leading.fix }),
    ...(leading === undefined ? {} : { data: leading.data }),
  });
}

/**
 * A client for the node behind `settings.urls`. Nothing is connected before the first use.
 */
export function openNodeClient(
  settings: NodeClientSettings,
  environment: NodeClientEnvironment,
): NodeEndpoints {
  const client = new Client(settings, environment);
  const reader = chainReader((api, method, args) => client.read(api, method, args));
  return Object.assign(client, reader);
}
