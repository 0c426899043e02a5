import { isBitSharesError, type ErrorCode } from '../../src/errors';
import { openNodeClient, type NodeClientSettings } from '../../src/rpc/nodeClient';
import type { NodeEndpoints } from '../../src/chain/interfaces';
import { ManualClock, settled } from '../support/manualClock';
import basics from '../transcripts/node-basics.json';
import accounts from '../transcripts/accounts-assets.json';
import transactions from '../transcripts/transactions.json';
import { ScriptedNode, type Reply, type Request } from '../support/scriptedNode';
import { until } from '../support/until';
import { failure } from '../support/failure';

const chainId = '4e4fc2ce5d32dbcaa22e776c8ef9a606e96684287027b44a54e43fa239d7a5fa';

/** Answers of the recorded node by method; the first recording of a method. */
function recordedResult(recordings: { exchanges: object[] }, method: string): unknown {
  for (const exchange of recordings.exchanges) {
    const { request, reply } = exchange as { request?: { params: unknown[] }; reply?: { result?: unknown } };
    if (request?.params[1] === method && reply?.result !== undefined) return reply.result;
  }
  throw new Error(`no recording of ${method}`);
}

const healthy = ({ params }: Request): Reply => {
  if (params[1] === 'login') return { result: true };
  if (params[1] === 'get_chain_id') return { result: chainId };
  if (params[1] === 'get_objects' && String(params[2][0]) === '2.1.0,2.0.0') {
    return {
      result: [
        recordedResult(basics, 'get_dynamic_global_properties'),
        recordedResult(basics, 'get_global_properties'),
      ],
    };
  }
  if (params[1] === 'get_accounts')
    return { result: [(recordedResult(accounts, 'get_accounts') as unknown[])[0]] };
  if (params[1] === 'broadcast_transaction') return { result: null };
  return { result: null };
};

describe('the client of a node', () => {
  const nodes: ScriptedNode[] = [];
  const clients: NodeEndpoints[] = [];
  let clock: ManualClock;

  const start = async (script: (request: Request) => Reply = healthy) => {
    const node = await ScriptedNode.start(script);
    nodes.push(node);
    return node;
  };
  const connect = (urls: string[], settings: Partial<NodeClientSettings> = {}) => {
    const client = openNodeClient({ urls, chainId, ...settings }, { clock, random: () => 0.5 });
    clients.push(client);
    return client;
  };
  const expectFailure = async (work: Promise<unknown>, code: ErrorCode, text: RegExp) => {
    const error = await failure(work);
    expect({ code: error.code, message: error.message }).toEqual({
      code,
      message: expect.stringMatching(text) as string,
    });
    return error;
  };

  beforeEach(() => {
    clock = new ManualClock(1_000_000);
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    for (const node of nodes.splice(0)) await node.stop();
  });

  test('head, irreversibility and fees come from one answer', async () => {
    const node = await start();
    const state = await connect([node.url]).state();
    expect(node.methods).toEqual(['get_chain_id', 'get_objects']);
    expect(state).toMatchObject({
      headBlockNumber: 703,
      headTime: Date.parse('2026-11-22T11:45:40Z') / 1000,
      maintenanceInterval: 60,
      participation: 100,
    });
    expect(state.fees.parameters.get(0)).toEqual({ fee: 2000000, price_per_kbyte: 1000000 });
    expect(state.fees.scale).toBe(10000n);
  });

  test('a node on another chain is refused before anything is read', async () => {
    const node = await start(({ params }) =>
      params[1] === 'get_chain_id' ? { result: 'ab'.repeat(32) } : { result: null },
    );
    await expectFailure(connect([node.url]).account('alice'), 'WRONG_CHAIN', /is on chain (ab){32}/);
    expect(node.methods).toEqual(['get_chain_id']);
  });

  test('a refused login says so, and the password is in no message', async () => {
    const node = await start((request) =>
      request.params[1] === 'login' ? { result: false } : healthy(request),
    );
    const error = await expectFailure(
      connect([node.url.replace('//', '//someone:pa55word@')], {
        user: 'someone',
        password: 'pa55word',
      }).state(),
      'ACCESS_DENIED',
      /does not accept this user/,
    );
    expect(JSON.stringify([error.message, error.fix, error.data, error.stack])).not.toContain('pa55word');
  });

  test('nothing of what the other side says of a login is repeated: it may hold the password in any form', async () => {
    for (const password of ['pa55word', 'with "quotes" and \\']) {
      const node = await start((request) =>
        request.params[1] === 'login'
          ? { error: { code: 1, message: `${JSON.stringify(request.params)} ${btoa(password)}` } }
          : healthy(request),
      );
      const error = await expectFailure(
        connect([node.url], { user: 'someone', password }).state(),
        'ACCESS_DENIED',
        /refused the login$/,
      );
      const shown = JSON.stringify([error.message, error.data, error.stack]);
      expect(shown).not.toMatch(/pa55word|quotes/);
      expect(shown).not.toContain(btoa(password));
    }
  });

  test('a time that does not exist is no answer', async () => {
    const block = recordedResult(transactions, 'get_block') as object;
    for (const timestamp of ['2026-99-45T11:00:00', '2026-02-30T11:00:00', '2026-02-28', null]) {
      const node = await start((request) =>
        request.params[1] === 'get_block' ? { result: { ...block, timestamp } } : healthy(request),
      );
      await expectFailure(connect([node.url]).block(710), 'INVALID_ANSWER', /get_block\.timestamp should be/);
    }
  });

  test('nothing listening at the address is an error that names the address', async () => {
    const node = await start();
    await node.stop();
    await expectFailure(
      connect([node.url]).state(),
      'NODE_UNREACHABLE',
      new RegExp(`${node.url} is not reachable`),
    );
  });

  test('something that is not JSON ends the connection with an error', async () => {
    const node = await start(() => ({ raw: '<html>hello</html>' }));
    await expectFailure(connect([node.url]).state(), 'INVALID_ANSWER', /not JSON/);
    await settled();
    expect(node.sockets.size).toBe(0);
  });

  test.each([
    ['a text instead of a list', 'nonsense'],
    ['too few elements', [{}]],
    ['an object without fields', [{}, {}]],
    ['a list of nulls', [null, null]],
    ['nested lists', [[[[]]], []]],
  ])('an answer of the wrong shape is refused where it is wrong: %s', async (_, result) => {
    const node = await start((request) =>
      request.params[1] === 'get_objects' ? { result } : healthy(request),
    );
    await expectFailure(connect([node.url]).state(), 'INVALID_ANSWER', /get_objects.* should be/);
  });

  test('an answer with neither a result nor an error is refused', async () => {
    const node = await start((request) =>
      request.params[1] === 'get_block' ? { raw: JSON.stringify({ id: request.id }) } : healthy(request),
    );
    await expectFailure(connect([node.url]).block(1), 'INVALID_ANSWER', /neither a result nor an error/);
  });

  test('a refusal of the node keeps its code and text', async () => {
    const duplicate = transactions.exchanges.find(
      ({ reply }) => 'error' in reply && reply.error?.code === 3030001,
    );
    const node = await start((request) =>
      request.params[1] === 'broadcast_transaction'
        ? { error: (duplicate?.reply as { error: unknown }).error }
        : healthy(request),
    );
    const error = await expectFailure(
      connect([node.url]).broadcast({} as never),
      'NODE_ERROR',
      /already in the database/,
    );
    expect(error.data).toMatchObject({ nodeCode: 3030001, method: 'broadcast_transaction' });
  });

  test('the words of a node are one line in quotation marks, without characters that reorder or hide them', async () => {
    const message = 'no"\n\n\u202eevil\u0000\u200b Paid for good';
    const node = await start((request) =>
      request.params[1] === 'get_block' ? { error: { code: 1, message } } : healthy(request),
    );
    const error = await expectFailure(
      connect([node.url]).block(1),
      'NODE_ERROR',
      /^The node refused get_block: "no' evil Paid for good"$/,
    );
    expect(error.data.nodeMessage).toBe('no" evil Paid for good');
  });

  test('an API that the node does not open is named', async () => {
    const denied = (basics.exchanges[4] as { reply: { error: unknown } }).reply.error;
    const node = await start((request) =>
      request.params[0] === 'history' ? { error: denied } : healthy(request),
    );
    await expectFailure(
      connect([node.url]).history('1.2.1', { stop: 1, start: 1, limit: 1 }),
      'ACCESS_DENIED',
      /does not allow history/,
    );
  });

  test('a node that does not answer is given up after the deadline, and nothing is said about the request', async () => {
    const node = await start((request) =>
      request.params[1] === 'broadcast_transaction' ? 'silence' : healthy(request),
    );
    const client = connect([node.url], { requestTimeout: 15_000 });
    const session = await client.session();
    const sent = failure(session.broadcast({} as never));
    await settled();
    await clock.advance(14_000);
    expect(session.lost.aborted).toBe(false);
    await clock.advance(1_500);
    const error = await sent;
    expect(error.code).toBe('REQUEST_TIMEOUT');
    expect(error.fix).toMatch(/not known/);
    expect(session.lost.aborted).toBe(true);
  });

  test('a read whose connection is cut is repeated once, on the next endpoint', async () => {
    const broken = await start((request) =>
      request.params[1] === 'get_accounts' ? 'cut' : healthy(request),
    );
    const whole = await start();
    const account = await connect([broken.url, whole.url]).account('alice');
    expect(account).toMatchObject({ id: '1.2.20', name: 'alice', statisticsId: '2.6.20' });
    expect(whole.methods).toEqual(['get_chain_id', 'get_accounts']);
  });

  test('a broadcast whose connection is cut is never repeated', async () => {
    const broken = await start((request) =>
      request.params[1] === 'broadcast_transaction' ? 'cut' : healthy(request),
    );
    const whole = await start();
    await expectFailure(
      connect([broken.url, whole.url]).broadcast({} as never),
      'CONNECTION_LOST',
      /was lost/,
    );
    expect(whole.requests).toEqual([]);
  });

  test('endpoints are tried in order, and the error of the wrong chain is the one shown', async () => {
    const dead = await start();
    await dead.stop();
    const wrong = await start(() => ({ result: 'cd'.repeat(32) }));
    await expectFailure(connect([dead.url, wrong.url]).state(), 'WRONG_CHAIN', /No endpoint can be used/);
    const good = await start();
    expect((await connect([dead.url, wrong.url, good.url]).state()).headBlockNumber).toBe(703);
  });

  test('no more requests than allowed are in flight', async () => {
    let open = 0;
    let most = 0;
    const waiting: (() => void)[] = [];
    const node = await start((request) => {
      if (request.params[1] !== 'get_block') return healthy(request);
      open += 1;
      most = Math.max(most, open);
      waiting.push(() => {
        open -= 1;
        for (const socket of node.sockets) socket.send(JSON.stringify({ id: request.id, result: null }));
      });
      return 'silence';
    });
    const client = connect([node.url], { maximumInFlight: 3 });
    const blocks = Promise.all(Array.from({ length: 20 }, (_, i) => client.block(i + 1)));
    for (let answered = 0; answered < 20;) {
      await settled();
      for (const answer of waiting.splice(0)) {
        answer();
        answered += 1;
      }
    }
    await blocks;
    expect(most).toBe(3);
  });

  test('answers in another order reach the requests they belong to', async () => {
    const held: Request[] = [];
    const node = await start((request) => {
      if (request.params[1] !== 'get_account_balances') return healthy(request);
      held.push(request);
      if (held.length === 3) {
        for (const { id, params } of [...held].reverse()) {
          const asked = params[2][1] as string[];
          const result = asked.map((assetId) => ({ amount: asked.length, asset_id: assetId }));
          for (const socket of node.sockets) socket.send(JSON.stringify({ id, result }));
        }
      }
      return 'silence';
    });
    const client = connect([node.url]);
    const balances = await Promise.all(
      [['1.3.0'], ['1.3.0', '1.3.1'], ['1.3.0', '1.3.1', '1.3.2']].map((ids) =>
        client.balances('1.2.1', ids),
      ),
    );
    expect(balances.map(([balance]) => balance?.amount)).toEqual([1n, 2n, 3n]);
  });

  describe('watching an object', () => {
    test('a notice of the object wakes, others do not, duplicates do no harm', async () => {
      const node = await start();
      let woken = 0;
      const client = connect([node.url]);
      client.watchObject('2.6.18', () => (woken += 1), new AbortController().signal);
      await until(() => woken === 1);
      node.notify([1, [[{ id: '2.6.19' }]]]);
      node.notify([99, [[{ id: '2.6.18' }]]]);
      node.notify('garbage');
      node.notify([1, [['2.6.18', null, 7]]]);
      node.notify([1, [[{ id: '2.6.18' }]]]);
      await until(() => woken === 3);
      await settled();
      expect(woken).toBe(3);
    });

    test('is taken up again on the next endpoint after the connection is lost, with a wake for what was missed', async () => {
      const first = await start();
      const second = await start();
      let woken = 0;
      const client = connect([first.url, second.url]);
      client.watchObject('2.6.18', () => (woken += 1), new AbortController().signal);
      await until(() => woken === 1);
      await first.stop();
      for (let i = 0; i < 20 && second.sockets.size === 0; i++) await clock.advance(1_000);
      await until(() => woken === 2);
      second.notify([1, [[{ id: '2.6.18' }]]]);
      await until(() => woken === 3);
      expect(second.methods).toContain('set_subscribe_callback');
    });

    test('ends with its signal, and a closed client connects no more', async () => {
      const node = await start();
      const end = new AbortController();
      let woken = 0;
      const client = connect([node.url]);
      client.watchObject('2.6.18', () => (woken += 1), end.signal);
      await until(() => woken === 1);
      end.abort();
      node.notify([1, [[{ id: '2.6.18' }]]]);
      await settled();
      expect(woken).toBe(1);
      client.close();
      expect(isBitSharesError(await failure(client.session()), 'CONNECTION_LOST')).toBe(true);
      await until(() => node.sockets.size === 0);
    });
  });
});
