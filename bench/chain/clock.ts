/** Wall time for the parts of src that take a clock. */
import type { Clock } from '../../src/chain/interfaces';

/** Real time. */
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
