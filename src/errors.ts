/**
 * The one error type of the package. A message has parts (what happened, what to do, which field), so that every
 * surface (an n8n item, an execution error, a log line) can show the same thing, and the code is one of a closed
 * set, so that callers can switch on it.
 */

/** Every code that this package can raise. Codes are public: workflows branch on them. */
export const errorCodes = [
  // Input
  'INVALID_ACCOUNT',
  'INVALID_ADDRESS',
  'INVALID_AMOUNT',
  'INVALID_ASSET',
  'INVALID_CHAIN',
  'INVALID_KEY',
  'INVALID_MEMO',
  'INVALID_OBJECT_ID',
  'INVALID_PARAMETER',
  'INVALID_PUBLIC_KEY',
  'INVALID_TIME',
  'INVALID_TRANSACTION',
  'MEMO_TOO_LARGE',
  'UNKNOWN_ACCOUNT',
  'UNKNOWN_ASSET',
  'UNKNOWN_OBJECT',
  // Nodes and wallets
  'ACCESS_DENIED',
  'CONNECTION_LOST',
  'INVALID_ANSWER',
  'NODES_DISAGREE',
  'NODE_ERROR',
  'NODE_OUT_OF_SYNC',
  'NODE_UNREACHABLE',
  'NOT_A_DELAYED_NODE',
  'REQUEST_TIMEOUT',
  'STALE_NODE',
  'WALLET_ERROR',
  'WALLET_LOCKED',
  'WRONG_CHAIN',
  // Deposits
  'DELIVERY_PAUSED',
  'DEPOSIT_SET_ASIDE',
  'HISTORY_GAP',
  'HISTORY_MISMATCH',
  'HISTORY_PRUNED',
  'POSITION_CORRUPT',
  'POSITION_LOST',
  'POSITION_OF_OTHER_ACCOUNT',
  // Withdrawals
  'ASSET_NOT_ALLOWED',
  'ASSET_RESTRICTED',
  'FEE_TOO_LOW',
  'INSUFFICIENT_BALANCE',
  'KEY_WITHOUT_AUTHORITY',
  'LIMIT_EXCEEDED',
  'MEMO_KEY_MISMATCH',
  'MEMO_KEY_UNPROVEN',
  'PROPOSAL_IN_FLIGHT',
  'RECEIVER_NOT_ALLOWED',
  'REQUESTED_AT_IN_FUTURE',
  'REQUESTED_AT_TOO_OLD',
  'SEVERAL_SIGNATURES_NEEDED',
  'UNSTABLE_EXPRESSION',
  'WINDOW_NOT_OPEN',
  'WINDOW_TOO_SHORT',
  'WITHDRAWAL_CONFLICT',
  // Anything that should be impossible
  'INTERNAL',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

type Codes = ReadonlySet<ErrorCode>;

/** Nobody answered: what became of the question is not known, and a session may be lost. */
export const unanswered: Codes = new Set(['CONNECTION_LOST', 'REQUEST_TIMEOUT']);

/** A page may have been too large or hold what cannot be sent: a smaller one may come. A refusal says that something else is wrong. */
export const maybeTooLarge: Codes = new Set([...unanswered, 'INVALID_ANSWER']);

/**
 * What often passes by itself while deposits are watched: it is reported when it lasts. What is found by looking several times
 * or for a long time (STALE_NODE, NOT_A_DELAYED_NODE) and what two nodes contradict each other about is not in it: that has
 * lasted when it is found.
 */
export const passingForDeposits: Codes = new Set([
  ...maybeTooLarge,
  'NODE_ERROR',
  'NODE_OUT_OF_SYNC',
  'NODE_UNREACHABLE',
]);

/**
 * What a payment waits for, looking again until its time is over. A payment has a time at which it gives up by itself, so
 * everything that more looking can change is in it.
 */
export const passingForPayments: Codes = new Set([
  ...passingForDeposits,
  'NODES_DISAGREE',
  'NOT_A_DELAYED_NODE',
  'STALE_NODE',
  'WINDOW_NOT_OPEN',
]);

/** Only a changed parameter or an explicit decision ends these: trying again would repeat the same answer. */
export const needsPerson: Codes = new Set(['POSITION_CORRUPT', 'POSITION_LOST']);

export interface BitSharesErrorParts {
  /** What happened, in one sentence. Never holds a secret. */
  message: string;
  /** What the user can do about it, in one or two sentences. */
  fix?: string;
  /** The name of the parameter or credential field that is at fault, as the user sees it. */
  field?: string;
  /** Plain data for the item or the log: ids, heights, codes of the node. Never holds a secret. */
  data?: Record<string, string | number | boolean | null>;
  cause?: unknown;
}

export class BitSharesError extends Error {
  readonly code: ErrorCode;
  readonly fix: string | undefined;
  readonly field: string | undefined;
  readonly data: Record<string, string | number | boolean | null>;

  constructor(code: ErrorCode, parts: BitSharesErrorParts) {
    super(
      parts.field === undefined ? parts.message : `${parts.field}: ${parts.message}`,
      parts.cause === undefined ? undefined : { cause: parts.cause },
    );
    this.name = 'BitSharesError';
    this.code = code;
    this.fix = parts.fix;
    this.field = parts.field;
    this.data = parts.data ?? {};
  }
}

/** Narrows an unknown thrown value to a BitSharesError, optionally of one of the given codes. */
export function isBitSharesError(error: unknown, ...codes: ErrorCode[]): error is BitSharesError {
  return error instanceof BitSharesError && (codes.length === 0 || codes.includes(error.code));
}

/** What was thrown, as an error of ours: where something may have been sent, nothing that is thrown may hide it. */
export function asBitSharesError(error: unknown): BitSharesError {
  if (isBitSharesError(error)) return error;
  return new BitSharesError('INTERNAL', { message: 'Something impossible happened', cause: error });
}

/**
 * Passes an error on that is not this place's to answer: the one way to do so, in a catch clause and in the handler of a
 * promise. n8n's rules refuse a bare `throw error` in a catch clause and want an error of n8n there; the edge of the nodes
 * makes those (`nodes/shared/items/nodeErrors.ts`), so that what is inside can still ask for the code.
 */
export function rethrow(error: unknown): never {
  throw error;
}
