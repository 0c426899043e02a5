/** A WebSocket server that answers as the test says, for behaviour that no healthy node shows. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';

export interface Request {
  id: number;
  method: string;
  params: [string | number, string, unknown[]];
}

/** What to do with a request: a result, a raw text to send instead, or nothing at all. */
export type Reply = { result: unknown } | { error: unknown } | { raw: string } | 'silence' | 'cut';

export class ScriptedNode {
  readonly requests: Request[] = [];
  readonly sockets = new Set<WebSocket>();
  readonly url: string;

  private constructor(
    private readonly server: WebSocketServer,
    private readonly script: (request: Request) => Reply,
  ) {
    this.url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
      socket.on('message', (data) => {
        const request = JSON.parse(String(data)) as Request;
        this.requests.push(request);
        const reply = this.script(request);
        if (reply === 'silence') return;
        if (reply === 'cut') socket.terminate();
        else socket.send('raw' in reply ? reply.raw : JSON.stringify({ id: request.id, ...reply }));
      });
    });
  }

  static async start(script: (request: Request) => Reply): Promise<ScriptedNode> {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    await once(server, 'listening');
    return new ScriptedNode(server, script);
  }

  /** Names of the methods asked for, in order. */
  get methods(): string[] {
    return this.requests.map(({ params }) => params[1]);
  }

  notify(payload: unknown): void {
    for (const socket of this.sockets) socket.send(JSON.stringify({ method: 'notice', params: payload }));
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.terminate();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
