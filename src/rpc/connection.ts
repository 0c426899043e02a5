/**
 * One connection to one node: requests and their answers, deadlines, a limit of requests in flight, notices, and how much
 * the other side may send. It does not reconnect and does not know what the calls mean.
 */
import type { Clock } from '../chain';
import { BitSharesError } from '../errors';
import { answerBytes, blockBytes, mayBeAskedAlone, openingBytes, unaskedBytes } from './answerSizes';
import { displayEndpoint } from './endpoint';
import { foreignText, quoted } from './foreignText';
import { checkedText, idOf, tooMuch, tooOften } from './incoming';
import { MessageRate, noticeLimits, unaskedLimits } from './messageRate';
import { lostWith, notAnswered, notSent, type Request } from './request';
import type { Closing, OpenSocket, Socket } from './socket';

export interface ConnectionOptions {
  /** Milliseconds from the first attempt to connect until the node must have shown that it is the right one. */
  openTimeout: number;
  /** Milliseconds until a request without an answer is given up. */
  requestTimeout: number;
  /** Requests sent and not answered yet; more wait in line. */
  maximumInFlight: number;
}

/**
 * What opening takes longer than this is taken off the time for the first answer after it, of which as much is left at least:
 * an address that draws out both is left within twenty seconds and not after thirty.
 */
const quickOpeningMs = 4500;

/** How often deadlines are looked at while requests are open. */
const deadlineCheckMs = 250;

export class Connection {
  /** Resolves when the connection is open; rejects with NODE_UNREACHABLE. */
  readonly opened: Promise<void>;
  private readonly endpoint: string;
  private readonly socket: Socket;
  private readonly controller = new AbortController();
  private readonly opening = new AbortController();
  private stage: 'connecting' | 'accepted' | 'open' | 'ready' = 'connecting';
  private readonly inFlight = new Map<number, Request>();
  private readonly waiting: Request[] = [];
  private readonly waitingAlone: Request[] = [];
  private readonly noticeHandlers = new Map<number, (payload: unknown) => void>();
  private readonly unaskedRate: MessageRate;
  private readonly noticeRate: MessageRate;
  private largest = blockBytes();
  private readonly begun: number;
  /** How long the next request may take. */
  private answerTime: number;
  private nextId = 1;
  private watchingDeadlines = false;
  private rejectOpened!: (error: BitSharesError) => void;

  constructor(
    readonly url: string,
    openSocket: OpenSocket,
    private readonly clock: Clock,
    private readonly options: ConnectionOptions,
  ) {
    this.endpoint = displayEndpoint(url);
    this.begun = clock.now();
    this.answerTime = options.requestTimeout;
    this.unaskedRate = new MessageRate(clock, unaskedLimits);
    this.noticeRate = new MessageRate(clock, noticeLimits);
    let resolveOpened!: () => void;
    this.opened = new Promise((resolve, reject) => {
      resolveOpened = resolve;
      this.rejectOpened = reject;
    });
    // It may end before anybody waits for it.
    this.opened.catch(() => undefined);
    this.socket = openSocket(url, {
      accepted: () => {
        this.stage = 'accepted';
      },
      opened: () => {
        this.stage = 'open';
        resolveOpened();
      },
      received: (message) => {
        if (!this.lost.aborted) this.received(message);
      },
      pinged: (bytes) => {
        if (!this.lost.aborted) this.unasked(bytes);
      },
      // Above any answer that is read: what is below fails its own call alone.
      largestMessage: () => (this.stage === 'ready' ? Math.max(this.largest, blockBytes()) : openingBytes),
      closed: (closing) => {
        this.end(this.closedBy(closing), closing.reason);
      },
    });
    void this.watchOpening();
  }

  /** Aborts when the connection is gone. Its reason is a BitSharesError unless this side closed it. */
  get lost(): AbortSignal {
    return this.controller.signal;
  }

  /** The node is the right one: from now on its answers may be as large as the questions are. */
  ready(): void {
    if (this.lost.aborted) return;
    this.stage = 'ready';
    this.opening.abort();
    const { requestTimeout } = this.options;
    const late = Math.max(0, this.clock.now() - this.begun - quickOpeningMs);
    this.answerTime = Math.max(Math.min(quickOpeningMs, requestTimeout), requestTimeout - late);
  }

  /** Says what the chain's `maximum_block_size` is, which bounds the largest answer. */
  learnBlockSize(maximumBlockSize: number): void {
    this.largest = blockBytes(maximumBlockSize);
  }

  /**
   * Calls `method` of `api` (by name; 1 is the login API). `secrets` are cut out of error texts.
   *
   * Rejects with NODE_ERROR when the node refused, INVALID_ANSWER when the answer cannot be used or is too large,
   * REQUEST_TIMEOUT when it did not answer in time (the connection is ended then), CONNECTION_LOST when the connection
   * went away. After the last two nothing is known about the call.
   */
  request(
    api: string | number,
    method: string,
    args: unknown[],
    secrets: readonly string[] = [],
  ): Promise<unknown> {
    if (this.lost.aborted) return Promise.reject(notSent(this.endpoint, 'it was closed before the request'));
    return new Promise((resolve, reject) => {
      // One literal: spread from another object, requests cause so much more garbage that blocks take half as long again.
      this.waiting.push({
        api,
        method,
        text: (id) => JSON.stringify({ id, method: 'call', params: [api, method, args] }),
        secrets,
        largest: answerBytes(method),
        alone: false,
        time: 0,
        deadline: Infinity,
        resolve,
        reject,
      });
      this.sendWaiting();
      this.watchDeadlines();
    });
  }

  /** Calls `handler` with the payload of every notice that carries this callback number. */
  onNotice(callbackId: number, handler: (payload: unknown) => void): void {
    this.noticeHandlers.set(callbackId, handler);
  }

  close(): void {
    this.end(null, 'closed by this side');
    this.socket.close();
  }

  private sendWaiting(): void {
    while (!this.lost.aborted && this.inFlight.size < this.options.maximumInFlight) {
      const oneIsAlone = [...this.inFlight.values()].some(({ alone }) => alone);
      const next = (oneIsAlone ? undefined : this.waitingAlone.shift()) ?? this.waiting.shift();
      if (next === undefined) return;
      const id = this.nextId++;
      next.time = this.answerTime;
      next.deadline = this.clock.now() + next.time;
      this.inFlight.set(id, next);
      this.socket.send(next.text(id));
    }
  }

  private received(message: Buffer): void {
    const id = idOf(message);
    const request = id === null ? undefined : this.inFlight.get(id);
    const most = this.stage !== 'ready' ? openingBytes : (request?.largest ?? unaskedBytes);
    const who =
      request === undefined
        ? `${this.endpoint} sent a message that answers no question,`
        : `${this.endpoint} answered ${request.method}`;
    let text: string;
    try {
      text = checkedText(message, most, who);
    } catch (error) {
      this.refuse(error as BitSharesError, id, request);
      return;
    }
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      this.abandon(
        new BitSharesError('INVALID_ANSWER', {
          message: `${this.endpoint} sent something that is not JSON`,
          fix: 'Check that the address is the WebSocket port of a BitShares node.',
        }),
      );
      return;
    }
    this.understood(value, message.length);
  }

  /** What is too large stops only what needs it, from a node that has shown which chain it is on. */
  private refuse(error: BitSharesError, id: number | null, request: Request | undefined): void {
    if (id === null || request === undefined || this.stage !== 'ready') {
      this.abandon(tooMuch(error.message));
      return;
    }
    this.inFlight.delete(id);
    if (mayBeAskedAlone(request.method) && !request.alone && request.largest < this.largest)
      this.waitingAlone.push({ ...request, alone: true, largest: this.largest });
    else request.reject(error);
    this.sendWaiting();
  }

  private understood(message: unknown, bytes: number): void {
    const { id, method, params, result, error } = (
      typeof message === 'object' && message !== null ? message : {}
    ) as Record<string, unknown>;
    if (method === 'notice') {
      const [callbackId, payload] = Array.isArray(params) ? (params as unknown[]) : [];
      const handler = this.noticeHandlers.get(callbackId as number);
      if (handler === undefined) this.unasked(bytes);
      else if (this.noticeRate.allows(bytes)) handler(payload);
      else this.abandon(tooOften(`${this.endpoint} sends too many notices`, noticeLimits));
      return;
    }
    const request = typeof id === 'number' ? this.inFlight.get(id) : undefined;
    if (request === undefined) {
      this.unasked(bytes);
      return;
    }
    this.inFlight.delete(id as number);
    this.answerTime = this.options.requestTimeout;
    this.sendWaiting();
    if (error !== undefined && error !== null) request.reject(this.refusal(request, error));
    else if (result === undefined) {
      request.reject(
        new BitSharesError('INVALID_ANSWER', {
          message: `${this.endpoint} answered ${request.method} with neither a result nor an error`,
          fix: 'Check that the address is a BitShares node and not another service.',
        }),
      );
    } else request.resolve(result);
  }

  /** A few messages that nobody asked for do no harm. */
  private unasked(bytes: number): void {
    if (this.unaskedRate.allows(bytes)) return;
    this.abandon(tooOften(`${this.endpoint} keeps sending what nobody asked for`, unaskedLimits));
  }

  private refusal(request: Request, error: unknown): BitSharesError {
    const { code, message } = (typeof error === 'object' && error !== null ? error : {}) as Record<
      string,
      unknown
    >;
    const nodeCode = typeof code === 'number' ? code : 0;
    const reason = typeof message === 'string' ? message : 'no reason given';
    const nodeMessage = foreignText(reason, request.secrets);
    const data = { nodeCode, nodeMessage, method: request.method };
    if (nodeMessage.includes('Access denied')) {
      return new BitSharesError('ACCESS_DENIED', {
        message: `${this.endpoint} does not allow ${request.api}.${request.method}`,
        fix: 'Check user and password in the node credential, and the API access settings of the node.',
        data,
      });
    }
    return new BitSharesError('NODE_ERROR', {
      message: `The node refused ${request.method}: ${quoted(nodeMessage)}`,
      data,
    });
  }

  /**
   * One deadline for connecting, logging in and the chain id together: each part of it alone could be drawn out for hours,
   * a byte at a time.
   */
  private async watchOpening(): Promise<void> {
    const { openTimeout } = this.options;
    await this.clock.sleep(openTimeout, this.opening.signal);
    if (this.opening.signal.aborted) return;
    const within = `within ${openTimeout / 1000} s`;
    const asked = [...this.inFlight.values()][0]?.method;
    const what =
      this.stage === 'connecting'
        ? `there was no answer to the connection attempt ${within}`
        : this.stage === 'accepted'
          ? `it accepts connections and does not answer as a WebSocket ${within}`
          : `it did not answer ${asked ?? 'the first question'} ${within} of the connection attempt`;
    this.abandon(this.notReachable({ reason: what }));
  }

  /** One loop for all requests: a timer each would leave thousands behind during a catch-up. */
  private watchDeadlines(): void {
    if (this.watchingDeadlines) return;
    this.watchingDeadlines = true;
    void (async () => {
      while (!this.lost.aborted && this.inFlight.size + this.waiting.length + this.waitingAlone.length > 0) {
        await this.clock.sleep(deadlineCheckMs, this.lost);
        if (!this.lost.aborted) this.giveUpOverdue();
      }
      this.watchingDeadlines = false;
    })();
  }

  private giveUpOverdue(): void {
    const now = this.clock.now();
    let first: BitSharesError | undefined;
    for (const [id, request] of this.inFlight) {
      if (now < request.deadline) continue;
      this.inFlight.delete(id);
      const error = notAnswered(this.endpoint, request);
      request.reject(error);
      first ??= error;
    }
    if (first !== undefined) this.abandon(first);
  }

  private notReachable({ reason, fix }: Pick<Closing, 'reason' | 'fix'>): BitSharesError {
    return new BitSharesError('NODE_UNREACHABLE', {
      message: `${this.endpoint} is not reachable (${reason})`,
      fix: fix ?? 'Check the address, that the node runs, and that a firewall lets this machine through.',
    });
  }

  private closedBy(closing: Closing): BitSharesError {
    if (closing.tooMuch) return tooMuch(`${this.endpoint} ${closing.reason}`);
    if (this.stage === 'connecting' || this.stage === 'accepted') return this.notReachable(closing);
    return new BitSharesError('CONNECTION_LOST', {
      message: `The connection to ${this.endpoint} was lost (${closing.reason})`,
      fix: 'Check that the node runs. The next attempt connects again.',
    });
  }

  /** Ends a connection whose other side misbehaves. */
  private abandon(error: BitSharesError): void {
    this.end(error, error.message);
    this.socket.close();
  }

  /** @param cause null when this side has no more use for the connection */
  private end(cause: BitSharesError | null, reason: string): void {
    if (this.lost.aborted) return;
    this.controller.abort(cause ?? undefined);
    this.opening.abort();
    this.rejectOpened(cause ?? notSent(this.endpoint, reason));
    for (const request of this.inFlight.values())
      request.reject(lostWith(this.endpoint, request, reason, cause));
    for (const request of [...this.waiting, ...this.waitingAlone])
      request.reject(notSent(this.endpoint, reason));
    this.inFlight.clear();
    this.waiting.length = 0;
    this.waitingAlone.length = 0;
  }
}
