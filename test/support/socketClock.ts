/** A clock that stands still until the test moves it, for work over real sockets: time moves on when nothing more comes. */
import type { Clock } from '../../src/chain/interfaces';

interface Sleeper {
  until: number;
  wake: () => void;
}

export class SocketClock implements Clock {
  private readonly sleepers = new Set<Sleeper>();
  private seen = 0;

  /** @param traffic something that changes with every message */
  constructor(
    private time: number,
    private readonly traffic: () => number,
  ) {}

  now(): number {
    return this.time;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        this.sleepers.delete(sleeper);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const sleeper: Sleeper = { until: this.time + Math.max(0, ms), wake };
      this.sleepers.add(sleeper);
      signal?.addEventListener('abort', wake, { once: true });
    });
  }

  /** Lets time pass; those whose time comes at the same moment wake together, as they do in reality. */
  async pass(ms: number): Promise<void> {
    const end = this.time + ms;
    await this.quiet();
    for (;;) {
      const next = Math.min(...[...this.sleepers].map(({ until }) => until));
      if (next > end) break;
      this.time = Math.max(this.time, next);
      for (const sleeper of [...this.sleepers]) if (sleeper.until <= this.time) sleeper.wake();
      await this.quiet();
    }
    this.time = end;
  }

  /** Resolves when messages have stopped to come. */
  private async quiet(): Promise<void> {
    for (let still = 0; still < 3; still++) {
      for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
      const seen = this.traffic();
      if (seen === this.seen) continue;
      this.seen = seen;
      still = 0;
    }
  }
}
