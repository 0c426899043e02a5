/**
 * Guarantee: an answer that a node's WebSocket cannot carry, because a stranger's text in it is not UTF-8, is had over HTTP,
 * and costs no other call anything.
 */
import { Devchain } from '../../devchain';
import type { Fault } from '../../devchain/rpc/faults';
import type { NodeEndpoints, NodeSession } from '../../src/chain/interfaces';
import type { HttpPost, Post } from '../../src/rpc/network';
import { openNodeClient, type NodeClientSettings } from '../../src/rpc/nodeClient';
import { openWebSocket } from '../../src/rpc/socket';
import { ManualClock } from '../support/manualClock';
import { chainId as mainnetId } from '../support/clientOfNodes';
import { failure } from '../support/failure';
import { ScriptedNode } from '../support/scriptedNode';
import { until } from '../support/until';

jest.setTimeout(60_000);

const accounts = ['exchange', 'bob', 'alice'].map((name) => ({ name, balances: { BTS: '1000' } }));
const isOver = async (work: Promise<unknown>): Promise<boolean> =>
  Promise.race([
    work.then(
      () => true,
      () => true,
    ),
    new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 5)),
  ]);

describe('over a connection that loses an answer', () => {
  let chain: Devchain;
  let clock: ManualClock;
  let poisoned: ReturnType<Devchain['poison']>;
  /** Hits on every call over HTTP. */
  let overHttp: Fault;
  let clients: NodeEndpoints[];

  beforeEach(async () => {
    chain = await Devchain.start({ accounts });
    poisoned = chain.poison({ from: 'bob', naming: ['exchange'] });
    chain.transfer({ from: 'alice', to: 'exchange', amount: '7' });
    chain.produceBlock();
    overHttp = chain.faults.add({ kind: 'count', over: 'HTTP' });
    clock = new ManualClock(1_000_000);
    clients = [];
  });
  afterEach(async () => {
    for (const client of clients) client.close();
    await chain.stop();
  });

  const clientOf = (settings: Partial<NodeClientSettings> = {}): NodeEndpoints => {
    const client = openNodeClient(
      { urls: [chain.trustedUrl], chainId: chain.chainId, prefix: 'BTS', ...settings },
      { clock, random: () => 0.5 },
    );
    clients.push(client);
    return client;
  };
  /** Moves the clock; after each second something else is asked and answered on the same connection. */
  const pass = async (seconds: number, session: NodeSession): Promise<void> => {
    for (let i = 0; i < seconds; i++) {
      await clock.advance(1000);
      expect(await session.chainId()).toBe(chain.chainId);
    }
  };
  const nameIn = (operations: readonly unknown[]): unknown =>
    (operations as [number, { proposed_ops: { op: [number, { name: string }] }[] }][])[0]?.[1].proposed_ops[0]
      ?.op[1].name;

  test('a block arrives after five seconds, with the bytes of the text, and the next time at once', async () => {
    const session = await clientOf().session();
    const work = session.block(poisoned.block);
    await pass(4, session);
    expect(overHttp.hits).toBe(0);
    await pass(2, session);
    const block = await work;
    expect(nameIn(block?.transactions[0]?.operations ?? [])).toBe('A\xffB');
    expect(overHttp.hits).toBe(1);
    expect(await session.block(poisoned.block)).toEqual(block);
    expect(overHttp.hits).toBe(2);
    expect((await session.block(poisoned.block + 1))?.transactions).toHaveLength(1);
    expect([overHttp.hits, session.lost.aborted]).toEqual([2, false]);
  });

  test('one lost answer found, the next is waited for for a second only', async () => {
    const session = await clientOf().session();
    const another = chain.poison({ from: 'bob', naming: ['exchange'] });
    const work = session.block(poisoned.block);
    await pass(6, session);
    await work;
    const next = session.block(another.block);
    await pass(2, session);
    expect((await next)?.number).toBe(another.block);
  });

  test.each([
    ['a transaction of the block', (s: NodeSession) => s.transaction(poisoned.block, 0)],
    ['a transaction by its id', (s: NodeSession) => s.recentTransaction(poisoned.transactionId)],
    [
      'a page of the history',
      (s: NodeSession) => s.history(chain.account('exchange').id, { stop: 1, start: 0, limit: 100 }),
    ],
    [
      'a page of some operation types',
      (s: NodeSession) =>
        s.call('history', 'get_account_history_by_operations', [chain.account('exchange').id, [22], 0, 100]),
    ],
  ])('%s arrives', async (_, ask) => {
    const session = await clientOf().session();
    const work = ask(session);
    await pass(6, session);
    expect(JSON.stringify(await work)).toContain('A\xffB');
    expect([overHttp.hits, session.lost.aborted]).toEqual([1, false]);
  });

  test('as the only call it is told from a silent node by asking that one something else, whatever is in line', async () => {
    const session = await clientOf({ maximumInFlight: 1 }).session();
    const probe = chain.faults.add({
      kind: 'count',
      method: 'get_chain_id',
    });
    const work = session.block(poisoned.block);
    const behind = session.block(poisoned.block + 1);
    await until(() => chain.trusted.server.lostFrames > 0);
    await clock.advance(4000);
    expect(probe.hits).toBe(0);
    await clock.advance(1000);
    await until(() => probe.hits === 1);
    while (!(await isOver(Promise.all([work, behind])))) {
      if (overHttp.hits === 0) await clock.advance(250);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect((await work)?.number).toBe(poisoned.block);
    expect((await behind)?.number).toBe(poisoned.block + 1);
    expect(probe.hits).toBe(1);
  });

  test('a node that answers nothing is left as ever, and nothing is asked over HTTP', async () => {
    const session = await clientOf().session();
    chain.faults.add({ kind: 'drop', over: 'WebSocket', times: Infinity });
    const work = failure(session.block(poisoned.block));
    await clock.advance(15_250);
    expect(await work).toMatchObject({ code: 'REQUEST_TIMEOUT' });
    expect([overHttp.hits, session.lost.aborted]).toEqual([0, true]);
  });

  test('an answer that is only late is taken when it comes, where HTTP is closed', async () => {
    const cut = chain.faults.add({ kind: 'cut', over: 'HTTP', times: Infinity });
    const late = chain.faults.add({ kind: 'stall', method: 'get_block', over: 'WebSocket' });
    const session = await clientOf().session();
    const work = session.block(poisoned.block + 1);
    await pass(8, session);
    await until(() => cut.hits === 1);
    late.release();
    expect((await work)?.number).toBe(poisoned.block + 1);
    expect(session.lost.aborted).toBe(false);
  });

  test('an answer that comes after its deadline does no harm', async () => {
    chain.faults.add({ kind: 'cut', over: 'HTTP', times: Infinity });
    const late = chain.faults.add({ kind: 'stall', method: 'get_block', over: 'WebSocket' });
    const session = await clientOf().session();
    const work = failure(session.block(poisoned.block + 1));
    await pass(16, session);
    expect(await work).toMatchObject({ code: 'REQUEST_TIMEOUT' });
    late.release();
    await pass(1, session);
    expect(session.lost.aborted).toBe(false);
  });

  test('with HTTP closed the error names the block and what to do, and other calls are answered on', async () => {
    const cut = chain.faults.add({ kind: 'cut', over: 'HTTP', times: Infinity });
    const session = await clientOf().session();
    const work = failure(session.block(poisoned.block));
    await pass(16, session);
    const error = await work;
    expect(error.code).toBe('REQUEST_TIMEOUT');
    expect(error.message).toContain(`block ${poisoned.block} is not to be had there`);
    expect(error.message).toContain('the connection was closed at once');
    expect(error.fix).toContain(`The text of block ${poisoned.block} may not be UTF-8`);
    expect(error.fix).toContain('over HTTP on the same port');
    expect([cut.hits, session.lost.aborted]).toEqual([1, false]);
  });

  test('with HTTP closed the error names the page', async () => {
    chain.faults.add({ kind: 'cut', over: 'HTTP', times: Infinity });
    const session = await clientOf().session();
    const { id } = chain.account('exchange');
    const work = failure(session.history(id, { stop: 1, start: 2, limit: 100 }));
    await pass(16, session);
    expect((await work).message).toContain(`the page of the history of ${id} from operation 1 to 2 is not`);
  });

  test('with HTTP closed and a second address, that one is asked next', async () => {
    chain.faults.add({ kind: 'cut', over: 'HTTP', node: 'trusted', times: Infinity });
    const second = await chain.addNode('second');
    const client = clientOf({ urls: [chain.trustedUrl, second.url] });
    const session = await client.session();
    const work = failure(session.block(poisoned.block));
    await pass(14, session);
    await clock.advance(1250);
    expect((await work).code).toBe('REQUEST_TIMEOUT');
    expect(session.lost.aborted).toBe(true);
    expect((await client.session()).endpoint).not.toBe(session.endpoint);
  });

  test.each([
    ['the state', 'get_objects', (s: NodeSession) => s.state()],
    ['statistics', 'get_objects', (s: NodeSession) => s.statistics('2.6.6')],
    ['an account', 'get_accounts', (s: NodeSession) => s.account('exchange')],
    ['a broadcast', 'broadcast_transaction', (s: NodeSession) => s.broadcast({} as never)],
  ])(
    '%s is never asked for over HTTP: without an answer the connection is given up',
    async (_, method, ask) => {
      const session = await clientOf().session();
      const drop = chain.faults.add({ kind: 'drop', method, over: 'WebSocket', times: Infinity });
      const work = failure(ask(session));
      await until(() => drop.hits === 1);
      await pass(14, session);
      await clock.advance(1500);
      expect(await work).toMatchObject({ code: 'REQUEST_TIMEOUT' });
      expect([overHttp.hits, session.lost.aborted]).toEqual([0, true]);
    },
  );
});

describe('the call over HTTP', () => {
  const clock = new ManualClock(1_000_000);
  let node: ScriptedNode;
  let clients: NodeEndpoints[];
  beforeEach(async () => {
    clients = [];
    node = await ScriptedNode.start(({ params }) =>
      params[1] === 'get_chain_id'
        ? { result: mainnetId }
        : params[1] === 'login'
          ? { result: true }
          : 'silence',
    );
  });
  afterEach(async () => {
    for (const client of clients) client.close();
    await node.stop();
  });

  /** What becomes of a block that the WebSocket does not answer, with this answer over HTTP. */
  const blockWith = async (
    answer: Awaited<ReturnType<Post>>,
    settings: Partial<NodeClientSettings> = {},
    isRead: () => boolean = () => true,
  ): Promise<{ asked: HttpPost[]; end: Promise<unknown> }> => {
    const asked: HttpPost[] = [];
    const client = openNodeClient(
      { urls: [node.url], chainId: mainnetId, ...settings },
      {
        clock,
        lookUpHost: () => Promise.resolve(['127.0.0.1']),
        openSocket: (url, events, addresses) =>
          openWebSocket(url.replace('wss:', 'ws:'), events, addresses ?? ['127.0.0.1']),
        post: (request) => {
          asked.push(request);
          return Promise.resolve(answer);
        },
      },
    );
    clients.push(client);
    const session = await client.session();
    const end = session.block(5).catch((error: unknown) => error);
    await clock.advance(1000);
    for (let seconds = 1; seconds < 16 && !(await isOver(end)); seconds++) {
      await session.chainId();
      await clock.advance(1000);
      if (asked.length > 0) await until(isRead);
    }
    return { asked, end };
  };
  const ended = (text: string | Uint8Array, status = 200, contentEncoding = '') => ({
    status,
    contentEncoding,
    body: (async function* () {
      yield await Promise.resolve(Buffer.from(text as string));
    })(),
  });
  const nothing = ended('{"id":1,"result":null}');

  test('goes to the same host, port and path, with the login of the address or of the credential', async () => {
    const { port } = new URL(node.url);
    const login = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
    const inAddress = await blockWith(nothing, { urls: [`ws://some%20one:pa55@node.lan:${port}/path`] });
    expect(await inAddress.end).toBeNull();
    expect(inAddress.asked).toMatchObject([
      {
        addresses: ['127.0.0.1'],
        headers: { authorization: login('some one:pa55'), 'accept-encoding': 'identity' },
      },
    ]);
    expect(inAddress.asked[0]?.url.href).toBe(`http://node.lan:${port}/path`);
    expect(JSON.parse(inAddress.asked[0]?.body ?? '')).toMatchObject({
      method: 'call',
      params: ['database', 'get_block', [5]],
    });
    const secure = await blockWith(ended('{"id":1,"result":null}'), {
      urls: [`wss://node.lan:${port}`],
      user: 'user',
      password: 'pa55word',
    });
    expect(secure.asked[0]?.url.href).toBe(`https://node.lan:${port}/`);
    expect(secure.asked[0]?.headers).toMatchObject({ authorization: login('user:pa55word') });
  });

  test('carries no login where there is none', async () => {
    const { asked } = await blockWith(ended('{"id":1,"result":null}'));
    expect(asked[0]?.headers).not.toHaveProperty('authorization');
  });

  test.each([
    ['a redirect', ended('', 302), 'HTTP status 302'],
    ['a proxy that asks for WebSocket', ended('Upgrade Required', 426), 'HTTP status 426'],
    ['a page of something else', ended('<html>'), 'does not answer as a node'],
    ['a compressed answer', ended('{"id":1,"result":null}', 200, 'gzip'), 'not as a node'],
    [
      'a refused login',
      ended('{"id":1,"error":{"code":1,"message":"Access denied"}}'),
      'does not allow database.get_block',
    ],
  ])('%s is no answer, and the error says so', async (_, answer, reason) => {
    const error = await (await blockWith(answer)).end;
    expect(error).toMatchObject({ code: 'REQUEST_TIMEOUT' });
    expect((error as Error).message).toContain('block 5');
    expect((error as Error).message).toContain(reason);
  });

  test('a node that repeats the login is not repeated', async () => {
    const sent = Buffer.from('user:pa55word').toString('base64');
    const refused = ended(`{"id":1,"error":{"message":"not for pa55word (${sent})"}}`);
    const error = await (await blockWith(refused, { user: 'user', password: 'pa55word' })).end;
    expect((error as Error).message).toContain('"not for [secret] ([secret])"');
  });

  test('a refusal of the node is its answer', async () => {
    const refused = ended('{"id":1,"error":{"code":1,"message":"no such block"}}');
    expect(await (await blockWith(refused)).end).toMatchObject({ code: 'NODE_ERROR' });
  });

  test('an answer with too many values is not parsed, and one that never ends is not read to its end', async () => {
    const brackets = `{"id":1,"result":[${'[],'.repeat(2_000_000)}[]]}`;
    expect(await (await blockWith(ended(brackets))).end).toMatchObject({ code: 'INVALID_ANSWER' });
    let sent = 0;
    let leftEarly = 0;
    // Twice: a block may be large, and is then asked for again with room for it.
    const endless = {
      async *[Symbol.asyncIterator]() {
        try {
          for (let i = 0; i < 1000; i++, sent++) yield await Promise.resolve(Buffer.alloc(1024 * 1024, 0x20));
        } finally {
          leftEarly += 1;
        }
      },
    };
    const answer = { status: 200, contentEncoding: '', body: endless };
    const { end } = await blockWith(answer, {}, () => leftEarly === 2);
    expect(await end).toMatchObject({ code: 'INVALID_ANSWER' });
    expect(sent).toBeLessThan(64);
  });
});
