/**
 * Pages of a history that a node cannot hand over: an answer that is too large to receive, that takes too long, or that holds
 * text which is not UTF-8 (a node drops such an answer without a word). They cost the connection each time they are asked for,
 * so what is remembered here outlives connections: less is asked for at a time, down to one operation.
 */
import { isBitSharesError, maybeTooLarge, type BitSharesError } from '../errors';
import { falseAnswerOf } from './falseAnswer';

/** Sequence numbers, both ends inclusive. */
export interface SequenceRange {
  first: number;
  last: number;
}

/** So many times fewer operations are asked for after a loss: a timeout takes long, so few of them have to do. */
const reduction = 10;
/** Most operations to be read in small pages: one by one they take a minute, however often connections were lost. */
const longestStretch = 10_000;

export class PageTrouble {
  private size = Number.POSITIVE_INFINITY;
  /** Operations to be read in small pages: twice as many each time, until as many were read without trouble. */
  private stretch = 0;
  /** Those of them that are still to be read; below zero, how many were read since. */
  private remaining = 0;
  private suspected: { endpoint: string; through: number } | null = null;

  get isOver(): boolean {
    return this.remaining <= 0;
  }

  /** The most operations to be asked for at once. */
  get mostAtOnce(): number {
    return this.isOver ? Number.POSITIVE_INFINITY : this.size;
  }

  /**
   * A page could not be had.
   *
   * @param position the sequence number of the last operation that was handed over
   * @param pages how many of this size were asked for at the same time
   */
  lost(endpoint: string, { first, last }: SequenceRange, position: number, pages: number): void {
    const asked = last - first + 1;
    // Several in a row: what is looked at one by one grows with each of them.
    if (asked === 1) this.suspected = { endpoint, through: last + Math.max(0, last - position - 1) };
    this.size = Math.max(1, Math.floor(asked / reduction));
    this.stretch = Math.min(longestStretch, Math.max(asked * pages, 2 * this.stretch));
    this.remaining = this.stretch;
  }

  /** Something else was wrong. */
  forget(): void {
    this.size = Number.POSITIVE_INFINITY;
    this.stretch = 0;
    this.remaining = 0;
    this.suspected = null;
  }

  passed(operations: number): void {
    this.remaining -= operations;
    if (this.isOver) this.suspected = null;
    if (this.remaining <= -this.stretch) this.stretch = 0;
  }

  /** The last of the operations on this node that may be impossible to have; 0 when there are none. */
  suspectedThrough(endpoint: string): number {
    return this.suspected?.endpoint === endpoint ? this.suspected.through : 0;
  }
}

/** Whether an error may come from the size or the content of the answer. What cannot be true is not asked for in smaller parts. */
export function isTrouble(error: unknown): error is BitSharesError {
  if (falseAnswerOf(error) !== null) return false;
  return isBitSharesError(error, ...maybeTooLarge);
}
