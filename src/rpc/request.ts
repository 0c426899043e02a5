/** One call on its way over a connection, and how it can end without a result. */
import { BitSharesError } from '../errors';
import { answerBytes } from './answerSizes';
import { foreignText, quoted } from './foreignText';

export interface Request {
  api: string | number;
  method: string;
  args: unknown[];
  /** The message, with the number that its answer will carry. */
  text(id: number): string;
  /** Those of the arguments that must not come back in a message. */
  secrets: readonly string[];
  /** Bytes that the answer may have. */
  largest: number;
  /** Asked for again, with room for a large answer: only one of these is on its way at a time. */
  alone: boolean;
  /** Milliseconds that it may take from the moment of sending. */
  time: number;
  /** Clock time. */
  deadline: number;
  /**
   * Called when the answer is missing while later questions have been answered; the call then fails alone. Undefined where a
   * missing answer means a dead connection.
   */
  missing: ((request: Request) => void) | undefined;
  /** Not sent any more once this aborts. */
  over: AbortSignal | undefined;
  /** Clock time from which the answer may be called missing. */
  overdue: number;
  resolve(value: unknown): void;
  reject(error: BitSharesError): void;
}

/** What a call ends with. */
type Outcome = Pick<Request, 'resolve' | 'reject' | 'missing'> & Partial<Pick<Request, 'over'>>;

/** A call that waits to be sent. One literal: spread from another object, requests cause so much more garbage that blocks take half as long again. */
export function newRequest(
  [api, method, args]: readonly [string | number, string, unknown[]],
  secrets: readonly string[],
  { resolve, reject, missing, over }: Outcome,
): Request {
  return {
    api,
    method,
    args,
    text: (id) => JSON.stringify({ id, method: 'call', params: [api, method, args] }),
    secrets,
    largest: answerBytes(method),
    alone: false,
    time: 0,
    deadline: Infinity,
    missing,
    over,
    overdue: Infinity,
    resolve,
    reject,
  };
}

/** What a node says in the `error` of its answer. */
export function refusal(
  endpoint: string,
  { api, method, secrets }: Pick<Request, 'api' | 'method' | 'secrets'>,
  error: unknown,
): BitSharesError {
  const { code, message } = (typeof error === 'object' && error !== null ? error : {}) as Record<
    string,
    unknown
  >;
  const nodeCode = typeof code === 'number' ? code : 0;
  const reason = typeof message === 'string' ? message : 'no reason given';
  const nodeMessage = foreignText(reason, secrets);
  const data = { nodeCode, nodeMessage, method };
  if (nodeMessage.includes('Access denied')) {
    return new BitSharesError('ACCESS_DENIED', {
      message: `${endpoint} does not allow ${api}.${method}`,
      fix: 'Check user and password in the node credential, and the API access settings of the node.',
      data,
    });
  }
  return new BitSharesError('NODE_ERROR', {
    message: `The node refused ${method}: ${quoted(nodeMessage)}`,
    data,
  });
}

/** Only what is broadcast changes anything; whether a question arrived does not matter. */
function broadcasts({ api }: Pick<Request, 'api'>): boolean {
  return api === 'network_broadcast';
}

export function notAnswered(endpoint: string, request: Request): BitSharesError {
  return new BitSharesError('REQUEST_TIMEOUT', {
    message: `${endpoint} did not answer ${request.method} within ${Math.round(request.time / 1000)} s`,
    fix: broadcasts(request)
      ? 'Whether the node acted on the request is not known. Check that the node is healthy.'
      : 'Check that the node is healthy, then ask again.',
  });
}

/**
 * What becomes of a request that was sent when the connection ends.
 *
 * @param cause why it ended, by the other side's fault; null when this side closed it
 */
export function lostWith(
  endpoint: string,
  request: Pick<Request, 'api'>,
  reason: string,
  cause: BitSharesError | null,
): BitSharesError {
  // An answer that cannot be used, or a node that never got ready, says more than the end of the connection.
  const saysMore = cause?.code === 'INVALID_ANSWER' || cause?.code === 'NODE_UNREACHABLE';
  if (saysMore && !broadcasts(request)) return cause;
  return new BitSharesError('CONNECTION_LOST', {
    message: `The connection to ${endpoint} was lost (${reason})`,
    fix: broadcasts(request)
      ? 'Whether the node acted on what was sent is not known. The next attempt connects again.'
      : 'Ask again: the next attempt connects again.',
  });
}

/** What becomes of a request that was not sent before the connection ended. */
export function notSent(endpoint: string, reason: string): BitSharesError {
  return new BitSharesError('CONNECTION_LOST', {
    message: `The connection to ${endpoint} was lost (${reason})`,
    fix: 'The request was not sent. The next attempt connects again.',
  });
}
