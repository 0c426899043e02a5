/** Waiting that a stop of the demo ends: pauses, polling and deadlines. */
import { DemoFailure, DemoStopped, throwIfStopped } from './failure';

/** Sleeps for `milliseconds`, or throws DemoStopped as soon as the signal fires. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(new DemoStopped());
      return;
    }
    const onStop = () => {
      clearTimeout(timer);
      reject(new DemoStopped());
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onStop);
      resolve();
    }, milliseconds);
    signal.addEventListener('abort', onStop, { once: true });
  });
}

export interface WaitOptions {
  /** What is awaited, as it appears in the message of a failure: "the deposit in the ledger". */
  what: string;
  /** Milliseconds after which waiting is a failure. */
  deadline: number;
  /** Milliseconds between two looks. */
  every?: number;
  signal: AbortSignal;
}

/**
 * Looks again and again until `look` gives something other than undefined, and returns it.
 *
 * @throws DemoFailure after the deadline, with the last error of `look` as its cause; DemoStopped when the signal fires.
 * An error of `look` counts as "not yet": n8n refuses connections while it restarts.
 */
export async function waitFor<T>(look: () => Promise<T | undefined>, options: WaitOptions): Promise<T> {
  const end = Date.now() + options.deadline;
  let lastError: unknown;
  for (;;) {
    throwIfStopped(options.signal);
    try {
      const found = await look();
      if (found !== undefined) return found;
      lastError = undefined;
    } catch (error) {
      if (error instanceof DemoFailure || error instanceof DemoStopped) throw error;
      lastError = error;
    }
    if (Date.now() >= end) {
      const reason = lastError === undefined ? '' : ` The last try said: ${messageOf(lastError)}`;
      throw new DemoFailure(
        `Waited ${Math.round(options.deadline / 1000)} s for ${options.what}.${reason}`,
        undefined,
        { cause: lastError },
      );
    }
    await pause(options.every ?? 250, options.signal);
  }
}

/** The message of an error with those of its causes: fetch says "fetch failed", and the reason is in the cause. */
export function messageOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('message' in error)) return String(error);
  const message = String(error.message);
  return 'cause' in error && error.cause !== undefined ? `${message} (${messageOf(error.cause)})` : message;
}

/**
 * Runs `work` with a signal that fires when `signal` does or after `milliseconds`.
 *
 * Not AbortSignal.any: on Node.js 20 its result can be garbage-collected before it fires, and a request then hangs.
 */
export async function withDeadline<T>(
  milliseconds: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const bounded = new AbortController();
  const stop = () => bounded.abort(new DemoStopped());
  const timer = setTimeout(
    () => bounded.abort(new Error(`no answer within ${Math.round(milliseconds / 1000)} s`)),
    milliseconds,
  );
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await work(bounded.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}
