/** A run of a script against the whole exchange of `npm start`: started, judged by the script, and stopped again. */

import { resolve } from 'node:path';

import { Cleanup, type Exchange, startExchange } from '../../demo/exchange';
import { DemoFailure } from '../../demo/failure';
import type { N8nProcess } from '../../demo/n8nProcess';
import { Report } from '../../demo/report';
import { messageOf } from '../../demo/waiting';

export type ExchangeScript = (exchange: Exchange, report: Report, signal: AbortSignal) => Promise<void>;

/**
 * Runs the script and ends this process: with 0 when it resolves, else with 1 after its reason, the seed that repeats the run and the
 * end of n8n's log. Ctrl-C stops the script through `signal`.
 */
export function runOnExchange(seed: number, script: ExchangeScript): void {
  run(seed, script).then(
    (exitCode) => process.exit(exitCode),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
}

async function run(seed: number, script: ExchangeScript): Promise<number> {
  const report = new Report(process.stdout);
  const stopped = new AbortController();
  process.on('SIGINT', () => stopped.abort());
  process.on('SIGTERM', () => stopped.abort());
  const cleanup = new Cleanup();
  let n8n: N8nProcess | undefined;
  let exitCode = 0;
  try {
    const exchange = await startExchange(
      {
        repository: resolve(__dirname, '../..'),
        environment: process.env,
        report,
        signal: stopped.signal,
        onProcess: (started) => {
          n8n = started;
        },
      },
      cleanup,
    );
    await script(exchange, report, stopped.signal);
  } catch (error) {
    report.line(`FAILED (seed ${seed}): ${messageOf(error)}`);
    report.line(n8n?.logTail);
    exitCode = 1;
  }
  for (const failure of await cleanup.run()) {
    report.line(`While stopping: ${messageOf(failure)}`);
    exitCode = 1;
  }
  return exitCode;
}

/** The whole number that a command line option gives, or the reason why it is none. */
export function wholeNumber(text: string, name: string, least: number, most: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least && number <= most) return number;
  throw new DemoFailure(`--${name} has to be a whole number from ${least} to ${most}.`);
}
