import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BitSharesError } from '../../src/errors';
import { openWalletClient } from '../../src/rpc/walletClient';
import { ManualClock, settled } from '../support/manualClock';
import recorded from '../transcripts/wallet.json';

type Behaviour = (body: string) => { status?: number; text: string } | 'silence' | 'cut';

describe('the client of cli_wallet', () => {
  let server: Server;
  let behaviour: Behaviour;
  const bodies: { text: string; headers: NodeJS.Dict<string | string[]> }[] = [];
  const clock = new ManualClock();
  const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = () => openWalletClient({ url: url(), requestTimeout: 30_000 }, clock);
  const failure = (work: Promise<unknown>): Promise<BitSharesError> =>
    work.then(
      () => {
        throw new Error('it did not fail');
      },
      (error: BitSharesError) => error,
    );

  beforeEach(async () => {
    bodies.length = 0;
    server = createServer((request, response) => {
      let text = '';
      request.on('data', (part: Buffer) => (text += part.toString()));
      request.on('end', () => {
        bodies.push({ text, headers: request.headers });
        const answer = behaviour(text);
        if (answer === 'silence') return;
        if (answer === 'cut') request.socket.destroy();
        else {
          // The daemon closes after each answer without a Connection header.
          response.writeHead(answer.status ?? 200, { 'content-length': Buffer.byteLength(answer.text) });
          response.end(answer.text, () => request.socket.end());
        }
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const replay = (method: string, note?: string) => {
    const exchange = recorded.exchanges.find(
      (candidate) =>
        'request' in candidate &&
        candidate.request?.method === method &&
        (note === undefined || candidate.note === note),
    ) as { httpStatus: number; reply: unknown } | undefined;
    if (exchange === undefined) throw new Error(`no recording of ${method}`);
    return { status: exchange.httpStatus, text: JSON.stringify(exchange.reply) };
  };

  test('calls have positional arguments, a length and no keep-alive, and the answer is the result', async () => {
    behaviour = () => replay('is_locked');
    expect(typeof (await client().call('is_locked', []))).toBe('boolean');
    expect(JSON.parse(bodies[0]?.text ?? '')).toEqual({
      jsonrpc: '2.0',
      id: 1,
      method: 'is_locked',
      params: [],
    });
    expect(bodies[0]?.headers).toMatchObject({
      connection: 'close',
      'content-length': expect.any(String) as string,
    });
  });

  test('hundreds of calls in a row succeed although the server closes each connection', async () => {
    behaviour = () => replay('is_locked');
    const wallet = client();
    for (let i = 0; i < 200; i++) await wallet.call('is_locked', []);
    expect(bodies).toHaveLength(200);
  });

  test('a refusal keeps the text, also with HTTP status 400 or 500', async () => {
    behaviour = () => replay('unlock');
    const error = await failure(client().call('unlock', ['wrong'], ['wrong']));
    expect(error.code).toBe('WALLET_ERROR');
    expect(error.data.method).toBe('unlock');
    behaviour = () => replay('nope');
    expect((await failure(client().call('nope', []))).code).toBe('WALLET_ERROR');
  });

  test('a secret that the wallet repeats is cut out of the message', async () => {
    const wif = '5KBpLuJa9DTbBhy1ypD9tccyAw1u3mZp7zRYpNKnk9JpsJkq1JG';
    behaviour = () => ({
      text: JSON.stringify({ id: 1, error: { code: 1, message: `bad key ${wif}, I said ${wif}` } }),
    });
    const error = await failure(client().call('import_key', ['alice', wif], [wif]));
    expect(JSON.stringify([error.message, error.data, error.stack])).not.toContain(wif);
    expect(error.message).toContain('[secret]');
  });

  test('a password that the wallet repeats as JSON is cut out of the message as well', async () => {
    const password = 'say "hello" \\ 1';
    const once = JSON.stringify({ password });
    for (const message of [once, JSON.stringify({ inner: once })]) {
      behaviour = () => ({ text: JSON.stringify({ id: 1, error: { code: 1, message } }) });
      const error = await failure(client().call('unlock', [password], [password]));
      expect(JSON.stringify([error.message, error.data])).not.toContain('hello');
      expect(error.message).toContain('[secret]');
    }
  });

  test('user and password of the address are a login, for a proxy in front of the wallet', async () => {
    behaviour = () => replay('is_locked');
    const withLogin = url().replace('//', '//n8n:50%off%C3%BC%40@');
    expect(typeof (await openWalletClient({ url: withLogin }, clock).call('is_locked', []))).toBe('boolean');
    const login = Buffer.from('n8n:50%offü@').toString('base64');
    expect(bodies[0]?.headers.authorization).toBe(`Basic ${login}`);
  });

  test('an answer that is lost after the call leaves its fate open; a refused connection does not', async () => {
    behaviour = () => 'cut';
    const lost = await failure(client().call('transfer', []));
    expect([lost.code, lost.fix]).toEqual(['CONNECTION_LOST', expect.stringMatching(/not known/)]);
    const closed = url();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect((await failure(openWalletClient({ url: closed }, clock).call('info', []))).code).toBe(
      'NODE_UNREACHABLE',
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  test('a wallet that does not answer is given up after the deadline', async () => {
    behaviour = () => 'silence';
    const call = failure(client().call('transfer', []));
    while (bodies.length === 0) await settled();
    await clock.advance(30_000);
    expect((await call).code).toBe('REQUEST_TIMEOUT');
  });

  test('something that is not a wallet is named as such', async () => {
    for (const text of ['<html></html>', '[]', 'null', '{}']) {
      behaviour = () => ({ text });
      expect((await failure(client().call('info', []))).code).toBe('INVALID_ANSWER');
    }
  });
});
