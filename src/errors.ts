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

/**
 * Passes an error on that is not this place's to answer. n8n's rules want an error of n8n in every catch clause; the nodes
 * make those, and these rooms do not know n8n.
 */
export function rethrow(error: unknown): never {
  throw error;
}
