/** A PostgreSQL server for one run: the machine's own program, a data folder that is removed, a free port at 127.0.0.1. */

import { randomBytes } from 'node:crypto';
import { chown, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Cleanup } from '../../demo/exchange';
import { DemoFailure } from '../../demo/failure';
import { findFreePorts } from '../../demo/freePorts';
import { runServer, type ServerAccount, takesConnections } from './localServer';

export interface Postgres {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
}

/** @throws DemoFailure when PostgreSQL is not installed, or does not start. */
export async function startPostgres(cleanup: Cleanup, signal: AbortSignal): Promise<Postgres> {
  const programs = await programFolder();
  const account = await serverAccount();
  const folder = await mkdtemp(join(tmpdir(), 'n8n-nodes-bitshares-postgres-'));
  cleanup.add(() => rm(folder, { recursive: true, force: true }));
  const password = randomBytes(16).toString('hex');
  const passwordFile = join(folder, 'password');
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (account !== undefined) {
    await chown(folder, account.uid, account.gid);
    await chown(passwordFile, account.uid, account.gid);
  }
  const data = join(folder, 'data');
  const prepared = runServer(
    join(programs, 'initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8'],
    { folder, account },
  );
  if ((await prepared.exited) !== 0) throw new DemoFailure(`initdb failed:\n${prepared.tail()}`);

  const [port = 0] = await findFreePorts(1);
  const settings = ['listen_addresses=127.0.0.1', `unix_socket_directories=${folder}`];
  const server = runServer(
    join(programs, 'postgres'),
    ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
    { folder, account },
  );
  cleanup.add(() => server.stop('SIGINT'));
  await takesConnections(server, 'PostgreSQL', signal);
  return { host: '127.0.0.1', port, user: 'postgres', password, database: 'postgres' };
}

/** Debian keeps the programs of a server out of the path. */
async function programFolder(): Promise<string> {
  const root = '/usr/lib/postgresql';
  const versions = await readdir(root).catch(() => []);
  const newest = versions.sort((left, right) => Number(right) - Number(left))[0];
  if (newest !== undefined) return join(root, newest, 'bin');
  throw new DemoFailure(
    `There is no PostgreSQL in ${root}.`,
    'On Debian: apt-get install postgresql. The server of the machine is neither needed nor touched.',
  );
}

/** PostgreSQL refuses to run as root: then it runs as the account that its package made. */
async function serverAccount(): Promise<ServerAccount | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const ids = await Promise.all(
    ['-u', '-g'].map(async (which) => {
      const query = runServer('id', [which, 'postgres'], { folder: tmpdir(), account: undefined });
      if ((await query.exited) !== 0) throw new DemoFailure('This machine has no account "postgres".');
      return Number(query.tail().trim());
    }),
  );
  const [uid = 0, gid = 0] = ids;
  return { uid, gid };
}
