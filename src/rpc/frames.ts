/**
 * Reads the heads of WebSocket frames (RFC 6455, section 5.2) as they pass: how much a message will have, and what comes
 * besides messages. The platform's WebSocket tells of a message when all of it is in memory, and of pings never.
 */

export interface FrameEvents {
  /** A message goes on: bytes that it has with this piece, as announced, and its pieces so far. */
  piece(bytes: number, pieces: number): void;
  /** A ping or pong of so many bytes. */
  pinged(bytes: number): void;
  /** The other side says that it sends nothing more. */
  farewell(): void;
}

interface Frame {
  opcode: number;
  /** Bytes of the payload. */
  length: number;
  /** Bytes that follow the head. */
  rest: number;
}

const continuation = 0x0;
const farewell = 0x8;
const ping = 0x9;
const pong = 0xa;

export class Frames {
  private readonly head: number[] = [];
  /** Bytes of the present frame that have not passed. */
  private rest = 0;
  private messageBytes = 0;
  private pieces = 0;

  constructor(private readonly events: FrameEvents) {}

  /** The next bytes of the stream. */
  pass(bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length;) {
      const skipped = Math.min(this.rest, bytes.length - i);
      this.rest -= skipped;
      i += skipped;
      if (i === bytes.length) return;
      this.head.push(bytes[i++] as number);
      const frame = frameOf(this.head);
      if (frame === undefined) continue;
      this.head.length = 0;
      this.rest = frame.rest;
      this.begun(frame);
    }
  }

  private begun({ opcode, length }: Frame): void {
    if (opcode === ping || opcode === pong) this.events.pinged(length);
    if (opcode === farewell) this.events.farewell();
    if (opcode >= 0x8) return;
    if (opcode !== continuation) {
      this.messageBytes = 0;
      this.pieces = 0;
    }
    this.messageBytes += length;
    this.pieces += 1;
    this.events.piece(this.messageBytes, this.pieces);
  }
}

/** Undefined until the head is complete. */
function frameOf(head: readonly number[]): Frame | undefined {
  const [first, second] = head;
  if (first === undefined || second === undefined) return undefined;
  const short = second & 0x7f;
  const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
  if (head.length < 2 + lengthBytes) return undefined;
  const length = lengthBytes === 0 ? short : head.slice(2).reduce((sum, byte) => sum * 256 + byte, 0);
  // A mask of four bytes, which a server must not use.
  return { opcode: first & 0x0f, length, rest: length + ((second & 0x80) === 0 ? 0 : 4) };
}
