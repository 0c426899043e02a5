/** JSON-RPC as the node understands and answers it, with and without version 2.0, and with fc's error texts (fc, rpc/websocket_api.cpp). */
import type { ChainError, ErrorFrame } from '../wire/chainError';
import { at, failure } from '../wire/chainError';
import type { Json } from '../wire/json';
import { isRecord } from '../wire/json';

/** A JSON-RPC request as it arrived; `id` is undefined for a notification. */
export interface Request {
  id: number | string | null | undefined;
  version: '2.0' | undefined;
  method: string;
  params: readonly unknown[];
}

/** An error of the envelope itself: the request could not be understood. */
export class EnvelopeError extends Error {
  constructor(
    readonly code: -32700 | -32600 | -32602,
    message: string,
    readonly detail: ChainError,
  ) {
    super(message);
  }
}

function parseFailure(body: string): ChainError {
  if (body === '') {
    return failure(
      11,
      'eof_exception',
      'End Of File',
      at('sstream.cpp', 66, 'readsome'),
      'stringstream',
    ).within('json.cpp', 463, 'from_string', { str: body });
  }
  const wrong = /^\s*\{\s*([^"}\s])/.exec(body)?.[1];
  if (wrong !== undefined) {
    return failure(
      4,
      'parse_error_exception',
      'Parse Error',
      at('json.cpp', 105, 'stringFromStream'),
      "Expected '\"' but read '${char}'",
      { char: wrong },
    )
      .within('json.cpp', 130, 'stringFromStream', { token: '' }, "while parsing token '${token}'")
      .within('json.cpp', 224, 'objectFromStreamBase', {}, 'Error parsing object')
      .within('json.cpp', 463, 'from_string', { str: body });
  }
  return failure(
    4,
    'parse_error_exception',
    'Parse Error',
    at('json.cpp', 370, 'variant_from_stream'),
    'Unexpected token',
  ).within('json.cpp', 463, 'from_string', { str: body });
}

/**
 * Reads a request. The node's parser does not decode \uXXXX: the backslash is dropped and the letters stay,
 * which matters to a client that escapes what is not ASCII.
 */
export function parseRequest(body: string): Request {
  let json: unknown;
  try {
    json = JSON.parse(body.replace(/\\(u[0-9a-fA-F]{4}|[bf])/g, (_, letters: string) => letters));
  } catch {
    throw new EnvelopeError(-32700, 'Invalid JSON message', parseFailure(body));
  }
  const refuse = (code: -32600 | -32602, message: string) =>
    new EnvelopeError(
      code,
      message,
      failure(0, 'exception', 'unspecified', at('websocket_api.cpp', 60, 'on_message'), message),
    );
  if (!isRecord(json)) throw refuse(-32600, 'Invalid JSON-RPC request');
  const { id, jsonrpc, method, params } = json;
  if (typeof method !== 'string' || (jsonrpc !== undefined && jsonrpc !== '2.0'))
    throw refuse(-32600, 'Invalid JSON-RPC request');
  if (params !== undefined && !Array.isArray(params)) throw refuse(-32602, 'Invalid params');
  if (id !== undefined && id !== null && typeof id !== 'number' && typeof id !== 'string')
    throw refuse(-32600, 'Invalid JSON-RPC request');
  return {
    id,
    version: jsonrpc === '2.0' ? '2.0' : undefined,
    method,
    params: (params as readonly unknown[] | undefined) ?? [],
  };
}

function frameJson(frame: ErrorFrame, timestamp: string): Json {
  const { level, file, line, method, format, data } = frame;
  return {
    context: { level, file, line, method, hostname: '', thread_name: frame.thread ?? 'th_a', timestamp },
    format,
    data,
  };
}

function errorData(error: ChainError, timestamp: string): Json {
  return {
    code: error.code,
    name: error.exceptionName,
    message: error.what,
    stack: error.stackFrames.map((frame) => frameJson(frame, timestamp)),
  };
}

/** The code with which fc marks a method that does not exist. */
export const methodNotFoundCode = 22;

export function resultReply(request: Request, result: Json): Json {
  return { id: request.id ?? null, ...(request.version ? { jsonrpc: request.version } : {}), result };
}

export function errorReply(request: Request, error: ChainError, timestamp: string): Json {
  const missing = error.code === methodNotFoundCode;
  return {
    id: request.id ?? null,
    ...(request.version ? { jsonrpc: request.version } : {}),
    error: {
      code: missing ? -32601 : error.code,
      message: missing ? 'Method not found' : `Execution error: ${error.text()}`,
      data: errorData(error, timestamp),
    },
  };
}

export function envelopeReply(error: EnvelopeError, timestamp: string): Json {
  return {
    id: null,
    jsonrpc: '2.0',
    error: { code: error.code, message: error.message, data: errorData(error.detail, timestamp) },
  };
}

export function methodNotFound(name: string, methods: readonly string[]): ChainError {
  const api = methods
    .map((method, index): [string, number] => [method, index])
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return failure(
    methodNotFoundCode,
    'method_not_found_exception',
    'Method Not Found',
    at('api_connection.hpp', 121, 'call'),
    "No method with name '${name}'",
    { name, api },
  );
}
