/** Errors of the chain, with codes and texts of bitshares-core (fc, exception.hpp). */
import type { Json } from './json';
import { jsonText } from './json';

/** One entry of an error's stack: where the node noticed it, and the data of its message. */
export interface ErrorFrame {
  level: 'error' | 'warn';
  file: string;
  line: number;
  method: string;
  thread?: string;
  format: string;
  data: Record<string, Json>;
}

function fill(format: string, data: Record<string, Json>): string {
  return format.replace(/\$\{([^}]*)\}/g, (whole, key: string) => {
    const value = data[key];
    if (value === undefined) return whole;
    return typeof value === 'string'
      ? value
      : jsonText(value, (_, v) => (typeof v === 'bigint' ? v.toString() : v));
  });
}

/**
 * An error as bitshares-core's fc library makes it: a code, a name, a general message and a stack of frames.
 * The texts are the node's own, because clients tell assertions apart by their text.
 */
export class ChainError extends Error {
  readonly stackFrames: ErrorFrame[];

  constructor(
    readonly code: number,
    readonly exceptionName: string,
    readonly what: string,
    frame: ErrorFrame,
  ) {
    super(what);
    this.stackFrames = [frame];
    this.message = this.text();
  }

  /** The general message and every frame's message, as the node joins them. */
  text(): string {
    const parts = this.stackFrames.filter((f) => f.format !== '').map((f) => fill(f.format, f.data));
    return parts.length > 0 ? `${this.what}: ${parts.join(' ')}` : this.what;
  }

  /** Adds the frame of an outer function and returns the same error. */
  within(
    file: string,
    line: number,
    method: string,
    data: Record<string, Json> = {},
    format = '',
    level: 'error' | 'warn' = 'warn',
  ): this {
    this.stackFrames.push({ level, file, line, method, format, data });
    this.message = this.text();
    return this;
  }
}

export interface Place {
  file: string;
  line: number;
  method: string;
  thread?: string;
}

export function at(file: string, line: number, method: string, thread?: string): Place {
  return thread === undefined ? { file, line, method } : { file, line, method, thread };
}

export function failure(
  code: number,
  name: string,
  what: string,
  place: Place,
  format: string,
  data: Record<string, Json> = {},
): ChainError {
  return new ChainError(code, name, what, { level: 'error', ...place, format, data });
}

/** fc's FC_ASSERT: code 10, and the expression's own text first in the message. */
export function assertion(
  expression: string,
  place: Place,
  message = '',
  data: Record<string, Json> = {},
): ChainError {
  return failure(10, 'assert_exception', 'Assert Exception', place, `${expression}: ${message}`, data);
}

export function check(
  condition: boolean,
  expression: string,
  place: Place,
  message = '',
  data: Record<string, Json> = {},
): asserts condition {
  if (!condition) throw assertion(expression, place, message, data);
}

/** Runs a function and adds an outer frame to a ChainError that leaves it. */
export function framed<T>(
  run: () => T,
  file: string,
  line: number,
  method: string,
  data: () => Record<string, Json> = () => ({}),
  format = '',
  level: 'error' | 'warn' = 'warn',
): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof ChainError) error.within(file, line, method, data(), format, level);
    throw error;
  }
}
