/** A Redis server for one run: the machine's own program, nothing on disk, a free port at 127.0.0.1. */

import { tmpdir } from 'node:os';

import type { Cleanup } from '../../demo/exchange';
import { findFreePorts } from '../../demo/freePorts';
import { runServer, takesConnections } from './localServer';

/** Gives its port. @throws DemoFailure when Redis is not installed, or does not start. */
export async function startRedis(cleanup: Cleanup, signal: AbortSignal): Promise<number> {
  const [port = 0] = await findFreePorts(1);
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const server = runServer('redis-server', settings, { folder: tmpdir(), account: undefined });
  cleanup.add(() => server.stop('SIGTERM'));
  await takesConnections(server, 'Redis', signal);
  return port;
}
