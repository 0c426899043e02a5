/** Starts executions in n8n and finds out how they ended. It takes only the part of the trigger context that it needs. */
import { createHash } from 'node:crypto';
import type { IDataObject, INodeExecutionData, IRun, ITriggerFunctions } from 'n8n-workflow';
import type { Clock } from '../../src/chain/interfaces';
import type { ExecutionEnd } from '../../src/deposits/trigger/delivery';
import type { DepositItem } from '../../src/deposits/items/depositItem';
import type { ExecutionHost } from '../../src/deposits/trigger/handover';
import type { TriggerState } from '../../src/deposits/trigger/triggerState';
import type { BitSharesError } from '../../src/errors';
import { toNodeError } from '../shared/items/nodeErrors';
import type { LiveInstances } from './liveInstances';
import type { StateStore } from './state';

export type EmitContext = Pick<
  ITriggerFunctions,
  'emit' | 'getNode' | 'getWorkflow' | 'getWorkflowSettings' | 'helpers' | 'logger' | 'saveFailedExecution'
>;

/** n8n ends an execution at its time limit; a killed worker is noticed after about 100 s. */
const graceMs = 3 * 60_000;
/** Without a time limit an execution may take this long before nothing is expected of it any more. */
const unlimitedMs = 60 * 60_000;
const checkpointLimitMs = 60_000;
/** The column for keys holds 255 characters. */
const longestPlace = 150;

export interface EmitterParts {
  clock: Clock;
  store: StateStore;
  instances: LiveInstances;
  isLive: () => boolean;
}

export class Emitter implements ExecutionHost {
  /** `<workflow>:<node>`: node ids are copied with workflows, so both are needed. */
  readonly place: string;

  constructor(
    private readonly context: EmitContext,
    private readonly parts: EmitterParts,
  ) {
    const place = placeOf(context);
    this.place = place.length <= longestPlace ? place : createHash('sha256').update(place).digest('hex');
  }

  keyOf(items: readonly DepositItem[], attempt: number): string {
    const others = items.length > 1 ? `+${items.length - 1}:${digestOf(items)}` : '';
    return `${this.place}:${items[0]?.depositId ?? ''}${others}#${attempt}`;
  }

  execute(items: readonly DepositItem[], attempt: number): Promise<ExecutionEnd> {
    if (!this.isLive()) {
      return Promise.resolve({ kind: 'rejected', reason: 'another instance of this trigger took over' });
    }
    const key = this.keyOf(items, attempt);
    // A key that this process used must not be emitted again: while its row is new, n8n would replace or repeat it.
    const former = this.parts.instances.recall(this.place, key);
    if (former !== undefined) return former;
    const data = items.map((item): INodeExecutionData => ({ json: { ...item } as unknown as IDataObject }));
    const execution = this.start([data], key, this.limit());
    const names = items.map((item) => `${item.depositId}#${item.attempt}`);
    this.parts.instances.remember(this.place, [key, ...names], execution);
    return execution;
  }

  adopt(depositId: string, attempt: number): Promise<ExecutionEnd> | undefined {
    return this.parts.instances.recall(this.place, `${depositId}#${attempt}`);
  }

  store(state: TriggerState): void {
    this.parts.store.write(state);
  }

  /**
   * Emits an execution without items under a key that exists: n8n saves the state and starts nothing. Should the key have
   * been pruned, an execution without items runs, which does nothing.
   */
  async checkpoint(endedKey: string): Promise<void> {
    // Before n8n 2.20 keys are not known, and every checkpoint would be an execution.
    if (this.context.emit.length < 4) return;
    await this.start([[]], endedKey, { ms: checkpointLimitMs, limited: true });
  }

  /**
   * Writes a state that begins outside an activation, where n8n would not write it: an execution without items does. A
   * start from now that was never written would begin later each time, and lose what came between.
   */
  async anchor(state: TriggerState): Promise<TriggerState> {
    const key = `${this.place}:begin:${state.position.key}:${this.parts.clock.now()}`;
    this.store(state);
    const end = await this.start([[]], key, { ms: checkpointLimitMs, limited: true });
    return end.kind === 'finished' ? { ...state, checkpointKey: key } : state;
  }

  report(error: BitSharesError, item?: DepositItem): void {
    const failure = toNodeError(this.context.getNode(), error);
    if (item !== undefined) failure.context['item'] = item;
    // n8n 2.8 and later; before, the log has to do.
    if (typeof this.context.saveFailedExecution === 'function') this.context.saveFailedExecution(failure);
    else this.context.logger.error(`${error.code}: ${error.message}`);
  }

  isLive(): boolean {
    return this.parts.isLive();
  }

  private async start(data: INodeExecutionData[][], key: string, limit: Limit): Promise<ExecutionEnd> {
    const done = this.context.helpers.createDeferredPromise<IRun>();
    const heard = new AbortController();
    const settled = done.promise.then(endOf, rejectionOf);
    try {
      this.context.emit(data, undefined, done, key);
    } catch (error) {
      return rejectionOf(error);
    }
    const silence = this.parts.clock
      .sleep(limit.ms, heard.signal)
      .then((): ExecutionEnd => ({ kind: 'silent', limited: limit.limited }));
    const end = await Promise.race([settled, silence]);
    heard.abort();
    return end;
  }

  private limit(): Limit {
    const seconds = Number(this.context.getWorkflowSettings().executionTimeout ?? -1);
    return seconds > 0
      ? { ms: seconds * 1000 + graceMs, limited: true }
      : { ms: unlimitedMs, limited: false };
  }
}

/** Tells batches apart that begin with the same deposit: a key that exists must stand for exactly these. */
function digestOf(items: readonly DepositItem[]): string {
  const ids = items.map(({ depositId }) => depositId).join(' ');
  return createHash('sha256').update(ids).digest('hex').slice(0, 16);
}

interface Limit {
  ms: number;
  /** n8n itself ends the execution by then. */
  limited: boolean;
}

export function placeOf(context: Pick<EmitContext, 'getNode' | 'getWorkflow'>): string {
  return `${context.getWorkflow().id ?? ''}:${context.getNode().id}`;
}

/** A duplicate key resolves with undefined. Success, failure and waiting all resolve: only the status tells. */
function endOf(run: IRun | undefined): ExecutionEnd {
  if (run === undefined) return { kind: 'existed' };
  if (run.status === 'canceled') return { kind: 'cancelled' };
  return { kind: 'finished', status: run.status ?? (run.finished === true ? 'success' : 'error') };
}

/** A rejection is a cancellation, or an execution that could not be created. */
function rejectionOf(error: unknown): ExecutionEnd {
  const name = error instanceof Error ? `${error.name} ${error.constructor.name}` : '';
  const cancelled = /(?:Manual|Timeout)ExecutionCancelledError/.test(name);
  return cancelled
    ? { kind: 'cancelled' }
    : { kind: 'rejected', reason: error instanceof Error ? error.message : String(error) };
}
