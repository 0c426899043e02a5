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
import type { NamedParties } from './transferItem';

/** `broadcast` sends what Prepare signed, `look` sends nothing; `propose` makes a proposal instead of a payment. */
export type Mode = 'send' | 'prepare' | 'propose' | 'broadcast' | 'look';

/** Each phase has what the next one needs. */
export type Phase = Asked | Faulty | Formed | Built | Signed | HandedIn | LookedFor;

/** The names in the request are not looked up yet, or the nodes disagree about them. */
export interface Asked {
  at: 'asked';
  order: WithdrawalOrder;
}

/** The request can never be paid as it stands, so nothing is sent for it. */
export interface Faulty {
  at: 'faulty';
  order: WithdrawalOrder;
  fault: BitSharesError;
  /** When the last attempt expires that may have been made, with another content, before this run; in seconds. */
  lastExpiration: number;
}

/** What has to be paid is settled to the last unit. */
export interface Formed {
  at: 'formed';
  order: WithdrawalOrder;
  intent: Intent;
  parties: Parties;
}

/** The only transaction that its window allows. Another worker may have sent it. */
export interface Built extends Omit<Formed, 'at'> {
  at: 'built';
  attempt: Attempt;
}

export interface Signed extends Omit<Built, 'at'> {
  at: 'signed';
  transaction: SignedTransaction;
}

/** A transaction that Prepare signed. */
export interface HandedIn {
  at: 'handed in';
  transaction: SignedTransaction;
  transfer: TransferOperation;
  attempt: Pick<Attempt, 'transactionId' | 'expiration'>;
  names: NamedParties;
}

/** Only its id is known. */
export interface LookedFor {
  at: 'looked for';
  /** Of the attempt that is asked about, in seconds. */
  expiration: number | null;
  names: NamedParties;
}

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
  /** Bring it on: build for the present window, check, sign, send, as far as the mode goes. */
  | 'act';

/** What to do after a look that showed where a withdrawal stands. */
export function decide(phase: Phase, standing: WithdrawalStanding, caller: Caller): Decision {
  const { mode, waitFor } = caller;
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
      if (mode === 'prepare') return phase.at === 'signed' ? 'done' : 'act';
      return isReached(waitFor, 'pending') ? 'done' : 'wait';
    case 'absent':
    case 'unseen':
      return decideUnpaid(phase, standing, caller);
  }
}

function decideUnpaid(
  phase: Phase,
  standing: Extract<WithdrawalStanding, { at: 'absent' | 'unseen' }>,
  { mode, waitFor, timeLeft }: Caller,
): Decision {
  if (isDead(standing, lastExpirationOf(phase))) return 'done';
  switch (phase.at) {
    case 'faulty': {
      // It becomes final only when every earlier attempt is dead: worth to wait for where the caller's time is enough.
      const missing = standing.at === 'absent' ? phase.lastExpiration - standing.through : Infinity;
      return waitFor === 'irreversible' && missing * 1000 < timeLeft ? 'wait' : 'done';
    }
    case 'looked for':
      return 'wait';
    case 'signed':
      return mode === 'prepare' ? 'done' : 'act';
    case 'asked':
    case 'formed':
    case 'built':
    case 'handed in':
      return 'act';
  }
}
