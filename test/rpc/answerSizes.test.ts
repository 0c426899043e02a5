/** Guarantee: what a node sends is bounded by what was asked before it is parsed, and what is too large stops only that. */
import { blockBytes } from '../../src/rpc/answerSizes';
import { chainId, ClientOfNodes, rightChain } from '../support/clientOfNodes';
import { failure } from '../support/failure';
import type { Reply, Request } from '../support/scriptedNode';
import { until } from '../support/until';

const mebibyte = 1024 * 1024;

describe('the size of an answer', () => {
  let nodes: ClientOfNodes;
  let longestParsed = 0;

  beforeEach(() => {
    nodes = new ClientOfNodes();
    longestParsed = 0;
    const parse = JSON.parse;
    jest.spyOn(JSON, 'parse').mockImplementation((text, reviver) => {
      longestParsed = Math.max(longestParsed, text.length);
      return parse(text, reviver) as unknown;
    });
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await nodes.stop();
  });

  const answer = (id: number, bytes: number, content: string): string => {
    const head = `{"id":${id},"result":[`;
    const repeated = content.repeat(Math.floor((bytes - head.length - 2) / content.length));
    return `${head}${repeated.endsWith(',') ? repeated.slice(0, -1) : repeated}]}`;
  };

  /** Answers `method` with a list of about so many bytes. */
  const sized =
    (method: string, bytes: number, content: string) =>
    (request: Request): Reply =>
      request.params[1] === method ? { raw: answer(request.id, bytes, content) } : rightChain(request);

  test.each([
    ['63 MiB of empty objects', 63, '{},'],
    ['63 MiB of brackets', 63, '['],
    ['8 MiB of empty objects', 8, '{},'],
  ])('%s as the first answer are not parsed, and the next address is in use', async (_, size, content) => {
    const hostile = await nodes.node(sized('get_chain_id', size * mebibyte, content));
    const healthy = await nodes.node();
    expect(await nodes.client([hostile.url, healthy.url]).block(1)).toBeNull();
    expect(longestParsed).toBeLessThan(64 * 1024);
    expect(nodes.told).toEqual([`left ${hostile.url}: INVALID_ANSWER`]);
    expect(nodes.events[0]?.reason.message).toContain('65536');
  });

  test('a first answer between 64 KiB and the size of a chunk is refused as well', async () => {
    const node = await nodes.node(sized('get_chain_id', 70_000, '"abc",'));
    const error = await failure(nodes.client([node.url]).block(1));
    expect(error.code).toBe('INVALID_ANSWER');
    expect(error.message).toMatch(/get_chain_id with 69\d\d\d bytes \(at most 65536 are read\)/);
    await until(() => node.sockets.size === 0);
  });

  test('an answer that is too large fails its own call, with method and size, and the connection goes on', async () => {
    const node = await nodes.node(sized('get_objects', 1.5 * mebibyte, '"abcdefghijklmnop",'));
    const session = await nodes.client([node.url]).session();
    const [error, block] = await Promise.all([failure(session.state()), session.block(1)]);
    expect(error.code).toBe('INVALID_ANSWER');
    expect(error.message).toMatch(/answered get_objects with 15728\d\d bytes \(at most 1048576 are read\)/);
    expect(block).toBeNull();
    expect(longestParsed).toBeLessThan(mebibyte);
    expect(session.lost.aborted).toBe(false);
    expect(await session.chainId()).toBe(chainId);
    expect(nodes.events).toEqual([]);
  });

  test('an answer that holds more values than its size allows for is not parsed', async () => {
    const node = await nodes.node(sized('get_objects', 0.9 * mebibyte, '{},'));
    const session = await nodes.client([node.url]).session();
    const error = await failure(session.state());
    expect([error.code, error.message]).toEqual([
      'INVALID_ANSWER',
      expect.stringMatching(/answered get_objects with more than 131072 values/),
    ]);
    expect(longestParsed).toBeLessThan(64 * 1024);
    expect(await session.chainId()).toBe(chainId);
  });

  test('a page of history may have eight times as much', async () => {
    const node = await nodes.node(
      sized('get_relative_account_history', 7 * mebibyte, `"${'ab'.repeat(500)}",`),
    );
    const session = await nodes.client([node.url]).session();
    const page = await session.call('history', 'get_relative_account_history', ['1.2.17', 0, 100, 0]);
    expect((page as unknown[]).length).toBeGreaterThan(7000);
  });

  test('an answer that cannot be used is asked for at the next address', async () => {
    const first = await nodes.node(sized('get_account_balances', 9 * mebibyte, '"abcdefghijklmnop",'));
    const second = await nodes.node((request) =>
      request.params[1] === 'get_account_balances' ? { result: [] } : rightChain(request),
    );
    expect(await nodes.client([first.url, second.url]).balances('1.2.17', [])).toEqual([]);
    expect(nodes.told).toEqual([`left ${first.url}: INVALID_ANSWER`]);
  });

  const block = (number: number) => ({
    previous: (number - 1).toString(16).padStart(8, '0') + '00'.repeat(16),
    timestamp: '2026-11-22T11:45:40',
    transactions: [
      {
        ref_block_num: 1,
        ref_block_prefix: 2,
        expiration: '2026-11-22T11:46:40',
        operations: [[35, { data: 'ab'.repeat(4.5 * mebibyte) }]],
        signatures: [],
      },
    ],
  });

  test('blocks of more than 8 MiB are asked for again, one at a time', async () => {
    const asked: number[] = [];
    const release: (() => void)[] = [];
    const node = await nodes.node((request, self) => {
      if (request.params[1] !== 'get_block') return rightChain(request);
      const number = request.params[2][0] as number;
      asked.push(number);
      if (asked.length <= 3) return { result: block(number) };
      release.push(() => {
        for (const socket of self().sockets)
          socket.send(JSON.stringify({ id: request.id, result: block(number) }));
      });
      return 'silence';
    });
    const client = nodes.client([node.url]);
    const blocks = Promise.all([client.block(1), client.block(2), client.block(3)]);
    for (const alone of [1, 2, 3]) {
      await until(() => release.length > 0);
      expect(await client.chainId()).toBe(chainId);
      expect(asked.slice(3)).toEqual([1, 2, 3].slice(0, alone));
      for (const answerIt of release.splice(0)) answerIt();
    }
    expect((await blocks).map((found) => found?.transactions.length)).toEqual([1, 1, 1]);
  });

  test('a chain that says how large its blocks may be gets no larger ones', async () => {
    const node = await nodes.node((request) => {
      if (request.params[1] === 'get_block') return { result: block(request.params[2][0] as number) };
      if (request.params[1] === 'get_objects')
        return { result: [{ id: '2.0.0', parameters: { maximum_block_size: 400_000 } }] };
      return rightChain(request);
    });
    const session = await nodes.client([node.url]).session();
    await session.call('database', 'get_objects', [['2.0.0'], false]);
    expect((await failure(session.block(1))).message).toMatch(
      /answered get_block with 9\d{6} bytes \(at most 8388608/,
    );
    expect(node.methods.filter((method) => method === 'get_block')).toEqual(['get_block']);
    expect([blockBytes(), blockBytes(2_000_000), blockBytes(100), blockBytes(10 ** 9)]).toEqual([
      40_000_000,
      40_000_000,
      8 * mebibyte,
      64 * mebibyte,
    ]);
  });

  test('a message that is larger than any answer ends the connection while it arrives', async () => {
    const hostile = await nodes.node(sized('get_block', 50 * mebibyte, '{},'));
    const healthy = await nodes.node();
    expect(await nodes.client([hostile.url, healthy.url]).block(1)).toBeNull();
    expect(nodes.events[0]?.reason.message).toMatch(/sent a message of more than 40000000 bytes/);
    expect(longestParsed).toBeLessThan(64 * 1024);
  });

  test('what a lost broadcast did is not known, whatever the connection ended for', async () => {
    const node = await nodes.node((request) =>
      request.params[1] === 'broadcast_transaction'
        ? 'silence'
        : request.params[1] === 'get_block'
          ? { raw: 'no JSON' }
          : rightChain(request),
    );
    const session = await nodes.client([node.url]).session();
    const sent = failure(session.broadcast({} as never));
    await until(() => node.methods.includes('broadcast_transaction'));
    expect((await failure(session.block(1))).code).toBe('INVALID_ANSWER');
    expect(await sent).toMatchObject({
      code: 'CONNECTION_LOST',
      fix: expect.stringMatching(/acted on what was sent is not known/) as string,
    });
  });
});
