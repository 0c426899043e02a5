/** Makes trouble visible once: at once when it needs a person, after a while when it may pass by itself. */
import { isBitSharesError, type BitSharesError, type ErrorCode } from '../errors';

/** Trouble that often passes by itself. */
const passing: readonly ErrorCode[] = [
  'CONNECTION_LOST',
  'INVALID_ANSWER',
  'NODE_ERROR',
  'NODE_OUT_OF_SYNC',
  'NODE_UNREACHABLE',
  'REQUEST_TIMEOUT',
];

const visibleAfterMs = 60_000;

export class Outage {
  private since: number | null = null;
  private readonly reported = new Set<ErrorCode>();

  /** The error when it is to be reported now; null when it was, or may still pass. */
  note(error: unknown, now: number): BitSharesError | null {
    // A clock that was put back must not put off the report.
    this.since = Math.min(this.since ?? now, now);
    if (!isBitSharesError(error) || this.reported.has(error.code)) return null;
    if (passing.includes(error.code)) {
      const shown = passing.some((code) => this.reported.has(code));
      if (shown || now - this.since < visibleAfterMs) return null;
    }
    this.reported.add(error.code);
    return error;
  }

  /** Reading works again: the next trouble is a new one. */
  over(): void {
    this.since = null;
    this.reported.clear();
  }
}
