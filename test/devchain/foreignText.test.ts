import fc from 'fast-check';
import type { Devchain } from '../../devchain';
import { bytesOf, textOf } from '../../devchain';
import { stringify } from '../../devchain/wire/json';
import { asJson } from '../../devchain/rpc/api';
import { blockId, merkleRoot, transactionId } from '../../devchain/wire/transaction';
import { Connection, post } from '../conformance/connection';
import { refusal, send, startedChain, stopChains, transferOperation } from './support';

/** Texts that are not UTF-8: what devchain keeps, and what its servers do with them. */

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

const ask = (api: string, method: string, ...args: unknown[]) => ({
  id: `${api} ${method}`,
  method: 'call',
  params: [api, method, args],
});
type Question = ReturnType<typeof ask>;

/** A question that is never answered on an open connection, as the node's own count confirms. */
async function expectSilence(chain: Devchain, connection: Connection, question: Question): Promise<void> {
  const before = chain.trusted.server.lostFrames;
  expect([question.id, await connection.meetsSilence(question.id, JSON.stringify(question))]).toEqual([
    question.id,
    true,
  ]);
  expect(chain.trusted.server.lostFrames).toBe(before + 1);
}

const overHttp = (url: string, question: unknown) => post(url, JSON.stringify(question));

const badText = textOf(Buffer.from('41ff42', 'hex'));
const descriptionOf = (chain: Devchain, description: string) => {
  const asset = chain.producer.state.assetBySymbolOrId('USDX');
  if (!asset) throw new Error('no USDX');
  return [
    11,
    {
      issuer: asset.issuer,
      asset_to_update: asset.id,
      new_options: JSON.parse(stringify(asJson({ ...asset.options, description }))) as unknown,
    },
  ] as const;
};

describe('a text of the chain', () => {
  it('keeps any bytes, in memory, in JSON and on the wire', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (array) => {
        const bytes = Buffer.from(array);
        const text = textOf(bytes);
        expect(bytesOf(text)).toEqual(bytes);
        expect(bytesOf(JSON.parse(stringify(text)) as string)).toEqual(bytes);
      }),
    );
  });

  it.each([
    ['plain', '4142'],
    ['umlaut and emoji', 'c3bcf09f9880'],
    ['a byte that is never in UTF-8', '41ff42'],
    ['a sequence cut short', '78e282'],
    ['a surrogate and an overlong NUL', '64eda080c080'],
    ['beyond U+10FFFF', 'f4908080'],
    ['bad bytes beside good ones', 'c3c3bcff'],
  ])('keeps %s (%s) byte by byte, and leaves the server unescaped', (_, hex) => {
    const text = textOf(Buffer.from(hex, 'hex'));
    expect(bytesOf(text).toString('hex')).toBe(hex);
    expect(bytesOf(stringify(text)).toString('hex')).toBe(`22${hex}22`);
  });

  it('that spells the escape of such a byte is not taken for the byte', () => {
    const spelt = '\\udcff';
    expect(JSON.parse(stringify(spelt))).toBe(spelt);
    expect(bytesOf(stringify(spelt)).toString('latin1')).toBe('"\\\\udcff"');
  });

  it('that is not UTF-8 has the transaction id, the merkle root and the block id of its bytes', async () => {
    const chain = await startedChain();
    const { block: number, transactionId: id } = chain.poison({ from: 'bob', naming: ['exchange'] });
    const block = chain.block(number);
    if (!block) throw new Error('no block');
    const { wire } = chain.producer.state;
    expect(block.packed.includes(Buffer.from('0341ff42', 'hex'))).toBe(true);
    expect(merkleRoot([block.packed])).toBe(block.transaction_merkle_root);
    expect(blockId(block, block.witness_signature)).toBe(block.id);
    const [included] = block.transactions;
    if (!included) throw new Error('no transaction');
    expect(wire.packSigned(included.transaction)).toEqual(block.packed);
    expect([id, transactionId(wire.pack(included.transaction))]).toEqual([included.id, included.id]);
  });
});

describe('a stranger', () => {
  it('puts a text that is not UTF-8 into the history of any account, by a proposal that nobody approves', async () => {
    const chain = await startedChain();
    const { block, operation, proposal } = chain.poison({ from: 'bob', naming: ['exchange', 'alice'] });
    for (const name of ['exchange', 'alice', 'bob'])
      expect(chain.history(name).map(({ id, block_num: at }) => [id, at])).toEqual([[operation, block]]);
    expect(chain.history('carol')).toEqual([]);
    expect(chain.producer.state.store.find(proposal)).toMatchObject({
      proposer: chain.account('bob').id,
      required_active_approvals: [chain.account('exchange').id, chain.account('alice').id],
    });
  });

  it('is held to the length of a name in bytes, and cannot make a worker', async () => {
    const chain = await startedChain();
    const long = Buffer.alloc(63, 0xff);
    expect(refusal(() => chain.poison({ from: 'bob', bytes: long })).text).toContain(
      'name.size() < GRAPHENE_MAX_WORKER_NAME_LENGTH',
    );
    expect(chain.poison({ from: 'bob', bytes: long.subarray(1) }).block).toBe(chain.head.number);
    const worker = {
      owner: chain.account('bob').id,
      work_begin_date: '2027-01-01T00:00:00',
      work_end_date: '2027-02-01T00:00:00',
      daily_pay: 1,
      name: badText,
      url: '',
      initializer: [0, {}],
    };
    expect(refusal(() => send(chain, ['bob'], [34, worker])).text).toContain(
      'devchain does not make workers',
    );
  });
});

describe('over WebSocket', () => {
  it('an answer that holds such a text is never sent, and the connection answers other calls', async () => {
    const chain = await startedChain();
    const {
      block,
      operation,
      proposal,
      transactionId: id,
    } = chain.poison({
      from: 'bob',
      naming: ['exchange'],
    });
    send(chain, ['nathan'], descriptionOf(chain, badText));
    chain.produceBlock();
    const connection = await opened(chain.trustedUrl);
    const exchange = chain.account('exchange').id;
    const questions = [
      ask('database', 'get_block', block),
      ask('database', 'get_transaction', block, 0),
      ask('database', 'get_recent_transaction_by_id', id),
      ask('history', 'get_account_history', exchange),
      ask('history', 'get_relative_account_history', exchange, 0, 100, 0),
      ask('history', 'get_account_history_operations', exchange, 22),
      ask('history', 'get_account_history_by_operations', exchange, [22], 0, 100),
      ask('history', 'get_block_operation_history', block),
      ask('database', 'get_full_accounts', [exchange], false),
      ask('database', 'get_proposed_transactions', exchange),
      ask('database', 'get_objects', [proposal]),
      ask('database', 'get_objects', [operation]),
      ask('database', 'lookup_asset_symbols', ['BTS', 'USDX']),
      ask('database', 'get_assets', ['USDX']),
      ask('database', 'list_assets', 'U', 10),
    ];
    for (const question of questions) await expectSilence(chain, connection, question);
  });

  it('an answer about the same block, account or asset that holds no such text is sent', async () => {
    const chain = await startedChain();
    const { block } = chain.poison({ from: 'bob', naming: ['exchange'] });
    send(chain, ['alice'], transferOperation(chain, 'alice', 'exchange', 7));
    chain.produceBlock();
    const connection = await opened(chain.trustedUrl);
    const exchange = chain.account('exchange').id;
    const header = await connection.ask(ask('database', 'get_block_header', block, true));
    expect(header).toMatchObject({
      result: { witness_signature: chain.block(block)?.witness_signature },
    });
    expect(await connection.ask(ask('database', 'get_block', block + 1))).toMatchObject({
      result: { previous: chain.block(block)?.id },
    });
    const page = await connection.ask(ask('history', 'get_relative_account_history', exchange, 0, 1, 0));
    expect(page).toMatchObject({ result: [{ op: [0, { amount: { amount: 7 } }] }] });
    const transfers = await connection.ask(
      ask('history', 'get_account_history_by_operations', exchange, [0], 0, 100),
    );
    expect(transfers).toMatchObject({ result: { operation_history_objs: [{ op: [0, {}] }] } });
    expect(await connection.ask(ask('database', 'get_accounts', [exchange]))).toMatchObject({
      result: [{ name: 'exchange' }],
    });
    expect(await connection.ask(ask('database', 'list_assets', 'U', 10))).toMatchObject({
      result: [{ symbol: 'USDX' }],
    });
    expect(chain.trusted.server.lostFrames).toBe(0);
  });

  it('a notice that would hold such an object is dropped whole, and later ones come', async () => {
    const chain = await startedChain();
    const { statistics } = chain.producer.state.accountByName('exchange') ?? {};
    const asset = chain.producer.state.assetBySymbolOrId('USDX')?.id;
    const connection = await opened(chain.trustedUrl);
    await connection.ask(ask('database', 'set_subscribe_callback', 5, false));
    await connection.ask(ask('database', 'get_objects', [statistics, asset]));
    const noticed = async (): Promise<string[][]> => {
      await connection.ask(ask('database', 'get_chain_id'));
      return connection.notices.splice(0).map((notice) => {
        const [, [objects]] = (notice as { params: [number, [{ id: string }[]]] }).params;
        return objects.map(({ id }) => id).sort();
      });
    };
    const deposit = () => send(chain, ['alice'], transferOperation(chain, 'alice', 'exchange', 1));
    deposit();
    send(chain, ['nathan'], descriptionOf(chain, badText));
    chain.produceBlock();
    expect(await noticed()).toEqual([]);
    expect(chain.trusted.server.lostFrames).toBe(1);
    deposit();
    chain.produceBlock();
    expect(await noticed()).toEqual([[statistics]]);
    deposit();
    send(chain, ['nathan'], descriptionOf(chain, 'valid'));
    chain.produceBlock();
    expect(await noticed()).toEqual([[asset, statistics].sort()]);
  });

  it('a raw byte in a text frame ends the connection, and in a binary frame it is taken', async () => {
    const chain = await startedChain();
    const frame = bytesOf(stringify({ id: 1, method: 'get_account_by_name', params: [badText] }));
    expect(frame.includes(0xff)).toBe(true);
    expect(await (await opened(chain.trustedUrl)).askRaw(1, frame, true)).toEqual({ id: 1, result: null });
    const connection = await opened(chain.trustedUrl);
    void connection.askRaw(1, frame);
    while (connection.closeCode === undefined) await new Promise((resolve) => setImmediate(resolve));
    expect(connection.closeCode).toBe(1007);
  });
});

describe('over HTTP', () => {
  it('the answer comes with the bytes of the text, and their number as its length', async () => {
    const chain = await startedChain();
    const { block } = chain.poison({ from: 'bob', naming: ['exchange'] });
    const answer = await overHttp(chain.trusted.httpUrl, ask('database', 'get_block', block));
    expect(answer.status).toBe(200);
    expect(answer.contentLength).toBe(answer.bytes.length);
    expect(answer.bytes.toString('latin1')).toContain('"name":"A\xffB","url":""');
    const exchange = chain.account('exchange').id;
    const history = await overHttp(chain.trusted.httpUrl, ask('history', 'get_account_history', exchange));
    expect(history.bytes.includes(Buffer.from('2241ff4222', 'hex'))).toBe(true);
  });

  it('a request with such a text is carried out as it is', async () => {
    const chain = await startedChain();
    const transaction = chain.sign([descriptionOf(chain, badText)], [chain.account('nathan').keys.active]);
    const body = bytesOf(stringify(asJson(ask('network_broadcast', 'broadcast_transaction', transaction))));
    expect(body.includes(Buffer.from('2241ff4222', 'hex'))).toBe(true);
    const { bytes } = await post(chain.trusted.httpUrl, body);
    expect(JSON.parse(bytes.toString('latin1'))).toMatchObject({ result: null });
    chain.produceBlock();
    expect(chain.block(chain.head.number)?.transactions.map(({ id }) => id)).toEqual([
      chain.transactionId(transaction),
    ]);
    const asset = await overHttp(chain.trusted.httpUrl, ask('database', 'get_assets', ['USDX']));
    expect(asset.bytes.toString('latin1')).toContain('"description":"A\xffB"');
  });
});

describe('a delayed node', () => {
  it('stops for good at a block with such a text, goes on answering, and a restart does not help', async () => {
    const chain = await startedChain();
    const { block } = chain.poison({ from: 'bob', naming: ['exchange'] });
    const subscriber = await opened(chain.delayedUrl);
    await subscriber.ask(ask('database', 'set_block_applied_callback', 1));
    chain.confirm();
    chain.produceBlocks(20);
    const head = () => chain.delayed.node.state.headNumber;
    expect([head(), chain.delayed.stoppedAt]).toEqual([block - 1, block]);
    await subscriber.ask(ask('database', 'get_chain_id'));
    expect(subscriber.notices.at(-1)).toMatchObject({ params: [1, [chain.block(block - 1)?.id]] });
    expect(await subscriber.ask(ask('database', 'get_block', block))).toMatchObject({ result: null });
    await chain.delayed.stop();
    await chain.delayed.start();
    chain.produceBlocks(20);
    expect(head()).toBe(block - 1);
    const late = await chain.addNode('another delayed node', { delayed: true });
    expect([late.node.state.headNumber, late.stoppedAt]).toEqual([block - 1, block]);
  });

  it('goes on after its data was started once as a plain node, which is not affected', async () => {
    const chain = await startedChain();
    const plain = await chain.addNode('plain');
    const { block } = chain.poison({ from: 'bob', naming: ['exchange'] });
    chain.confirm();
    expect(plain.node.state.headNumber).toBe(chain.head.number);
    const connection = await opened(chain.delayedUrl);
    const url = chain.delayedUrl;
    await chain.syncAsPlainNode(chain.delayed);
    while (connection.closeCode === undefined) await new Promise((resolve) => setImmediate(resolve));
    expect(chain.delayedUrl).toBe(url);
    // As a plain node it took reversible blocks; as a delayed one it waits until they are final.
    const passed = chain.head.number;
    expect([chain.delayed.node.state.headNumber, chain.delayed.stoppedAt]).toEqual([passed, undefined]);
    expect(passed).toBeGreaterThan(block);
    chain.produceBlock();
    expect(chain.delayed.node.state.headNumber).toBe(passed);
    chain.confirm();
    expect(chain.delayed.node.state.headNumber).toBe(chain.lastIrreversible);
    expect(chain.delayed.node.state.dynamicProperties.head_block_id).toBe(
      chain.block(chain.lastIrreversible)?.id,
    );
    const again = chain.poison({ from: 'bob', naming: ['exchange'] });
    chain.confirm();
    expect(chain.delayed.stoppedAt).toBe(again.block);
    await expect(chain.syncAsPlainNode(plain)).rejects.toThrow('plain is a plain node already');
  });

  it('does not stop at a block that a fork has replaced before it was irreversible', async () => {
    const chain = await startedChain();
    chain.produceBlocks(3);
    chain.poison({ from: 'bob', naming: ['exchange'] });
    chain.fork({ depth: 1, keep: 'drop' });
    chain.confirm();
    expect([chain.delayed.node.state.headNumber, chain.delayed.stoppedAt]).toEqual([
      chain.lastIrreversible,
      undefined,
    ]);
  });
});

describe('cli_wallet', () => {
  it('never answers what its node does not answer it, and goes on serving other calls', async () => {
    const chain = await startedChain();
    await chain.startWallet({ password: 'secret' });
    chain.wallet.wallet.ring.unlock('secret');
    const { proposal } = chain.poison({ from: 'bob', naming: ['exchange'] });
    send(chain, ['nathan'], descriptionOf(chain, badText));
    chain.produceBlock();
    const call = (method: string, ...params: unknown[]) =>
      overHttp(chain.walletUrl, { jsonrpc: '2.0', id: 1, method, params });
    const silent = async (method: string, ...params: unknown[]): Promise<boolean> => {
      let ended = false;
      void call(method, ...params).then(
        () => (ended = true),
        () => undefined,
      );
      // Both on connections of their own: by the second answer, the first question was read long ago.
      expect([(await call('info')).status, (await call('info')).status]).toEqual([200, 200]);
      return !ended;
    };
    expect(await silent('get_account_history', 'exchange', 10)).toBe(true);
    expect(await silent('get_relative_account_history', 'exchange', 0, 10, 0)).toBe(true);
    expect(await silent('get_asset', 'USDX')).toBe(true);
    expect(await silent('transfer', 'alice', 'bob', '1', 'USDX', '', false)).toBe(true);
    expect(await silent('approve_proposal', 'bob', proposal, {}, false)).toBe(true);
    expect((await call('get_account', 'exchange')).status).toBe(200);
    expect((await call('get_account_history', 'carol', 10)).status).toBe(200);
  });

  it('shows a memo whose text is not UTF-8 with its bytes: the node gave it only the ciphertext', async () => {
    const chain = await startedChain();
    await chain.startWallet({ password: 'secret' });
    chain.wallet.wallet.ring.unlock('secret');
    chain.wallet.wallet.ring.add(chain.account('exchange').keys.memo);
    chain.transfer({ from: 'alice', to: 'exchange', amount: '1', memo: badText });
    chain.produceBlock();
    const request = { jsonrpc: '2.0', id: 1, method: 'get_account_history', params: ['exchange', 1] };
    const { bytes } = await overHttp(chain.walletUrl, request);
    expect(bytes.toString('latin1')).toContain('"memo":"A\xffB"');
  });
});
