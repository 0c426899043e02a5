/** Runs one command of the installation: with a log, a deadline and an end for all that it started. */
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';

import { DemoFailure, DemoStopped, throwIfStopped } from './failure';

export interface CommandOptions {
  /** Working directory. */
  folder: string;
  environment: NodeJS.ProcessEnv;
  /** A file that receives everything the command writes. */
  logFile: string;
  /** Milliseconds after which the command is stopped and counts as failed. */
  deadline: number;
  signal: AbortSignal;
}

export interface CommandResult {
  exitCode: number | null;
  /** Standard output, whole. */
  output: string;
  /** The last 4,000 characters of standard output and standard error together. */
  tail: string;
}

/**
 * Runs a program to its end, without a shell. The program gets a process group of its own, so that stopping it stops its children too.
 *
 * @throws DemoFailure when the program cannot be started or outlives the deadline; DemoStopped when the signal fires.
 */
export function runCommand(program: string, args: string[], options: CommandOptions): Promise<CommandResult> {
  throwIfStopped(options.signal);
  return new Promise((resolve, reject) => {
    const log = createWriteStream(options.logFile, { flags: 'a', mode: 0o600 });
    const child = spawn(program, args, {
      cwd: options.folder,
      env: options.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let output = '';
    let tail = '';
    let tooLate = false;
    const collect = (text: string) => {
      log.write(text);
      tail = (tail + text).slice(-4000);
    };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      collect(text);
    });
    child.stderr.setEncoding('utf8').on('data', collect);
    const stop = () => signalGroup(child.pid, 'SIGTERM');
    const timer = setTimeout(() => {
      tooLate = true;
      stop();
    }, options.deadline);
    options.signal.addEventListener('abort', stop, { once: true });
    const finish = () => {
      clearTimeout(timer);
      options.signal.removeEventListener('abort', stop);
      log.end();
    };
    child.once('error', (error) => {
      finish();
      reject(
        new DemoFailure(`"${program}" could not be started: ${error.message}`, undefined, { cause: error }),
      );
    });
    child.once('close', (exitCode) => {
      finish();
      if (options.signal.aborted) reject(new DemoStopped());
      else if (tooLate) {
        const minutes = Math.round(options.deadline / 60_000);
        reject(new DemoFailure(`"${program} ${args.join(' ')}" did not end within ${minutes} minutes.`));
      } else resolve({ exitCode, output, tail });
    });
  });
}

/** Sends a signal to the whole process group that `pid` leads; a group that is gone is fine. */
export function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (typeof error !== 'object' || error === null || !('code' in error) || error.code !== 'ESRCH')
      throw error;
  }
}
