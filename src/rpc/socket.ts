/**
 * The one place where the socket library is chosen. Everything else sees `OpenSocket`.
 *
 * `ws` and not the global WebSocket: the package has to load on Node 20, which has none.
 */
import WebSocket, { type ClientOptions } from 'ws';
import { fixedLookup } from './network';

export interface SocketEvents {
  opened(): void;
  received(text: string): void;
  /** Called exactly once, also when the socket never opened. */
  closed(reason: string): void;
}

export interface Socket {
  send(text: string): void;
  /** Ends the connection at once; `closed` follows. */
  close(): void;
}

/** Connects to one of `addresses` where they are given, instead of looking up the host's name. */
export type OpenSocket = (url: string, events: SocketEvents, addresses?: readonly string[]) => Socket;

/** Larger answers than this are hostile or a mistake: the biggest real ones (2 MB blocks as JSON) stay far below. */
const maximumMessageBytes = 64 * 1024 * 1024;

const handshakeTimeoutMs = 10_000;

export const openWebSocket: OpenSocket = (url, events, addresses) => {
  const socket = new WebSocket(url, {
    handshakeTimeout: handshakeTimeoutMs,
    maxPayload: maximumMessageBytes,
    perMessageDeflate: false,
    // Passed on to the socket; the library's types leave it out.
    ...(addresses === undefined ? {} : ({ lookup: fixedLookup(addresses) } as ClientOptions)),
    // Each answer in a turn of its own: sixteen blocks that arrive together would keep the event loop busy for twice as long.
    allowSynchronousEvents: false,
  });
  let reason = '';
  let ended = false;
  socket.on('open', () => {
    events.opened();
  });
  socket.on('message', (data) => {
    events.received(Buffer.isBuffer(data) ? data.toString('utf8') : String(data));
  });
  socket.on('error', (error) => {
    reason = explain(error);
  });
  socket.on('close', (code) => {
    if (ended) return;
    ended = true;
    events.closed(reason === '' ? `closed with code ${code}` : reason);
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

const explanations: Record<string, string> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  EHOSTUNREACH: 'the host cannot be reached',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the host name could not be looked up',
  ETIMEDOUT: 'no answer to the connection attempt',
};

/** Words for the system's error codes; n8n replaces messages that contain the codes themselves by general ones. */
function explain(error: Error & { code?: string }): string {
  return explanations[error.code ?? ''] ?? error.message;
}
