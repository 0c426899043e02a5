/**
 * One connection to one node: requests and their answers, deadlines, a limit of requests in flight, notices, and how much
 * the other side may send. It does not reconnect and does not know what the calls mean.
 */
import type { Clock } from '../chain/interfaces';
import { BitSharesError } from '../errors';
import { blockBytes, mayBeAskedAlone, openingBytes, unaskedBytes } from './answerSizes';
import { displayEndpoint } from './endpoint';
import { checkMessage, idOf, tooMuch, tooOften } from './incoming';
import { MessageRate, noticeLimits, unaskedLimits } from './messageRate';
import { lostWith, newRequest, notAnswered, notSent, refusal, type Request } from './request';
import type { Closing, OpenSocket, Socket } from './socket';
import { WaitingLine } from './waitingLine';

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

/**
 * How long an answer that may hold a stranger's text is waited for before a later answer says that it is missing: nodes answer
 * about in order, and a missing one costs an attempt over HTTP, not the call. The second holds once an answer was lost.
 */
const usualPatienceMs = 5000;
const shortPatienceMs = 1000;

/** Of the time for an answer, patience takes up to this part. */
const patientPart = 1 / 3;

/** Questions whose answers are missing and may come late; older ones are forgotten. */
const mostMissing = 64;

export class Connection {
  /** Resolves when the connection is open; rejects with NODE_UNREACHABLE. */
  readonly opened: Promise<void>;
  private readonly endpoint: string;
  private readonly socket: Socket;
  private readonly controller = new AbortController();
  private readonly opening = new AbortController();
  private stage: 'connecting' | 'accepted' | 'open' | 'ready' = 'connecting';
  private readonly inFlight = new Map<number, Request>();
  /** Questions that later ones have overtaken. They hold up no others, and an answer that comes late is still taken. */
  private readonly missing = new Map<number, Request>();
  private readonly waiting = new WaitingLine();
  private readonly waitingAlone: Request[] = [];
  private readonly noticeHandlers = new Map<number, (payload: unknown) => void>();
  private readonly unaskedRate: MessageRate;
  private readonly noticeRate: MessageRate;
  private largest = blockBytes();
  private readonly begun: number;
  /** How long the next request may take. */
  private answerTime: number;
  private nextId = 1;
  /** The number of the latest question that was answered. */
  private latestAnswered = 0;
  private patience = usualPatienceMs;
  private probing = false;
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

  /** Bytes that the largest answer may have. */
  get largestAnswer(): number {
    return this.largest;
  }

  /** Says that this connection loses answers while it lives: from now on, less time is spent on waiting for them. */
  losesAnswers(): void {
    this.patience = shortPatienceMs;
  }

  /**
   * Calls `method` of `api` (by name; 1 is the login API). `secrets` are cut out of error texts.
   *
   * Rejects with NODE_ERROR when the node refused, INVALID_ANSWER when the answer cannot be used or is too large,
   * REQUEST_TIMEOUT when it did not answer in time (the connection is ended then), CONNECTION_LOST when the connection
   * went away. After the last two nothing is known about the call.
   *
   * `missing` is for questions whose answers a living connection may lose: it is called as soon as later questions have been
   * answered, and then the deadline ends this call and not the connection.
   *
   * `asker` is who takes turns with others while there are more questions than places. What still waits for its place when
   * `over` aborts is not sent.
   */
  request(
    api: string | number,
    method: string,
    args: unknown[],
    secrets: readonly string[] = [],
    missing?: (request: Request) => void,
    asker?: unknown,
    over?: AbortSignal,
  ): Promise<unknown> {
    if (this.lost.aborted) return Promise.reject(notSent(this.endpoint, 'it was closed before the request'));
    return new Promise((resolve, reject) => {
      this.waiting.add(newRequest([api, method, args], secrets, { resolve, reject, missing, over }), asker);
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
      const next = (oneIsAlone ? undefined : this.waitingAlone.shift()) ?? this.waiting.next();
      if (next === undefined) return;
      if (next.over?.aborted === true) next.reject(notSent(this.endpoint, 'closed by this side'));
      else this.send(next);
    }
  }

  private send(request: Request): void {
    const id = this.nextId++;
    const now = this.clock.now();
    request.time = this.answerTime;
    request.deadline = now + request.time;
    request.overdue = now + Math.min(this.patience, request.time * patientPart);
    this.inFlight.set(id, request);
    this.socket.send(request.text(id));
  }

  private requestOf(id: number): Request | undefined {
    return this.inFlight.get(id) ?? this.missing.get(id);
  }

  /** Its answer is here, of whatever kind. */
  private answered(id: number): void {
    this.inFlight.delete(id);
    this.missing.delete(id);
    this.latestAnswered = Math.max(this.latestAnswered, id);
  }

  private received(message: string): void {
    const bytes = Buffer.byteLength(message);
    const id = idOf(message);
    const request = id === null ? undefined : this.requestOf(id);
    const most = this.stage !== 'ready' ? openingBytes : (request?.largest ?? unaskedBytes);
    const who =
      request === undefined
        ? `${this.endpoint} sent a message that answers no question,`
        : `${this.endpoint} answered ${request.method}`;
    try {
      checkMessage(message, bytes, most, who);
    } catch (error) {
      this.refuse(error as BitSharesError, id, request);
      return;
    }
    let value: unknown;
    try {
      value = JSON.parse(message);
    } catch {
      this.abandon(
        new BitSharesError('INVALID_ANSWER', {
          message: `${this.endpoint} sent something that is not JSON`,
          fix: 'Check that the address is the WebSocket port of a BitShares node.',
        }),
      );
      return;
    }
    this.understood(value, bytes);
  }

  /** What is too large stops only what needs it, from a node that has shown which chain it is on. */
  private refuse(error: BitSharesError, id: number | null, request: Request | undefined): void {
    if (id === null || request === undefined || this.stage !== 'ready') {
      this.abandon(tooMuch(error.message));
      return;
    }
    const wasInFlight = this.inFlight.has(id);
    this.answered(id);
    if (wasInFlight && mayBeAskedAlone(request.method) && !request.alone && request.largest < this.largest)
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
    const request = typeof id === 'number' ? this.requestOf(id) : undefined;
    if (request === undefined) {
      this.unasked(bytes);
      return;
    }
    this.answered(id as number);
    this.answerTime = this.options.requestTimeout;
    this.sendWaiting();
    if (error !== undefined && error !== null) request.reject(refusal(this.endpoint, request, error));
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
      while (!this.lost.aborted && this.waitsForAnswers) {
        await this.clock.sleep(deadlineCheckMs, this.lost);
        if (!this.lost.aborted) this.giveUpOverdue();
      }
      this.watchingDeadlines = false;
    })();
  }

  private get waitsForAnswers(): boolean {
    return (
      this.inFlight.size + this.waitingAlone.length > 0 ||
      !this.waiting.isEmpty ||
      [...this.missing.values()].some(({ deadline }) => deadline < Infinity)
    );
  }

  private giveUpOverdue(): void {
    const now = this.clock.now();
    let first: BitSharesError | undefined;
    let isInDoubt = false;
    for (const [id, request] of this.inFlight) {
      if (request.missing !== undefined && now >= request.overdue) {
        if (id < this.latestAnswered) {
          this.callMissing(id, request);
          continue;
        }
        isInDoubt = true;
      }
      if (now < request.deadline) continue;
      this.inFlight.delete(id);
      const error = notAnswered(this.endpoint, request);
      request.reject(error);
      first ??= error;
    }
    if (first !== undefined) {
      this.abandon(first);
      return;
    }
    for (const request of this.missing.values()) {
      if (now < request.deadline) continue;
      request.deadline = Infinity;
      request.reject(notAnswered(this.endpoint, request));
    }
    if (isInDoubt && !this.probing) this.probe();
    this.sendWaiting();
  }

  private callMissing(id: number, request: Request): void {
    this.inFlight.delete(id);
    this.missing.set(id, request);
    if (this.missing.size > mostMissing) {
      const [oldest, forgotten] = [...this.missing][0] as [number, Request];
      this.missing.delete(oldest);
      forgotten.reject(notAnswered(this.endpoint, forgotten));
    }
    request.missing?.(request);
  }

  /** Asks something that is always answered at once: whether the node is silent or one answer is missing. Waits in no line. */
  private probe(): void {
    this.probing = true;
    const done = (): void => {
      this.probing = false;
    };
    this.send(
      newRequest(['database', 'get_chain_id', []], [], { resolve: done, reject: done, missing: undefined }),
    );
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
    for (const request of [...this.inFlight.values(), ...this.missing.values()])
      request.reject(lostWith(this.endpoint, request, reason, cause));
    for (const request of [...this.waiting.rest(), ...this.waitingAlone])
      request.reject(notSent(this.endpoint, reason));
    this.inFlight.clear();
    this.missing.clear();
    this.waitingAlone.length = 0;
  }
}
