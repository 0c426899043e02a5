/** Strings that hold any bytes. */
import { isUtf8 } from 'node:buffer';

/**
 * Texts of the chain. Nothing on the chain checks that a text is UTF-8, so any bytes can be in one. Inside devchain a
 * text is a JavaScript string all the same: a byte that is part of no UTF-8 sequence is held as the lone surrogate
 * U+DC00 + byte (Python's surrogateescape, PEP 383), which no UTF-8 text contains. So every byte comes back out as it
 * went in, and ids, sizes and merkle roots are those of the bytes.
 */

const foreignByte = /([\udc80-\udcff])/u;

/** The text that these bytes are; of bytes that are not UTF-8 as well. */
export function textOf(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const length = [1, 2, 3, 4].find((count) => isUtf8(bytes.subarray(at, at + count)));
    text +=
      length === undefined
        ? String.fromCharCode(0xdc00 + bytes.readUInt8(at))
        : bytes.toString('utf8', at, at + length);
    at += length ?? 1;
  }
  return text;
}

/** The bytes of a text, of which textOf makes the same text again. */
export function bytesOf(text: string): Buffer {
  if (!foreignByte.test(text)) return Buffer.from(text, 'utf8');
  return Buffer.concat(
    text
      .split(foreignByte)
      .map((part) =>
        foreignByte.test(part) ? Buffer.from([part.charCodeAt(0) - 0xdc00]) : Buffer.from(part, 'utf8'),
      ),
  );
}

/** Is every text in this value UTF-8? */
export function holdsOnlyUtf8(value: unknown): boolean {
  if (typeof value === 'string') return !foreignByte.test(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.values(value).every(holdsOnlyUtf8);
}
