/**
 * How far a run has come with a withdrawal, and what follows from that and from where it stands in the chain. Pure: the runner
 * looks and acts. Nothing of a phase decides whether money may move; that is proved anew in every round.
 */
import { isDead, isReached, type WaitFor } from '../../payments/standing';
import type { BitSharesError } from '../../errors';
import type { SignedTransaction, TransferOperation } from '../../protocol';
import type { WithdrawalStanding } from '../proof/standing';
import type { Intent } from '../transaction/intent';
import type { Parties } from '../transaction/request';
import type { Attempt } from './attempt';
import type { WithdrawalOrder } from './order';

/** `broadcast` sends what Prepare signed, `look` sends nothing; `propose` makes a proposal instead of a payment. */
export type Mode = 'send' | 'prepare' | 'propose' | 'broadcast' | 'look';

/** What has to be paid, settled to the last unit. */
interface Content {
  order: WithdrawalOrder;
  intent: Intent;
  parties: Parties;
}

/** Each phase has what the next one needs. */
export type Phase =
  /** The names in the request are not looked up yet, or the nodes disagree about them. */
  | { at: 'asked'; order: WithdrawalOrder }
  /**
   * The request can never be paid as it stands, so nothing is sent for it. Attempts with another content, from before this run,
   * may live until `lastExpiration`, in seconds.
   */
  | { at: 'faulty'; order: WithdrawalOrder; fault: BitSharesError; lastExpiration: number }
  | ({ at: 'formed' } & Content)
  /** With the only transaction that its window allows. Another worker may have sent it. */
  | ({ at: 'built'; attempt: Attempt } & Content)
  | ({ at: 'signed'; attempt: Attempt; transaction: SignedTransaction } & Content)
  /** A transaction that Prepare signed. */
  | { at: 'handed in'; transaction: SignedTransaction; transfer: TransferOperation; attempt: SentAttempt }
  /** Only its id is known, and when the attempt expires that is asked about, in seconds. */
  | { at: 'looked for'; expiration: number | null };

type SentAttempt = Pick<Attempt, 'transactionId' | 'expiration'>;

/** The phases of these names. */
export type PhaseAt<At extends Phase['at']> = Extract<Phase, { at: At }>;

/** The expiration after which nothing that belongs to this phase can be included; null where a next window may follow. */
export function lastExpirationOf(phase: Phase): number | null {
  switch (phase.at) {
    case 'faulty':
      return phase.lastExpiration;
    case 'handed in':
      return phase.attempt.expiration;
    case 'looked for':
      return phase.expiration;
    default:
      return null;
  }
}

export interface Caller {
  mode: Mode;
  waitFor: WaitFor;
  /** In milliseconds. */
  timeLeft: number;
}

export type Decision =
  /** As far as the caller waits for, or as far as this run can bring it. */
  | 'done'
  /** Only another look can show more. */
  | 'wait'
  /** Build for the present window, check, sign, send, as far as the mode goes. */
  | 'act'
  /** Ask for the transaction that is signed, and send the same bytes again where no node holds it, unless only looking. */
  | 'repeat';

export function isToDo(decision: Decision): boolean {
  return decision === 'act' || decision === 'repeat';
}

/**
 * What to do after a look that showed where a withdrawal stands. A new transaction follows from proved absence alone; the
 * bytes of one that is signed already move money only once, however often they are sent.
 */
export function decide(phase: Phase, standing: WithdrawalStanding, caller: Caller): Decision {
  const { mode, waitFor, timeLeft } = caller;
  if (isDead(standing, lastExpirationOf(phase))) return 'done';
  switch (standing.at) {
    case 'irreversible':
    case 'in block':
      return isReached(waitFor, standing.at) ? 'done' : 'wait';
    case 'proposed': {
      const { over, final } = standing.proposal;
      if (mode === 'broadcast' || mode === 'look') return 'wait';
      // Only who proposes waits for a proposal; and one that is over comes no further.
      if (mode !== 'propose' || phase.at === 'faulty' || over) return 'done';
      return isReached(waitFor, final ? 'irreversible' : 'in block') ? 'done' : 'wait';
    }
    case 'pending':
      if (mode === 'prepare') return phase.at === 'built' ? 'act' : 'done';
      return isReached(waitFor, 'pending') ? 'done' : 'wait';
    case 'absent':
    case 'unseen':
  }
  switch (phase.at) {
    case 'faulty': {
      // Final only when every earlier attempt is dead, which is waited for where the caller's time is enough.
      const missing = standing.at === 'absent' ? phase.lastExpiration - standing.through : Infinity;
      return waitFor === 'irreversible' && missing * 1000 < timeLeft ? 'wait' : 'done';
    }
    case 'looked for':
      return 'wait';
    case 'handed in':
      return 'repeat';
    case 'asked':
    case 'formed':
    case 'built':
    case 'signed':
      if (mode === 'prepare' && phase.at === 'signed') return 'done';
      if (standing.at === 'absent') return 'act';
      return phase.at === 'signed' ? 'repeat' : 'wait';
  }
}
