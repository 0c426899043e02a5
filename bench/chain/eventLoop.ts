/**
 * How long the event loop of this process was kept busy at a time, and by what: work, the garbage collector, or the system,
 * which gave the processor to others.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { PerformanceObserver } from 'node:perf_hooks';
import { realClock } from '../../test/support/realClock';

/** One turn of the loop, between two calls of a timer of a millisecond. All in milliseconds. */
interface Turn {
  start: number;
  end: number;
  /** For how long the thread was on a processor, and for how long it was ready and others were. */
  working: number;
  waiting: number;
}

interface Pause {
  start: number;
  end: number;
}

export interface LoopReport {
  /** The most processor time of the thread in one turn, what it did of collecting garbage included. */
  longestWorkMs: number;
  /** The longest turn by the clock, without the time in which others had the processor. */
  longestTurnMs: number;
  /** The part of that turn in which garbage was collected; the collector's own threads may have waited for a processor. */
  collectingMs: number;
  /** 99 of 100 milliseconds of the run lie in turns that are not longer. */
  p99Ms: number;
}

const interval = 1;

export class EventLoopWatch {
  private readonly turns: Turn[] = [];
  private readonly pauses: Pause[] = [];
  private readonly scheduler = new Scheduler();
  private readonly observer = new PerformanceObserver((list) => this.note(list.getEntries()));
  private timer: NodeJS.Timeout;
  private last = { at: performance.now(), ...this.scheduler.times() };

  constructor() {
    this.observer.observe({ entryTypes: ['gc'] });
    this.timer = setTimeout(() => this.turn(), interval);
  }

  async stop(): Promise<LoopReport> {
    clearTimeout(this.timer);
    // Pauses are told some turns after they happened.
    await realClock.sleep(20);
    this.note(this.observer.takeRecords());
    this.observer.disconnect();
    this.scheduler.close();
    const ordered = [...this.turns].sort((left, right) => length(left) - length(right));
    const longest = ordered.at(-1) ?? { start: 0, end: 0, working: 0, waiting: 0 };
    return {
      longestWorkMs: this.turns.reduce((most, { working }) => Math.max(most, working), 0),
      longestTurnMs: length(longest),
      collectingMs: Math.min(length(longest), this.collecting(longest)),
      p99Ms: percentileByTime(ordered.map(length), 0.99),
    };
  }

  private turn(): void {
    const { last } = this;
    this.last = { at: performance.now(), ...this.scheduler.times() };
    const [start, end] = [last.at, this.last.at];
    this.turns.push({
      start,
      end,
      working: this.scheduler.tells ? this.last.working - last.working : end - start,
      waiting: this.last.waiting - last.waiting,
    });
    this.timer = setTimeout(() => this.turn(), interval);
  }

  private note(entries: readonly { startTime: number; duration: number }[]): void {
    for (const { startTime, duration } of entries) {
      this.pauses.push({ start: startTime, end: startTime + duration });
    }
  }

  private collecting(turn: Turn): number {
    return this.pauses.reduce(
      (sum, { start, end }) => sum + Math.max(0, Math.min(end, turn.end) - Math.max(start, turn.start)),
      0,
    );
  }
}

function length({ start, end, waiting }: Turn): number {
  return end - start - waiting;
}

/** The length at which a share of the whole time lies in values that are not longer. */
function percentileByTime(ordered: readonly number[], share: number): number {
  const whole = ordered.reduce((sum, value) => sum + value, 0);
  let passed = 0;
  for (const value of ordered) {
    passed += value;
    if (passed >= share * whole) return value;
  }
  return 0;
}

/** What Linux counts for the main thread. A thread that does not rest is counted at the ticks of the system, some milliseconds apart. */
class Scheduler {
  private readonly file = open(`/proc/self/task/${process.pid}/schedstat`);
  private readonly buffer = Buffer.alloc(100);

  /** Whether the system counts at all. */
  get tells(): boolean {
    return this.file !== null;
  }

  /** Milliseconds since the thread began. */
  times(): { working: number; waiting: number } {
    if (this.file === null) return { working: 0, waiting: 0 };
    const length = readSync(this.file, this.buffer, 0, this.buffer.length, 0);
    const [working, waiting] = this.buffer.toString('latin1', 0, length).split(' ');
    return { working: Number(working) / 1e6, waiting: Number(waiting) / 1e6 };
  }

  close(): void {
    if (this.file !== null) closeSync(this.file);
  }
}

function open(file: string): number | null {
  try {
    return openSync(file, 'r');
  } catch {
    return null;
  }
}
