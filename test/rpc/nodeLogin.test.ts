/** User and password of a node on their way: where they may go, and when. */
import type { NodeEndpoints } from '../../src/chain/interfaces';
import type { BitSharesError } from '../../src/errors';
import { openNodeClient } from '../../src/rpc/nodeClient';
import { ManualClock, settled } from '../support/manualClock';
import { ScriptedNode, type Reply, type Request } from '../support/scriptedNode';

const chainId = '4e4fc2ce5d32dbcaa22e776c8ef9a606e96684287027b44a54e43fa239d7a5fa';
const password = 'pa55word';

describe('the login of a node', () => {
  const clock = new ManualClock();
  const clients: NodeEndpoints[] = [];
  let node: ScriptedNode;
  let script: (request: Request) => Reply;

  beforeEach(async () => {
    script = ({ params }) => ({ result: params[1] === 'get_chain_id' ? chainId : true });
    node = await ScriptedNode.start((request) => script(request));
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await node.stop();
  });

  const port = () => new URL(node.url).port;
  const open = (
    url: string,
    addresses: string[] | Promise<string[]>,
    login = { user: 'someone', password },
  ) => {
    const asked: string[] = [];
    const lookUpHost = (host: string) => {
      asked.push(host);
      return Promise.resolve(addresses);
    };
    const client = openNodeClient({ urls: [url], chainId, ...login }, { clock, lookUpHost });
    clients.push(client);
    return { asked, session: client.session() };
  };
  const failure = (work: Promise<unknown>): Promise<BitSharesError> =>
    work.then(
      () => {
        throw new Error('it did not fail');
      },
      (error: BitSharesError) => error,
    );
  const none = { user: '', password: '' };

  test('goes to a node of the right chain only', async () => {
    await open(node.url, []).session;
    expect(node.methods).toEqual(['get_chain_id', 'login']);
    script = ({ params }) => ({ result: params[1] === 'get_chain_id' ? 'ab'.repeat(32) : true });
    expect((await failure(open(node.url, []).session)).code).toBe('WRONG_CHAIN');
    expect(node.methods).toEqual(['get_chain_id', 'login', 'get_chain_id']);
  });

  test('goes first to a node that refuses everything before it (API access file), and its chain is checked after', async () => {
    let chain = chainId;
    let loggedIn = false;
    script = ({ params }) => {
      if (params[1] === 'login') loggedIn = true;
      else if (!loggedIn)
        return { error: { code: 10, message: 'Assert Exception: is_allowed: Access denied' } };
      return { result: params[1] === 'get_chain_id' ? chain : true };
    };
    await open(node.url, []).session;
    expect(node.methods).toEqual(['get_chain_id', 'login', 'get_chain_id']);
    chain = 'ab'.repeat(32);
    loggedIn = false;
    expect((await failure(open(node.url, []).session)).code).toBe('WRONG_CHAIN');
    loggedIn = false;
    script = () => ({ error: { code: 10, message: 'Assert Exception: is_allowed: Access denied' } });
    expect((await failure(open(node.url, [], none).session)).code).toBe('ACCESS_DENIED');
  });

  test.each([[['203.0.113.5']], [['127.0.0.1', '203.0.113.5']], [['100.64.0.1']], [['2001:db8::1']]])(
    'does not go over ws:// to a name that stands for %j, and nothing is connected',
    async (addresses) => {
      const error = await failure(open(`ws://node.example:${port()}`, addresses).session);
      expect(error).toMatchObject({
        code: 'ACCESS_DENIED',
        message: expect.stringMatching(/neither this machine nor a private network/) as string,
        fix: expect.stringMatching(/wss:\/\//) as string,
      });
      expect(JSON.stringify([error.message, error.fix, error.data])).not.toContain(password);
      expect(node.sockets.size).toBe(0);
    },
  );

  test('nor to a public address, nor as a login in one', async () => {
    expect((await failure(open('ws://203.0.113.5:8090', []).session)).code).toBe('ACCESS_DENIED');
    const inAddress = open(`ws://me:${password}@node.example:${port()}`, ['203.0.113.5'], none);
    expect((await failure(inAddress.session)).code).toBe('ACCESS_DENIED');
  });

  test('goes to the address that was judged: the name is not looked up again', async () => {
    // No name server knows this name.
    const { asked, session } = open(`ws://node.invalid:${port()}`, ['127.0.0.1']);
    await session;
    expect(asked).toEqual(['node.invalid']);
    expect(node.methods).toEqual(['get_chain_id', 'login']);
    await open(`ws://me:${password}@node.invalid:${port()}`, ['127.0.0.1'], none).session;
  });

  test('without one, no name is looked up for it, wherever the node is', async () => {
    const { asked, session } = open(node.url.replace('127.0.0.1', 'localhost'), ['203.0.113.5'], none);
    await session;
    expect(asked).toEqual([]);
  });

  test('a name server that does not answer is given up', async () => {
    const waiting = failure(open('ws://node.example', new Promise(() => undefined)).session);
    await settled();
    await clock.advance(15_000);
    expect(await waiting).toMatchObject({
      code: 'NODE_UNREACHABLE',
      message: expect.stringMatching(/name server/) as string,
    });
  });
});
