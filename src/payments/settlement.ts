/** From what is known about a withdrawal to its outcome. Pure: a timeout is no fact, and unknown is an outcome. */
import { isoTime } from '../protocol';
import type { BitSharesError } from '../errors';
import { isDead, type Standing } from './standing';

export type Outcome = 'unknown' | 'in_mempool' | 'in_block' | 'irreversible' | 'expired' | 'rejected';

export interface Settlement {
  outcome: Outcome;
  /** The money is with the receiver for good. */
  paid: boolean;
  /** Asking again will not change the outcome. */
  final: boolean;
}

/** What was or may have been sent. */
export interface Attempts {
  /** Expiration, in seconds, of the one transaction that is asked about, or of the last that may exist; null when none is. */
  lastExpiration: number | null;
  /** A fault of the request itself: nothing is ever sent for it as it stands. Its id may have been used before. */
  isFaulty: boolean;
}

/** The outcome that a standing proves. A proposal on its way is no payment on its way. */
export function settle(
  standing: Standing<unknown> | { at: 'proposed' },
  { lastExpiration, isFaulty }: Attempts,
): Settlement {
  switch (standing.at) {
    case 'irreversible':
      return { outcome: 'irreversible', paid: true, final: true };
    case 'in block':
      return { outcome: 'in_block', paid: false, final: false };
    case 'pending':
      return { outcome: 'in_mempool', paid: false, final: false };
    case 'absent':
      return isDead(standing, lastExpiration)
        ? { outcome: isFaulty ? 'rejected' : 'expired', paid: false, final: true }
        : unknown;
    case 'unseen':
    case 'proposed':
      return unknown;
  }
}

const unknown: Settlement = { outcome: 'unknown', paid: false, final: false };

/** What the operator should do now, in one or two sentences. */
export function nextStep(
  settlement: Settlement,
  context: { reason: BitSharesError | null; expiration: number | null; repeat: string },
): string {
  const { reason, expiration, repeat } = context;
  const because = reason === null ? '' : ` ${sentence(reason)}`;
  switch (settlement.outcome) {
    case 'irreversible':
      return 'Paid for good. Mark the withdrawal as done.';
    case 'in_block':
      return `In a block that is not irreversible yet. ${repeat}${because}`;
    case 'in_mempool':
      return `Sent, and waiting for a block. ${repeat}${because}`;
    case 'expired':
      return 'This transaction was not included and never can be. The same withdrawal can be sent again, or cancelled when nothing sends it any more.';
    case 'rejected':
      return `Not paid: whatever was sent under this id before is dead, and this request can never be paid.${because}`;
    case 'unknown':
      return `Not known to be paid, and not proved unpaid: do not refund it.${because} ${repeat}${
        expiration === null ? '' : ` An attempt can be included until ${isoTime(expiration)}.`
      }`;
  }
}

/** An error in words for an item: code, what happened, what to do. */
function sentence(error: BitSharesError): string {
  const end = /[.!?]$/.test(error.message) ? '' : '.';
  return `${error.code}: ${error.message}${end}${error.fix === undefined ? '' : ` ${error.fix}`}`;
}
