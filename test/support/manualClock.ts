/** The clock of tests in which nothing may happen by itself. */
import type { Clock } from '../../src/chain/interfaces';

/** A clock that stands still until the test moves it. */
export class ManualClock implements Clock {
  private readonly sleepers = new Set<{ until: number; wake: () => void }>();

  constructor(private time = 0) {}

  now(): number {
    return this.time;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper = {
        until: this.time + ms,
        wake: () => {
          this.sleepers.delete(sleeper);
          signal?.removeEventListener('abort', sleeper.wake);
          resolve();
        },
      };
      this.sleepers.add(sleeper);
      signal?.addEventListener('abort', sleeper.wake);
    });
  }

  /** Moves time on and wakes, in order of their time, all whose time has come; lets what they started run a while. */
  async advance(ms: number): Promise<void> {
    const target = this.time + ms;
    for (;;) {
      const next = [...this.sleepers].sort((a, b) => a.until - b.until)[0];
      if (next === undefined || next.until > target) break;
      this.time = Math.max(this.time, next.until);
      next.wake();
      await settled();
    }
    this.time = target;
    await settled();
  }
}

/** Lets promises that are ready run, and sockets deliver what has arrived. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
}
