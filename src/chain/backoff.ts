/** Waiting times between attempts to reach a node. */

const firstDelayMs = 500;
const longestDelayMs = 30_000;

/**
 * Milliseconds to wait before attempt number `attempt` (1 = the first repetition): doubled each time up to half a
 * minute, and spread over its upper half, so that many clients of a node that comes back do not arrive at once.
 *
 * @param random in [0, 1)
 */
export function backoffDelay(attempt: number, random: number): number {
  const ceiling = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(attempt - 1, 10));
  return Math.round(ceiling / 2 + (ceiling / 2) * random);
}
