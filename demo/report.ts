/**
 * What the demo says. Steps are lines with the elapsed time; a long step on a terminal rewrites its own line.
 */

export interface Output {
  write(text: string): unknown;
  isTTY?: boolean | undefined;
}

/** "0.4 s", "12 s", "3 min 05 s". */
export function formatDuration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}

export class Report {
  private readonly started: number;

  constructor(
    private readonly output: Output,
    private readonly now: () => number = Date.now,
  ) {
    this.started = now();
  }

  line(text = ''): void {
    this.output.write(`${text}\n`);
  }

  /** A fact with the time since the start before it: "[ 12.3 s] deposit written to the ledger". */
  event(text: string): void {
    const seconds = ((this.now() - this.started) / 1000).toFixed(1);
    this.line(`[${seconds.padStart(6)} s] ${text}`);
  }

  /** Runs one step and reports its beginning, its progress (while it lasts) and its time. */
  async step<T>(text: string, run: () => Promise<T>): Promise<T> {
    const begun = this.now();
    const terminal = this.output.isTTY === true;
    this.output.write(terminal ? `${text} ...` : `${text} ...\n`);
    const ticker = setInterval(
      () => {
        const elapsed = formatDuration(this.now() - begun);
        this.output.write(terminal ? `\r${text} ... ${elapsed}\u001b[K` : `${text} ... ${elapsed}\n`);
      },
      terminal ? 1000 : 30_000,
    );
    try {
      const result = await run();
      const elapsed = formatDuration(this.now() - begun);
      this.output.write(terminal ? `\r${text}: ${elapsed}\u001b[K\n` : `${text}: ${elapsed}\n`);
      return result;
    } catch (error) {
      this.output.write(terminal ? '\n' : '');
      throw error;
    } finally {
      clearInterval(ticker);
    }
  }
}
