/** Guarantee: one address in trouble stops nothing while another works, and it is named. */
import { once } from 'node:events';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { ClientOfNodes, rightChain } from '../support/clientOfNodes';
import { failure } from '../support/failure';
import type { ScriptedNode } from '../support/scriptedNode';
import { selfSigned } from '../support/selfSigned';
import { until } from '../support/until';

let nodes: ClientOfNodes;
beforeEach(() => {
  nodes = new ClientOfNodes();
});
afterEach(() => nodes.stop());

const cut = async (node: ScriptedNode) => {
  for (const socket of node.sockets) socket.terminate();
  await until(() => node.sockets.size === 0);
};

/** A node that passes the check of the chain and then floods, until it is told to behave. */
async function floodingNode(): Promise<{ node: ScriptedNode; behave: () => void }> {
  let behaves = false;
  const node = await nodes.node((request, self) => {
    if (behaves || request.params[1] === 'get_chain_id') return rightChain(request);
    for (const socket of self().sockets) for (let i = 0; i < 200; i++) socket.send('{}');
    return 'silence';
  });
  return { node, behave: () => (behaves = true) };
}

test('an address that sent too much is not tried for an hour while another can be used', async () => {
  const { node: hostile, behave } = await floodingNode();
  const healthy = await nodes.node();
  const client = nodes.client([hostile.url, healthy.url]);
  expect(await client.block(1)).toBeNull();
  behave();
  const before = hostile.requests.length;
  for (const minutes of [10, 25, 24]) {
    await nodes.clock.advance(minutes * 60_000);
    await cut(healthy);
    expect(await client.block(1)).toBeNull();
    expect(client.endpoint).toBe(healthy.url);
  }
  expect(hostile.requests.length).toBe(before);
  await nodes.clock.advance(60_000);
  await cut(healthy);
  expect(await client.block(1)).toBeNull();
  expect(client.endpoint).toBe(hostile.url);
});

test('it is tried nevertheless when no other can be used', async () => {
  const { node: hostile, behave } = await floodingNode();
  const healthy = await nodes.node();
  const client = nodes.client([hostile.url, healthy.url]);
  await client.block(1);
  behave();
  await healthy.stop();
  expect(await client.block(1)).toBeNull();
  expect(client.endpoint).toBe(hostile.url);
});

test('an address that cannot be used is named once, and once more when it is used again', async () => {
  let refuses = true;
  const first = await nodes.node((request) => (refuses ? { result: 'ab'.repeat(32) } : rightChain(request)));
  const second = await nodes.node();
  const client = nodes.client([first.url, second.url]);
  await client.block(1);
  expect(nodes.events).toMatchObject([
    { kind: 'left', endpoint: first.url, next: second.url, reason: { code: 'WRONG_CHAIN' } },
  ]);
  await cut(second);
  await client.block(1);
  expect(nodes.events).toHaveLength(1);
  refuses = false;
  await cut(second);
  await client.block(1);
  expect(nodes.told).toEqual([
    `left ${first.url}: WRONG_CHAIN`,
    `used again ${first.url}: WRONG_CHAIN`,
    `left ${second.url}: CONNECTION_LOST`,
  ]);
});

test('addresses that come and go are named once an hour', async () => {
  const first = await nodes.node();
  const second = await nodes.node();
  const client = nodes.client([first.url, second.url]);
  for (let minute = 0; minute < 55; minute++) {
    await client.block(1);
    await cut(minute % 2 === 0 ? first : second);
    await nodes.clock.advance(60_000);
  }
  expect(nodes.told.filter((text) => text.startsWith('left'))).toEqual([
    `left ${first.url}: CONNECTION_LOST`,
    `left ${second.url}: CONNECTION_LOST`,
  ]);
});

test('nothing is said about an address that is the only one, or that this side left', async () => {
  const first = await nodes.node();
  const second = await nodes.node();
  const client = nodes.client([first.url]);
  await client.block(1);
  await cut(first);
  await client.block(1);
  const other = nodes.client([first.url, second.url]);
  (await other.session()).close();
  expect((await other.session()).endpoint).toBe(second.url);
  expect(nodes.events).toEqual([]);
});

test('when all addresses fail, each is named with its reason and all advice', async () => {
  const dead = await nodes.node();
  await dead.stop();
  const wrong = await nodes.node(() => ({ result: 'cd'.repeat(32) }));
  const error = await failure(nodes.client([dead.url, wrong.url, dead.url]).block(1));
  expect(error.code).toBe('WRONG_CHAIN');
  expect(error.message).toMatch(
    new RegExp(
      `${dead.url} is not reachable \\(the connection was refused\\)\\. ${wrong.url} is on chain cd`,
    ),
  );
  expect(error.fix).toMatch(/^Choose the right chain .* firewall lets this machine through\.$/);
});

test('watched objects do not connect again and again at once to a node that ends every connection', async () => {
  const node = await nodes.node((request) =>
    request.params[1] === 'get_chain_id' ? rightChain(request) : 'cut',
  );
  nodes.client([node.url]).watchObject('2.6.17', () => undefined, new AbortController().signal);
  for (let second = 0; second < 120; second++) {
    await nodes.clock.advance(1000);
    await until(() => node.sockets.size === 0);
  }
  const attempts = node.methods.filter((method) => method === 'get_chain_id').length;
  expect(attempts).toBeGreaterThan(5);
  expect(attempts).toBeLessThan(15);
});

describe('before anything was sent, the reason is told in words', () => {
  test('a self-signed certificate, with what makes it trusted', async () => {
    let requests = 0;
    const server = createTlsServer(selfSigned, () => (requests += 1)).on('upgrade', () => (requests += 1));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const url = `wss://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const error = await failure(nodes.client([url]).block(1));
    server.close();
    expect(error).toMatchObject({
      code: 'NODE_UNREACHABLE',
      message: `${url} is not reachable (its certificate is self-signed)`,
      fix: expect.stringContaining('NODE_EXTRA_CA_CERTS') as string,
    });
    expect(requests).toBe(0);
  });

  test('TLS spoken to a node that has none', async () => {
    const node = await nodes.node();
    const url = node.url.replace('ws:', 'wss:');
    expect(await failure(nodes.client([url]).block(1))).toMatchObject({
      code: 'NODE_UNREACHABLE',
      message: `${url} is not reachable (it does not speak TLS)`,
    });
  });

  test('a host name that does not exist', async () => {
    expect(await failure(nodes.client(['ws://nowhere.invalid:8090']).block(1))).toMatchObject({
      code: 'NODE_UNREACHABLE',
      message: expect.stringMatching(/\(the host name (is not known|could not be looked up)\)/) as string,
    });
  });

  test('none of them speaks of what the node may have done', async () => {
    const dead = await nodes.node();
    await dead.stop();
    for (const url of [dead.url, 'ws://nowhere.invalid:8090']) {
      const { message, fix } = await failure(nodes.client([url]).broadcast({} as never));
      expect(`${message} ${fix ?? ''}`).not.toMatch(/acted|not known\./);
    }
  });
});

test('a question whose connection was lost says to ask again, and nothing of what the node may have done', async () => {
  const node = await nodes.node((request) =>
    request.params[1] === 'get_chain_id' ? rightChain(request) : 'cut',
  );
  const session = await nodes.client([node.url]).session();
  const { code, message, fix } = await failure(session.block(1));
  expect(code).toBe('CONNECTION_LOST');
  expect(`${message} ${fix ?? ''}`).toMatch(/Ask again/);
  expect(`${message} ${fix ?? ''}`).not.toMatch(/acted/);
});
