/** Something that one part waits for and another raises; raising it while nobody waits is remembered once. */
import type { Clock } from '../../chain/interfaces';

export class Signal {
  private raised = false;
  private readonly waiting = new Set<() => void>();

  raise(): void {
    this.raised = true;
    for (const wake of [...this.waiting]) wake();
  }

  /** Resolves when it is raised, after `ms`, or when `signal` aborts; which of them, the caller finds out by looking. */
  async wait(signal: AbortSignal | null, ms: number | null = null, clock?: Clock): Promise<void> {
    if (!this.raised && signal?.aborted !== true && (ms === null || ms > 0)) {
      const over = new AbortController();
      await new Promise<void>((resolve) => {
        const wake = () => resolve();
        this.waiting.add(wake);
        signal?.addEventListener('abort', wake, { once: true });
        if (ms !== null && clock !== undefined) void clock.sleep(ms, over.signal).then(wake);
        over.signal.addEventListener('abort', () => {
          this.waiting.delete(wake);
          signal?.removeEventListener('abort', wake);
        });
        void Promise.resolve().then(() => {
          if (this.raised) wake();
        });
      }).finally(() => over.abort());
    }
    this.raised = false;
  }
}
