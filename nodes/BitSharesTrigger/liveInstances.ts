/**
 * One live instance for each workflow and node. The engine can leave a former instance running, or start two; the newest
 * one closes the others, and nobody else may start executions. Executions of this process are remembered with their ends:
 * a new instance, whose state may be a second old, then neither repeats one that runs nor one that succeeded.
 */
import type { Settlement } from '../../src/deposits/delivery';

interface Instance {
  close(): Promise<void>;
}

const live = new Map<string, Instance>();
const known = new Map<string, Map<string, Promise<Settlement>>>();
const executionsRemembered = 2000;

/** Makes `instance` the live one and closes the former one. */
export async function takeOver(place: string, instance: Instance): Promise<void> {
  const former = live.get(place);
  live.set(place, instance);
  await former?.close();
}

/** True until another instance took over, also after this one was closed. */
export function isLive(place: string, instance: Instance): boolean {
  return live.get(place) === instance;
}

/** Remembers an execution and how it ended, under each of the names. */
export function remember(place: string, names: readonly string[], execution: Promise<Settlement>): void {
  const executions = known.get(place) ?? new Map<string, Promise<Settlement>>();
  known.set(place, executions);
  for (const name of names) {
    executions.delete(name);
    executions.set(name, execution);
  }
  for (const name of executions.keys()) {
    if (executions.size <= executionsRemembered) break;
    executions.delete(name);
  }
}

/** An execution of that name that this process started. */
export function recall(place: string, name: string): Promise<Settlement> | undefined {
  return known.get(place)?.get(name);
}
