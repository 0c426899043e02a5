/** Guarantee: an unfit node is left for the next address in the same round, and a delayed node that stopped stops no payment. */
import { Devchain } from '../../devchain';
import type { NodeHandle } from '../../devchain/rpc/nodeHandle';
import type { NodeEndpoints } from '../../src/chain/interfaces';
import { BitSharesError } from '../../src/errors';
import type { AddressEvent } from '../../src/rpc/addresses';
import { openNodeClient } from '../../src/rpc/nodeClient';
import { WithdrawalCaches } from '../../src/withdrawals/proof/evidence';
import { quoteWithdrawal } from '../../src/withdrawals/sending/quote';
import { withdrawalStatus } from '../../src/withdrawals/sending/settleTransaction';
import { readView } from '../../src/withdrawals/proof/view';
import { startExchange, type Exchange } from '../support/exchangeOnDevchain';
import { realClock } from '../support/realClock';

jest.setTimeout(180_000);

let exchange: Exchange;
let clients: NodeEndpoints[];
let events: AddressEvent[];
beforeEach(async () => {
  exchange = await startExchange();
  clients = [];
  events = [];
});
afterEach(async () => {
  for (const client of clients) client.close();
  await exchange.stop();
});

function client(...urls: string[]): NodeEndpoints {
  const onAddress = (event: AddressEvent) => events.push(event);
  const opened = openNodeClient({ chainId: exchange.chain.chainId, urls }, { clock: realClock, onAddress });
  clients.push(opened);
  return opened;
}

const nodesOf = (trusted: NodeEndpoints, delayed: NodeEndpoints | null) => ({
  trusted: () => trusted.session(),
  delayed: delayed === null ? null : () => delayed.session(),
});

/** A node whose history nobody may ask for: blocks alone are the proof. */
const withoutHistory = (trusted: NodeEndpoints) => ({
  trusted: async () => {
    const history = () => Promise.reject(new BitSharesError('ACCESS_DENIED', { message: 'Access denied' }));
    const session = await trusted.session();
    return new Proxy(session, {
      get: (target, name) => (name === 'history' ? history : (Reflect.get(target, name, target) as unknown)),
    });
  },
  delayed: null,
});

/** A node that has not followed the chain for some minutes. */
async function frozenNode(options: { delayed?: boolean } = {}): Promise<NodeHandle> {
  const { chain } = exchange;
  const frozen = await chain.addNode('frozen', options);
  chain.advance(700);
  chain.confirm();
  frozen.freeze();
  chain.advance(400);
  chain.confirm();
  return frozen;
}

describe.each([['first'], ['second']])('with a frozen node as the %s of two addresses', (place) => {
  const inOrder = (frozen: string, healthy: string) =>
    place === 'first' ? ([frozen, healthy] as const) : ([healthy, frozen] as const);

  test('of the trusted node, a withdrawal is paid and becomes irreversible', async () => {
    const { chain, delayed, send, order } = exchange;
    const trusted = client(...inOrder((await frozenNode()).url, chain.trustedUrl));
    const [result] = await send([order({})], { nodes: nodesOf(trusted, delayed) });
    expect(result?.item).toMatchObject({ outcome: 'irreversible', paid: true });
    expect(exchange.paymentsTo('alice')).toBe(1);
  });

  test('of the delayed node, a withdrawal with a memo is paid and becomes irreversible', async () => {
    const { chain, trusted, send, order } = exchange;
    const delayed = client(...inOrder((await frozenNode({ delayed: true })).url, chain.delayedUrl));
    const [result] = await send([order({ memo: 'invoice 7' })], { nodes: nodesOf(trusted, delayed) });
    expect(result?.item).toMatchObject({ outcome: 'irreversible', paid: true });
    expect(exchange.paymentsTo('alice')).toBe(1);
  });
});

test('an address that is left is named once, with the reason and the one that is used', async () => {
  const { chain, delayed, send, order } = exchange;
  const frozen = await frozenNode();
  const trusted = client(frozen.url, chain.trustedUrl);
  await send([order({})], { nodes: nodesOf(trusted, delayed) });
  expect(events).toMatchObject([
    { kind: 'left', next: chain.trustedUrl, reason: { code: 'NODE_OUT_OF_SYNC' } },
  ]);
  expect(events[0]?.reason.message).toMatch(/is not in sync: its head block is \d{3} s old/);
});

test('Quote and Get Status go to the next address too', async () => {
  const { chain, context, order, send } = exchange;
  const frozen = await frozenNode();
  const nodes = nodesOf(client(frozen.url, chain.trustedUrl), client(chain.delayedUrl));
  const request = order({});
  const { intent } = await quoteWithdrawal(request as never, {
    ...context({ nodes }),
    account: 'hot-wallet',
    memoKey: null,
  });
  expect(intent.to).toBe(chain.account('alice').id);
  const { requestedAt } = request.request as { requestedAt: number };
  await send([request]);
  const status = await withdrawalStatus(
    {
      withdrawalId: 'W-1',
      requestedAt,
      transaction: null,
      expiration: null,
      waitFor: 'irreversible',
      maximumWait: 30,
    },
    context({ nodes: nodesOf(client(frozen.url, chain.trustedUrl), client(chain.delayedUrl)) }),
  );
  expect(status).toMatchObject({ outcome: 'irreversible', paid: true });
});

test('a trusted node on a fork is left for the one that the delayed node agrees with', async () => {
  const { chain, delayed, send, order } = exchange;
  // Of the same chain id, with other blocks.
  const other = await Devchain.start({ ...chain.options, clock: 'manual' });
  other.produceBlock({ miss: 1 });
  other.advance(chain.head.seconds - other.head.seconds);
  expect(other.chainId).toBe(chain.chainId);
  const trusted = client(other.trustedUrl, chain.trustedUrl);
  const [result] = await send([order({})], { nodes: nodesOf(trusted, delayed) });
  await other.stop();
  expect(result?.item).toMatchObject({ outcome: 'irreversible', paid: true });
  expect(events[0]).toMatchObject({ kind: 'left', reason: { code: 'NOT_A_DELAYED_NODE' } });
});

test('a trusted node on a fork is known by its own blocks, whatever an address before it showed', async () => {
  const { chain, delayed, clock } = exchange;
  const other = await Devchain.start({ ...chain.options, clock: 'manual' });
  chain.advance(100);
  chain.confirm();
  // Some blocks behind, as a delayed node is at any moment.
  chain.delayed.freeze();
  chain.advance(60);
  other.produceBlock({ miss: 1 });
  other.advance(chain.head.seconds - other.head.seconds);
  const { blocks } = new WithdrawalCaches();
  const honest = nodesOf(client(chain.trustedUrl), delayed);
  const before = await readView(honest, clock, blocks);
  expect(before.delayedFault).toBeNull();
  // As a scan reads them.
  const height = before.delayed?.state.headBlockNumber ?? 0;
  expect(before.state.lastIrreversibleBlock).toBeGreaterThan(height);
  await blocks.irreversible(before.session, height + 1);
  const after = await readView(nodesOf(client(other.trustedUrl), delayed), clock, blocks);
  await other.stop();
  expect(after).toMatchObject({ finalBlock: 0, delayedFault: { code: 'NOT_A_DELAYED_NODE' } });
});

describe.each([
  ['behind', 0],
  ['ahead of', 300],
])('an address on a fork, %s the chain, whose blocks were read first', (_, seconds) => {
  test('proves no absence on the chain of the next address', async () => {
    const { chain, send, order } = exchange;
    const requestedAt = chain.head.seconds;
    const [paid] = await send([order({ requestedAt })]);
    expect(paid?.item.outcome).toBe('irreversible');
    // Later than the transaction could be sent again.
    chain.advance(4000);
    const other = await Devchain.start({ ...chain.options, clock: 'manual' });
    other.produceBlock({ miss: 1 });
    other.advance(chain.head.seconds - other.head.seconds + seconds);
    const caches = new WithdrawalCaches();
    const on = (url: string) => ({ nodes: withoutHistory(client(url)), caches });
    await send([order({ withdrawalId: 'W-2', requestedAt }, { maximumWait: 1 })], on(other.trustedUrl));
    await other.stop();
    const [again] = await send([order({ requestedAt })], on(chain.trustedUrl));
    expect(exchange.paymentsTo('alice')).toBe(1);
    expect(again?.item).toMatchObject({ outcome: 'irreversible', alreadyPaid: true });
  });
});

test('a trusted node that refuses blocks is left for the next one', async () => {
  const { chain, delayed, send, order } = exchange;
  const refusing = await chain.addNode('refusing');
  chain.faults.add({ kind: 'error', node: 'refusing', method: 'get_block', times: Infinity } as never);
  const trusted = client(refusing.url, chain.trustedUrl);
  const [result] = await send([order({})], { nodes: nodesOf(trusted, delayed) });
  expect(result?.item).toMatchObject({ outcome: 'irreversible', paid: true });
  expect(exchange.paymentsTo('alice')).toBe(1);
});

describe('a delayed node that stands still at a block, while the trusted one goes on', () => {
  function stopDelayed(seconds: number): void {
    const { chain } = exchange;
    chain.advance(60);
    chain.confirm();
    chain.delayed.freeze();
    chain.advance(seconds);
    chain.confirm();
  }

  test('a withdrawal is paid and becomes irreversible, and a warning names the block and the remedy', async () => {
    const { chain, trusted, delayed, send, order } = exchange;
    chain.advance(60);
    chain.confirm();
    const { block } = chain.poison({ from: 'bob', naming: ['hot-wallet'] });
    chain.confirm();
    expect(chain.delayed.stoppedAt).toBe(block);
    chain.advance(900);
    const warnings: BitSharesError[] = [];
    const nodes = { ...nodesOf(trusted, delayed), warn: (warning: BitSharesError) => warnings.push(warning) };
    const [result] = await send([order({ memo: 'x', memoType: 'public' })], { nodes });
    expect(result?.item).toMatchObject({ outcome: 'irreversible', paid: true });
    expect(exchange.paymentsTo('alice')).toBe(1);
    expect(warnings[0]?.message).toContain(`does not get past block ${block},`);
    expect(warnings[0]?.fix).toMatch(/as a plain p2p node .* final by the trusted node alone/);
  });

  test('one that is asked for just then is paid and settled within the usual time', async () => {
    const { send, order } = exchange;
    stopDelayed(0);
    const [result] = await send([order({})]);
    expect(result?.item).toMatchObject({ outcome: 'irreversible', paid: true });
    expect(exchange.paymentsTo('alice')).toBe(1);
  });

  test('it is paid across a maintenance, whose time follows from what both nodes said before', async () => {
    const { send, order } = exchange;
    stopDelayed(3700);
    const [result] = await send([order({})]);
    expect(result?.item).toMatchObject({ outcome: 'irreversible', paid: true });
  });

  test('nothing is signed for a time of maintenance that does not follow from what the delayed node said', async () => {
    const { chain, context, send, order } = exchange;
    stopDelayed(3700);
    const session = await context().nodes.trusted();
    const lying = new Proxy(session, {
      get: (target, name) =>
        name === 'state'
          ? async () => {
              const state = await target.state();
              return { ...state, nextMaintenanceTime: state.nextMaintenanceTime - 60 };
            }
          : (Reflect.get(target, name) as unknown),
    });
    const nodes = { ...context().nodes, trusted: () => Promise.resolve(lying) };
    const [result] = await send([order({}, { maximumWait: 20 })], { nodes });
    expect(result?.item).toMatchObject({ outcome: 'unknown', paid: false });
    expect(chain.balance('hot-wallet')).toBe(10_000_000_000n);
  });

  test('a memo key that only the delayed node could prove waits for it', async () => {
    const { send, order } = exchange;
    stopDelayed(900);
    const [result] = await send([order({ memo: 'invoice 7' }, { maximumWait: 20 })]);
    expect(result?.item).toMatchObject({ outcome: 'unknown', paid: false });
    expect(result?.item.nextStep).toContain('MEMO_KEY_UNPROVEN');
  });

  test('another delayed node that goes on is used instead', async () => {
    const { chain, trusted, send, order } = exchange;
    stopDelayed(900);
    const healthy = await chain.addNode('healthy', { delayed: true });
    await chain.syncAsPlainNode(healthy);
    chain.confirm();
    const delayed = client(chain.delayedUrl, healthy.url);
    const [result] = await send([order({ memo: 'invoice 7' })], {
      nodes: nodesOf(trusted, delayed),
      caches: new WithdrawalCaches(),
    });
    expect(result?.item).toMatchObject({ outcome: 'irreversible', paid: true });
    expect(events).toMatchObject([
      { kind: 'left', endpoint: chain.delayedUrl, reason: { code: 'STALE_NODE' } },
    ]);
  });
});
