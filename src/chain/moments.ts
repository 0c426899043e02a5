/**
 * Moments that all who wait share, so that what they ask then can be asked together: a hundred timers of their own would put
 * the same questions a hundred times.
 */
import type { Clock } from './interfaces';

interface Moment {
  waiting: Set<() => void>;
  /** Ends the timer when nobody waits for it any more. */
  over: AbortController;
}

/** So many begin at the same moment; the next ones follow after this time. */
const beginTogether = 10;
const beginApartMs = 250;
/** A beginning that is further away than that comes from a clock that was set back. */
const latestBeginningMs = 60_000;

export class Moments implements Clock {
  private readonly moments = new Map<number, Moment>();
  /** Many processes that begin together do not ask at the same moments. */
  private readonly shift: number;
  private beginning = { at: Number.NEGATIVE_INFINITY, taken: 0 };

  /** @param random in [0, 1) */
  constructor(
    private readonly clock: Clock,
    private readonly random: () => number,
  ) {
    this.shift = random();
  }

  now(): number {
    return this.clock.now();
  }

  /** The next moment, in milliseconds since the Unix epoch, of those that come every `interval` milliseconds for all. */
  next(interval: number): number {
    const shift = Math.floor(this.shift * interval);
    return (Math.floor((this.now() - shift) / interval) + 1) * interval + shift;
  }

  /** As `Clock.sleep`; those who sleep until the same millisecond wake together. */
  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return;
    const at = Math.round(this.now() + ms);
    const moment = this.moments.get(at) ?? this.begin(at, ms);
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        moment.waiting.delete(wake);
        if (moment.waiting.size === 0) this.end(at, moment);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      moment.waiting.add(wake);
      signal?.addEventListener('abort', wake);
    });
  }

  /** Waits until one more may begin its work: the first at once, and of many a few at a time. */
  async turn(signal: AbortSignal): Promise<void> {
    const now = this.now();
    const { at, taken } = this.beginning;
    const isLater = now - at >= beginApartMs || at - now > latestBeginningMs;
    if (isLater) this.beginning = { at: now, taken: 1 };
    else if (taken < beginTogether) this.beginning.taken += 1;
    else this.beginning = { at: at + beginApartMs * (0.5 + this.random()), taken: 1 };
    const wait = this.beginning.at - now;
    if (wait > 0) await this.sleep(wait, signal);
  }

  private begin(at: number, ms: number): Moment {
    const moment = { waiting: new Set<() => void>(), over: new AbortController() };
    this.moments.set(at, moment);
    // A timer may be a millisecond early by the clock, and whoever looks then finds that it is not yet time.
    void this.clock.sleep(ms + 1, moment.over.signal).then(() => {
      for (const wake of [...moment.waiting]) wake();
    });
    return moment;
  }

  private end(at: number, moment: Moment): void {
    moment.over.abort();
    if (this.moments.get(at) === moment) this.moments.delete(at);
  }
}
