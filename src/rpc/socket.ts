/**
 * The one place where the socket library is chosen. Everything else sees `OpenSocket`.
 *
 * `ws` and not the global WebSocket: the package has to load on Node 20, which has none.
 */
import WebSocket, { type ClientOptions } from 'ws';
import { largestMessageBytes } from './answerSizes';
import { fixedLookup } from './network';
import { connectFailure, type ConnectFailure } from './unreachable';

/** Why a socket closed. */
export interface Closing extends ConnectFailure {
  /** The other side sent more than it may; `reason` then goes on from its address. */
  tooMuch: boolean;
}

export interface SocketEvents {
  /** The other side accepts connections; whether it speaks WebSocket is not known yet. */
  accepted(): void;
  opened(): void;
  received(message: Buffer): void;
  /** A ping or pong, which a WebSocket answers by itself. */
  pinged(bytes: number): void;
  /** Bytes that a message may have now. A larger one ends the connection while it arrives. */
  largestMessage(): number;
  /** Called exactly once, also when the socket never opened. */
  closed(closing: Closing): void;
}

export interface Socket {
  send(text: string): void;
  /** Ends the connection at once; `closed` follows. */
  close(): void;
}

/** Connects to one of `addresses` where they are given, instead of looking up the host's name. */
export type OpenSocket = (url: string, events: SocketEvents, addresses?: readonly string[]) => Socket;

/** Room for the headers of the frames that a message comes in. */
const framingBytes = 64 * 1024;

const mostPieces = 16 * 1024;

/** What the library itself refuses: a frame that announces too much, and messages in too many pieces. */
const tooMuchCodes: ReadonlySet<string> = new Set([
  'WS_ERR_TOO_MANY_BUFFERED_PARTS',
  'WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH',
  'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH',
]);

export const openWebSocket: OpenSocket = (url, events, addresses) => {
  let closing: Closing | undefined;
  let ended = false;
  const socket = new WebSocket(url, {
    maxPayload: largestMessageBytes,
    // Nodes send each message in one piece; a proxy may cut a large one up.
    maxFragments: mostPieces,
    perMessageDeflate: false,
    // Passed on to the socket; the library's types leave it out.
    ...(addresses === undefined ? {} : ({ lookup: fixedLookup(addresses) } as ClientOptions)),
    // Each answer in a turn of its own: sixteen blocks that arrive together would keep the event loop busy for twice as long.
    allowSynchronousEvents: false,
    finishRequest: (request) => {
      request.on('socket', (stream) => stream.once('connect', () => events.accepted()));
      request.end();
    },
  });
  // The library's own limit holds for the life of a socket; ours depends on what was asked. So the bytes of the message that
  // is arriving are counted where they come in.
  let arriving = 0;
  socket.on('upgrade', ({ socket: stream }) => {
    socket.once('open', () => {
      stream.on('data', (bytes: Buffer) => {
        arriving += bytes.length;
        const most = events.largestMessage();
        if (arriving <= most + framingBytes || closing !== undefined) return;
        closing = { reason: `sent a message of more than ${most} bytes`, tooMuch: true };
        socket.terminate();
      });
    });
  });
  socket.on('open', () => {
    events.opened();
  });
  socket.on('message', (data) => {
    arriving = 0;
    events.received(Buffer.isBuffer(data) ? data : Buffer.from(String(data)));
  });
  for (const frame of ['ping', 'pong'] as const) {
    socket.on(frame, (data: Buffer) => {
      events.pinged(data.length);
    });
  }
  socket.on('error', (error: Error & { code?: string }) => {
    closing ??= tooMuchCodes.has(error.code ?? '')
      ? { reason: 'sent a message that is too large or in too many pieces', tooMuch: true }
      : { ...connectFailure(error), tooMuch: false };
    // After an error of the other side the library waits for its farewell, and reads on for half a minute.
    socket.terminate();
  });
  socket.on('close', (code) => {
    if (ended) return;
    ended = true;
    events.closed(closing ?? { reason: `closed with code ${code}`, tooMuch: false });
  });
  return {
    send: (text) => {
      socket.send(text);
    },
    close: () => {
      socket.terminate();
    },
  };
};
