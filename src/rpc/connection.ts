/**
 * One connection to one node: requests and their answers, deadlines, a limit of requests in flight, notices.
 * It does not reconnect and does not know what the calls mean.
 */
import type { Clock } from '../chain';
import { BitSharesError } from '../errors';
import { displayEndpoint } from './endpoint';
import { withoutSecrets } from './secrets';
import type { OpenSocket, Socket } from './socket';

export interface ConnectionOptions {
  /** Milliseconds until a request without an answer is given up. */
  requestTimeout: number;
  /** Requests sent and not answered yet; more wait in line. */
  maximumInFlight: number;
}

interface Request {
  api: string | number;
  method: string;
  text: string;
  /** Those of the arguments that must not come back in a message. */
  secrets: readonly string[];
  /** Clock time; counts from the moment of sending. */
  deadline: number;
  resolve(value: unknown): void;
  reject(error: BitSharesError): void;
}

/** How often deadlines are looked at while requests are open. */
const deadlineCheckMs = 250;

export class Connection {
  /** Resolves when the connection is open; rejects with NODE_UNREACHABLE. */
  readonly opened: Promise<void>;
  private readonly socket: Socket;
  private readonly controller = new AbortController();
  private readonly inFlight = new Map<number, Request>();
  private readonly waiting: { id: number; request: Request }[] = [];
  private readonly noticeHandlers = new Map<number, (payload: unknown) => void>();
  private nextId = 1;
  private watchingDeadlines = false;

  constructor(
    readonly url: string,
    openSocket: OpenSocket,
    private readonly clock: Clock,
    private readonly options: ConnectionOptions,
  ) {
    let resolveOpened!: () => void;
    let rejectOpened!: (error: BitSharesError) => void;
    this.opened = new Promise((resolve, reject) => {
      resolveOpened = resolve;
      rejectOpened = reject;
    });
    this.socket = openSocket(url, {
      opened: resolveOpened,
      received: (text) => {
        this.received(text);
      },
      closed: (reason) => {
        rejectOpened(
          new BitSharesError('NODE_UNREACHABLE', {
            message: `${displayEndpoint(url)} is not reachable (${reason})`,
            fix: 'Check the address, that the node runs, and that a firewall lets this machine through.',
          }),
        );
        this.end(reason);
      },
    });
  }

  /** Aborts when the connection is gone, for whatever reason. */
  get lost(): AbortSignal {
    return this.controller.signal;
  }

  /**
   * Calls `method` of `api` (by name; 1 is the login API). `secrets` are cut out of error texts.
   *
   * Rejects with NODE_ERROR when the node refused, REQUEST_TIMEOUT when it did not answer in time (the connection is
   * ended then), CONNECTION_LOST when the connection went away. After the last two nothing is known about the call.
   */
  request(
    api: string | number,
    method: string,
    args: unknown[],
    secrets: readonly string[] = [],
  ): Promise<unknown> {
    if (this.lost.aborted) return Promise.reject(this.connectionLost('it was closed before the request'));
    return new Promise((resolve, reject) => {
      const id = this.nextId++;
      // Raw UTF-8: the node's parser does not decode \u escapes, and JSON.stringify writes them for control
      // characters and lone surrogates only.
      const text = JSON.stringify({ id, method: 'call', params: [api, method, args] });
      this.waiting.push({ id, request: { api, method, text, secrets, deadline: Infinity, resolve, reject } });
      this.sendWaiting();
      this.watchDeadlines();
    });
  }

  /** Calls `handler` with the payload of every notice that carries this callback number. */
  onNotice(callbackId: number, handler: (payload: unknown) => void): void {
    this.noticeHandlers.set(callbackId, handler);
  }

  close(): void {
    this.end('closed by this side');
    this.socket.close();
  }

  private sendWaiting(): void {
    while (this.inFlight.size < this.options.maximumInFlight) {
      const next = this.waiting.shift();
      if (next === undefined) return;
      next.request.deadline = this.clock.now() + this.options.requestTimeout;
      this.inFlight.set(next.id, next.request);
      this.socket.send(next.request.text);
    }
  }

  private received(text: string): void {
    let message: unknown;
    try {
      message = JSON.parse(text);
    } catch {
      this.abandon(
        new BitSharesError('INVALID_ANSWER', {
          message: `${displayEndpoint(this.url)} sent something that is not JSON`,
          fix: 'Check that the address is the WebSocket port of a BitShares node.',
        }),
      );
      return;
    }
    if (typeof message !== 'object' || message === null) return;
    const { id, method, params, result, error } = message as Record<string, unknown>;
    if (method === 'notice') {
      if (Array.isArray(params) && typeof params[0] === 'number')
        this.noticeHandlers.get(params[0])?.(params[1]);
      return;
    }
    if (typeof id !== 'number') return;
    const request = this.inFlight.get(id);
    if (request === undefined) return;
    this.inFlight.delete(id);
    this.sendWaiting();
    if (error !== undefined && error !== null) request.reject(this.refusal(request, error));
    else if (result === undefined) {
      request.reject(
        new BitSharesError('INVALID_ANSWER', {
          message: `${displayEndpoint(this.url)} answered ${request.method} with neither a result nor an error`,
          fix: 'Check that the address is a BitShares node and not another service.',
        }),
      );
    } else request.resolve(result);
  }

  private refusal(request: Request, error: unknown): BitSharesError {
    const { code, message } = (typeof error === 'object' && error !== null ? error : {}) as Record<
      string,
      unknown
    >;
    const nodeCode = typeof code === 'number' ? code : 0;
    const reason = (typeof message === 'string' ? message : 'no reason given').trim();
    const nodeMessage = withoutSecrets(reason, request.secrets).slice(0, 1000).trim();
    const data = { nodeCode, nodeMessage, method: request.method };
    if (nodeMessage.includes('Access denied')) {
      return new BitSharesError('ACCESS_DENIED', {
        message: `${displayEndpoint(this.url)} does not allow ${request.api}.${request.method}`,
        fix: 'Check user and password in the node credential, and the API access settings of the node.',
        data,
      });
    }
    return new BitSharesError('NODE_ERROR', {
      message: `The node refused ${request.method}: ${nodeMessage}`,
      data,
    });
  }

  /** One loop for all requests: a timer each would leave thousands behind during a catch-up. */
  private watchDeadlines(): void {
    if (this.watchingDeadlines) return;
    this.watchingDeadlines = true;
    void (async () => {
      while (!this.lost.aborted && this.inFlight.size + this.waiting.length > 0) {
        await this.clock.sleep(deadlineCheckMs, this.lost);
        const now = this.clock.now();
        for (const request of this.inFlight.values()) {
          if (now < request.deadline) continue;
          this.abandon(
            new BitSharesError('REQUEST_TIMEOUT', {
              message: `${displayEndpoint(this.url)} did not answer ${request.method} within ${this.options.requestTimeout / 1000} s`,
              fix: 'Whether the node acted on the request is not known. Check that the node is healthy.',
            }),
          );
          break;
        }
      }
      this.watchingDeadlines = false;
    })();
  }

  /** Ends a connection whose other side misbehaves: what was sent is told why, what waited was never sent. */
  private abandon(error: BitSharesError): void {
    for (const request of this.inFlight.values()) request.reject(error);
    this.inFlight.clear();
    this.close();
  }

  private end(reason: string): void {
    if (this.lost.aborted) return;
    this.controller.abort();
    const open = [...this.inFlight.values(), ...this.waiting.map(({ request }) => request)];
    this.inFlight.clear();
    this.waiting.length = 0;
    for (const request of open) request.reject(this.connectionLost(reason));
  }

  private connectionLost(reason: string): BitSharesError {
    return new BitSharesError('CONNECTION_LOST', {
      message: `The connection to ${displayEndpoint(this.url)} was lost (${reason})`,
      fix: 'Whether the node acted on open requests is not known. The next attempt connects again.',
    });
  }
}
