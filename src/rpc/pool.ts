/**
 * The connections of one process to its nodes: one for each address, however many triggers and executions use it.
 *
 * Every user has a client of its own, which chooses among its addresses, tells its observer about them and leaves one that
 * does not serve it, as if it were alone. What is shared is the connection behind: whoever leaves it leaves it to the others,
 * for the trouble may be with one account only, and somebody's payment may be under way there.
 */
import { createHash } from 'node:crypto';
import type { Clock, NodeEndpoints } from '../chain/interfaces';
import { Moments } from '../chain/moments';
import { rethrow } from '../errors';
import type { AddressObserver } from './addresses';
import {
  openNodeClient,
  type NodeClientEnvironment,
  type NodeClientSettings,
  type OpenSession,
} from './nodeClient';
import { knownChain, openSharedSession, type Opening } from './nodeSession';
import { leaseOf, type OpenedSession } from './sessionLease';
import type { SharedSession } from './sharedSession';

/**
 * How long a connection stays open that nobody uses: an execution that follows finds it. An idle connection, and the timer
 * that ends it, keep a process from exiting by itself, so it is not long.
 */
const idleMs = 30_000;

/** A connection to one address with one login, open or on its way. */
class Address {
  private opening: Promise<SharedSession> | undefined;
  private session: SharedSession | undefined;
  private users = 0;
  private inUse = new AbortController();

  constructor(
    private readonly clock: Clock,
    private readonly forget: () => void,
  ) {}

  /** @param isDone tells, at the end of the lease, whether its user has no more use for the node, rather than leaving it */
  async lease(...[opening, isDone]: [Opening, () => boolean]): Promise<OpenedSession> {
    this.users += 1;
    this.inUse.abort();
    let shared: SharedSession;
    try {
      shared = await (this.opening ??= this.open(opening));
    } catch (error) {
      this.users -= 1;
      rethrow(error);
    }
    const [, settings, , , network] = opening;
    return leaseOf(shared, {
      chain: knownChain(settings),
      unanswered: network?.unanswered,
      ended: () => this.released(isDone()),
    });
  }

  private async open(opening: Opening): Promise<SharedSession> {
    try {
      const session = await openSharedSession(...opening);
      this.session = session;
      session.onLost(() => {
        this.forget();
        this.inUse.abort();
      });
      return session;
    } catch (error) {
      this.forget();
      rethrow(error);
    }
  }

  private released(isDone: boolean): void {
    this.users -= 1;
    const { session } = this;
    if (this.users > 0 || session === undefined || session.lost.aborted) return;
    // Nobody thinks well of this connection any more: the next one may reach another node behind the address.
    if (!isDone) return session.close();
    this.inUse = new AbortController();
    const { signal } = this.inUse;
    void this.clock.sleep(idleMs, signal).then(() => {
      if (!signal.aborted) session.close();
    });
  }
}

export class NodePool {
  /** When the users of this pool look at their nodes, and begin: the same moments for all. */
  readonly moments: Moments;
  private readonly addresses = new Map<string, Address>();

  constructor(private readonly environment: Omit<NodeClientEnvironment, 'onAddress' | 'openSession'>) {
    this.moments = new Moments(environment.clock, environment.random ?? Math.random);
  }

  /**
   * A client for the node behind `settings.urls`, which shares its connections with those of equal settings. What a node
   * shows under one credential proves nothing under another one: those share nothing.
   */
  open(settings: NodeClientSettings, onAddress?: AddressObserver): NodeEndpoints {
    const credential = digestOf(settings);
    let isDone = false;
    const openSession: OpenSession = (...opening) => {
      const [url] = opening;
      const key = `${credential} ${url}`;
      let address = this.addresses.get(key);
      if (address === undefined) {
        const added = new Address(this.environment.clock, () => {
          if (this.addresses.get(key) === added) this.addresses.delete(key);
        });
        this.addresses.set(key, added);
        address = added;
      }
      return address.lease(opening, () => isDone);
    };
    const client = openNodeClient(settings, { ...this.environment, onAddress, openSession });
    const close = client.close.bind(client);
    return Object.assign(client, {
      close: () => {
        isDone = true;
        close();
      },
    });
  }
}

/** Stands for the settings of a credential, its password too, without showing them. */
function digestOf(settings: NodeClientSettings): string {
  const entries = Object.entries(settings).sort(([one], [other]) => (one < other ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(entries)).digest('hex');
}
