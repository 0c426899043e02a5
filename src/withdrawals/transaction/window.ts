/**
 * Windows of chain time. In one window at most one transaction may exist for a withdrawal, and a window is used only
 * when every transaction of earlier windows is dead. Pure arithmetic on whole seconds since the epoch.
 */
import type { ChainState } from '../../chain/interfaces';
import { BitSharesError } from '../../errors';

/** Length of a window in seconds. It belongs to version 1 of the intent: two lengths in use would be two transactions. */
export const windowLength = 600;

/** A window with fewer block intervals left than this is skipped: a transaction sent so late is mostly wasted. */
const leastBlocksLeft = 3;

/** A window must outlast this many irreversibility lags, or it would be over before it can be used. */
const leastLags = 3;

/** Chain time from `start` (inclusive) to `end` (exclusive). Transactions of the window expire at `end`. */
export interface Window {
  start: number;
  end: number;
}

/** No transaction that was built by this time expires later. A maintenance can only end a window earlier. */
export function latestExpiration(time: number): number {
  return (Math.floor(time / windowLength) + 1) * windowLength;
}

export type WindowVerdict = 'usable' | 'start_not_irreversible' | 'nearly_over';

/**
 * The window that holds the head block. Chain time is cut at every multiple of `windowLength`, and at every maintenance,
 * because fees change only there (bitshares-core `db_maint.cpp`).
 */
export function windowAt(
  state: Pick<ChainState, 'headTime' | 'nextMaintenanceTime' | 'maintenanceInterval'>,
): Window {
  const { headTime, nextMaintenanceTime, maintenanceInterval } = state;
  const multiple = Math.floor(headTime / windowLength) * windowLength;
  const window = {
    start: Math.max(multiple, nextMaintenanceTime - maintenanceInterval),
    end: Math.min(multiple + windowLength, nextMaintenanceTime),
  };
  if (window.start > headTime || window.end <= headTime) {
    throw new BitSharesError('INVALID_ANSWER', {
      message: `The node's head time ${headTime} lies outside its maintenance interval (next ${nextMaintenanceTime}, every ${maintenanceInterval} s)`,
      fix: 'Wait until the node has caught up, or use another node.',
    });
  }
  return window;
}

/**
 * Whether a transaction may be built in this window.
 *
 * The last irreversible block must be strictly later than `start`: then the reference block, the block after it (which is
 * the maintenance block when `start` is a maintenance) and with it the fees are irreversible, and so is every block that
 * could still hold a transaction of an earlier window. A transaction is accepted while the time of the *previous* block
 * is not past its expiration, so the first block after `start` is the last one that can hold it.
 */
export function windowVerdict(
  window: Window,
  state: Pick<ChainState, 'headTime' | 'blockInterval'>,
  lastIrreversibleTime: number | null,
): WindowVerdict {
  if (lastIrreversibleTime === null || lastIrreversibleTime <= window.start) return 'start_not_irreversible';
  return window.end - state.headTime < leastBlocksLeft * state.blockInterval ? 'nearly_over' : 'usable';
}

/**
 * Refuses a chain on which no window can ever be used.
 *
 * @throws WINDOW_TOO_SHORT
 */
export function checkWindowLength(
  state: Pick<ChainState, 'headTime' | 'maintenanceInterval' | 'maximumTimeUntilExpiration'>,
  lastIrreversibleTime: number | null,
): void {
  if (windowLength > state.maximumTimeUntilExpiration) {
    throw new BitSharesError('WINDOW_TOO_SHORT', {
      message: `The chain lets a transaction live ${state.maximumTimeUntilExpiration} s, a withdrawal needs ${windowLength} s`,
      fix: 'Withdrawals cannot be paid on a chain with these parameters.',
    });
  }
  const longest = Math.min(windowLength, state.maintenanceInterval);
  const lag = lastIrreversibleTime === null ? 0 : state.headTime - lastIrreversibleTime;
  if (longest < leastLags * lag) {
    throw new BitSharesError('WINDOW_TOO_SHORT', {
      message: `Blocks become irreversible only after ${lag} s, which is too slow for windows of ${longest} s`,
      fix: 'Wait until irreversibility has caught up: look at witness participation. On a test chain use a longer maintenance interval.',
      data: { irreversibilityLag: lag, longestWindow: longest },
    });
  }
}

/** Nothing is wrong; the time has not come. */
export function waiting(message: string): BitSharesError {
  return new BitSharesError('WINDOW_NOT_OPEN', {
    message,
    fix: 'Nothing is signed before that, and it is looked at again by itself. If it lasts for many minutes, look at the nodes.',
  });
}
