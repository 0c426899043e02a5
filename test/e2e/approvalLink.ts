/** The connection to a node, which can be made to stall: it stays open, and nothing arrives any more. */

import { createServer, connect, type Socket } from 'node:net';

import { findFreePorts } from '../../demo/freePorts';

export interface NodeLink {
  url: string;
  stall(): void;
  /** Ends what stalled, and lets new connections through. */
  resume(): void;
  stop(): Promise<void>;
}

export async function linkTo(nodeUrl: string): Promise<NodeLink> {
  const target = new URL(nodeUrl);
  const sockets = new Set<Socket>();
  let stalled = false;
  const endAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('data', (bytes) => {
        if (!stalled) to.write(bytes);
      });
      from.on('error', () => from.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  const [port = 0] = await findFreePorts(1);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `ws://127.0.0.1:${port}${target.pathname === '/' ? '' : target.pathname}`,
    stall: () => {
      stalled = true;
    },
    resume: () => {
      endAll();
      stalled = false;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        endAll();
      }),
  };
}
