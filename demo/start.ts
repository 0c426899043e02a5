/** `npm start`: an exchange on this machine. With `--check` the same without a browser, with `--watch` for work on the package. */

import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { checkExchange } from './check';
import { Cleanup, type Exchange, startExchange } from './exchange';
import { DemoFailure, DemoStopped } from './failure';
import { instructions } from './instructions';
import type { N8nProcess } from './n8nProcess';
import { Rebuilding } from './rebuilding';
import { Report } from './report';
import { pause } from './waiting';

const usage = `npm start              starts n8n with this package, a chain and ready workflows
npm start -- --check   runs deposits and withdrawals without a browser, kills n8n in between, exits 0 if all is right
  --inspect            lets a debugger attach to n8n at 127.0.0.1:9229
  --watch              builds the package anew when its source changes, and starts n8n with it (npm run dev does both)`;

async function main(): Promise<number> {
  const flag = { type: 'boolean' } as const;
  const { values } = parseArgs({ options: { check: flag, help: flag, inspect: flag, watch: flag } });
  const report = new Report(process.stdout);
  if (values.help === true) {
    report.line(usage);
    return 0;
  }
  const stopped = new AbortController();
  const cleanup = new Cleanup();
  const onSignal = () => {
    if (!stopped.signal.aborted) report.line('\nStopping ...');
    stopped.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);

  const repository = resolve(__dirname, '..');
  const debugging = values.inspect === true || values.watch === true;
  const environment = { ...process.env, ...(debugging ? { SOURCE_MAPS: '1' } : {}) };
  let n8n: N8nProcess | undefined;
  let exitCode = 0;
  try {
    const exchange = await startExchange(
      {
        repository,
        environment,
        report,
        signal: stopped.signal,
        nodeFlags: [
          ...(debugging ? ['--enable-source-maps'] : []),
          ...(values.inspect === true ? ['--inspect=127.0.0.1:9229'] : []),
        ],
        onProcess: (started) => {
          n8n = started;
        },
      },
      cleanup,
    );
    if (values.check === true) {
      await checkExchange(exchange, report, stopped.signal);
    } else {
      report.line(instructions(exchange));
      if (values.inspect === true) report.line('A debugger can attach to n8n at 127.0.0.1:9229.');
      const rebuilding =
        values.watch === true
          ? new Rebuilding(exchange, report, { repository, environment, signal: stopped.signal })
          : undefined;
      await untilStopped(exchange, stopped.signal, rebuilding);
    }
  } catch (error) {
    exitCode = explain(error, n8n, report);
  }
  for (const failure of await cleanup.run()) {
    report.line(`While stopping: ${failure instanceof Error ? failure.message : String(failure)}`);
    exitCode ||= 1;
  }
  report.line(exitCode === 0 && values.check === true ? 'Everything is right.' : 'Everything is stopped.');
  return exitCode;
}

/** Waits for Ctrl-C, and fails when n8n ends by itself. */
async function untilStopped({ n8n }: Exchange, signal: AbortSignal, rebuilding?: Rebuilding): Promise<void> {
  while (!signal.aborted) {
    await rebuilding?.rebuildIfChanged();
    if (!n8n.running && rebuilding?.broken !== true) throw new DemoFailure('n8n ended by itself.');
    await pause(500, signal).catch(() => undefined);
  }
}

/** Says why the demo stopped and gives the exit code: 130 after Ctrl-C, as a shell would. */
function explain(error: unknown, n8n: N8nProcess | undefined, report: Report): number {
  if (error instanceof DemoStopped) return 130;
  report.line();
  report.line(`FAILED: ${error instanceof Error ? error.message : String(error)}`);
  if (error instanceof DemoFailure) {
    if (error.fix !== undefined) report.line(error.fix);
  } else if (error instanceof Error && error.stack !== undefined) {
    report.line(error.stack);
  }
  if (n8n !== undefined) report.line(`--- the end of n8n's log ---\n${n8n.logTail}\n---`);
  return 1;
}

main().then(
  (exitCode) => process.exit(exitCode),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
