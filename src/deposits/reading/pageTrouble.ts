/**
 * Pages that a node cannot hand over: an answer that is too large to receive, that takes too long, or that holds text which
 * is not UTF-8 (a node drops such an answer without a word). They cost the connection each time they are asked for, so what
 * is remembered here outlives connections: less is asked for at a time, down to one operation, and one that cannot be had at
 * all is passed when the node says that it is of a type that moves no value.
 */
import type { NodeSession } from '../../chain/interfaces';
import { BitSharesError, isBitSharesError } from '../../errors';
import { falseAnswerOf } from '../../chain/falseAnswer';
import type { WatchedAccount } from './accountOperation';
import { movementTypes } from './movement';

/** Sequence numbers, both ends inclusive. */
export interface SequenceRange {
  first: number;
  last: number;
}

/** So many times fewer operations are asked for after a loss: a timeout takes long, so few of them have to do. */
const reduction = 10;

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

  pageSize(usual: number): number {
    return this.isOver ? usual : Math.min(usual, this.size);
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
    this.stretch = Math.max(asked * pages, 2 * this.stretch);
    this.remaining = this.stretch;
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
  return isBitSharesError(error, 'CONNECTION_LOST', 'REQUEST_TIMEOUT', 'INVALID_ANSWER');
}

/** What is told when not even one operation can be had. */
export function unreadable(
  endpoint: string,
  account: WatchedAccount,
  sequence: number,
  cause: BitSharesError,
): BitSharesError {
  return new BitSharesError(cause.code, {
    message: `The node ${endpoint} does not hand over operation ${sequence} of ${account.name}, not even alone. ${cause.message}`,
    fix: 'Nothing is skipped: reading waits there. Use another node if this goes on.',
    data: { sequence },
    cause,
  });
}

/**
 * Whether the node says that the operation is of a type that moves no value, without showing it
 * (`get_account_history_by_operations`, bitshares-core `api.cpp`: it counts a window and shows what is of the given types).
 */
export async function movesNothing(
  reader: Pick<NodeSession, 'call'>,
  account: WatchedAccount,
  sequence: number,
): Promise<boolean> {
  const args = [account.id, movementTypes, sequence, 1];
  const answer = await reader.call('history', 'get_account_history_by_operations', args);
  const { total_count: counted, operation_history_objs: shown } = (answer ?? {}) as Record<string, unknown>;
  return counted === 1 && Array.isArray(shown) && shown.length === 0;
}
