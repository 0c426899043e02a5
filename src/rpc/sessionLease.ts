/**
 * A session as one part of the process has it. Several parts may share a connection without knowing of each other: what one of
 * them ends is over for itself alone.
 */
import type { NodeSession, SignedTransaction } from '../chain/interfaces';
import { isBitSharesError, type BitSharesError } from '../errors';
import type { KnownNode } from './demand';
import { chainReader } from './chainReader';
import type { SharedSession } from './sharedSession';
import { lostWith, notSent } from './request';

/** A session as it is opened: which other addresses there are is not its to know. */
export type OpenedSession = Omit<NodeSession, 'leave' | 'outdated'>;

export interface LeaseSettings {
  chain: NonNullable<KnownNode['chain']>;
  /** Told of a question that the node answers neither over its WebSocket nor over HTTP, though the connection lives. */
  unanswered: ((error: BitSharesError) => void) | undefined;
  /** Called once, when the lease is over. */
  ended: () => void;
}

class SessionLease {
  private readonly over = new AbortController();
  private readonly open = new Set<{ api: string; reject: (error: BitSharesError) => void }>();

  constructor(
    private readonly shared: SharedSession,
    private readonly settings: LeaseSettings,
  ) {
    shared.onLost(this.onLost);
    if (shared.lost.aborted) this.onLost(shared.lost.reason);
  }

  get endpoint(): string {
    return this.shared.endpoint;
  }

  get connection(): object {
    return this.shared;
  }

  get lost(): AbortSignal {
    return this.over.signal;
  }

  close(): void {
    if (this.over.signal.aborted) return;
    this.over.abort();
    this.end();
    for (const { api, reject } of this.open)
      reject(lostWith(this.endpoint, { api }, 'closed by this side', null));
  }

  call(api: string, method: string, args: unknown[]): Promise<unknown> {
    return this.whileOpen(api, () => this.shared.call(api, method, args, this));
  }

  async broadcast(transaction: SignedTransaction): Promise<void> {
    await this.whileOpen('network_broadcast', () => this.shared.broadcast(transaction));
  }

  watchObject(objectId: string, wake: () => void, signal: AbortSignal): void {
    if (signal.aborted || this.lost.aborted) return;
    const stop = this.shared.watchObject(objectId, () => {
      if (!this.lost.aborted && !signal.aborted) wake();
    });
    // Nothing of a lost connection stays behind on a signal that outlives it.
    signal.addEventListener('abort', stop, { once: true, signal: this.lost });
    this.lost.addEventListener('abort', stop, { once: true });
  }

  private readonly onLost = (reason: unknown): void => {
    if (this.over.signal.aborted) return;
    this.over.abort(reason);
    this.end();
  };

  private end(): void {
    this.shared.offLost(this.onLost);
    this.settings.ended();
  }

  /** Questions that are open when the lease ends are over with it, though the connection may go on. */
  private whileOpen<Result>(api: string, ask: () => Promise<Result>): Promise<Result> {
    if (this.lost.aborted) return Promise.reject(notSent(this.endpoint, 'it was closed before the request'));
    return new Promise((resolve, reject) => {
      const question = { api, reject };
      this.open.add(question);
      ask().then(
        (result) => {
          this.open.delete(question);
          resolve(result);
        },
        (error: unknown) => {
          this.open.delete(question);
          reject(error as Error);
          // A connection without answers ends; one that lives has answered other calls.
          if (isBitSharesError(error, 'REQUEST_TIMEOUT') && !this.lost.aborted)
            this.settings.unanswered?.(error);
        },
      );
    });
  }
}

/** A part in a session, which ends with its `close` or with the connection. */
export function leaseOf(shared: SharedSession, settings: LeaseSettings): OpenedSession {
  const lease = new SessionLease(shared, settings);
  const reader = chainReader((api, method, args) => lease.call(api, method, args), {
    endpoint: () => lease.endpoint,
    chain: settings.chain,
    parameters: shared.parameters,
  });
  return Object.assign(lease, reader);
}
