/**
 * Wall time without n8n's timer (`systemClock` in nodes/shared is the one of the package): for worker processes, which must
 * not load n8n, and for deadlines of requests beside a clock that a test drives.
 */
import type { Clock } from '../../src/chain/interfaces';

export const realClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      const timer = setTimeout(over, ms);
      signal?.addEventListener('abort', over, { once: true });
      function over(): void {
        clearTimeout(timer);
        signal?.removeEventListener('abort', over);
        resolve();
      }
    }),
};
