/** The library `ws` as a client, set up as well as it can be for the answers of a node. */
import WebSocket from 'ws';
import type { OpenSocket } from '../../src/rpc/socket';

export const openWs: OpenSocket = (url, events) => {
  const socket = new WebSocket(url, { perMessageDeflate: false, allowSynchronousEvents: false });
  socket.on('open', () => events.opened());
  socket.on('message', (data) => events.received(String(data)));
  socket.on('error', () => socket.terminate());
  socket.on('close', (code) => events.closed({ reason: `closed with code ${code}`, tooMuch: false }));
  return { send: (text) => socket.send(text), close: () => socket.terminate() };
};
