/** Talks to devchain as the recorder talked to the daemons: whole texts over WebSocket, and bodies over HTTP. */
import { request as httpRequest } from 'node:http';
import WebSocket from 'ws';

/** A plain WebSocket connection that sends texts and keeps notices; it knows nothing of the product's client. */
export class Connection {
  readonly notices: unknown[] = [];
  /** The code with which the other side closed the connection; undefined while it is open. */
  closeCode: number | undefined;
  private readonly answers = new Map<string, (reply: unknown) => void>();

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (data) => {
      const message = JSON.parse(String(data)) as { id?: unknown; method?: string };
      if (message.method === 'notice') this.notices.push(message);
      else this.answers.get(String(message.id))?.(message);
    });
    socket.on('close', (code) => (this.closeCode = code));
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
    return this.askRaw(request.id, JSON.stringify(request));
  }

  /** Sends these bytes as they are, in one frame; for the answer with this id. */
  askRaw(id: unknown, frame: string | Buffer, binary = false): Promise<unknown> {
    return new Promise((resolve) => {
      this.answers.set(String(id), resolve);
      this.socket.send(frame, { binary });
    });
  }

  /** A question that gets no answer, although the connection is open and answers the next one. */
  async meetsSilence(id: unknown, frame: string | Buffer, binary = false): Promise<boolean> {
    let answered = false;
    void this.askRaw(id, frame, binary).then(() => (answered = true));
    await this.ask({ id: `after ${String(id)}`, method: 'get_chain_id', params: [] });
    return !answered && this.closeCode === undefined;
  }

  close(): void {
    this.socket.close();
  }
}

/** One HTTP POST, on a connection of its own, as the daemons want it. */
export function post(
  url: string,
  body: string | Buffer,
): Promise<{ status: number; text: string; bytes: Buffer; contentLength: number }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      url,
      { method: 'POST', agent: false, headers: { 'Content-Length': Buffer.byteLength(body) } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const bytes = Buffer.concat(chunks);
          resolve({
            status: response.statusCode ?? 0,
            text: bytes.toString('utf8'),
            bytes,
            contentLength: Number(response.headers['content-length']),
          });
        });
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}
