/** Guarantee: a node that sends what nobody asked for cannot keep the process busy; what honest nodes send always passes. */
import type { WebSocket } from 'ws';
import { ClientOfNodes, rightChain } from '../support/clientOfNodes';
import type { ScriptedNode } from '../support/scriptedNode';
import { until } from '../support/until';

let nodes: ClientOfNodes;
beforeEach(() => {
  nodes = new ClientOfNodes();
});
afterEach(() => nodes.stop());

const times = (count: number, work: () => void): void => {
  for (let i = 0; i < count; i++) work();
};
const notice = (callbackId: number) =>
  JSON.stringify({ method: 'notice', params: [callbackId, [['2.6.17']]] });

const floods: [string, (socket: WebSocket) => void][] = [
  ['notices that nobody asked for', (socket) => times(101, () => socket.send(notice(7)))],
  ['notices before a subscription', (socket) => times(101, () => socket.send(notice(1)))],
  ['answers to no question', (socket) => times(101, () => socket.send('{"id":999999,"result":{}}'))],
  ['answers without a number', (socket) => times(101, () => socket.send('{"result":{}}'))],
  ['values that are no message', (socket) => times(101, () => socket.send('7'))],
  ['lists', (socket) => times(101, () => socket.send('[]'))],
  ['pings', (socket) => times(101, () => socket.ping())],
  ['pongs', (socket) => times(101, () => socket.pong('x'))],
  [
    'one large notice',
    (socket) => socket.send(`{"method":"notice","params":[1,["${'a'.repeat(262_144)}"]]}`),
  ],
  ['large notices', (socket) => times(5, () => socket.send(`"${'a'.repeat(250_000)}"`))],
  ['empty pieces', (socket) => times(20_000, () => socket.send('', { fin: false }))],
  ['pieces of one byte', (socket) => times(20_000, () => socket.send('1', { fin: false }))],
];

test.each(floods)('%s end the connection, and the next address is in use', async (_, flood) => {
  const hostile = await nodes.node((request, self) => {
    if (request.params[1] !== 'get_block') return rightChain(request);
    for (const socket of self().sockets) flood(socket);
    return 'silence';
  });
  const healthy = await nodes.node();
  expect(await nodes.client([hostile.url, healthy.url]).block(1)).toBeNull();
  expect(healthy.methods).toEqual(['get_chain_id', 'get_block']);
  expect(nodes.told).toEqual([`left ${hostile.url}: INVALID_ANSWER`]);
  expect(nodes.events[0]?.reason.message).toMatch(/nobody asked for|no question|too many pieces/);
});

test.each(floods)('%s at once end the connection as well', async (_, flood) => {
  const hostile = await nodes.node((_request, self) => {
    for (const socket of self().sockets) flood(socket);
    return 'silence';
  });
  const healthy = await nodes.node();
  expect(await nodes.client([hostile.url, healthy.url]).block(1)).toBeNull();
  expect(nodes.told).toEqual([`left ${hostile.url}: INVALID_ANSWER`]);
});

describe('notices of a watched object', () => {
  let woken: number;
  const watch = async (node: ScriptedNode, more: string[] = []) => {
    woken = 0;
    const client = nodes.client([node.url, ...more]);
    client.watchObject('2.6.17', () => (woken += 1), new AbortController().signal);
    await until(() => woken === 1);
    return client.session();
  };
  const notify = (node: ScriptedNode, count: number, text = notice(1)) => {
    for (const socket of node.sockets) times(count, () => socket.send(text));
  };

  test('pass in a burst as of a node that catches up, and after it', async () => {
    const node = await nodes.node();
    const { lost } = await watch(node);
    for (const round of [1, 2, 3]) {
      notify(node, 19_000);
      await until(() => woken === 1 + 19_000 * round);
      await nodes.clock.advance(10_000);
    }
    expect(lost.aborted).toBe(false);
  });

  test('pass with the objects that the subscription of the node takes for watched', async () => {
    const node = await nodes.node();
    const { lost } = await watch(node);
    const others = Array.from({ length: 400 }, (_, i) => ({ id: `2.6.${1000 + i}`, name: 'a'.repeat(500) }));
    notify(node, 50, JSON.stringify({ method: 'notice', params: [1, [[...others, { id: '2.6.17' }]]] }));
    await until(() => woken === 51);
    expect(lost.aborted).toBe(false);
  });

  test('end the connection when they are more than a chain can cause', async () => {
    const node = await nodes.node();
    const healthy = await nodes.node();
    const { lost } = await watch(node, [healthy.url]);
    notify(node, 20_001);
    await until(() => lost.aborted);
    for (let i = 0; i < 50 && healthy.requests.length === 0; i++) await nodes.clock.advance(250);
    await until(() => nodes.told.length > 0);
    expect(nodes.events[0]?.reason.message).toMatch(/sends too many notices \(more than 20000 messages/);
  });
});

test('a few messages that nobody asked for do no harm, as often as they come', async () => {
  const node = await nodes.node();
  const session = await nodes.client([node.url]).session();
  for (const round of [1, 2, 3]) {
    for (const socket of node.sockets) {
      times(25, () => {
        socket.ping();
        socket.send(notice(7));
        socket.send('{"id":999999,"result":{}}');
      });
    }
    expect({ round, block: await session.block(1) }).toEqual({ round, block: null });
    await nodes.clock.advance(10_000);
  }
  expect(session.lost.aborted).toBe(false);
});
