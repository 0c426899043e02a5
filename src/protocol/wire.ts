/** The byte level of the wire format: little-endian integers and varints, written to and read from a buffer. */

/**
 * A value or a byte sequence that the format does not allow. The codecs on the way out add where in the value it sits;
 * the functions of serialization.ts turn it into a BitSharesError.
 */
export class FormatFault extends Error {
  readonly path: string[] = [];

  constructor(
    reason: string,
    /** Where in the bytes, when reading. */
    readonly offset?: number,
  ) {
    super(reason);
  }
}

/** How deep operations may contain operations. The chain accepts far less; a reader must not run out of stack. */
const largestDepth = 16;

/** Collects bytes. The prefix is that of the chain whose public keys appear as text. */
export class ByteWriter {
  #buffer = Buffer.alloc(512);
  #length = 0;
  #depth = 0;

  constructor(readonly prefix: string) {}

  #reserve(count: number): number {
    const start = this.#length;
    this.#length += count;
    if (this.#length > this.#buffer.length) {
      const larger = Buffer.alloc(Math.max(this.#length, 2 * this.#buffer.length));
      this.#buffer.copy(larger, 0, 0, start);
      this.#buffer = larger;
    }
    return start;
  }

  uint8(value: number): void {
    const start = this.#reserve(1);
    this.#buffer.writeUInt8(value, start);
  }

  uint16(value: number): void {
    const start = this.#reserve(2);
    this.#buffer.writeUInt16LE(value, start);
  }

  uint32(value: number): void {
    const start = this.#reserve(4);
    this.#buffer.writeUInt32LE(value, start);
  }

  int64(value: bigint): void {
    const start = this.#reserve(8);
    this.#buffer.writeBigInt64LE(value, start);
  }

  uint64(value: bigint): void {
    const start = this.#reserve(8);
    this.#buffer.writeBigUInt64LE(value, start);
  }

  /** Seven bits a byte, lowest first; the top bit says that more follow. */
  varint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.uint8((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.uint8(rest);
  }

  bytes(value: Uint8Array): void {
    const start = this.#reserve(value.length);
    this.#buffer.set(value, start);
  }

  /** Runs `inner` one level deeper. */
  nest(inner: () => void): void {
    if (this.#depth === largestDepth) throw new FormatFault('operations are nested too deeply');
    this.#depth += 1;
    inner();
    this.#depth -= 1;
  }

  result(): Uint8Array {
    return Uint8Array.prototype.slice.call(this.#buffer, 0, this.#length);
  }
}

/** Reads bytes from the front and refuses whatever has a second spelling. */
export class ByteReader {
  readonly #buffer: Buffer;
  #offset = 0;
  #depth = 0;

  constructor(
    bytes: Uint8Array,
    readonly prefix: string,
  ) {
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get offset(): number {
    return this.#offset;
  }

  get remaining(): number {
    return this.#buffer.length - this.#offset;
  }

  fault(reason: string, offset = this.#offset): FormatFault {
    return new FormatFault(reason, offset);
  }

  #take(count: number): number {
    if (count > this.remaining) {
      throw this.fault(`the bytes end early: ${count} more are needed and ${this.remaining} are left`);
    }
    const start = this.#offset;
    this.#offset += count;
    return start;
  }

  uint8(): number {
    return this.#buffer.readUInt8(this.#take(1));
  }

  uint16(): number {
    return this.#buffer.readUInt16LE(this.#take(2));
  }

  uint32(): number {
    return this.#buffer.readUInt32LE(this.#take(4));
  }

  int64(): bigint {
    return this.#buffer.readBigInt64LE(this.#take(8));
  }

  uint64(): bigint {
    return this.#buffer.readBigUInt64LE(this.#take(8));
  }

  varint(): number {
    const start = this.#offset;
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.uint8();
      value += (byte & 0x7f) * scale;
      if (value > Number.MAX_SAFE_INTEGER) throw this.fault('a varint is too large', start);
      if ((byte & 0x80) === 0) {
        if (byte === 0 && scale > 1) throw this.fault('a varint is longer than needed', start);
        return value;
      }
    }
  }

  /** The number of elements that follow. Each takes a byte at least, so a larger number is refused before any work. */
  count(): number {
    const start = this.#offset;
    const count = this.varint();
    if (count > this.remaining) {
      throw this.fault(`${count} elements are announced and ${this.remaining} bytes are left`, start);
    }
    return count;
  }

  bytes(count: number): Uint8Array {
    const start = this.#take(count);
    return Uint8Array.prototype.slice.call(this.#buffer, start, start + count);
  }

  nest<T>(inner: () => T): T {
    if (this.#depth === largestDepth) throw this.fault('operations are nested too deeply');
    this.#depth += 1;
    const value = inner();
    this.#depth -= 1;
    return value;
  }
}

/** Writes a JSON value as bytes and reads bytes as the JSON value that the node would give. */
export interface Codec<T> {
  write(writer: ByteWriter, value: unknown): void;
  read(reader: ByteReader): T;
}
