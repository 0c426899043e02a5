/** Guarantee: the first address is returned to when it is fit again, and never under work that has begun elsewhere. */
import { BitSharesError } from '../../src/errors';
import { ClientOfNodes, rightChain } from '../support/clientOfNodes';
import type { ScriptedNode } from '../support/scriptedNode';
import { until } from '../support/until';

const minute = 60_000;
const unfit = (code: 'NODE_OUT_OF_SYNC' | 'INVALID_ANSWER') => new BitSharesError(code, { message: 'unfit' });

let nodes: ClientOfNodes;
let first: ScriptedNode;
let second: ScriptedNode;
let refuses: boolean;
beforeEach(async () => {
  nodes = new ClientOfNodes();
  refuses = false;
  first = await nodes.node((request) => (refuses ? { result: 'ab'.repeat(32) } : rightChain(request)));
  second = await nodes.node();
});
afterEach(() => nodes.stop());

const asked = (node: ScriptedNode) => node.methods.filter((method) => method === 'get_chain_id').length;

/** A client whose first address was left, on a session of the second one. */
async function onSecond() {
  const client = nodes.client([first.url, second.url]);
  (await client.session()).leave(unfit('NODE_OUT_OF_SYNC'));
  const session = await client.session();
  expect(session.endpoint).toBe(second.url);
  expect(nodes.told).toEqual([`left ${first.url}: NODE_OUT_OF_SYNC`]);
  return { client, session };
}

/** Asks until the client has looked at the first address and hands it out. */
async function returned(client: Awaited<ReturnType<typeof onSecond>>['client']) {
  await until(() => client.endpoint === first.url);
  return client.session();
}

test('after five minutes work begins on the first address again; what had begun goes on where it is for a minute', async () => {
  const { client, session } = await onSecond();
  await nodes.clock.advance(4 * minute);
  expect(await client.session()).toBe(session);
  expect(asked(first)).toBe(1);
  await nodes.clock.advance(minute);
  await client.session();
  const again = await returned(client);
  expect(again.endpoint).toBe(first.url);
  expect([session.outdated, session.lost.aborted]).toEqual([true, false]);
  expect(await session.block(1)).toBeNull();
  expect(nodes.events).toHaveLength(1);
  await nodes.clock.advance(minute);
  await until(() => session.lost.aborted);
  expect(await client.session()).toBe(again);
  expect(nodes.told.slice(1)).toEqual([`used again ${first.url}: NODE_OUT_OF_SYNC`]);
});

test('one that is still unfit leads back to the very connection that was in use, and nobody is told again', async () => {
  const { client, session } = await onSecond();
  for (let look = 0; look < 30; look++) {
    await nodes.clock.advance(5 * minute);
    await client.session();
    const again = await returned(client);
    expect(again.leave(unfit('NODE_OUT_OF_SYNC'))).toBe(true);
    expect(await client.session()).toBe(session);
    expect(session.outdated).toBe(false);
  }
  expect(nodes.events).toHaveLength(1);
});

test('one that cannot be connected to is tried once in five minutes, beside work that goes on', async () => {
  const { client, session } = await onSecond();
  refuses = true;
  for (let minutes = 1; minutes <= 20; minutes++) {
    await nodes.clock.advance(minute);
    expect(await client.session()).toBe(session);
    // An attempt takes real time.
    await until(() => asked(first) === 1 + Math.floor(minutes / 5));
  }
  expect(nodes.events).toHaveLength(1);
});

test('one that is lost while it is on trial leads back too', async () => {
  const { client, session } = await onSecond();
  await nodes.clock.advance(5 * minute);
  await client.session();
  await returned(client);
  for (const socket of first.sockets) socket.terminate();
  await until(() => client.endpoint !== first.url || first.sockets.size === 0);
  expect(await client.session()).toBe(session);
});

test('an address is left only for another one that was not tried yet', async () => {
  const client = nodes.client([first.url, second.url]);
  const session = await client.session();
  expect(session.leave(unfit('INVALID_ANSWER'), new Set([second.url]))).toBe(false);
  expect(session.lost.aborted).toBe(false);
  const alone = await nodes.client([first.url]).session();
  expect(alone.leave(unfit('INVALID_ANSWER'))).toBe(false);
  expect(alone.lost.aborted).toBe(false);
});
