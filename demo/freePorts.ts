/** Ports for everything that the demo starts. */
import { createServer, type Server } from 'node:net';

/**
 * Finds `count` different TCP ports that nobody listens on at 127.0.0.1.
 *
 * The operating system chooses them. All are held open until the last is known, so that they differ.
 */
export async function findFreePorts(count: number): Promise<number[]> {
  const servers: Server[] = [];
  try {
    const ports: number[] = [];
    for (let index = 0; index < count; index += 1) {
      const server = createServer();
      servers.push(server);
      ports.push(await listenAnywhere(server));
    }
    return ports;
  } finally {
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }
}

function listenAnywhere(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') {
        reject(new Error('A TCP server has no port.'));
        return;
      }
      resolve(address.port);
    });
  });
}
