/** What several users of one process share of their nodes, and what they do not. */
import type { NodeEndpoints } from '../../src/chain/interfaces';
import type { AddressEvent } from '../../src/rpc/addresses';
import type { NodeClientSettings } from '../../src/rpc/nodeClient';
import { NodePool } from '../../src/rpc/pool';
import { ManualClock, settled } from '../support/manualClock';
import { chainId, rightChain } from '../support/clientOfNodes';
import { failure } from '../support/failure';
import { ScriptedNode, type Reply, type Request } from '../support/scriptedNode';
import { until } from '../support/until';

let clock: ManualClock;
let pool: NodePool;
const nodes: ScriptedNode[] = [];
const clients: NodeEndpoints[] = [];

beforeEach(() => {
  clock = new ManualClock(1_000_000);
  pool = new NodePool({ clock, random: () => 0.5 });
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  for (const node of nodes.splice(0)) await node.stop();
});

/** @param script the answer to everything but the chain id, unless it gives none */
async function start(
  script: (request: Request) => Reply | undefined = () => undefined,
): Promise<ScriptedNode> {
  const node = await ScriptedNode.start((request) =>
    request.params[1] === 'get_chain_id' ? rightChain(request) : (script(request) ?? rightChain(request)),
  );
  nodes.push(node);
  return node;
}

function open(urls: string[], settings: Partial<NodeClientSettings> = {}) {
  const events: AddressEvent[] = [];
  const client = pool.open({ urls, chainId, ...settings }, (event) => events.push(event));
  clients.push(client);
  return Object.assign(client, { told: () => events.map(({ kind, endpoint }) => `${kind} ${endpoint}`) });
}

/** What a node was asked for, beside the chain id. */
const questions = ({ requests }: ScriptedNode) =>
  requests.map(({ params }) => params).filter(([, method]) => method !== 'get_chain_id');

const statistics = (id: unknown) => ({
  id,
  owner: `1.2.${String(id).split('.')[2]}`,
  total_ops: 7,
  removed_ops: 0,
  lifetime_fees_paid: 0,
});
const answerStatistics = ({ params: [, , args] }: Request) => ({
  result: (args[0] as string[]).map(statistics),
});
const idsOf = (count: number) => Array.from({ length: count }, (_, i) => `2.6.${i + 1}`);

describe('connections', () => {
  test('users of equal settings have one connection to an address, users of other settings their own', async () => {
    const node = await start();
    const equal = [open([node.url]), open([node.url]), open([node.url])];
    await Promise.all(equal.map((client) => client.session()));
    expect(node.sockets.size).toBe(1);
    await open([node.url], { prefix: 'TEST' }).session();
    expect(node.sockets.size).toBe(2);
  });

  test('a password is no readable part of what tells settings apart', async () => {
    const node = await start(() => ({ result: true }));
    await open([node.url], { user: 'exchange', password: 'a secret word' }).session();
    const { addresses } = pool as unknown as { addresses: Map<string, unknown> };
    expect([...addresses.keys()].join()).toMatch(/^[0-9a-f]{64} ws:/);
  });

  test('who is done gives nothing away of the others, and loses only questions of its own', async () => {
    const held: Request[] = [];
    const node = await start((request) => (held.push(request), 'silence'));
    const [one, other] = [open([node.url]), open([node.url])];
    const session = await one.session();
    const lost = failure(session.account('alice'));
    const answered = (await other.session()).block(7);
    await until(() => held.length === 2);
    one.close();
    expect(await lost).toMatchObject({ code: 'CONNECTION_LOST' });
    expect(session.lost.aborted).toBe(true);
    for (const { id } of held)
      for (const socket of node.sockets) socket.send(JSON.stringify({ id, result: null }));
    expect(await answered).toBeNull();
  });

  test('what waits in line to be broadcast is not sent any more once its sender is done', async () => {
    const held: Request[] = [];
    const node = await start((request) => (held.push(request), 'silence'));
    const [one, other] = [open([node.url]), open([node.url])];
    const session = await one.session();
    const busy = await other.session();
    // As many as may be on their way.
    for (let number = 1; number <= 8; number++) void busy.block(number).catch(() => undefined);
    await until(() => held.length === 8);
    const lost = failure(session.broadcast({} as never));
    one.close();
    expect(await lost).toMatchObject({ code: 'CONNECTION_LOST' });
    const answered = busy.account('alice');
    for (const { id } of held.slice())
      for (const socket of node.sockets) socket.send(JSON.stringify({ id, result: null }));
    await until(() => held.length === 9);
    for (const socket of node.sockets) socket.send(JSON.stringify({ id: held[8]?.id, result: [null] }));
    expect(await answered).toBeNull();
    expect(questions(node).map(([, method]) => method)).not.toContain('broadcast_transaction');
  });

  test('a connection that nobody uses is kept for the next execution, half a minute long', async () => {
    const node = await start();
    const first = open([node.url]);
    await first.session();
    first.close();
    await clock.advance(29_000);
    const second = open([node.url]);
    await second.session();
    expect(node.sockets.size).toBe(1);
    await clock.advance(60_000);
    expect(node.sockets.size).toBe(1);
    second.close();
    await clock.advance(29_000);
    expect(node.sockets.size).toBe(1);
    await clock.advance(2000);
    await until(() => node.sockets.size === 0);
    expect(node.methods).toEqual(['get_chain_id']);
  });

  test('a lost connection is lost for all, who then share the next one', async () => {
    const node = await start(() => 'silence');
    const users = [open([node.url]), open([node.url])];
    const sessions = await Promise.all(users.map((user) => user.session()));
    const lost = sessions.map((session) => failure(session.account('alice')));
    await until(() => questions(node).length === 1);
    for (const socket of node.sockets) socket.terminate();
    for (const { code } of await Promise.all(lost)) expect(code).toBe('CONNECTION_LOST');
    expect(sessions.map((session) => session.lost.aborted)).toEqual([true, true]);
    await Promise.all(users.map((user) => user.session()));
    expect(node.sockets.size).toBe(1);
    expect(node.methods.filter((method) => method === 'get_chain_id')).toHaveLength(2);
  });

  test('who leaves a node goes to the next address and disturbs nobody, and each is told of its own', async () => {
    const [first, second] = [await start(), await start()];
    const urls = [first.url, second.url];
    const [one, other] = [open(urls), open(urls)];
    const session = await other.session();
    await one.session();
    // No node answers a question about an asset with nothing at all.
    expect(await failure(one.assets(['BTS']))).toMatchObject({ code: 'INVALID_ANSWER' });
    expect(one.told()).toEqual([`left ${first.url}`]);
    expect(other.told()).toEqual([]);
    expect(session.lost.aborted).toBe(false);
    expect(await session.block(1)).toBeNull();
    expect(questions(first).map(([, method]) => method)).toEqual(['lookup_asset_symbols', 'get_block']);
  });

  test('who leaves the only address comes back to the connection that others are content with', async () => {
    const node = await start();
    const [one, other] = [open([node.url]), open([node.url])];
    const kept = await other.session();
    (await one.session()).close();
    expect((await one.session()).lost.aborted).toBe(false);
    expect(kept.lost.aborted).toBe(false);
    expect(node.methods).toEqual(['get_chain_id']);
  });

  test('a connection that its last user leaves is not given to the next one', async () => {
    const node = await start();
    const [one, other] = [open([node.url]), open([node.url])];
    const left = await one.session();
    left.close();
    await other.session();
    expect(node.methods).toEqual(['get_chain_id', 'get_chain_id']);
    await until(() => node.sockets.size === 1);
  });

  test('an address that does not answer is waited for once, by all who want it', async () => {
    const node = await ScriptedNode.start(() => 'silence');
    nodes.push(node);
    const failures = [open([node.url]), open([node.url])].map((user) => failure(user.session()));
    await until(() => node.requests.length > 0);
    await clock.advance(15_000);
    for (const error of await Promise.all(failures)) expect(error.code).toBe('NODE_UNREACHABLE');
    expect(node.requests).toHaveLength(1);
  });
});

describe('questions', () => {
  test('statistics of many accounts are one call for fifty', async () => {
    const node = await start(answerStatistics);
    const asked = idsOf(100).map(async (id) => {
      const { statistics: read } = await open([node.url]).session();
      return read(id);
    });
    expect((await Promise.all(asked)).map(({ id }) => id)).toEqual(idsOf(100));
    // Those who had to wait for the connection come one after another.
    expect(questions(node).length).toBeLessThanOrEqual(3);
  });

  test('nobody is answered with what was sent before they asked', async () => {
    const held: Request[] = [];
    const node = await start((request) => (held.push(request), 'silence'));
    const answer = ({ id, params }: Request, totalOps: number) => {
      const result = (params[2][0] as string[]).map((one) => ({ ...statistics(one), total_ops: totalOps }));
      for (const socket of node.sockets) socket.send(JSON.stringify({ id, result }));
    };
    const [one, other] = [await open([node.url]).session(), await open([node.url]).session()];
    const first = one.statistics('2.6.1');
    await until(() => held.length === 1);
    const later = [other.statistics('2.6.1'), one.statistics('2.6.2'), one.statistics('2.6.1')];
    await settled();
    expect(held).toHaveLength(1);
    answer(held[0] as Request, 1);
    expect((await first).totalOps).toBe(1);
    await until(() => held.length === 2);
    answer(held[1] as Request, 2);
    expect((await Promise.all(later)).map(({ totalOps }) => totalOps)).toEqual([2, 2, 2]);
    expect(held.map(({ params }) => params[2][0])).toEqual([['2.6.1'], ['2.6.1', '2.6.2']]);
  });

  test('a page and a block are asked once for all who want them at the same time, and again for who comes later', async () => {
    const held: Request[] = [];
    const node = await start((request) => (held.push(request), 'silence'));
    const answerAll = () => {
      for (const { id } of held.splice(0))
        for (const socket of node.sockets) socket.send(JSON.stringify({ id, result: null }));
    };
    const [one, other] = [await open([node.url]).session(), await open([node.url]).session()];
    const together = [one.block(5), other.block(5), other.block(6)];
    await until(() => held.length === 2);
    const later = [one.block(5), other.block(5)];
    await settled();
    expect(held.map(({ params }) => params[2])).toEqual([[5], [6]]);
    answerAll();
    await Promise.all(together);
    await until(() => held.length === 1);
    answerAll();
    await Promise.all(later);
    expect(questions(node)).toHaveLength(3);
  });

  test('what one asks for and the node refuses is no trouble of the others', async () => {
    const node = await start((request) => {
      const names = request.params[2][0] as string[];
      if (names.includes('?')) return { error: { code: 1, message: 'no such name' } };
      return { result: names.map(() => null) };
    });
    const [one, other] = [await open([node.url]).session(), await open([node.url]).session()];
    const refused = failure(one.account('?'));
    expect(await other.account('alice')).toBeNull();
    expect(await refused).toMatchObject({ code: 'NODE_ERROR' });
  });

  test('a node that gives fewer objects in one answer is asked for fewer', async () => {
    const node = await start((request) =>
      (request.params[2][0] as string[]).length > 10
        ? { error: { code: 1, message: 'limit can not be greater than 10' } }
        : answerStatistics(request),
    );
    const session = await open([node.url]).session();
    const ask = () => Promise.all(idsOf(40).map((id) => session.statistics(id)));
    await ask();
    const before = questions(node).length;
    expect((await ask()).map(({ id }) => id)).toEqual(idsOf(40));
    expect(questions(node).length - before).toBe(4);
  });

  test('objects that strangers can lengthen are asked for alone', async () => {
    const node = await start(() => ({ result: [null] }));
    const session = await open([node.url]).session();
    await Promise.all(
      ['1.10.1', '1.10.2'].map((id) => session.call('database', 'get_objects', [[id], false])),
    );
    expect(questions(node).map(([, , args]) => args[0])).toEqual([['1.10.1'], ['1.10.2']]);
  });

  test('who reads a whole history keeps neither a payment nor another reader waiting', async () => {
    const held: Request[] = [];
    const node = await start((request) => (held.push(request), 'silence'));
    const settings = { maximumInFlight: 2 };
    const [reader, second, payment] = [
      await open([node.url], settings).session(),
      await open([node.url], settings).session(),
      await open([node.url], settings).session(),
    ];
    for (let block = 1; block <= 50; block++) reader.block(block).catch(() => undefined);
    await until(() => held.length === 2);
    second.block(1000).catch(() => undefined);
    payment.account('alice').catch(() => undefined);
    payment.broadcast({} as never).catch(() => undefined);
    await settled();
    for (let answered = 0; answered < 5; answered++) {
      const { id } = held[answered] as Request;
      for (const socket of node.sockets) socket.send(JSON.stringify({ id, result: null }));
      await until(() => held.length === answered + 3);
    }
    const sent = questions(node).map(([, method, args]) => (method === 'get_block' ? args[0] : method));
    expect(sent.slice(0, 2)).toEqual([1, 2]);
    expect(sent.slice(2, 4).sort()).toEqual(['broadcast_transaction', 'get_accounts']);
    expect(sent.slice(4, 7)).toContain(1000);
  });
});

describe('notices', () => {
  test('one subscription serves all, and each hears of what it watches', async () => {
    const node = await start(({ params: [, method, args] }) =>
      method === 'get_objects' ? { result: (args[0] as string[]).map(() => null) } : undefined,
    );
    const [one, other] = [await open([node.url]).session(), await open([node.url]).session()];
    const heard: string[] = [];
    const { signal } = new AbortController();
    one.watchObject('2.6.1', () => heard.push('one 1'), signal);
    other.watchObject('2.6.1', () => heard.push('other 1'), signal);
    other.watchObject('2.6.2', () => heard.push('other 2'), signal);
    // What changed before the subscription began gave no notice.
    await until(() => heard.length === 3);
    node.notify([1, [[{ id: '2.6.1' }]]]);
    await until(() => heard.length === 5);
    expect(heard.slice(3).sort()).toEqual(['one 1', 'other 1']);
    one.close();
    node.notify([1, [[{ id: '2.6.1' }, { id: '2.6.2' }]]]);
    await until(() => heard.length === 7);
    expect(heard.slice(5).sort()).toEqual(['other 1', 'other 2']);
    expect(questions(node).map(([, method, args]) => [method, args[0]])).toEqual([
      ['set_subscribe_callback', 1],
      ['get_objects', ['2.6.1', '2.6.2']],
    ]);
  });
});
