/**
 * Handing deposits over, as a state machine without IO: what to deliver next, and what each ending of an execution means.
 * The position is a low-water mark that passes a deposit only when it was acknowledged as the user chose, so that a crash
 * or a state that was rolled back can only repeat a deposit, never lose one.
 */
import type { Mark } from '../reading/position';
import type { DepositItem } from '../items/depositItem';

export type ConfirmDelivery = 'success' | 'completion' | 'immediately';

export interface DeliveryRules {
  confirm: ConfirmDelivery;
  /** Failures after which the next deposit is tried. */
  attemptsBeforeSettingAside: number;
  /** Deposits in one execution. */
  batchSize: number;
  redeliverAfterCrash: boolean;
  countWaitingAsDelivered: boolean;
}

/** How an execution ended, as far as n8n says. */
export type ExecutionEnd =
  /** It ran to an end; `status` as n8n names it. */
  | { kind: 'finished'; status: string }
  /** No execution was created, because some row had the key already. */
  | { kind: 'existed' }
  /** It was stopped by a person or by its time limit. */
  | { kind: 'cancelled' }
  /** It could not be started or n8n is shutting down. */
  | { kind: 'rejected'; reason: string }
  /** Nothing was heard of it within the time that it may take; `limited` when n8n itself ends it by then. */
  | { kind: 'silent'; limited: boolean };

export type Verdict = 'delivered' | 'failed' | 'paused' | 'existed';

/** May the position pass the deposits of this execution? */
export function judge(end: ExecutionEnd, rules: DeliveryRules): Verdict {
  switch (end.kind) {
    case 'existed':
      return 'existed';
    case 'rejected':
      return 'failed';
    case 'cancelled':
      return rules.confirm === 'success' ? 'failed' : 'delivered';
    case 'silent':
      if (rules.confirm === 'immediately') return 'delivered';
      return rules.confirm === 'completion' && end.limited ? 'delivered' : 'failed';
    case 'finished':
      if (end.status === 'success' || rules.confirm !== 'success') return 'delivered';
      if (end.status === 'waiting') return rules.countWaitingAsDelivered ? 'delivered' : 'paused';
      return 'failed';
  }
}

export interface Delivery {
  depositId: string;
  item: DepositItem;
  /** The last operation before this one that was read; null for one that the user asked to deliver again. */
  before: Mark | null;
  phase: 'queued' | 'running' | 'paused' | 'delivered';
  /** The number of the next or running attempt. */
  attempt: number;
  failures: number;
  /** Not before this time (milliseconds). */
  retryAt: number;
  /** A key that exists acknowledges it. */
  existingCounts: boolean;
  /** Delivered alone, because a batch with it failed. */
  alone: boolean;
}

export interface DeliveryState {
  /** In the order of the chain; what the user asked for comes first. What is delivered leaves when it is in front. */
  queue: readonly Delivery[];
  /** The last operation that was read. */
  readThrough: Mark;
  /** Whether the next deposit is to be tried because the first one failed too often. */
  probing: boolean;
  /** Whether another deposit was delivered since the first one failed last. */
  vouched: boolean;
}

const longestRetryMs = 120_000;
/** Executions at the same time when nothing waits for their end. */
const immediateWidth = 100;

export function beginDelivery(readThrough: Mark): DeliveryState {
  return { queue: [], readThrough, probing: false, vouched: false };
}

/** What is known of a deposit from before the process started. */
export interface Past {
  /** The attempt that was in flight, if any. */
  inFlight: number | undefined;
  waiting: boolean;
  done: boolean;
  /** The number of the last attempt of a deposit that is delivered again on request. */
  lastAttempt?: number;
}

/** A deposit that was read, as it enters the queue. */
export function newDelivery(
  item: DepositItem,
  before: Mark | null,
  past: Past,
  rules: DeliveryRules,
): Delivery {
  const resumed = past.inFlight;
  const repeat = resumed !== undefined && (rules.confirm === 'immediately' || !rules.redeliverAfterCrash);
  const wasPaused = past.waiting && resumed !== undefined;
  const counts = rules.confirm !== 'success' || rules.countWaitingAsDelivered;
  return {
    depositId: item.depositId,
    item,
    before,
    phase: past.done || (wasPaused && counts) ? 'delivered' : wasPaused ? 'paused' : 'queued',
    attempt:
      resumed === undefined || wasPaused
        ? (resumed ?? (past.lastAttempt ?? 0) + 1)
        : repeat
          ? resumed
          : resumed + 1,
    failures: 0,
    retryAt: 0,
    existingCounts: rules.confirm === 'immediately' || repeat,
    alone: before === null,
  };
}

/** Puts deposits that were read behind the others, and remembers how far reading got. */
export function enqueue(
  state: DeliveryState,
  deliveries: readonly Delivery[],
  readThrough: Mark,
): DeliveryState {
  return trim({ ...state, queue: [...state.queue, ...deliveries], readThrough });
}

/** Puts deposits that the user asked for before the others. */
export function enqueueFirst(state: DeliveryState, deliveries: readonly Delivery[]): DeliveryState {
  return trim({ ...state, queue: [...deliveries, ...state.queue] });
}

export type Action =
  | { kind: 'deliver'; deliveries: readonly Delivery[] }
  /** Until the time, or until something happens when it is null. */
  | { kind: 'wait'; until: number | null };

/** What to do now. */
export function nextAction(state: DeliveryState, now: number, rules: DeliveryRules): Action {
  const running = state.queue.filter(({ phase }) => phase === 'running').length;
  if (rules.confirm === 'immediately') return nextImmediately(state, running, now, rules);
  const open = state.queue.filter(({ phase }) => phase === 'queued' || phase === 'paused');
  const [first] = open;
  // An execution that paused holds everything behind it.
  if (running > 0 || first === undefined || first.phase === 'paused') return { kind: 'wait', until: null };
  if (state.probing) {
    const probe = probeAmong(open.slice(1));
    if (probe !== undefined) return { kind: 'deliver', deliveries: [probe] };
  }
  if (!isDue(first, now)) return { kind: 'wait', until: first.retryAt };
  return { kind: 'deliver', deliveries: batchFrom(state.queue, first, rules) };
}

/**
 * The deposit that failed least, and of those the first: whoever pays many deposits that always fail, as with a memo that the
 * ledger cannot store, must not make it look like an outage.
 */
function probeAmong(deliveries: readonly Delivery[]): Delivery | undefined {
  const queued = deliveries.filter(({ phase }) => phase === 'queued');
  const fewest = Math.min(...queued.map(({ failures }) => failures));
  return queued.find(({ failures }) => failures === fewest);
}

function nextImmediately(state: DeliveryState, running: number, now: number, rules: DeliveryRules): Action {
  const queued = state.queue.filter(({ phase }) => phase === 'queued');
  const ready = queued.find((delivery) => isDue(delivery, now));
  if (running >= immediateWidth || queued.length === 0) return { kind: 'wait', until: null };
  if (ready === undefined) return { kind: 'wait', until: Math.min(...queued.map(({ retryAt }) => retryAt)) };
  return { kind: 'deliver', deliveries: batchFrom(state.queue, ready, rules) };
}

/** A time that is further away than any pause was set by a clock that was put back since. */
function isDue({ retryAt }: Delivery, now: number): boolean {
  return retryAt <= now || retryAt - now > longestRetryMs;
}

function batchFrom(queue: readonly Delivery[], first: Delivery, rules: DeliveryRules): Delivery[] {
  const batch = [first];
  if (first.alone || first.failures > 0) return batch;
  for (const next of queue.slice(queue.indexOf(first) + 1)) {
    if (batch.length >= rules.batchSize || next.phase !== 'queued' || next.alone || next.retryAt > 0) break;
    if (next.existingCounts !== first.existingCounts) break;
    batch.push(next);
  }
  return batch;
}

export function started(state: DeliveryState, depositIds: readonly string[]): DeliveryState {
  return change(state, depositIds, (delivery) => ({ ...delivery, phase: 'running' }));
}

/** What a settled execution changes: the state, and the deposits that are set aside or that now hold up the rest. */
export interface Settled {
  state: DeliveryState;
  setAside: readonly Delivery[];
  paused: readonly Delivery[];
}

export function settled(
  state: DeliveryState,
  depositIds: readonly string[],
  verdict: Verdict,
  now: number,
  rules: DeliveryRules,
): Settled {
  const ids = new Set(depositIds);
  const affected = state.queue.filter(({ depositId }) => ids.has(depositId));
  const quiet = (next: DeliveryState): Settled => ({ state: trim(next), setAside: [], paused: [] });
  switch (verdict) {
    case 'existed':
      return quiet(
        change(state, depositIds, (delivery) =>
          delivery.existingCounts
            ? { ...delivery, phase: 'delivered' }
            : { ...delivery, phase: 'queued', attempt: delivery.attempt + 1 },
        ),
      );
    case 'paused': {
      const next = change(state, depositIds, (delivery) => ({ ...delivery, phase: 'paused' }));
      return { ...quiet(next), paused: affected };
    }
    case 'delivered': {
      const wasProbe = state.probing && !isFirst(state, affected[0]);
      const next = change(state, depositIds, (delivery) => ({ ...delivery, phase: 'delivered' }));
      if (!wasProbe) return quiet({ ...next, probing: false, vouched: false });
      // Executions can succeed. The first one gets its last attempt now; if that fails too, it is its own fault.
      const [first] = open(next);
      return quiet({
        ...(first === undefined
          ? next
          : change(next, [first.depositId], (delivery) => ({ ...delivery, retryAt: now }))),
        probing: false,
        vouched: true,
      });
    }
    case 'failed':
      return failed(state, affected, now, rules);
  }
}

function failed(
  state: DeliveryState,
  affected: readonly Delivery[],
  now: number,
  rules: DeliveryRules,
): Settled {
  const ids = affected.map(({ depositId }) => depositId);
  const failedOnce = (delivery: Delivery): Delivery => ({
    ...delivery,
    phase: 'queued',
    attempt: delivery.attempt + 1,
    existingCounts: rules.confirm === 'immediately',
    failures: delivery.failures + (affected.length === 1 ? 1 : 0),
    alone: true,
    retryAt: now + retryDelay(delivery.failures + 1),
  });
  const next = change(state, ids, failedOnce);
  const [only] = affected;
  const settledQuietly = (changed: DeliveryState): Settled => ({
    state: trim(changed),
    setAside: [],
    paused: [],
  });
  if (rules.confirm === 'immediately' || affected.length !== 1 || only === undefined)
    return settledQuietly(next);
  if (!isFirst(state, only)) {
    // The probe failed as well: an outage, in which nothing is set aside.
    return settledQuietly({
      ...next,
      probing: false,
      vouched: false,
    });
  }
  if (only.failures + 1 < rules.attemptsBeforeSettingAside)
    return settledQuietly({ ...next, vouched: false });
  if (!state.vouched) return settledQuietly({ ...next, probing: true });
  const aside = change(next, ids, (delivery) => ({ ...delivery, phase: 'delivered' }));
  return {
    state: trim({ ...aside, probing: false, vouched: false }),
    setAside: [only],
    paused: [],
  };
}

/** Milliseconds until a failed deposit is tried again: 1 s, doubled with each failure, at most 2 minutes. */
function retryDelay(failures: number): number {
  return Math.min(longestRetryMs, 1000 * 2 ** Math.min(failures - 1, 20));
}

/** The mark that may be stored: everything up to it is acknowledged. */
export function lowWater(state: DeliveryState): Mark {
  const unfinished = state.queue.find(({ phase, before }) => phase !== 'delivered' && before !== null);
  return unfinished?.before ?? state.readThrough;
}

/** Deposits above the low-water mark that are acknowledged. */
export function acknowledgedAbove(state: DeliveryState): string[] {
  return state.queue
    .filter(({ phase, before }) => phase === 'delivered' && before !== null)
    .map(({ depositId }) => depositId);
}

function open(state: DeliveryState): Delivery[] {
  return state.queue.filter(({ phase }) => phase !== 'delivered');
}

function isFirst(state: DeliveryState, delivery: Delivery | undefined): boolean {
  return open(state)[0]?.depositId === delivery?.depositId;
}

function change(
  state: DeliveryState,
  depositIds: readonly string[],
  to: (delivery: Delivery) => Delivery,
): DeliveryState {
  const ids = new Set(depositIds);
  return {
    ...state,
    queue: state.queue.map((delivery) => (ids.has(delivery.depositId) ? to(delivery) : delivery)),
  };
}

/** Lets go of what is delivered and in front of everything else. */
function trim(state: DeliveryState): DeliveryState {
  const kept = state.queue.findIndex(({ phase }) => phase !== 'delivered');
  if (kept === 0) return state;
  return { ...state, queue: kept === -1 ? [] : state.queue.slice(kept) };
}
