/** The time that the package goes by inside n8n. */
import { sleep } from 'n8n-workflow';
import type { Clock } from '../../src/chain/interfaces';

/** Real time. n8n's `sleep` is the timer that its rules allow; before n8n 2.40 it does not take the signal. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    if (signal === undefined) return sleep(ms);
    if (signal.aborted) return;
    let stopListening: () => void = () => undefined;
    const aborted = new Promise<void>((resolve) => {
      const onAbort = () => resolve();
      signal.addEventListener('abort', onAbort, { once: true });
      stopListening = () => signal.removeEventListener('abort', onAbort);
    });
    // Aborting rejects n8n's sleep, which only means that the time is over.
    const elapsed = sleep(ms, signal).catch(() => undefined);
    await Promise.race([elapsed, aborted]);
    stopListening();
  },
};
