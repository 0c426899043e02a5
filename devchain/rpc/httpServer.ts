/** The HTTP half of every server here: JSON-RPC over POST, sockets that end when a fault says so, and one port that survives a restart. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ChainError, failure, at } from '../wire/chainError';
import type { Fault, Faults, Transport } from './faults';
import type { Json } from '../wire/json';
import { stringify, timeText } from '../wire/json';
import { bytesOf, textOf } from '../wire/text';
import type { Request } from './envelope';
import { EnvelopeError, envelopeReply, errorReply, parseRequest, resultReply } from './envelope';
import { applyToResult, delayOf } from './faultEffects';

/** What a server answers one text with: undefined for nothing at all, `cut` to end the connection. */
export type Answer = { text: string; status: number } | 'cut' | undefined;

/** Thrown by a method that waits for something which never comes: the caller gets no answer and keeps its connection. */
export class NeverAnswered extends Error {}

const badRequestCodes = new Set([-32700, -32600, -32601, -32602]);

export function statusOf(reply: Json): number {
  const code = (reply as { error?: { code?: number } } | null)?.error?.code;
  if (code === undefined) return 200;
  return badRequestCodes.has(code) ? 400 : code === -32603 ? 500 : 200;
}

/**
 * A JSON-RPC server on a loopback port, with the manners of fc's: plain HTTP on any path and method, one
 * request per connection, no Content-Type, and a chunked body read as empty.
 */
export abstract class JsonRpcServer {
  private server: Server | undefined;
  private readonly sockets = new Set<Socket>();
  private timers = new AbortController();
  private chosenPort: number;

  constructor(
    readonly name: string,
    protected readonly faults: Faults,
    readonly host: string,
    port: number,
  ) {
    this.chosenPort = port;
  }

  protected abstract handle(request: Request, connection: unknown): Json | Promise<Json>;
  protected abstract httpConnection(authorization: string | undefined): unknown;
  /** A hook for what else listens on the port: WebSockets. */
  protected attach?(server: Server): void;
  protected now(): string {
    return timeText(Math.floor(Date.now() / 1000));
  }

  get port(): number {
    return this.chosenPort;
  }

  get url(): string {
    return `http://${this.host}:${this.chosenPort}`;
  }

  get running(): boolean {
    return this.server !== undefined;
  }

  /** Listens; after a stop on the same port as before. */
  async start(): Promise<void> {
    if (this.server) return;
    this.timers = new AbortController();
    const server = createServer(
      { keepAlive: false },
      (request, response) => void this.onHttp(request, response),
    );
    server.on('connection', (socket: Socket) => {
      if (this.faults.hit(this.name, 'connect')) {
        socket.destroy();
        return;
      }
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
      socket.on('error', () => undefined);
    });
    this.attach?.(server);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.chosenPort, this.host, resolve);
    });
    this.chosenPort = (server.address() as AddressInfo).port;
    this.server = server;
  }

  /** Ends every connection and closes the port. */
  async stop(): Promise<void> {
    const { server } = this;
    if (!server) return;
    this.server = undefined;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    this.dropConnections();
    await closed;
  }

  /** Ends every connection; new ones are taken. */
  dropConnections(): void {
    for (const socket of [...this.sockets]) socket.destroy();
  }

  protected abandonTimers(): void {
    this.timers.abort();
  }

  /** One text in, one answer out, faults included. */
  protected async answer(body: string, connection: unknown, over: Transport): Promise<Answer> {
    let request: Request;
    try {
      request = parseRequest(body);
    } catch (error) {
      if (!(error instanceof EnvelopeError)) throw error;
      return { text: stringify(envelopeReply(error, this.now())), status: 400 };
    }
    const fault = this.faults.hit(this.name, this.methodOf(request), over);
    if (fault) {
      const early = await this.beforeCall(fault);
      if (early !== 'go on') return early;
    }
    const reply = await this.reply(request, connection, fault);
    if (reply === undefined) return undefined;
    if (fault?.spec.kind === 'answer lost') return 'cut';
    if (request.id === undefined) return { text: '', status: 204 };
    const text = stringify(reply);
    if (fault?.spec.kind === 'malformed') return { text: fault.spec.text ?? '{"id":', status: 200 };
    if (fault?.spec.kind === 'truncated')
      return { text: text.slice(0, Math.floor(text.length / 2)), status: 200 };
    return { text, status: statusOf(reply) };
  }

  protected methodOf(request: Request): string {
    return request.method === 'call' ? String(request.params[1] ?? '') : request.method;
  }

  private async beforeCall(fault: Fault): Promise<Answer | 'go on'> {
    switch (fault.spec.kind) {
      case 'drop':
        return undefined;
      case 'cut':
        return 'cut';
      case 'stall':
        await fault.stalled();
        return 'go on';
      case 'slow':
        await sleep(delayOf(fault), undefined, { signal: this.timers.signal }).catch(() => undefined);
        return 'go on';
      default:
        return 'go on';
    }
  }

  private async reply(
    request: Request,
    connection: unknown,
    fault: Fault | undefined,
  ): Promise<Json | undefined> {
    try {
      if (fault?.spec.kind === 'error')
        throw failure(
          10,
          'assert_exception',
          'Assert Exception',
          at('faults.ts', 1, 'error'),
          fault.spec.text ?? 'a fault that was asked for',
        );
      const result = await this.handle(request, connection);
      return resultReply(request, fault ? applyToResult(fault, result, request.params) : result);
    } catch (error) {
      if (error instanceof NeverAnswered) return undefined;
      if (error instanceof ChainError) return errorReply(request, error, this.now());
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return {
        id: request.id ?? null,
        error: { code: -32603, message: 'Internal error', data: { message } },
      };
    }
  }

  private async onHttp(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return;
    }
    const chunked = request.headers['transfer-encoding'] !== undefined;
    const body = chunked ? '' : textOf(Buffer.concat(chunks));
    const answer = await this.answer(body, this.httpConnection(request.headers.authorization), 'HTTP');
    if (answer === undefined) return;
    if (answer === 'cut') {
      request.socket.destroy();
      return;
    }
    // Whatever bytes the texts of the chain hold: unlike a WebSocket, HTTP asks for no UTF-8.
    const bytes = bytesOf(answer.text);
    response.sendDate = false;
    response.removeHeader('Connection');
    response.writeHead(answer.status, {
      'Content-Length': bytes.length,
      Server: 'WebSocket++/0.7.0',
    });
    response.end(bytes, () => request.socket.end());
  }
}
