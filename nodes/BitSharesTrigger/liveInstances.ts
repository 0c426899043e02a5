/**
 * One live instance for each workflow and node. The engine can leave a former instance running, or start two; the newest
 * one closes the others, and nobody else may start executions. Executions of this process are remembered with their ends:
 * a new instance, whose state may be a second old, then neither repeats one that runs nor one that succeeded.
 */
import type { ExecutionEnd } from '../../src/deposits/trigger/delivery';

export interface Instance {
  /** Of its node. Two nodes of one workflow can share an id: `sharedId.ts`. */
  readonly nodeName: string;
  /** Whether it was closed, or has ended by itself. */
  readonly isClosed: boolean;
  /** Ends the instance. Repeating it does nothing. */
  close(): Promise<void>;
}

const executionsRemembered = 2000;

/** What one process knows of its triggers. */
export class LiveInstances {
  private readonly live = new Map<string, Instance>();
  private readonly entered = new Map<string, Instance[]>();
  private readonly executions = new Map<string, Map<string, Promise<ExecutionEnd>>>();
  /** Places whose first activation was refused: nothing began there. */
  private readonly refused = new Set<string>();

  /**
   * Notes that `instance` was activated, and gives the ones before it that are still open. n8n keeps one instance for a node
   * id and forgets the one before: closing the newest has to close them, too.
   */
  enter(place: string, instance: Instance): Instance[] {
    const open = (this.entered.get(place) ?? []).filter(({ isClosed }) => !isClosed);
    this.entered.set(place, [...open, instance]);
    return open;
  }

  /**
   * Notes whether the first activation at a place was refused. n8n calls the next publication an update then, although there
   * still is no position that it could have lost.
   */
  noteFirst(place: string, isRefused: boolean): void {
    if (isRefused) this.refused.add(place);
    else this.refused.delete(place);
  }

  /** Whether the first activation at this place was refused, and none has succeeded since. */
  wasRefused(place: string): boolean {
    return this.refused.has(place);
  }

  /** The instance that works at this place now. */
  holder(place: string): Instance | undefined {
    const live = this.live.get(place);
    return live?.isClosed === false ? live : undefined;
  }

  /** Makes `instance` the live one and closes the former one. */
  async takeOver(place: string, instance: Instance): Promise<void> {
    const former = this.live.get(place);
    this.live.set(place, instance);
    await former?.close();
  }

  /** True until another instance took over, also after this one was closed. */
  isLive(place: string, instance: Instance): boolean {
    return this.live.get(place) === instance;
  }

  /** Remembers an execution and how it ended, under each of the names. */
  remember(place: string, names: readonly string[], execution: Promise<ExecutionEnd>): void {
    const known = this.executions.get(place) ?? new Map<string, Promise<ExecutionEnd>>();
    this.executions.set(place, known);
    for (const name of names) {
      known.delete(name);
      known.set(name, execution);
    }
    for (const name of known.keys()) {
      if (known.size <= executionsRemembered) break;
      known.delete(name);
    }
  }

  /** An execution of that name that this process started. */
  recall(place: string, name: string): Promise<ExecutionEnd> | undefined {
    return this.executions.get(place)?.get(name);
  }
}

/** Those of this process. */
export const liveInstances = new LiveInstances();
