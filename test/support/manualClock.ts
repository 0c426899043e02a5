/** The clock of tests in which nothing may happen by itself. */
import type { Clock } from '../../src/chain/interfaces';

interface Sleeper {
  until: number;
  order: number;
  wake: () => void;
}

/**
 * Stands still until the test moves it, and then wakes sleepers in the order of their time. `advance` is for tests with
 * sockets, `until` and `pass` are for tests in memory: they jump from sleeper to sleeper as soon as nothing else is left
 * to do, so that a day takes as long as what is done in it.
 */
export class ManualClock implements Clock {
  private readonly heap: Sleeper[] = [];
  private order = 0;

  constructor(private time = 0) {}

  now(): number {
    return this.time;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        signal?.removeEventListener('abort', end);
        sleeper.wake = () => undefined;
        resolve();
      };
      const sleeper = { until: this.time + Math.max(0, ms), order: this.order++, wake: end };
      this.push(sleeper);
      signal?.addEventListener('abort', end, { once: true });
    });
  }

  /** Moves time on; between sleepers, lets what was woken run, and sockets deliver what has arrived. */
  async advance(ms: number): Promise<void> {
    const target = this.time + ms;
    while ((this.heap[0]?.until ?? Number.POSITIVE_INFINITY) <= target) {
      this.wake(this.pop());
      await settled();
    }
    this.time = target;
    await settled();
  }

  /** Lets time pass until the condition holds. Fails when that takes more than `limitMs` of simulated time. */
  async until(condition: () => boolean, limitMs = 24 * 3600_000): Promise<void> {
    const limit = this.time + limitMs;
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      if (condition()) return;
      const next = this.pop();
      if (next === undefined || next.until > limit) {
        throw new Error(
          `The condition did not hold within ${limitMs} ms of simulated time: ${condition.toString()}`,
        );
      }
      this.wake(next);
    }
  }

  /** Somebody sets the clock back; what sleeps does not sleep longer for that. */
  putBack(ms: number): void {
    this.time -= ms;
    for (const sleeper of this.heap) sleeper.until -= ms;
  }

  async pass(ms: number): Promise<void> {
    let over = false;
    void this.sleep(ms).then(() => (over = true));
    await this.until(() => over, ms + 1);
  }

  private wake(sleeper: Sleeper | undefined): void {
    if (sleeper === undefined) return;
    this.time = Math.max(this.time, sleeper.until);
    sleeper.wake();
  }

  private push(sleeper: Sleeper): void {
    const { heap } = this;
    heap.push(sleeper);
    let at = heap.length - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(sleeper, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = sleeper;
  }

  private pop(): Sleeper | undefined {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child += 1;
      if (!before(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

function before(a: Sleeper, b: Sleeper): boolean {
  return a.until < b.until || (a.until === b.until && a.order < b.order);
}

/** Lets promises that are ready run, and sockets deliver what has arrived. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
}
