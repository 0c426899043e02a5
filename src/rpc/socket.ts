/**
 * The platform's WebSocket, over a connection that this package opens, watches and ends. Everything else sees `OpenSocket`.
 *
 * Its limits and its errors differ with the version of Node.js and cannot be set, so nothing here relies on them: how much
 * comes is counted where it comes in, compression is not offered, and why a connection ended is read from the connection.
 */
import { dispatcher, type Dispatched, type Dispatcher } from './dispatcher';
import { Frames } from './frames';
import { upgrade, type Upgraded } from './network';
import { connectFailure, httpFailure, noWebSocket, type ConnectFailure } from './unreachable';

/** Why a socket closed. */
export interface Closing extends ConnectFailure {
  /** The other side sent more than it may; `reason` then goes on from its address. */
  tooMuch: boolean;
}

export interface SocketEvents {
  /** The other side accepts connections; whether it speaks WebSocket is not known yet. */
  accepted(): void;
  opened(): void;
  received(message: string): void;
  /** A ping or pong, which a WebSocket answers by itself. */
  pinged(bytes: number): void;
  /** Bytes that a message may have now. A larger one ends the connection as soon as its size is announced. */
  largestMessage(): number;
  /** Called exactly once, also when the socket never opened. */
  closed(closing: Closing): void;
}

export interface Socket {
  send(text: string): void;
  /** Ends the connection at once; `closed` follows. */
  close(): void;
}

/** What was decided about the way to a node before it is connected. */
export interface Way {
  /** Where to connect, instead of looking up the host's name; undefined: the system decides. */
  addresses: readonly string[] | undefined;
  /** The header with the login of the address, for whoever is at `addresses`. */
  authorization: string | undefined;
}

/** A login that stands in `url` itself is not sent. */
export type OpenSocket = (url: string, events: SocketEvents, way?: Way) => Socket;

/** What is used of the platform's WebSocket. */
interface PlatformSocket {
  binaryType: string;
  send(text: string): void;
  close(): void;
  addEventListener(name: 'open' | 'error', listener: () => void): void;
  addEventListener(name: 'message', listener: (event: { data: string | ArrayBuffer }) => void): void;
  addEventListener(name: 'close', listener: (event: { code: number }) => void): void;
}

declare const WebSocket:
  (new (url: string, options: { dispatcher: Dispatcher }) => PlatformSocket) | undefined;

/**
 * What the platform is given as the address. It would refuse the ports of other services (as browsers do), and has no use for the
 * real one: whoever connects by this name connects to nothing.
 */
const noAddress = 'ws://connected.invalid/';

/** It does not ask for its connection: neither address nor sizes would be in our hands. */
const unknownPlatform: ConnectFailure = {
  reason: 'the WebSocket of this Node.js is not known',
  fix: 'Run n8n with Node.js 22, 24 or 26.',
};

/** An answer that is a little too large fails with the name of its question, so it has to arrive. */
const toleratedBytes = 64 * 1024;

/** Nodes send each message in one piece; a proxy may cut a large one up. */
const mostPieces = 16 * 1024;

export const openWebSocket: OpenSocket = (url, events, way) => {
  const ending = new AbortController();
  let closing: Closing | undefined;
  let isAsked = false;
  let opened = false;
  /** The connection, once it speaks WebSocket. */
  let stream: Upgraded['stream'] | undefined;

  const end = (why: ConnectFailure, tooMuch = false): void => {
    if (closing !== undefined) return;
    const final = { ...why, tooMuch };
    closing = final;
    ending.abort();
    // Not left to the platform: on Node.js 22 an attempt that fails has an `error` and no `close`.
    void Promise.resolve().then(() => events.closed(final));
  };

  const frames = new Frames({
    piece: (bytes, pieces) => {
      const most = events.largestMessage();
      if (bytes > most + toleratedBytes) end({ reason: `sent a message of more than ${most} bytes` }, true);
      else if (pieces > mostPieces) end({ reason: 'sent a message in too many pieces' }, true);
    },
    pinged: (bytes) => events.pinged(bytes),
    // The platform reads it too, before the microtask, and then waits for the other side to end the connection.
    farewell: () => void Promise.resolve().then(() => stream?.destroy()),
  });

  const connect = ({ headers, upgraded, failed }: Dispatched): void => {
    isAsked = true;
    const fail = (why: ConnectFailure): void => {
      end(why);
      failed(new Error(why.reason));
    };
    const request = {
      url: httpUrl(url),
      addresses: way?.addresses,
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-key': String(headers['sec-websocket-key']),
        'sec-websocket-version': String(headers['sec-websocket-version']),
        ...(way?.authorization === undefined ? {} : { authorization: way.authorization }),
      },
    };
    upgrade(request, ending.signal, {
      accepted: () => events.accepted(),
      upgraded: (answer) => {
        answer.stream.on('error', (error: Error) => end(connectFailure(error)));
        // Compression was not offered, and the platform would inflate nevertheless.
        if (answer.rawHeaders.some((text) => text.toLowerCase() === 'sec-websocket-extensions')) {
          fail(noWebSocket);
          return;
        }
        stream = answer.stream;
        upgraded(answer);
      },
      refused: (status) => fail(httpFailure(status)),
      failed: (error) => fail(connectFailure(error)),
    });
  };

  if (typeof WebSocket === 'undefined') {
    end({ reason: 'this Node.js has no WebSocket', fix: 'Run n8n with Node.js 22.16 or later.' });
    return { send: () => undefined, close: () => undefined };
  }
  const socket = new WebSocket(noAddress, { dispatcher: dispatcher(connect, () => ending.abort()) });
  socket.binaryType = 'arraybuffer';
  socket.addEventListener('open', () => {
    if (stream === undefined) {
      socket.close();
      end(unknownPlatform);
      return;
    }
    opened = true;
    // In front of the platform, which has begun to listen just now: what is too much does not reach it.
    stream.prependListener('data', (bytes: Buffer) => {
      if (closing === undefined) frames.pass(bytes);
    });
    events.opened();
  });
  socket.addEventListener('message', ({ data }) => {
    if (closing !== undefined) return;
    events.received(typeof data === 'string' ? data : Buffer.from(data).toString('utf8'));
  });
  socket.addEventListener('error', () => {
    if (!opened) end(isAsked ? noWebSocket : unknownPlatform);
    // `close` follows, with a code.
    else stream?.destroy();
  });
  socket.addEventListener('close', ({ code }) => {
    end({ reason: `closed with code ${code}` });
  });
  return {
    send: (text) => {
      socket.send(text);
    },
    close: () => end({ reason: 'closed by this side' }),
  };
};

function httpUrl(url: string): URL {
  const http = new URL(url);
  http.protocol = http.protocol === 'wss:' ? 'https:' : 'http:';
  http.username = '';
  http.password = '';
  return http;
}
