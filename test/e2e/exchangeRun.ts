/** A run of a script against the whole exchange of `npm start`: started, judged by the script, and stopped again. */

import { resolve } from 'node:path';

import { Cleanup, type Exchange, startExchange } from '../../demo/exchange';
import { DemoFailure } from '../../demo/failure';
import type { N8nProcess } from '../../demo/n8nProcess';
import { Report } from '../../demo/report';
import { messageOf } from '../../demo/waiting';
import { startPostgres } from './postgres';
import { startRedis } from './redis';

export interface RunOptions {
  /** What the random choices of the script depend on, if it makes any. */
  seed?: number;
  /** 0, or with how many workers n8n runs in queue mode. */
  workers: number;
}

export type ExchangeScript = (exchange: Exchange, report: Report, signal: AbortSignal) => Promise<void>;

/**
 * Runs the script and ends this process: with 0 when it resolves, else with 1 after its reason, the seed that repeats the run and the
 * end of n8n's log. Ctrl-C stops the script through `signal`.
 */
export function runOnExchange(options: RunOptions, script: ExchangeScript): void {
  run(options, script).then(
    (exitCode) => process.exit(exitCode),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
}

async function run({ seed, workers }: RunOptions, script: ExchangeScript): Promise<number> {
  const report = new Report(process.stdout);
  const stopped = new AbortController();
  process.on('SIGINT', () => stopped.abort());
  process.on('SIGTERM', () => stopped.abort());
  const cleanup = new Cleanup();
  let n8n: N8nProcess | undefined;
  let exitCode = 0;
  try {
    const queue =
      workers === 0 ? {} : { queue: { workers, variables: await startQueue(cleanup, stopped.signal) } };
    const exchange = await startExchange(
      {
        repository: resolve(__dirname, '../..'),
        environment: process.env,
        report,
        signal: stopped.signal,
        onProcess: (started) => {
          n8n = started;
        },
        ...queue,
      },
      cleanup,
    );
    await script(exchange, report, stopped.signal);
  } catch (error) {
    report.line(`FAILED${seed === undefined ? '' : ` (seed ${seed})`}: ${messageOf(error)}`);
    if (error instanceof DemoFailure) report.line(error.fix);
    report.line(n8n?.logTail);
    exitCode = 1;
  }
  for (const failure of await cleanup.run()) {
    report.line(`While stopping: ${messageOf(failure)}`);
    exitCode = 1;
  }
  return exitCode;
}

/** Starts what n8n's queue mode needs, and gives what n8n is told about it. */
async function startQueue(cleanup: Cleanup, signal: AbortSignal): Promise<Record<string, string>> {
  const { host, port, user, password, database } = await startPostgres(cleanup, signal);
  return {
    EXECUTIONS_MODE: 'queue',
    QUEUE_BULL_REDIS_HOST: '127.0.0.1',
    QUEUE_BULL_REDIS_PORT: String(await startRedis(cleanup, signal)),
    // The execution of a killed worker is given up after seconds instead of minutes.
    QUEUE_WORKER_LOCK_DURATION: '5000',
    QUEUE_WORKER_LOCK_RENEW_TIME: '2000',
    QUEUE_WORKER_STALLED_INTERVAL: '3000',
    DB_TYPE: 'postgresdb',
    DB_POSTGRESDB_HOST: host,
    DB_POSTGRESDB_PORT: String(port),
    DB_POSTGRESDB_USER: user,
    DB_POSTGRESDB_PASSWORD: password,
    DB_POSTGRESDB_DATABASE: database,
  };
}

/** The whole number that a command line option gives, or the reason why it is none. */
export function wholeNumber(text: string, name: string, least: number, most: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least && number <= most) return number;
  throw new DemoFailure(`--${name} has to be a whole number from ${least} to ${most}.`);
}
