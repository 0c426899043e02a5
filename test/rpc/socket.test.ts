/** Guarantee: whatever platform it is, its WebSocket connects where and how it was decided, and brings no more than it may. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { deflateRawSync } from 'node:zlib';
import { WebSocket as OtherWebSocket } from 'ws';
import { openWebSocket, type Closing, type Socket, type Way } from '../../src/rpc/socket';
import { until } from '../support/until';

const mebibyte = 1024 * 1024;

/** A server that speaks HTTP, and writes by hand what it says as a WebSocket. */
class RawServer {
  readonly requests: IncomingMessage[] = [];
  readonly streams: Duplex[] = [];
  readonly received: Buffer[] = [];
  port = 0;
  url = '';
  private readonly server = createServer((_, response) => response.writeHead(503).end());

  constructor(private readonly answer: (key: string, stream: Duplex) => void) {
    this.server.on('upgrade', (request, stream) => {
      this.requests.push(request);
      this.streams.push(stream);
      stream.on('error', () => undefined).on('end', () => stream.destroy());
      stream.on('data', (bytes: Buffer) => this.received.push(bytes));
      this.answer(request.headers['sec-websocket-key'] ?? '', stream);
    });
  }

  async start(): Promise<this> {
    await once(this.server.listen(0, '127.0.0.1'), 'listening');
    this.port = (this.server.address() as AddressInfo).port;
    this.url = `ws://127.0.0.1:${this.port}`;
    return this;
  }

  readonly stop = (): void => {
    for (const stream of this.streams) stream.destroy();
    this.server.close();
  };
}

const acceptKey = (key: string) =>
  createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');

const handshake = (key: string, more = '') =>
  `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptKey(key)}\r\n${more}\r\n`;

/** A server that accepts, and says this. */
const saying = (...frames: (string | Buffer)[]) =>
  new RawServer((key, stream) => {
    stream.write(handshake(key));
    for (const frame of frames) stream.write(frame);
  }).start();

/** A frame of a server. */
const frame = (first: number, payload: string | Buffer): Buffer => {
  const content = Buffer.from(payload as string);
  if (content.length < 126) return Buffer.concat([Buffer.from([first, content.length]), content]);
  const head = Buffer.from([first, 127, 0, 0, 0, 0, 0, 0, 0, 0]);
  head.writeBigUInt64BE(BigInt(content.length), 2);
  return Buffer.concat([head, content]);
};
const [text, binary, ping, farewell] = [0x81, 0x82, 0x89, 0x88];

describe("the platform's WebSocket", () => {
  const servers: RawServer[] = [];
  const sockets: Socket[] = [];
  const platform = Object.getOwnPropertyDescriptor(globalThis, 'WebSocket') as PropertyDescriptor;

  afterEach(() => {
    Object.defineProperty(globalThis, 'WebSocket', platform);
    for (const socket of sockets.splice(0)) socket.close();
    for (const server of servers.splice(0)) server.stop();
  });

  const started = async (server: Promise<RawServer>): Promise<RawServer> => {
    servers.push(await server);
    return server;
  };

  /** Opens a socket, and notes everything that happens. */
  const open = (url: string, { most = mebibyte, way }: { most?: number; way?: Way } = {}) => {
    const told: string[] = [];
    const messages: string[] = [];
    let pings = 0;
    const endings: Closing[] = [];
    const socket = openWebSocket(
      url,
      {
        accepted: () => told.push('accepted'),
        opened: () => told.push('opened'),
        received: (message) => messages.push(message),
        pinged: () => (pings += 1),
        largestMessage: () => most,
        closed: (closing) => endings.push(closing),
      },
      way,
    );
    sockets.push(socket);
    return {
      ...{ socket, told, messages, endings },
      pings: () => pings,
      closed: async () => {
        await until(() => endings.length > 0);
        // A second one would come now.
        await new Promise((resolve) => setTimeout(resolve, 50));
        expect(endings).toHaveLength(1);
        return endings[0] as Closing;
      },
    };
  };

  test('texts and bytes are messages, pings are counted, and its end says the code', async () => {
    const server = await started(
      saying(
        frame(text, 'täxt'),
        frame(ping, ''),
        frame(binary, 'bytes'),
        frame(farewell, Buffer.from([0x03, 0xe9])),
      ),
    );
    const { told, messages, pings, closed } = open(server.url);
    expect((await closed()).reason).toBe('closed with code 1001');
    expect([told, messages, pings()]).toEqual([['accepted', 'opened'], ['täxt', 'bytes'], 1]);
  });

  test('asks for no compression', async () => {
    const server = await started(saying());
    const { told } = open(server.url);
    await until(() => told.includes('opened'));
    expect(server.requests[0]?.headers).not.toHaveProperty('sec-websocket-extensions');
  });

  test('what is compressed nevertheless is not inflated: the connection ends before it opens', async () => {
    const bomb = deflateRawSync(Buffer.alloc(64 * mebibyte));
    const server = await started(
      new RawServer((key, stream) => {
        stream.write(handshake(key, 'Sec-WebSocket-Extensions: permessage-deflate\r\n'));
        stream.write(frame(0xc1, bomb));
      }).start(),
    );
    const { told, messages, closed } = open(server.url);
    expect((await closed()).reason).toBe('what it answers is not a WebSocket');
    expect([told, messages]).toEqual([['accepted'], []]);
    await until(() => server.streams.every((stream) => stream.destroyed));
    // The same frame where nothing was agreed upon.
    const plain = open((await started(saying(frame(0xc1, bomb)))).url);
    expect((await plain.closed()).reason).toBe('closed with code 1006');
    expect(plain.messages).toEqual([]);
  });

  test.each([
    ['announced in one piece', [Buffer.from('817f0000000280000000', 'hex')]],
    [
      'in pieces',
      Array.from({ length: 30 }, (_, i) => frame(i === 0 ? 0x01 : 0x00, Buffer.alloc(mebibyte / 10))),
    ],
  ])('a message that is too large, %s, ends the connection before it is complete', async (_, frames) => {
    const server = await started(saying(...frames));
    const { messages, closed } = open(server.url);
    expect(await closed()).toEqual({ reason: 'sent a message of more than 1048576 bytes', tooMuch: true });
    expect(messages).toEqual([]);
    await until(() => server.streams.every((stream) => stream.destroyed));
  });

  test('a message in too many pieces ends the connection', async () => {
    const pieces = Buffer.concat(Array.from({ length: 20_000 }, (_, i) => Buffer.from([i === 0 ? 1 : 0, 0])));
    const { closed } = open((await started(saying(pieces))).url);
    expect(await closed()).toEqual({ reason: 'sent a message in too many pieces', tooMuch: true });
  });

  test('what arrives with the answer to the request is not lost', async () => {
    const server = await started(
      new RawServer((key, stream) =>
        stream.write(Buffer.concat([Buffer.from(handshake(key)), frame(text, 'at once')])),
      ).start(),
    );
    const { messages } = open(server.url);
    await until(() => messages.length > 0);
    expect(messages).toEqual(['at once']);
  });

  test.each<[string, (key: string, stream: Duplex) => void, RegExp]>([
    ['the answer to another request', (_, stream) => stream.write(handshake('another')), /not a WebSocket/],
    ['an error of HTTP', (_, stream) => stream.end('HTTP/1.1 403 Forbidden\r\n\r\n'), /HTTP status 403/],
    [
      'a redirection',
      (_, stream) => stream.end('HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:1\r\n\r\n'),
      /HTTP status 302/,
    ],
    ['the greeting of another service', (_, stream) => stream.end('220 ready\r\n'), /not a WebSocket/],
    ['nothing', (_, stream) => stream.destroy(), /closed at once/],
  ])('%s ends the attempt once, with the reason', async (_, answer, reason) => {
    const server = await started(new RawServer(answer).start());
    const { told, closed } = open(server.url);
    expect(await closed()).toMatchObject({ reason: expect.stringMatching(reason) as string, tooMuch: false });
    expect(told).toEqual(['accepted']);
    await until(() => server.streams.every((stream) => stream.destroyed));
  });

  test('a connection that is refused ends the attempt once, with the reason', async () => {
    const { url, stop } = await saying();
    stop();
    const { told, closed } = open(url);
    expect((await closed()).reason).toBe('the connection was refused');
    expect(told).toEqual([]);
  });

  test('an attempt that is given up ends at once, also while nothing answers', async () => {
    const server = await started(new RawServer(() => undefined).start());
    const { socket, told, closed } = open(server.url);
    await until(() => told.includes('accepted'));
    socket.close();
    await closed();
    await until(() => server.streams.length === 1 && server.streams.every((stream) => stream.destroyed));
    const early = open(server.url);
    early.socket.close();
    await early.closed();
    expect(early.told).toEqual([]);
    expect(server.streams).toHaveLength(1);
  });

  test('closing waits for no farewell', async () => {
    const server = await started(saying());
    const { socket, told, closed } = open(server.url);
    await until(() => told.includes('opened'));
    socket.close();
    await closed();
    await until(() => server.streams.every((stream) => stream.destroyed));
  });

  const way: Way = { addresses: ['127.0.0.1'], authorization: 'Basic bWU6cGE1NQ==' };

  test('connects to the addresses that were decided on, under the name of the host', async () => {
    const server = await started(saying());
    const { told } = open(`ws://me:secret@node.invalid:${server.port}/path?x=1`, { way });
    await until(() => told.includes('opened'));
    expect(server.requests).toMatchObject([
      {
        url: '/path?x=1',
        headers: { host: `node.invalid:${server.port}`, authorization: way.authorization },
      },
    ]);
  });

  test('a login in the address alone is sent nowhere', async () => {
    const server = await started(saying());
    const { told } = open(server.url.replace('//', '//me:secret@'));
    await until(() => told.includes('opened'));
    expect(server.requests[0]?.headers).not.toHaveProperty('authorization');
  });

  test('goes through no proxy that the process has set', async () => {
    const server = await started(saying());
    const names = [1, 2].map((version) => Symbol.for(`undici.globalDispatcher.${version}`));
    const before = names.map((name) => Reflect.get(globalThis, name) as unknown);
    const proxy = { dispatch: jest.fn(() => true) };
    for (const name of names) Reflect.set(globalThis, name, proxy);
    const { told } = open(server.url, { way });
    await until(() => told.includes('opened'));
    names.forEach((name, i) => Reflect.set(globalThis, name, before[i]));
    expect(proxy.dispatch).not.toHaveBeenCalled();
  });

  test('ports that browsers refuse are ports like others', async () => {
    // chargen and X11.
    for (const port of [19, 6000])
      expect((await open(`ws://127.0.0.1:${port}`).closed()).reason).toBe('the connection was refused');
  });

  test('a platform that connects by itself reaches nothing, and nothing is said', async () => {
    const server = await started(saying(frame(text, 'first')));
    Object.defineProperty(globalThis, 'WebSocket', { configurable: true, value: OtherWebSocket });
    const { told, messages, closed } = open(server.url.replace('//', '//me:secret@'), { way });
    expect((await closed()).reason).toBe('the WebSocket of this Node.js is not known');
    expect([told, messages, server.requests]).toEqual([[], [], []]);
  });

  test('nor when it reaches something', async () => {
    const server = await started(saying(frame(text, 'first')));
    const value = class extends OtherWebSocket {
      constructor() {
        super(server.url);
      }
    };
    Object.defineProperty(globalThis, 'WebSocket', { configurable: true, value });
    const { told, messages, closed } = open(server.url, { way });
    expect((await closed()).reason).toBe('the WebSocket of this Node.js is not known');
    expect([told, messages]).toEqual([[], []]);
    expect(server.requests[0]?.headers).not.toHaveProperty('authorization');
    await until(() => server.received.length > 0);
    // A farewell.
    expect(Buffer.concat(server.received)[0]).toBe(0x88);
  });

  test('a platform without one says so', async () => {
    Reflect.deleteProperty(globalThis, 'WebSocket');
    const { closed } = open('ws://127.0.0.1:8090');
    expect(await closed()).toMatchObject({ reason: 'this Node.js has no WebSocket', tooMuch: false });
  });
});
