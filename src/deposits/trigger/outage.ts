/**
 * Makes trouble visible once: at once when it needs a person or a node says what cannot be true, after a while when it may
 * pass by itself.
 */
import { isBitSharesError, passingForDeposits, type BitSharesError, type ErrorCode } from '../../errors';
import { falseAnswerOf } from '../../chain/falseAnswer';

const visibleAfterMs = 60_000;
/** A node that gave no false answer about a matter for so long gives a new one, and not the same one still. */
const falseAnswersApartMs = 60 * 60_000;

/** When a node last gave a false answer about a matter. */
export type FalseAnswerTimes = Map<string, number>;

export class Outage {
  private since: number | null = null;
  private readonly reported = new Set<ErrorCode>();

  /** @param falseAnswers outlives an outage: while the next address works, this one may lie on */
  constructor(private readonly falseAnswers: FalseAnswerTimes = new Map()) {}

  /** The error when it is to be reported now; null when it was, or may still pass. */
  note(error: unknown, now: number): BitSharesError | null {
    // A clock that was put back must not put off the report.
    this.since = Math.min(this.since ?? now, now);
    const falseAnswer = falseAnswerOf(error);
    if (falseAnswer !== null && isBitSharesError(error)) {
      const trouble = `${falseAnswer.endpoint} ${falseAnswer.matter}`;
      const before = this.falseAnswers.get(trouble);
      this.falseAnswers.set(trouble, now);
      return before === undefined || Math.abs(now - before) > falseAnswersApartMs ? error : null;
    }
    if (!isBitSharesError(error) || this.reported.has(error.code)) return null;
    if (passingForDeposits.has(error.code)) {
      const shown = [...passingForDeposits].some((code) => this.reported.has(code));
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
