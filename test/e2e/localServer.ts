/** A server program of this machine, run for the length of a test. */

import { spawn } from 'node:child_process';

import { DemoFailure } from '../../demo/failure';
import { waitFor } from '../../demo/waiting';

export interface ServerAccount {
  uid: number;
  gid: number;
}

export interface LocalServer {
  /** The exit code, or null when a signal ended it or it could not be started. */
  exited: Promise<number | null>;
  /** Whether it has ended. */
  ended(): boolean;
  /** The end of what it wrote. */
  tail(): string;
  stop(signal: NodeJS.Signals): Promise<void>;
}

export function runServer(
  program: string,
  args: string[],
  { folder, account }: { folder: string; account: ServerAccount | undefined },
): LocalServer {
  const child = spawn(program, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], ...account });
  let tail = '';
  let ended = false;
  const collect = (text: string) => (tail = (tail + text).slice(-4000));
  child.stdout.setEncoding('utf8').on('data', collect);
  child.stderr.setEncoding('utf8').on('data', collect);
  const exited = new Promise<number | null>((resolve) => {
    child.once('error', (error) => {
      collect(`${program} could not be started: ${error.message}`);
      ended = true;
      resolve(null);
    });
    child.once('close', (code) => {
      ended = true;
      resolve(code);
    });
  });
  return {
    exited,
    ended: () => ended,
    tail: () => tail,
    stop: async (signal) => {
      if (!ended) child.kill(signal);
      await exited;
    },
  };
}

/** Waits until the server says that it takes connections. @throws DemoFailure with its last words when it ends instead. */
export async function takesConnections(
  server: LocalServer,
  name: string,
  signal: AbortSignal,
): Promise<void> {
  await waitFor(
    async () => {
      if (server.ended()) throw new DemoFailure(`${name} ended:\n${server.tail()}`);
      // PostgreSQL and Redis use the same words.
      return /ready to accept connections/i.test(server.tail()) ? true : undefined;
    },
    { what: `${name} to take connections`, deadline: 30_000, every: 50, signal },
  );
}
