import { createServer } from 'node:net';

import { findFreePorts } from '../../demo/freePorts';

test('the ports are different, and each of them can be listened on at 127.0.0.1', async () => {
  const ports = await findFreePorts(5);
  expect(new Set(ports).size).toBe(5);
  const servers = await Promise.all(
    ports.map(
      (port) =>
        new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
          const server = createServer();
          server.once('error', reject);
          server.listen(port, '127.0.0.1', () => resolve(server));
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
});

test('a port that somebody listens on is not given', async () => {
  const [taken = 0] = await findFreePorts(1);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(taken, '127.0.0.1', resolve));
  try {
    expect(await findFreePorts(20)).not.toContain(taken);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
});
