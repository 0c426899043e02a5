/** What a trigger stores between two runs of n8n: one plain object, always replaced whole, checked when it is read. */
import { BitSharesError, isBitSharesError } from '../../errors';
import type { HistoryGap } from '../reading/gap';
import {
  isCount,
  positionCorrupt,
  readStoredPosition,
  storePosition,
  type Position,
} from '../reading/position';
import type { StoredPosition } from '../reading/position';

/** A deposit that failed while others succeeded: it no longer holds up the rest and waits for Deliver Again. */
export interface SetAsideDeposit {
  depositId: string;
  /** The number of the last attempt. */
  attempts: number;
  /** ISO 8601. */
  since: string;
}

export interface TriggerState {
  version: 1;
  chainId: string;
  accountId: string;
  /** A low-water mark: everything up to it was acknowledged as the user chose. */
  position: StoredPosition;
  /** The endpoint whose sequence numbers the position holds; null when they come from nowhere. */
  endpoint: string | null;
  /** Deliveries without a known end: the number of the attempt by depositId. */
  inFlight: Record<string, number>;
  /** Of those in flight, the ones whose execution paused at a Wait node. */
  waiting: string[];
  /** Acknowledged above the position. */
  done: string[];
  setAside: SetAsideDeposit[];
  gaps: HistoryGap[];
  /** Entries of Deliver Again that were acted on. */
  deliveredAgain: string[];
  /** The deduplication key of an execution that has ended, with which the state can be saved. */
  checkpointKey: string | null;
}

/** The state of a trigger that begins to read after `position`. */
export function newTriggerState(
  chainId: string,
  accountId: string,
  position: Position,
  endpoint: string | null,
): TriggerState {
  return {
    version: 1,
    chainId,
    accountId,
    position: storePosition(position),
    endpoint,
    inFlight: {},
    waiting: [],
    done: [],
    setAside: [],
    gaps: [],
    deliveredAgain: [],
    checkpointKey: null,
  };
}

/** The state in stored data, or POSITION_CORRUPT. Nothing is guessed: what does not validate is an error. */
export function readTriggerState(value: unknown): TriggerState | BitSharesError {
  try {
    return validState(value);
  } catch (error) {
    return isBitSharesError(error, 'POSITION_CORRUPT') ? error : positionCorrupt('the whole of it');
  }
}

function validState(value: unknown): TriggerState {
  if (!isRecord(value)) throw positionCorrupt('the whole of it');
  if (value['version'] !== 1) {
    throw positionCorrupt(
      `its version (${typeof value['version'] === 'number' ? value['version'] : 'none'})`,
    );
  }
  const position = readStoredPosition(value['position']);
  return {
    version: 1,
    chainId: text(value['chainId'], 'chainId', /^[0-9a-f]{64}$/),
    accountId: text(value['accountId'], 'accountId', /^1\.2\.\d+$/),
    position: storePosition(position),
    endpoint: value['endpoint'] === null ? null : text(value['endpoint'], 'endpoint', /./),
    inFlight: attempts(value['inFlight']),
    waiting: texts(value['waiting'], 'waiting'),
    done: texts(value['done'], 'done'),
    setAside: list(value['setAside'], 'setAside').map(setAside),
    gaps: list(value['gaps'], 'gaps').map(gap),
    deliveredAgain: texts(value['deliveredAgain'], 'deliveredAgain'),
    checkpointKey:
      value['checkpointKey'] === null ? null : text(value['checkpointKey'], 'checkpointKey', /./),
  };
}

/** POSITION_OF_OTHER_ACCOUNT for a state of another chain or account; null when it is the right one. */
export function ownerError(state: TriggerState, chainId: string, accountId: string): BitSharesError | null {
  if (state.chainId === chainId && state.accountId === accountId) return null;
  const other =
    state.chainId === chainId ? `account ${state.accountId}` : `chain ${state.chainId.slice(0, 8)}`;
  return new BitSharesError('POSITION_OF_OTHER_ACCOUNT', {
    message: `The stored position belongs to ${other}, and this trigger now watches ${accountId} on chain ${chainId.slice(0, 8)}`,
    fix: 'Use one trigger node for each account. To go on with this one, set the option When Account or Chain Changes to Start Over.',
    data: { storedAccountId: state.accountId, storedChainId: state.chainId, accountId, chainId },
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown, name: string, pattern: RegExp): string {
  if (typeof value !== 'string' || !pattern.test(value)) throw positionCorrupt(name);
  return value;
}

function list(value: unknown, name: string): unknown[] {
  if (!Array.isArray(value)) throw positionCorrupt(name);
  return value as unknown[];
}

function texts(value: unknown, name: string): string[] {
  return list(value, name).map((entry) => text(entry, name, /./));
}

function attempts(value: unknown): Record<string, number> {
  if (!isRecord(value)) throw positionCorrupt('inFlight');
  return Object.fromEntries(
    Object.entries(value).map(([depositId, attempt]) => {
      if (!isCount(attempt) || attempt < 1) throw positionCorrupt('inFlight');
      return [depositId, attempt];
    }),
  );
}

function setAside(value: unknown): SetAsideDeposit {
  if (!isRecord(value) || !isCount(value['attempts'])) throw positionCorrupt('setAside');
  return {
    depositId: text(value['depositId'], 'setAside', /./),
    attempts: value['attempts'],
    since: text(value['since'], 'setAside', /./),
  };
}

function gap(value: unknown): HistoryGap {
  if (!isRecord(value)) throw positionCorrupt('gaps');
  const count = (name: string): number => {
    const entry = value[name];
    if (!isCount(entry)) throw positionCorrupt('gaps');
    return entry;
  };
  const countOrNull = (name: string) => (value[name] === null ? null : count(name));
  return {
    fromSequence: countOrNull('fromSequence'),
    toSequence: countOrNull('toSequence'),
    fromBlock: count('fromBlock'),
    toBlock: count('toBlock'),
    expected: countOrNull('expected'),
    found: count('found'),
  };
}
