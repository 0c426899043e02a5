/** The loop in which everything that is sent is followed: look, act, wait for the next block, look again. */
import type { Clock } from '../chain/interfaces';

/** What is followed. Each round looks anew, so that nothing of an earlier one is relied on. */
export interface Followed {
  /** Looks at the chain and does what follows from it. Gives how long nothing new is to be seen, in milliseconds. */
  round(): Promise<number>;
  /** Told what ended a round. What it throws ends the loop. */
  failed(error: unknown): void;
  /** For how long it is worth to go on, in milliseconds; 0 where nothing is open. */
  timeLeft(): number;
}

const pauseAfterFailure = 1000;

/** Goes round until nothing is open or the time is over, at least once; not once more when `signal` aborts. */
export async function follow(
  followed: Followed,
  { clock, signal }: { clock: Clock; signal?: AbortSignal | undefined },
): Promise<void> {
  while (signal?.aborted !== true) {
    const pause = await followed.round().catch((error: unknown) => {
      followed.failed(error);
      return pauseAfterFailure;
    });
    const left = followed.timeLeft();
    // Negated, so that a time that is no number ends at once instead of looking without a pause.
    if (!(left > 0)) return;
    await clock.sleep(Math.min(pause, left), signal);
  }
}
