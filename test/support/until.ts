/** Waiting in real time for what comes over sockets or from other processes. Nothing else in a test waits in real time. */
import { realClock } from './realClock';

/**
 * Looks every few milliseconds until the condition holds. The limit only ends a test that has failed already, so it is
 * generous; `what` and `seen` are for the message then.
 */
export async function until(
  condition: () => boolean,
  what = String(condition),
  { seen = () => '' as unknown, limitMs = 50_000 } = {},
): Promise<void> {
  for (const end = Date.now() + limitMs; !condition();) {
    if (Date.now() > end) throw new Error(`it never came true: ${what} ${JSON.stringify(seen())}`);
    await realClock.sleep(2);
  }
}
