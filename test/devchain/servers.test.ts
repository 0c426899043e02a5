import { request as httpRequest } from 'node:http';
import WebSocket from 'ws';
import { publicNode } from '../../devchain';
import type { Devchain, FaultSpec } from '../../devchain';
import { Connection, post } from '../conformance/connection';
import { startedChain, stopChains } from './support';

const connections: Connection[] = [];

afterEach(async () => {
  for (const connection of connections.splice(0)) connection.close();
  await stopChains();
});

async function opened(url: string): Promise<Connection> {
  const connection = await Connection.open(url);
  connections.push(connection);
  return connection;
}

const chainIdQuestion = (id: number | string = 1) => ({
  id,
  method: 'call',
  params: ['database', 'get_chain_id', []],
});

describe('the HTTP port', () => {
  it('answers any path, with a status for each kind of failure', async () => {
    const chain = await startedChain();
    const { httpUrl } = chain.trusted;
    const status = async (body: string) => (await post(`${httpUrl}/any/path`, body)).status;
    expect(await status(JSON.stringify(chainIdQuestion()))).toBe(200);
    expect(await status('{bad')).toBe(400);
    expect(await status('[]')).toBe(400);
    expect(await status('{"id":1,"method":"get_block","params":{"a":1}}')).toBe(400);
    expect(await status('{"id":1,"method":"nope","params":[]}')).toBe(400);
    expect(await status('{"id":1,"method":"get_block","params":["x"]}')).toBe(200);
    expect(await status('{"method":"get_chain_id","params":[]}')).toBe(204);
  });

  it('closes the connection after each answer without saying so', async () => {
    const chain = await startedChain();
    const headers = await new Promise<Record<string, unknown>>((resolve, reject) => {
      const body = JSON.stringify(chainIdQuestion());
      const request = httpRequest(
        chain.trusted.httpUrl,
        { method: 'POST', agent: false, headers: { 'Content-Length': body.length } },
        (response) => {
          response.resume();
          response.socket.once('close', () => resolve(response.headers));
        },
      );
      request.on('error', reject);
      request.end(body);
    });
    expect(headers).toEqual({ 'content-length': expect.any(String) as string, server: 'WebSocket++/0.7.0' });
  });

  it('reads a chunked body as empty', async () => {
    const chain = await startedChain();
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const request = httpRequest(chain.trusted.httpUrl, { method: 'POST', agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      request.on('error', reject);
      request.write(JSON.stringify(chainIdQuestion()));
      request.end();
    });
    expect(status).toBe(400);
  });

  it('does not decode \\u escapes', async () => {
    const chain = await startedChain();
    const { text } = await post(
      chain.trusted.httpUrl,
      '{"id":1,"method":"get_account_by_name","params":["\\u0061lice"]}',
    );
    expect(JSON.parse(text)).toEqual({ id: 1, result: null });
  });
});

describe('a login', () => {
  it('with wrong credentials gives false, and later calls are denied', async () => {
    const chain = await startedChain({ trusted: { credentials: { user: 'u', password: 'p' } } });
    const connection = await opened(chain.trustedUrl);
    const login = (password: string) =>
      connection.ask({ id: password, method: 'call', params: [1, 'login', ['u', password]] });
    expect(await login('wrong')).toMatchObject({ result: false });
    expect(await connection.ask(chainIdQuestion('denied'))).toMatchObject({
      error: { message: 'Execution error: Assert Exception: is_allowed: Access denied' },
    });
    expect(await login('p')).toMatchObject({ result: true });
    expect(await connection.ask(chainIdQuestion('allowed'))).toMatchObject({ result: chain.chainId });
    const { text } = await post(
      chain.trusted.httpUrl.replace('http://', 'http://u:p@'),
      JSON.stringify(chainIdQuestion()),
    );
    expect(JSON.parse(text)).toMatchObject({ result: chain.chainId });
  });
});

describe('the delayed node', () => {
  it('refuses broadcasts', async () => {
    const chain = await startedChain();
    const connection = await opened(chain.delayedUrl);
    const transaction = chain.signTransfer({ from: 'alice', to: 'exchange', amount: '1' });
    const answer = await connection.ask({
      id: 1,
      method: 'call',
      params: ['network_broadcast', 'broadcast_transaction', [transaction]],
    });
    expect(answer).toMatchObject({
      error: {
        code: 10,
        message: expect.stringContaining("Not connected to P2P network, can't broadcast!") as string,
      },
    });
  });
});

describe('a fault', () => {
  const closed = (socket: WebSocket) =>
    new Promise<boolean>((resolve) => socket.once('close', () => resolve(true)));

  async function meet(
    chain: Devchain,
    spec: FaultSpec,
    body = JSON.stringify(chainIdQuestion()),
  ): Promise<{ answer?: string; closed?: boolean }> {
    const fault = chain.faults.add(spec);
    const socket = new WebSocket(chain.trustedUrl);
    await new Promise((resolve) => socket.once('open', resolve));
    const answer = new Promise<string>((resolve) => socket.once('message', (data) => resolve(String(data))));
    socket.send(body);
    const outcome = await Promise.race([
      answer.then((text) => ({ answer: text })),
      closed(socket).then(() => ({ closed: true })),
    ]);
    expect(fault.hits).toBe(1);
    socket.terminate();
    return outcome;
  }

  it('can cut, spoil, change, refuse or delay one call and leave the next alone', async () => {
    const chain = await startedChain();
    expect(await meet(chain, { kind: 'cut', method: 'get_chain_id' })).toEqual({ closed: true });
    expect((await meet(chain, { kind: 'malformed' })).answer).toBe('{"id":');
    expect((await meet(chain, { kind: 'truncated' })).answer?.length).toBeLessThan(60);
    expect((await meet(chain, { kind: 'wrong chain id' })).answer).toContain('f'.repeat(64));
    expect((await meet(chain, { kind: 'error', text: 'on purpose' })).answer).toContain('on purpose');
    expect((await meet(chain, { kind: 'slow', milliseconds: 5 })).answer).toContain(chain.chainId);
    expect(await (await opened(chain.trustedUrl)).ask(chainIdQuestion())).toMatchObject({
      result: chain.chainId,
    });
  });

  it('can take a transaction in and lose the answer', async () => {
    const chain = await startedChain();
    const transaction = chain.signTransfer({ from: 'alice', to: 'exchange', amount: '1' });
    const body = JSON.stringify({
      id: 1,
      method: 'call',
      params: ['network_broadcast', 'broadcast_transaction', [transaction]],
    });
    expect(await meet(chain, { kind: 'answer lost', method: 'broadcast_transaction' }, body)).toEqual({
      closed: true,
    });
    const block = chain.block(chain.produceBlock().number);
    expect(block?.transactions.map(({ id }) => id)).toEqual([chain.transactionId(transaction)]);
  });

  it('can stall a call until it is released', async () => {
    const chain = await startedChain();
    const fault = chain.faults.add({ kind: 'stall', method: 'get_chain_id' });
    const connection = await opened(chain.trustedUrl);
    const stalled = connection.ask(chainIdQuestion('stalled'));
    expect(await connection.ask(chainIdQuestion('second'))).toMatchObject({ result: chain.chainId });
    expect(await Promise.race([stalled, Promise.resolve('still waiting')])).toBe('still waiting');
    fault.release();
    expect(await stalled).toMatchObject({ result: chain.chainId });
  });

  it('can set the head time back on one node only', async () => {
    const chain = await startedChain();
    chain.confirm();
    chain.faults.add({ kind: 'out of sync', node: 'trusted', seconds: 600, times: Infinity });
    const time = async (url: string) =>
      (
        (await (
          await opened(url)
        ).ask({ id: 1, method: 'call', params: ['database', 'get_objects', [['2.1.0', '2.0.0']]] })) as {
          result: { time: string }[];
        }
      ).result[0]?.time ?? '';
    expect(Date.parse(`${chain.head.time}Z`) - Date.parse(`${await time(chain.trustedUrl)}Z`)).toBe(600_000);
    expect(await time(chain.delayedUrl)).toBe(chain.delayed.node.state.headTime);
  });

  it('can refuse connections', async () => {
    const chain = await startedChain();
    chain.faults.add({ kind: 'refuse', node: 'trusted' });
    await expect(Connection.open(chain.trustedUrl)).rejects.toThrow();
    await expect(opened(chain.trustedUrl)).resolves.toBeDefined();
  });

  it('hits only the calls that come over the transport that it names', async () => {
    const chain = await startedChain();
    const fault = chain.faults.add({ kind: 'error', method: 'get_chain_id', over: 'HTTP', times: 2 });
    const connection = await opened(chain.trustedUrl);
    const overHttp = async () =>
      JSON.parse((await post(chain.trusted.httpUrl, JSON.stringify(chainIdQuestion()))).text) as object;
    expect(await connection.ask(chainIdQuestion())).toMatchObject({ result: chain.chainId });
    expect(await overHttp()).toHaveProperty('error');
    expect(await connection.ask(chainIdQuestion())).toMatchObject({ result: chain.chainId });
    expect(await overHttp()).toHaveProperty('error');
    expect(fault.hits).toBe(2);
    expect(await overHttp()).toMatchObject({ result: chain.chainId });
  });

  it('of the kind count counts all calls, and they meet other faults as if it were not there', async () => {
    const chain = await startedChain();
    const count = chain.faults.add({ kind: 'count', method: 'get_chain_id' });
    const error = chain.faults.add({ kind: 'error', method: 'get_chain_id' });
    const connection = await opened(chain.trustedUrl);
    expect(await connection.ask(chainIdQuestion(1))).toHaveProperty('error');
    expect(await connection.ask(chainIdQuestion(2))).toMatchObject({ result: chain.chainId });
    expect([count.hits, error.hits]).toEqual([2, 1]);
  });

  it('hits only the calls after the first ones that it was told to spare', async () => {
    const chain = await startedChain();
    const fault = chain.faults.add({ kind: 'error', method: /^get_chain/, after: 2, times: 1 });
    const connection = await opened(chain.trustedUrl);
    const answers = [];
    for (let i = 0; i < 4; i++)
      answers.push('error' in ((await connection.ask(chainIdQuestion(i))) as object));
    expect(answers).toEqual([false, false, true, false]);
    expect(fault.hits).toBe(1);
  });
});

describe('a node', () => {
  it('that stops ends its connections, and comes back on the same port', async () => {
    const chain = await startedChain();
    const url = chain.delayedUrl;
    const socket = new WebSocket(url);
    await new Promise((resolve) => socket.once('open', resolve));
    const ended = new Promise((resolve) => socket.once('close', resolve));
    await chain.delayed.stop();
    await ended;
    await expect(Connection.open(url)).rejects.toThrow();
    chain.produceBlocks(20);
    await chain.delayed.start();
    expect(chain.delayedUrl).toBe(url);
    expect(await (await opened(url)).ask(chainIdQuestion())).toMatchObject({ result: chain.chainId });
  });

  it('of the public sort drops a connection that asks too often', async () => {
    const chain = await startedChain({ trusted: { ...publicNode, latency: 0, callsPerSecond: 10 } });
    const socket = new WebSocket(chain.trustedUrl);
    await new Promise((resolve) => socket.once('open', resolve));
    const ended = new Promise((resolve) => socket.once('close', resolve));
    for (let i = 0; i < 30; i++) socket.send(JSON.stringify(chainIdQuestion(i)));
    await ended;
  });
});
