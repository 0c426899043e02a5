/** An HTTP server that says what a cli_wallet would say and keeps every word that it is sent. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface CollectingWallet {
  url: string;
  /** Bodies and headers of all requests. */
  received: string[];
  /** Names of the methods asked for, in order. */
  methods: string[];
  stop(): Promise<void>;
}

export async function startCollectingWallet(answers: Record<string, unknown>): Promise<CollectingWallet> {
  const received: string[] = [];
  const methods: string[] = [];
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      const { id, method } = JSON.parse(body) as { id: number; method: string };
      received.push(body, JSON.stringify(request.headers));
      methods.push(method);
      response.end(JSON.stringify({ id, result: answers[method] ?? null }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    methods,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
