/**
 * How the platform's WebSocket comes by its connection: it asks the `dispatcher` that it is given for one (undici calls it
 * that; fetch of Node.js takes one too). Ours opens it by src/rpc/network.ts, so that address, headers and bytes are in our
 * hands: the WebSocket alone would look the name up again, go through any proxy that the process has set, offer compression,
 * and hide why it failed.
 */
import type { Upgraded } from './network';

type Headers = Readonly<Record<string, unknown>>;

interface Controller {
  readonly rawHeaders: Buffer[];
  readonly aborted: boolean;
  readonly paused: boolean;
  readonly reason: unknown;
  abort(reason?: unknown): void;
  pause(): void;
  resume(): void;
}

/** What the WebSocket hands over to be told how its request goes. */
interface Handler {
  // Node.js 22 and 24.
  onConnect?(abort: () => void): void;
  onUpgrade?(status: number, rawHeaders: Buffer[], stream: Upgraded['stream']): unknown;
  onError?(error: Error): void;
  // Node.js 26.
  onRequestStart?(controller: Controller, context: object): void;
  onRequestUpgrade?(
    controller: Controller,
    status: number,
    headers: Headers,
    stream: Upgraded['stream'],
  ): unknown;
  onResponseError?(controller: Controller, error: Error): void;
}

/** The request of a WebSocket, which waits for its connection. */
export interface Dispatched {
  /** Of the request, in lower case. */
  headers: Headers;
  upgraded(upgraded: Upgraded): void;
  failed(error: Error): void;
}

export interface Dispatcher {
  dispatch(request: { headers: Headers }, handler: Handler): boolean;
}

/**
 * Calls `dispatched` once, when the WebSocket wants its connection; `abort` when it has no more use for it.
 */
export function dispatcher(dispatched: (request: Dispatched) => void, abort: () => void): Dispatcher {
  return {
    dispatch({ headers }, handler) {
      dispatched({ headers, ...answersFor(handler, abort) });
      return true;
    },
  };
}

function answersFor(handler: Handler, abort: () => void): Pick<Dispatched, 'upgraded' | 'failed'> {
  if (handler.onRequestStart === undefined) {
    handler.onConnect?.(abort);
    return {
      upgraded: ({ status, rawHeaders, stream }) => {
        handler.onUpgrade?.(status, asBuffers(rawHeaders), stream);
      },
      failed: (error) => {
        handler.onError?.(error);
      },
    };
  }
  const controller = (rawHeaders: readonly string[]): Controller => ({
    rawHeaders: asBuffers(rawHeaders),
    aborted: false,
    paused: false,
    reason: null,
    abort,
    pause: () => undefined,
    resume: () => undefined,
  });
  handler.onRequestStart(controller([]), {});
  return {
    upgraded: ({ status, rawHeaders, stream }) => {
      handler.onRequestUpgrade?.(controller(rawHeaders), status, {}, stream);
    },
    failed: (error) => {
      handler.onResponseError?.(controller([]), error);
    },
  };
}

function asBuffers(texts: readonly string[]): Buffer[] {
  return texts.map((text) => Buffer.from(text, 'latin1'));
}
