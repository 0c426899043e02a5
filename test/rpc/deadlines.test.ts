/** Guarantee: an address that is slow in whatever way holds nothing up for longer than its deadline. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { settled } from '../support/manualClock';
import { chainId, ClientOfNodes, rightChain } from '../support/clientOfNodes';
import { failure } from '../support/failure';
import { until } from '../support/until';

describe('one deadline from the first attempt to connect until the chain id is checked', () => {
  let nodes: ClientOfNodes;
  let server: Server | undefined;
  const connections: Socket[] = [];

  /** A TCP port that speaks no WebSocket by itself. */
  const port = async (greeting = ''): Promise<string> => {
    server = createServer((socket) => {
      connections.push(socket);
      socket.on('error', () => undefined);
      socket.resume();
      socket.write(greeting);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };

  beforeEach(() => {
    nodes = new ClientOfNodes();
  });
  afterEach(async () => {
    await nodes.stop();
    for (const connection of connections.splice(0)) connection.destroy();
    server?.close();
    server = undefined;
  });

  test('a byte every four seconds at the handshake: the next address is in use after 15 seconds', async () => {
    const slow = await port('HTTP/1.1 101 Switching Protocols\r\n');
    const healthy = await nodes.node();
    const client = nodes.client([slow, healthy.url]);
    const answer = client.block(1);
    await until(() => connections.length === 1);
    for (const seconds of [4, 8, 12]) {
      await nodes.clock.advance(4000);
      connections[0]?.write('X');
      await settled();
      expect({ seconds, asked: healthy.methods }).toEqual({ seconds, asked: [] });
    }
    await nodes.clock.advance(3000);
    expect(await answer).toBeNull();
    expect(healthy.methods).toEqual(['get_chain_id', 'get_block']);
    expect(nodes.told).toEqual([`left ${slow}: NODE_UNREACHABLE`]);
    // The other side is let go.
    await until(() => connections[0]?.destroyed === true);
  });

  test('a port that says nothing is named as no WebSocket', async () => {
    const url = await port();
    const error = failure(nodes.client([url]).block(1));
    await until(() => connections.length === 1);
    await settled();
    await nodes.clock.advance(15_000);
    expect(await error).toMatchObject({
      code: 'NODE_UNREACHABLE',
      message: `${url} is not reachable (it accepts connections and does not answer as a WebSocket within 15 s)`,
    });
  });

  test('another service is named as no WebSocket at once', async () => {
    const url = await port('220 mail.example ESMTP\r\n');
    expect(await failure(nodes.client([url]).block(1))).toMatchObject({
      code: 'NODE_UNREACHABLE',
      message: `${url} is not reachable (what it answers is not a WebSocket)`,
    });
  });

  test.each(['login', 'get_chain_id'])('a node that is silent at %s is left for the next', async (method) => {
    const silent = await nodes.node((request) =>
      request.params[1] === method
        ? 'silence'
        : request.params[1] === 'login'
          ? { result: true }
          : rightChain(request),
    );
    const healthy = await nodes.node(({ params }) => ({
      result: params[1] === 'get_chain_id' ? chainId : true,
    }));
    const login = { user: 'someone', password: 'pa55word' };
    const answer = nodes.client([silent.url, healthy.url], login).chainId();
    await until(() => silent.methods.includes(method));
    await nodes.clock.advance(14_000);
    expect(healthy.requests).toEqual([]);
    await nodes.clock.advance(1500);
    expect(await answer).toBe(chainId);
    expect(nodes.events[0]?.reason.message).toMatch(/did not answer (login|get_chain_id) within 15 s/);
  });

  test('one that draws out the opening and then the first answer is left within 20 seconds', async () => {
    const slow = await nodes.node(() => 'silence');
    const healthy = await nodes.node();
    const answer = nodes.client([slow.url, healthy.url]).block(1);
    await until(() => slow.methods.length === 1);
    await nodes.clock.advance(14_500);
    for (const socket of slow.sockets)
      socket.send(JSON.stringify({ id: slow.requests[0]?.id, result: chainId }));
    await until(() => slow.methods.length === 2);
    await nodes.clock.advance(5000);
    expect(await answer).toBeNull();
    expect(nodes.told).toEqual([`left ${slow.url}: REQUEST_TIMEOUT`]);
  });

  test('each call has a deadline of its own, and the others are lost with the connection', async () => {
    const node = await nodes.node((request, self) =>
      self().requests.length === 1 ? rightChain(request) : 'silence',
    );
    const session = await nodes.client([node.url]).session();
    const first = failure(session.block(1));
    await until(() => node.methods.includes('get_block'));
    await nodes.clock.advance(10_000);
    const second = failure(session.account('alice'));
    const third = failure(session.broadcast({} as never));
    // Once it is asked whether the node answers at all.
    const asked = ['get_chain_id', 'get_block', 'get_chain_id', 'get_accounts', 'broadcast_transaction'];
    await until(() => node.methods.length === asked.length);
    expect(node.methods).toEqual(asked);
    await nodes.clock.advance(5250);
    expect(await first).toMatchObject({
      code: 'REQUEST_TIMEOUT',
      fix: expect.stringMatching(/ask again/) as string,
    });
    expect(await second).toMatchObject({
      code: 'CONNECTION_LOST',
      fix: expect.stringMatching(/^Ask again/) as string,
    });
    expect(await third).toMatchObject({
      code: 'CONNECTION_LOST',
      fix: expect.stringMatching(/acted .* not known/) as string,
    });
  });
});
