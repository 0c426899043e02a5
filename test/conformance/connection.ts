import { request as httpRequest } from 'node:http';
import WebSocket from 'ws';

/** A plain WebSocket connection that sends texts and keeps notices; it knows nothing of the product's client. */
export class Connection {
  readonly notices: unknown[] = [];
  private readonly answers = new Map<string, (reply: unknown) => void>();

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (data) => {
      const message = JSON.parse(String(data)) as { id?: unknown; method?: string };
      if (message.method === 'notice') this.notices.push(message);
      else this.answers.get(String(message.id))?.(message);
    });
  }

  static async open(url: string): Promise<Connection> {
    const socket = new WebSocket(url);
    await new Promise<void>((resolve, reject) => {
      socket.once('open', () => resolve());
      socket.once('error', reject);
    });
    return new Connection(socket);
  }

  ask(request: { id?: unknown; method?: string; params?: unknown }): Promise<unknown> {
    return new Promise((resolve) => {
      this.answers.set(String(request.id), resolve);
      this.socket.send(JSON.stringify(request));
    });
  }

  close(): void {
    this.socket.close();
  }
}

/** One HTTP POST, on a connection of its own, as the daemons want it. */
export function post(url: string, body: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      url,
      { method: 'POST', agent: false, headers: { 'Content-Length': Buffer.byteLength(body) } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
        );
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}
