/**
 * A node by its list of endpoints: one live session at a time, the next endpoint when it is lost, watched objects
 * carried over.
 */
import type { Clock, NodeEndpoints, NodeSession, SignedTransaction } from '../chain/interfaces';
import { BitSharesError, isBitSharesError } from '../errors';
import { Addresses, type AddressObserver } from './addresses';
import { backoffDelay } from '../chain/backoff';
import { onFurtherAddresses } from '../chain/furtherAddresses';
import { chainReader } from './chainReader';
import type { ConnectionOptions } from './connection';
import { displayEndpoint } from './endpoint';
import type { HostLookup, Post } from './network';
import { answerTimeoutMs, knownChain, openSession, type SessionSettings } from './nodeSession';
import { severalErrors } from './severalErrors';
import { openWebSocket, type OpenSocket } from './socket';

export interface NodeClientSettings extends Partial<ConnectionOptions> {
  /** Addresses in order of preference; at least one. */
  urls: string[];
  chainId: string;
  /** What public keys of the chain start with. */
  prefix?: string;
  user?: string;
  password?: string;
}

export interface NodeClientEnvironment {
  clock: Clock;
  openSocket?: OpenSocket;
  lookUpHost?: HostLookup;
  post?: Post;
  /** In [0, 1); spreads reconnections. */
  random?: () => number;
  /** Is told when one of several addresses cannot be used and the next one is, and when it is used again. */
  onAddress?: AddressObserver | undefined;
}

/** A local node answers fastest with about eight requests in flight; more only fill its queue. */
const defaultMaximumInFlight = 8;
/** A connection that lasted this long was a good one: the next attempt after it is a first one. */
const lastingMs = 60_000;
/** So long an address that comes before the one in use is left alone. */
const returnAfterMs = 300_000;
/**
 * An address that is returned to has shown no more than its chain: for this time whoever uses it may find it unfit, and is
 * back on the connection that it came from.
 */
const trialMs = 60_000;

interface Watch {
  objectId: string;
  wake: () => void;
  signal: AbortSignal;
}

interface Live {
  url: string;
  session: NodeSession;
}

class Client {
  readonly sessionSettings: SessionSettings;
  private readonly openSocket: OpenSocket;
  private readonly random: () => number;
  private readonly closing = new AbortController();
  private readonly watches = new Set<Watch>();
  private readonly addresses: Addresses;
  private readonly urls: readonly string[];
  private live: Live | undefined;
  /** What was in use before, while `live` is on trial. */
  private former: Live | undefined;
  private connecting: Promise<NodeSession> | undefined;
  private returnAt = 0;
  private returns = 0;
  private keepingConnected = false;

  constructor(
    settings: NodeClientSettings,
    private readonly environment: NodeClientEnvironment,
  ) {
    this.sessionSettings = {
      chainId: settings.chainId,
      prefix: settings.prefix,
      user: settings.user ?? '',
      password: settings.password ?? '',
      openTimeout: settings.openTimeout ?? answerTimeoutMs,
      requestTimeout: settings.requestTimeout ?? answerTimeoutMs,
      maximumInFlight: settings.maximumInFlight ?? defaultMaximumInFlight,
    };
    this.openSocket = environment.openSocket ?? openWebSocket;
    this.random = environment.random ?? Math.random;
    this.urls = [...new Set(settings.urls)];
    this.addresses = new Addresses(this.urls, environment.clock, (event) => environment.onAddress?.(event));
  }

  get endpoint(): string {
    return this.live?.session.endpoint ?? displayEndpoint(this.addresses.next);
  }

  session(): Promise<NodeSession> {
    if (this.closing.signal.aborted) return Promise.reject(closed());
    const live = this.living();
    if (live !== undefined) {
      this.returnToPreferred(live);
      return Promise.resolve(live.session);
    }
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

  /** Gives up a session of an unfit node, so that the next question goes to the address after it. */
  private leave(
    url: string,
    session: NodeSession,
    reason: BitSharesError,
    tried: ReadonlySet<string> = new Set(),
  ): boolean {
    if (this.urls.length === 1) return false;
    // An address on trial was not in use yet: nothing was replaced by it, and nothing is said of it.
    if (!session.lost.aborted && this.former === undefined) this.addresses.failed(url, reason, true);
    if (this.urls.every((other) => other === url || tried.has(displayEndpoint(other)))) return false;
    session.close();
    return true;
  }

  /** The connection in use; the one before it when an address on trial was lost or left. */
  private living(): Live | undefined {
    if (this.live?.session.lost.aborted === true && this.former !== undefined) this.resume(this.former);
    return this.live?.session.lost.aborted === false ? this.live : undefined;
  }

  private resume(former: Live): void {
    Object.assign(former.session, { outdated: false });
    this.live = former;
    this.former = undefined;
  }

  /** Now and then tries an address that is preferred to the one in use. Who works on the present connection goes on there. */
  private returnToPreferred(live: Live): void {
    const now = this.environment.clock.now();
    const isDue = now >= this.returnAt || this.returnAt - now > returnAfterMs;
    if (this.former !== undefined || !isDue) return;
    const preferred = this.addresses.before(live.url);
    const url = preferred[this.returns % preferred.length];
    if (url === undefined) return;
    this.returns += 1;
    this.returnAt = now + returnAfterMs;
    void this.tryAgain(url, live).catch(() => undefined);
  }

  private async tryAgain(url: string, live: Live): Promise<void> {
    const session = await this.open(url);
    if (this.closing.signal.aborted || this.live !== live || live.session.lost.aborted) {
      session.close();
      return;
    }
    this.former = live;
    Object.assign(live.session, { outdated: true });
    this.use(url, session);
    await this.environment.clock.sleep(trialMs, session.lost);
    if (session.lost.aborted || this.live?.session !== session) return;
    this.former = undefined;
    live.session.close();
    this.addresses.tried(url);
    this.addresses.lasted(url);
    this.addresses.opened(url);
  }

  async broadcast(transaction: SignedTransaction): Promise<void> {
    return (await this.session()).broadcast(transaction);
  }

  watchObject(objectId: string, wake: () => void, signal: AbortSignal): void {
    if (signal.aborted) return;
    const watch = { objectId, wake, signal };
    this.watches.add(watch);
    signal.addEventListener('abort', () => this.watches.delete(watch), { once: true });
    const session = this.live?.session;
    if (session !== undefined && !session.lost.aborted) session.watchObject(objectId, wake, signal);
    void this.keepConnected();
  }

  close(): void {
    this.closing.abort();
    this.live?.session.close();
    this.former?.session.close();
  }

  private async open(url: string): Promise<NodeSession> {
    const opened = await openSession(url, this.sessionSettings, this.openSocket, this.environment.clock, {
      lookUp: this.environment.lookUpHost,
      post: this.environment.post,
      // Another node may be reachable over HTTP; where there is none, what this one does answer is worth keeping.
      unanswered: (error) => {
        session.leave(error);
      },
    });
    const session: NodeSession = Object.assign(opened, {
      leave: (reason: BitSharesError, tried?: ReadonlySet<string>) => this.leave(url, session, reason, tried),
    });
    return session;
  }

  /** Tries every address once, beginning after the one that was left last. */
  private async connect(): Promise<NodeSession> {
    const errors: unknown[] = [];
    for (const url of this.addresses.inOrder()) {
      if (this.closing.signal.aborted) break;
      this.addresses.tried(url);
      try {
        const session = await this.open(url);
        if (this.closing.signal.aborted) {
          session.close();
          break;
        }
        this.use(url, session);
        this.returnAt = this.environment.clock.now() + returnAfterMs;
        this.addresses.opened(url);
        if (this.addresses.isSuspect(url)) void this.watchSuspect(url, session);
        return session;
      } catch (error) {
        if (isBitSharesError(error)) this.addresses.failed(url, error);
        errors.push(error);
      }
    }
    if (this.closing.signal.aborted) throw closed();
    throw errors.length === 1 ? errors[0] : severalErrors(errors, 'No endpoint can be used. ');
  }

  private async watchSuspect(url: string, session: NodeSession): Promise<void> {
    await this.environment.clock.sleep(trialMs, session.lost);
    if (!session.lost.aborted) this.addresses.lasted(url);
  }

  private use(url: string, session: NodeSession): void {
    this.live = { url, session };
    session.lost.addEventListener('abort', () => {
      // This side closes a connection without a reason: whoever did so knows why, and speaks of it.
      const isOnTrial = this.former !== undefined;
      if (isBitSharesError(session.lost.reason) && !isOnTrial)
        this.addresses.failed(url, session.lost.reason);
    });
    for (const { objectId, wake, signal } of this.watches) session.watchObject(objectId, wake, signal);
  }

  /** While something is watched there is a connection: one loop that waits for its loss and connects again. */
  private async keepConnected(): Promise<void> {
    if (this.keepingConnected) return;
    this.keepingConnected = true;
    let failures = 0;
    while (this.watches.size > 0 && !this.closing.signal.aborted) {
      try {
        const { lost } = await this.session();
        const since = this.environment.clock.now();
        if (!lost.aborted)
          await new Promise((resolve) => lost.addEventListener('abort', resolve, { once: true }));
        // A node that accepts connections and ends each of them is not tried again and again at once.
        failures = this.environment.clock.now() - since >= lastingMs ? 0 : failures + 1;
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

/**
 * A client for the node behind `settings.urls`. Nothing is connected before the first use.
 */
export function openNodeClient(
  settings: NodeClientSettings,
  environment: NodeClientEnvironment,
): NodeEndpoints {
  const client = new Client(settings, environment);
  const reader = chainReader((api, method, args) => client.read(api, method, args), {
    endpoint: () => client.endpoint,
    chain: knownChain(client.sessionSettings),
  });
  return Object.assign(client, askingFurther(reader, client));
}

type Reads = Record<string, (...args: unknown[]) => Promise<unknown>>;

/** The same reads, which leave an address that gives an unusable answer and ask the others. */
function askingFurther<Reader extends object>(reader: Reader, client: Client): Reader {
  const reads = Object.entries(reader as Reads).map(([name, read]) => {
    const askOn = (...args: unknown[]): Promise<unknown> =>
      onFurtherAddresses(
        () => client.session(),
        () => read(...args),
        ['INVALID_ANSWER'],
      );
    return [name, askOn];
  });
  return Object.fromEntries(reads) as Reader;
}
