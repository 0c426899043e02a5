/** How a node loses an answer that is not UTF-8. */
import { isUtf8 } from 'node:buffer';
import type { WebSocket } from 'ws';
import { bytesOf } from '../wire/text';

/**
 * Sends a text as a WebSocket frame, if it is UTF-8. The node's WebSocket library refuses an outgoing text frame that
 * is not (websocketpp, processors/hybi13.hpp), and nobody takes note of its refusal (fc, network/http/websocket.cpp):
 * the answer or notice is lost, the connection stays open and the next ones are sent. False for one that was lost.
 */
export function sendTextFrame(socket: WebSocket, text: string): boolean {
  const bytes = bytesOf(text);
  if (!isUtf8(bytes)) return false;
  if (socket.readyState === 1) socket.send(bytes, { binary: false });
  return true;
}
