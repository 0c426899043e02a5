import { createServer, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { inspect } from 'node:util';
import type { BitSharesError } from '../../src/errors';
import type { Post } from '../../src/rpc/network';
import { Secret } from '../../src/rpc/secretExit';
import { openWalletClient, type WalletNetwork } from '../../src/rpc/walletClient';
import { ManualClock, settled } from '../support/manualClock';
import { selfSigned } from '../support/selfSigned';
import recorded from '../transcripts/wallet.json';

type Behaviour = (
  body: string,
) => { status?: number; text: string } | 'silence' | 'cut' | ((response: ServerResponse) => void);

const secret = (text: string) => new Secret(text, 'the address beside it');

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
        if (typeof answer === 'function') return answer(response);
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
    const error = await failure(client().call('unlock', [secret('wrong')]));
    expect(error.code).toBe('WALLET_ERROR');
    expect(error.data.method).toBe('unlock');
    behaviour = () => replay('nope');
    expect((await failure(client().call('nope', []))).code).toBe('WALLET_ERROR');
  });

  test('a secret prints as [secret] and becomes text for the wallet alone', async () => {
    const password = secret('pa55word');
    behaviour = () => ({ text: '{"id":1,"result":null}' });
    await client().call('unlock', [password]);
    expect(bodies[0]?.text).toContain('pa55word');
    expect([JSON.stringify({ password }), String(password), inspect({ password })]).toEqual([
      '{"password":"[secret]"}',
      '[secret]',
      '{ password: [secret] }',
    ]);
  });

  test.each(['unlock', 'set_password', 'import_key', 'import_balance'])(
    'a refusal of %s may repeat the secret in any form, so only what is known to be harmless is kept of it',
    async (method) => {
      const password = 'hunter2 "x"';
      const spellings = [
        password,
        JSON.stringify(password),
        btoa(password),
        encodeURIComponent(password),
        password.slice(0, -1),
        Buffer.from(password).toString('hex'),
        [...password].join('\u200b'),
      ];
      const code = Number.parseInt(Buffer.from('hunter').toString('hex'), 16);
      for (const known of ['', 'AES error: ']) {
        const message = known + spellings.join(' / ');
        behaviour = () => ({ text: JSON.stringify({ id: 1, error: { code, message } }) });
        const error = await failure(client().call(method, [secret(password)]));
        const shown = JSON.stringify([error.message, error.data, error.fix]);
        for (const spelling of [...spellings, 'hunter']) expect(shown).not.toContain(spelling);
        expect(error.data).toEqual({
          method,
          nodeMessage: known === '' ? '' : 'AES error',
          nodeCode: 0,
        });
      }
    },
  );

  test('the password of the wallet is cut out of what it says of other calls, also when it hides it', async () => {
    const settings = { url: url(), secrets: ['say "hello" \\ 1'] };
    const once = JSON.stringify({ password: settings.secrets[0] });
    for (const message of [once, JSON.stringify({ inner: once }), 'say\u200b "hel\u202elo" \\ 1']) {
      behaviour = () => ({ text: JSON.stringify({ id: 1, error: { code: 1, message } }) });
      const error = await failure(openWalletClient(settings, clock).call('get_account', ['alice']));
      expect(JSON.stringify([error.message, error.data])).not.toContain('hello');
      expect(error.message).toContain('[secret]');
    }
  });

  test('the words of a wallet are one line in quotation marks, without characters that reorder or hide them', async () => {
    const message = 'no"\n\n\u202eevil\u0000\u200b Paid for good';
    behaviour = () => ({ text: JSON.stringify({ id: 1, error: { code: 1, message } }) });
    const error = await failure(client().call('get_account', ['alice']));
    expect(error.message).toBe(`The wallet refused get_account: "no' evil Paid for good"`);
    expect(error.data.nodeMessage).toBe('no" evil Paid for good');
  });

  test('user and password of the address are a login, for a proxy in front of the wallet', async () => {
    behaviour = () => replay('is_locked');
    const withLogin = url().replace('//', '//n8n:50%off%C3%BC%40@');
    expect(typeof (await openWalletClient({ url: withLogin }, clock).call('is_locked', []))).toBe('boolean');
    const login = Buffer.from('n8n:50%offü@').toString('base64');
    expect(bodies[0]?.headers.authorization).toBe(`Basic ${login}`);
  });

  test('an answer that is lost leaves the fate of a call open that acts, and of no other', async () => {
    behaviour = () => 'cut';
    for (const method of [
      'transfer',
      'broadcast_transaction',
      'import_balance',
      'import_key',
      'set_password',
    ])
      expect(await failure(client().call(method, []))).toMatchObject({
        code: 'CONNECTION_LOST',
        fix: expect.stringMatching(/acted on the call is not known/) as string,
      });
    for (const method of ['info', 'get_account', 'is_locked', 'list_account_balances', 'read_memo'])
      expect(await failure(client().call(method, []))).toMatchObject({
        code: 'CONNECTION_LOST',
        fix: 'The call only reads, so it can be repeated.',
      });
  });

  test('a wallet that does not answer is given up after the deadline', async () => {
    behaviour = () => 'silence';
    const call = failure(client().call('transfer', []));
    while (bodies.length === 0) await settled();
    await clock.advance(30_000);
    expect((await call).code).toBe('REQUEST_TIMEOUT');
  });

  describe('an answer that no cli_wallet gives is refused and its connection ended:', () => {
    const closes = () =>
      new Promise<void>((resolve) =>
        server.once('connection', (socket: Socket) => socket.once('close', () => resolve())),
      );
    const refused = async (method: string, answer: (response: ServerResponse) => void) => {
      behaviour = () => answer;
      const closed = closes();
      const error = await failure(client().call(method, []));
      await closed;
      expect(error.code).toBe('INVALID_ANSWER');
      expect(error.fix).toMatch(/Wallet URL|the address is your own/);
      return error;
    };
    const endless = (part: string) => (response: ServerResponse) => {
      const more = () => {
        while (!response.destroyed && response.write(part));
      };
      response.on('drain', more);
      more();
    };

    test('one without end, after 1 MiB or after 8 MiB where answers are large', async () => {
      const part = ' '.repeat(65_536);
      expect((await refused('get_account', endless(part))).message).toMatch(/more than 1048576 bytes/);
      expect((await refused('import_balance', endless(part))).message).toMatch(/more than 8388608 bytes/);
      expect((await refused('get_account_history', endless(part))).message).toMatch(/8388608 bytes/);
    });

    test.each(['gzip', 'br', 'deflate', 'GZIP'])('one in %s, which nobody asked for', async (encoding) => {
      const error = await refused('info', (response) => {
        response.writeHead(200, { 'content-encoding': encoding });
        // A bomb of which not one byte is inflated: this is no gzip at all.
        endless('x'.repeat(65_536))(response);
      });
      expect(error.message).toMatch(/in compressed form/);
      expect(bodies[0]?.headers['accept-encoding']).toBe('identity');
    });

    test('a result with another HTTP status', async () => {
      for (const status of [201, 400, 404, 500, 502])
        expect(
          (
            await refused('is_locked', (response) => {
              response.writeHead(status).end('{"id":1,"result":true}');
            })
          ).message,
        ).toContain(`HTTP status ${status}`);
    });

    test('a redirect, which is not followed', async () => {
      const error = await refused('unlock', (response) => {
        response.writeHead(307, { location: url() }).end();
      });
      expect(error.message).toContain('HTTP status 307');
      expect(bodies).toHaveLength(1);
    });

    test('one of a million brackets, which is not parsed', async () => {
      const parse = jest.spyOn(JSON, 'parse');
      const error = await refused('info', (response) => {
        response.end(`{"id":1,"result":[${'{},'.repeat(300_000)}{}]}`);
      });
      expect(error.message).toMatch(/more than 131072 values/);
      expect(parse.mock.calls.some(([text]) => text.includes('{},{}'))).toBe(false);
      parse.mockRestore();
    });

    test('one that is not HTTP', async () => {
      const error = await refused('info', (response) => {
        response.socket?.end('SSH-2.0-OpenSSH_9.2p1\r\n');
      });
      expect(error.message).toMatch(/did not answer info in HTTP/);
    });
  });

  describe('what failed before anything was sent is NODE_UNREACHABLE, with the reason in words:', () => {
    const unreachable = async (address: string, network?: WalletNetwork) => {
      // transfer acts, and still nothing is said about what it may have done.
      const error = await failure(openWalletClient({ url: address }, clock, network).call('transfer', []));
      expect(error.code).toBe('NODE_UNREACHABLE');
      expect(error.fix).toMatch(/\.$/);
      expect(`${error.message} ${error.fix}`).not.toMatch(/not known|acted|\bE[A-Z]{4,}/);
      return `${error.message}. ${error.fix}`;
    };

    test('a port on which nothing listens, also one that browsers refuse', async () => {
      for (const port of [1, 9, 6000, 10_080])
        expect(await unreachable(`http://127.0.0.1:${port}`)).toMatch(
          /connection was refused.*-H.*Nothing was sent/,
        );
    });

    test('a name that nobody knows, and a name server that does not answer', async () => {
      const failing = (code: string): WalletNetwork => ({
        lookUpHost: () => Promise.reject(Object.assign(new Error(`getaddrinfo ${code}`), { code })),
      });
      const address = 'http://wallet.example:8092';
      expect(await unreachable(address, failing('ENOTFOUND'))).toMatch(/there is no host wallet\.example/);
      expect(await unreachable(address, failing('EAI_AGAIN'))).toMatch(/name server does not answer/);
      expect(await unreachable(address, { lookUpHost: () => Promise.resolve([]) })).toMatch(/no host/);
    });

    test('a connection that does not come about in time', async () => {
      const waiting = unreachable('http://127.0.0.1:8092', {
        post: (_request, signal) =>
          new Promise((_resolve, reject) =>
            signal.addEventListener('abort', () => reject(new Error('aborted'))),
          ),
      });
      await settled();
      await clock.advance(30_000);
      expect(await waiting).toMatch(/no connection within 30 s.*Nothing was sent/);
    });

    test.each([
      ['EHOSTUNREACH', /host cannot be reached.*firewall/],
      ['ENETUNREACH', /no route to its network.*firewall/],
      ['ETIMEDOUT', /no answer to the connection attempt.*firewall/],
      ['CERT_HAS_EXPIRED', /certificate has expired.*Renew/],
      ['ERR_TLS_CERT_ALTNAME_INVALID', /certificate is for another host name/],
      ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', /unknown authority.*NODE_EXTRA_CA_CERTS/],
    ])('%s', async (code, words) => {
      const post = () => Promise.reject(Object.assign(new Error(code), { code }));
      expect(await unreachable('https://wallet.example', { post })).toMatch(words);
    });

    test('a certificate that is not trusted', async () => {
      let requests = 0;
      const tls = createTlsServer(selfSigned, (_request, response) => {
        requests += 1;
        response.end();
      });
      await new Promise<void>((resolve) => tls.listen(0, '127.0.0.1', resolve));
      const address = `https://127.0.0.1:${(tls.address() as AddressInfo).port}`;
      expect(await unreachable(address)).toMatch(/certificate is self-signed.*NODE_EXTRA_CA_CERTS/);
      expect(requests).toBe(0);
      await new Promise((resolve) => tls.close(resolve));
    });

    test('https to a wallet, which speaks plain HTTP', async () => {
      expect(await unreachable(url().replace('http:', 'https:'))).toMatch(/does not speak TLS.*http:\/\//);
    });
  });

  describe('over plain HTTP a secret goes to this machine and private networks only:', () => {
    const password = 'pa55word';
    const call = (address: string, addresses: string[], method = 'unlock') => {
      const asked: string[] = [];
      const lookUpHost = (host: string) => {
        asked.push(host);
        return Promise.resolve(addresses);
      };
      behaviour = () => ({ text: '{"id":1,"result":true}' });
      const args = method === 'unlock' ? [secret(password)] : [];
      return { asked, answer: openWalletClient({ url: address }, clock, { lookUpHost }).call(method, args) };
    };
    const port = () => (server.address() as AddressInfo).port;

    test.each([
      [['203.0.113.5']],
      [['127.0.0.1', '203.0.113.5']],
      [['10.1.2.3', '2001:db8::1']],
      [['100.64.0.1']],
    ])('a name that stands for %j gets none', async (addresses) => {
      const error = await failure(call(`http://wallet.example:${port()}`, addresses).answer);
      expect(error).toMatchObject({
        code: 'ACCESS_DENIED',
        message: expect.stringMatching(/neither this machine nor a private network/) as string,
        fix: expect.stringMatching(/https:\/\//) as string,
      });
      expect(bodies).toEqual([]);
      expect(JSON.stringify([error.message, error.fix, error.data])).not.toContain(password);
    });

    test('nor does a public address, or a login in the URL of one', async () => {
      expect((await failure(call('http://203.0.113.5:8092', []).answer)).code).toBe('ACCESS_DENIED');
      // Also where a caller forgot to say that it is a secret.
      const plain = openWalletClient({ url: 'http://203.0.113.5:8092' }, clock).call('unlock', [password]);
      expect((await failure(plain)).code).toBe('ACCESS_DENIED');
      const withLogin = call('http://n8n:word@wallet.example', ['203.0.113.5'], 'info');
      expect((await failure(withLogin.answer)).code).toBe('ACCESS_DENIED');
    });

    test('the call goes to the address that was judged, under the name that was entered', async () => {
      // No name server knows this name: without the judged address there would be no connection.
      const address = `http://wallet.invalid:${port()}`;
      const { asked, answer } = call(address, ['127.0.0.1']);
      expect(await answer).toBe(true);
      expect(asked).toEqual(['wallet.invalid']);
      expect(bodies[0]?.headers.host).toBe(`wallet.invalid:${port()}`);
      expect(bodies[0]?.text).toContain(password);
    });

    test('where a name stands for several, one that does not answer is passed over', async () => {
      expect(await call(`http://wallet.invalid:${port()}`, ['::1', '127.0.0.1']).answer).toBe(true);
    });

    test('a name is judged anew for each call', async () => {
      const answers = [['127.0.0.1'], ['203.0.113.5']];
      const lookUpHost = () => Promise.resolve(answers.shift() ?? []);
      const wallet = openWalletClient({ url: `http://wallet.invalid:${port()}` }, clock, { lookUpHost });
      behaviour = () => ({ text: '{"id":1,"result":true}' });
      expect(await wallet.call('unlock', [secret(password)])).toBe(true);
      expect((await failure(wallet.call('unlock', [secret(password)]))).code).toBe('ACCESS_DENIED');
      expect(bodies).toHaveLength(1);
    });

    test('over TLS it goes anywhere: the certificate says who answers', async () => {
      const sent: string[] = [];
      const post: Post = ({ url: to, body }) => {
        sent.push(`${to.href} ${body}`);
        return Promise.resolve({
          status: 200,
          contentEncoding: '',
          body: (async function* () {
            yield await Promise.resolve(Buffer.from('{"id":1,"result":true}'));
          })(),
        });
      };
      const wallet = openWalletClient({ url: 'https://wallet.example' }, clock, { post });
      expect(await wallet.call('unlock', [secret(password)])).toBe(true);
      expect(sent).toEqual([expect.stringMatching(/^https:\/\/wallet\.example\/ .*pa55word/)]);
    });
  });

  test('something that is not a wallet is named as such', async () => {
    for (const text of ['<html></html>', '[]', 'null', '{}']) {
      behaviour = () => ({ text });
      expect((await failure(client().call('info', []))).code).toBe('INVALID_ANSWER');
    }
  });
});
