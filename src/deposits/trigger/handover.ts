/**
 * Hands deposits over one after another (or many at once under Immediately), stores what was acknowledged, and speaks up
 * when something needs a person. The rules are in `delivery.ts`; here are time, executions and storage.
 */
import type { Clock } from '../../chain/interfaces';
import { BitSharesError } from '../../errors';
import type { DepositItem } from '../items/depositItem';
import {
  acknowledgedAbove,
  beginDelivery,
  enqueue,
  enqueueFirst,
  judge,
  lowWater,
  newDelivery,
  nextAction,
  settled,
  started,
  type Delivery,
  type DeliveryRules,
  type DeliveryState,
  type ExecutionEnd,
} from './delivery';
import { type Mark, readStoredPosition, storePosition } from '../reading/position';
import { Signal } from './signal';
import type { HistoryGap } from '../reading/gap';
import type { TriggerState } from './triggerState';

/** What the handover needs of the place where executions run and state is kept. */
export interface ExecutionHost {
  /** Starts one execution with these items; resolves when it ended and never rejects. */
  execute(items: readonly DepositItem[], attempt: number): Promise<ExecutionEnd>;
  /** An execution of this attempt that an earlier instance in this process started and whose end is not known yet. */
  adopt(depositId: string, attempt: number): Promise<ExecutionEnd> | undefined;
  /** The key of the execution of these deposits at this attempt. */
  keyOf(items: readonly DepositItem[], attempt: number): string;
  /** Keeps the state, to be written with the next execution or checkpoint. */
  store(state: TriggerState): void;
  /** Writes the stored state now, by way of an execution that already ended; resolves when n8n is done with it. */
  checkpoint(endedKey: string): Promise<void>;
  /** Makes something visible as a failed execution. */
  report(error: BitSharesError, item?: DepositItem): void;
  /** False as soon as another instance of this trigger took over. */
  isLive(): boolean;
}

/** Idle time after which acknowledgements are written. */
const checkpointAfterMs = 1000;
/** A position that moved over other operations is worth a write now and then. */
const positionCheckpointAfterMs = 30_000;
/** Deposits that are read ahead. */
const queueLimit = 500;
/** More deposits than this that fail alone are no longer single faults. */
const setAsideLimit = 1000;
/** The latest gaps are kept in the state. */
const gapsKept = 100;

export class Handover {
  private delivery: DeliveryState;
  private readonly stopped = new AbortController();
  private readonly woken = new Signal();
  private readonly room = new Signal();
  /** What is known from before this process, until the deposit is read again. */
  private readonly resumedAttempts: Map<string, number>;
  private readonly resumedWaiting: Set<string>;
  private readonly resumedDone: Set<string>;
  private dirtySince: number | null = null;
  private dirtyDelay = checkpointAfterMs;
  private checkpointing: Promise<void> = Promise.resolve();
  private running = 0;

  constructor(
    private stored: TriggerState,
    private readonly rules: DeliveryRules,
    private readonly host: ExecutionHost,
    private readonly clock: Clock,
  ) {
    this.delivery = beginDelivery({
      position: readStoredPosition(stored.position),
      frame: stored.endpoint,
    });
    this.resumedAttempts = new Map(Object.entries(stored.inFlight));
    this.resumedWaiting = new Set(stored.waiting);
    this.resumedDone = new Set(stored.done);
  }

  /** Where reading goes on. */
  get readThrough(): Mark {
    return this.delivery.readThrough;
  }

  get state(): TriggerState {
    return this.stored;
  }

  /** Resolves when there is room for more deposits, or at once when there is or when `signal` aborts. */
  async whenRoom(signal: AbortSignal): Promise<void> {
    while (this.delivery.queue.length >= queueLimit && !signal.aborted && !this.stopped.signal.aborted) {
      await this.room.wait(signal);
    }
  }

  /** Takes over what was read up to `readThrough`: the deposits among it, each with the mark before it. */
  add(
    deposits: readonly { item: DepositItem; before: Mark }[],
    readThrough: Mark,
    gap: HistoryGap | null,
  ): void {
    const deliveries = deposits.map(({ item, before }) =>
      newDelivery(
        item,
        before,
        {
          inFlight: this.resumedAttempts.get(item.depositId),
          waiting: this.resumedWaiting.has(item.depositId),
          done: this.resumedDone.has(item.depositId),
        },
        this.rules,
      ),
    );
    this.delivery = enqueue(this.delivery, deliveries, readThrough);
    deliveries.forEach((delivery) => this.resume(delivery));
    if (gap !== null) {
      // A stretch that is read again after a crash is one gap, not two.
      const others = this.stored.gaps.filter(({ toBlock }) => toBlock !== gap.toBlock);
      this.stored = { ...this.stored, gaps: [...others, gap].slice(-gapsKept) };
    }
    deliveries
      .filter(({ phase }) => phase === 'paused')
      .forEach((delivery) => this.host.report(pausedError(delivery), delivery.item));
    this.keep(deposits.length > 0 || gap !== null ? checkpointAfterMs : positionCheckpointAfterMs);
    this.woken.raise();
  }

  /** Delivers deposits again that the user named; each once. */
  addAgain(items: readonly DepositItem[]): void {
    const queued = new Set(this.delivery.queue.map(({ depositId }) => depositId));
    const missing = items.filter(({ depositId }) => !queued.has(depositId));
    const deliveries = missing.map((item) => {
      const aside = this.stored.setAside.find(({ depositId }) => depositId === item.depositId);
      return newDelivery(
        item,
        null,
        {
          inFlight: this.resumedAttempts.get(item.depositId),
          waiting: false,
          done: false,
          lastAttempt: aside?.attempts ?? 1,
        },
        { ...this.rules, redeliverAfterCrash: true },
      );
    });
    this.delivery = enqueueFirst(this.delivery, deliveries);
    deliveries.forEach((delivery) => this.resume(delivery));
    this.woken.raise();
  }

  /** Remembers which entries of Deliver Again still stand in the parameters, and forgets the others. */
  keepDeliveredAgain(depositIds: readonly string[]): void {
    const kept = this.stored.deliveredAgain.filter((depositId) => depositIds.includes(depositId));
    if (kept.length !== this.stored.deliveredAgain.length) {
      this.stored = { ...this.stored, deliveredAgain: kept };
      this.keep(checkpointAfterMs);
    }
  }

  /** Works until `stop`. */
  async run(): Promise<void> {
    const { signal } = this.stopped;
    while (!signal.aborted && this.host.isLive()) {
      const now = this.clock.now();
      const action = nextAction(this.delivery, now, this.rules);
      if (action.kind === 'deliver') {
        this.deliver(action.deliveries);
        continue;
      }
      const checkpointAt = this.dirtySince === null ? null : this.dirtySince + this.dirtyDelay;
      if (checkpointAt !== null && checkpointAt <= now) {
        await this.checkpoint();
        continue;
      }
      const times = [action.until, checkpointAt].filter((time) => time !== null);
      await this.woken.wait(signal, times.length === 0 ? null : Math.min(...times) - now, this.clock);
    }
  }

  /** Ends the work: no new execution, a moment for those that run, and a last checkpoint. */
  async stop(graceMs: number): Promise<void> {
    if (this.stopped.signal.aborted) return;
    this.stopped.abort();
    const until = this.clock.now() + graceMs;
    while (this.running > 0 && this.clock.now() < until) {
      await this.woken.wait(null, until - this.clock.now(), this.clock);
    }
    await this.checkpoint();
  }

  private deliver(deliveries: readonly Delivery[]): void {
    const ids = deliveries.map(({ depositId }) => depositId);
    const items = deliveries.map(({ item, attempt }) => ({ ...item, attempt, redelivered: attempt > 1 }));
    const attempt = deliveries[0]?.attempt ?? 1;
    this.delivery = started(this.delivery, ids);
    ids.forEach((depositId) => this.resumedAttempts.delete(depositId));
    // The state goes to the disk with the execution: a crash from here on finds what was in flight.
    this.keep(checkpointAfterMs);
    this.dirtySince = null;
    if (this.host.isLive()) this.host.store(this.stored);
    this.follow(ids, this.host.execute(items, attempt), this.host.keyOf(items, attempt));
  }

  /** A deposit that was in flight when an earlier instance was closed may still run: its end is awaited, not repeated. */
  private resume(delivery: Delivery): void {
    const attempt = this.resumedAttempts.get(delivery.depositId);
    const execution =
      attempt === undefined || delivery.phase !== 'queued'
        ? undefined
        : this.host.adopt(delivery.depositId, attempt);
    if (execution !== undefined && attempt !== undefined) {
      this.delivery = started(
        {
          ...this.delivery,
          queue: this.delivery.queue.map((entry) =>
            entry.depositId === delivery.depositId ? { ...entry, attempt } : entry,
          ),
        },
        [delivery.depositId],
      );
      this.follow([delivery.depositId], execution, null);
    }
    this.resumedAttempts.delete(delivery.depositId);
    this.resumedWaiting.delete(delivery.depositId);
    this.resumedDone.delete(delivery.depositId);
  }

  private follow(ids: string[], execution: Promise<ExecutionEnd>, key: string | null): void {
    this.running += 1;
    void execution.then((end) => {
      this.running -= 1;
      this.ended(ids, end, key);
      this.woken.raise();
      this.room.raise();
      // An end after `stop` is noted as long as nobody else took over; otherwise the next start would repeat the deposit.
      if (this.stopped.signal.aborted) void this.checkpoint();
    });
  }

  private ended(ids: string[], end: ExecutionEnd, key: string | null): void {
    const verdict = judge(end, this.rules);
    const now = this.clock.now();
    const rules =
      this.stored.setAside.length < setAsideLimit
        ? this.rules
        : { ...this.rules, attemptsBeforeSettingAside: Number.POSITIVE_INFINITY };
    const requested = new Set(
      this.delivery.queue.filter(({ before }) => before === null).map(({ depositId }) => depositId),
    );
    const paused = new Set(
      this.delivery.queue.filter(({ phase }) => phase === 'paused').map(({ depositId }) => depositId),
    );
    const result = settled(this.delivery, ids, verdict, now, rules);
    this.delivery = result.state;
    const finishedAgain = ids.filter(
      (depositId) =>
        requested.has(depositId) &&
        (verdict === 'delivered' || result.setAside.some((d) => d.depositId === depositId)),
    );
    this.stored = {
      ...this.stored,
      // Only an execution that has ended can carry a checkpoint: the row of another one may still be `new`.
      checkpointKey: end.kind === 'finished' && key !== null ? key : this.stored.checkpointKey,
      deliveredAgain: [...this.stored.deliveredAgain, ...finishedAgain],
      setAside: [
        ...this.stored.setAside.filter(({ depositId }) => !finishedAgain.includes(depositId)),
        ...result.setAside.map(({ depositId, attempt }) => ({
          depositId,
          attempts: attempt,
          since: new Date(now).toISOString(),
        })),
      ],
    };
    this.keep(checkpointAfterMs);
    if (!this.host.isLive()) return;
    result.setAside.forEach((delivery) => this.host.report(setAsideError(delivery), delivery.item));
    result.paused
      .filter(({ depositId }) => !paused.has(depositId))
      .forEach((delivery) => this.host.report(pausedError(delivery), delivery.item));
  }

  /** Brings the state up to date; it is written within `delay`, or with the next execution. */
  private keep(delay: number): void {
    const mark = lowWater(this.delivery);
    const { queue } = this.delivery;
    const running = queue.filter(({ phase }) => phase === 'running' || phase === 'paused');
    this.stored = {
      ...this.stored,
      position: storePosition(mark.position),
      endpoint: mark.frame,
      inFlight: Object.fromEntries([
        ...this.resumedAttempts,
        ...running.map(({ depositId, attempt }): [string, number] => [depositId, attempt]),
      ]),
      waiting: [
        ...this.resumedWaiting,
        ...queue.filter(({ phase }) => phase === 'paused').map(({ depositId }) => depositId),
      ],
      done: [...this.resumedDone, ...acknowledgedAbove(this.delivery)],
    };
    this.dirtyDelay = this.dirtySince === null ? delay : Math.min(delay, this.dirtyDelay);
    this.dirtySince ??= this.clock.now();
  }

  private async checkpoint(): Promise<void> {
    this.dirtySince = null;
    const { checkpointKey } = this.stored;
    if (!this.host.isLive()) return;
    this.host.store(this.stored);
    if (checkpointKey === null) return;
    // One after the other: the key of a checkpoint under way may belong to a row that is just being made.
    this.checkpointing = this.checkpointing.then(async () => {
      if (!this.host.isLive()) return;
      this.host.store(this.stored);
      await this.host.checkpoint(checkpointKey);
    });
    await this.checkpointing;
  }
}

function setAsideError({ depositId, attempt }: Delivery): BitSharesError {
  return new BitSharesError('DEPOSIT_SET_ASIDE', {
    message: `Deposit ${depositId} failed ${attempt} times while another deposit succeeded, and is set aside`,
    fix: `Repair what its executions stumble over and retry the last of them in Executions, or add ${depositId} to the option Deliver Again.`,
    data: { depositId, attempts: attempt },
  });
}

function pausedError({ depositId }: Delivery): BitSharesError {
  return new BitSharesError('DELIVERY_PAUSED', {
    message: `The execution of deposit ${depositId} waits, and nothing more is delivered until it counts as delivered`,
    fix: 'With a Wait or approval step in the workflow, turn on Count Waiting as Delivered, or set Confirm Delivery to On Execution Completion.',
    data: { depositId },
  });
}
