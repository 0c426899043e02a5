/**
 * A value on its way to or from a client. A bigint is a 64-bit signed integer (an amount): the writer below
 * decides whether it leaves as a number or as a string.
 */
export type Json =
  null | boolean | number | string | bigint | readonly Json[] | { readonly [key: string]: Json | undefined };

const int32Max = 2147483647n;
const int32Min = -2147483648n;

/** An int64 leaves as a number when it fits 32 bits with sign, else as a string (fc json.cpp). */
export function int64Json(value: bigint): number | string {
  return value <= int32Max && value >= int32Min ? Number(value) : value.toString();
}

/** A uint64 leaves as a number up to 32 bits, else as a string (fc json.cpp). */
export function uint64Json(value: bigint): number | string {
  return value <= 0xffffffffn ? Number(value) : value.toString();
}

function replacer(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? int64Json(value) : value;
}

/**
 * A value as JSON text. JSON.stringify escapes lone surrogates; here they stay as they are, because they stand for
 * single bytes (wire/text.ts) and fc writes bytes above 0x7f unescaped (json.cpp escape_string).
 */
export function jsonText(value: unknown, replace: (key: string, value: unknown) => unknown): string {
  const text = JSON.stringify(value, replace);
  if (!text.includes('\\udc')) return text;
  return text.replace(/\\(?:\\|u(dc[89a-f][0-9a-f]))/g, (escape, code: string | undefined) =>
    code === undefined ? escape : String.fromCharCode(parseInt(code, 16)),
  );
}

export function stringify(value: Json): string {
  return jsonText(value, replacer);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Seconds since the epoch as the node writes a time: ISO without a zone. */
export function timeText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 19);
}

/** A node's time text as seconds since the epoch. */
export function timeSeconds(text: string): number {
  return Date.parse(`${text}Z`) / 1000;
}

export const epoch = '1970-01-01T00:00:00';
/** The largest time of the chain: a lifetime member's membership never ends. */
export const maximumTime = '2106-02-07T06:28:15';
