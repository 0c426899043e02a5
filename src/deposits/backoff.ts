/** Waiting before the next attempt to reach a node. */

const firstDelayMs = 500;
const longestDelayMs = 30_000;

/**
 * Milliseconds before attempt number `failures + 1`: doubled each time up to half a minute, spread over the upper half, so
 * that many triggers do not come back to a node at the same moment.
 *
 * @param random in [0, 1)
 */
export function reconnectDelay(failures: number, random: number): number {
  const ceiling = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(failures - 1, 10));
  return Math.round((ceiling / 2) * (1 + random));
}
