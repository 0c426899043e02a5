import type { Devchain } from '../../devchain';
import { exchangeNode, generatedNode } from '../../devchain';
import { Connection } from '../conformance/connection';
import { send, startedChain, stopChains, transferOperation } from './support';

const connections: Connection[] = [];

afterEach(async () => {
  for (const connection of connections.splice(0)) connection.close();
  await stopChains();
});

interface Entry {
  id: string;
  block_num: number;
  trx_in_block: number;
  op_in_trx: number;
  op: [number, { amount?: { amount: number } }];
}

async function asking(
  url: string,
): Promise<
  (
    api: string,
    method: string,
    ...params: unknown[]
  ) => Promise<{ result?: unknown; error?: { message: string } }>
> {
  const connection = await Connection.open(url);
  connections.push(connection);
  let id = 0;
  return async (api, method, ...params) =>
    (await connection.ask({ id: ++id, method: 'call', params: [api, method, params] })) as {
      result?: unknown;
    };
}

const amounts = (entries: unknown): number[] =>
  (entries as Entry[]).map(({ op }) => op[1].amount?.amount ?? 0);

function deposits(chain: Devchain, count: number, first = 1): void {
  for (let i = 0; i < count; i++) {
    send(chain, ['alice'], transferOperation(chain, 'alice', 'exchange', first + i));
    if (i % 10 === 9) chain.produceBlock();
  }
  chain.produceBlock();
}

describe('account history', () => {
  it('reads by sequence: newest first, both ends inclusive, clamped to the newest', async () => {
    const chain = await startedChain();
    deposits(chain, 7);
    const ask = await asking(chain.trustedUrl);
    const read = async (...params: unknown[]) =>
      amounts((await ask('history', 'get_relative_account_history', 'exchange', ...params)).result);
    expect(await read(2, 100, 4)).toEqual([4, 3, 2]);
    expect(await read(4, 100, 4)).toEqual([4]);
    expect(await read(5, 100, 4)).toEqual([]);
    expect(await read(0, 3, 99)).toEqual([7, 6, 5]);
    expect(await read(8, 100, 0)).toEqual([]);
  });

  it('does not show pending transactions, which balances do show', async () => {
    const chain = await startedChain();
    const ask = await asking(chain.trustedUrl);
    const balance = async () => (await ask('database', 'get_account_balances', 'exchange', ['1.3.0'])).result;
    const before = await balance();
    chain.transfer({ from: 'alice', to: 'exchange', amount: '1' });
    expect(await balance()).not.toEqual(before);
    expect((await ask('history', 'get_relative_account_history', 'exchange', 0, 100, 0)).result).toEqual([]);
    expect((await ask('database', 'get_objects', ['2.6.18'])).result).toMatchObject([{ total_ops: 0 }]);
  });

  it('with max-ops-per-account keeps up to 1,000 of the latest blocks, then prunes the oldest', async () => {
    const chain = await startedChain({ trusted: generatedNode, delayed: generatedNode });
    chain.bulkTransfers({ from: 'alice', to: 'exchange', count: 1500, amount: (i) => BigInt(i + 1) });
    const ask = await asking(chain.trustedUrl);
    expect((await ask('database', 'get_objects', ['2.6.18'])).result).toMatchObject([
      { total_ops: 1500, removed_ops: 500 },
    ]);
    expect((await ask('history', 'get_relative_account_history', 'exchange', 1, 100, 400)).result).toEqual(
      [],
    );
    expect(
      amounts((await ask('history', 'get_relative_account_history', 'exchange', 499, 100, 503)).result),
    ).toEqual([503, 502, 501]);
    expect(chain.history('exchange')).toHaveLength(1500);
  });

  it('with small blocks to keep prunes down to max-ops-per-account', async () => {
    const chain = await startedChain({
      trusted: { history: { partialOperations: true, maxOpsPerAccount: 5, minBlocksToKeep: 2 } },
    });
    deposits(chain, 30);
    chain.produceBlocks(5);
    deposits(chain, 1, 31);
    const { total_ops: total, removed_ops: removed } = chain.producer.state.statistics(
      chain.producer.state.account(chain.account('exchange').id),
    );
    expect([total, removed]).toEqual([31, 26]);
  });

  it('of an account that the node does not track is empty, and its block operations are forgotten', async () => {
    const chain = await startedChain({ delayed: exchangeNode(['1.2.18']) });
    send(chain, ['alice'], transferOperation(chain, 'alice', 'bob', 5));
    deposits(chain, 2);
    chain.confirm();
    const ask = await asking(chain.delayedUrl);
    const first = chain.history('exchange')[0]?.block_num;
    expect((await ask('history', 'get_relative_account_history', 'bob', 0, 100, 0)).result).toEqual([]);
    expect(
      (await ask('history', 'get_relative_account_history', 'exchange', 0, 1000, 0)).result,
    ).toHaveLength(2);
    expect(amounts((await ask('history', 'get_block_operation_history', first)).result)).toEqual([1, 2]);
  });

  it('keeps its keys but changes its numbers when a node is replayed with other options', async () => {
    const chain = await startedChain();
    send(chain, ['bob'], transferOperation(chain, 'bob', 'carol', 5));
    deposits(chain, 5);
    chain.confirm();
    const read = async () =>
      (
        await (
          await asking(chain.delayedUrl)
        )('history', 'get_relative_account_history', 'exchange', 0, 100, 0)
      ).result as Entry[];
    const before = await read();
    chain.delayed.replay({ firstOperationInstance: 1000 });
    const after = await read();
    const key = (entry: Entry) => [entry.block_num, entry.trx_in_block, entry.op_in_trx];
    expect(after.map(key)).toEqual(before.map(key));
    expect(after.map(({ id }) => id)).not.toEqual(before.map(({ id }) => id));
  });

  it('of a backlog is read in pages, several in flight, in order and without a gap', async () => {
    const chain = await startedChain();
    chain.bulkTransfers({
      from: 'alice',
      to: 'exchange',
      count: 1000,
      amount: (i) => BigInt(i + 1),
      memo: (i) => `user-${i}`,
    });
    chain.confirm();
    const ask = await asking(chain.delayedUrl);
    const pages = await Promise.all(
      Array.from({ length: 10 }, (_, page) =>
        ask('history', 'get_relative_account_history', 'exchange', page * 100 + 1, 100, page * 100 + 100),
      ),
    );
    expect(pages.flatMap(({ result }) => amounts(result).reverse())).toEqual(
      Array.from({ length: 1000 }, (_, i) => i + 1),
    );
  });
});

describe('subscriptions', () => {
  it('tell of a changed object once a block, and end with the connection', async () => {
    const chain = await startedChain();
    const connection = await Connection.open(chain.trustedUrl);
    connections.push(connection);
    await connection.ask({
      id: 1,
      method: 'call',
      params: ['database', 'set_subscribe_callback', [5, false]],
    });
    await connection.ask({ id: 2, method: 'call', params: ['database', 'get_objects', [['2.6.18'], true]] });
    await connection.ask({ id: 3, method: 'call', params: ['database', 'set_block_applied_callback', [6]] });
    deposits(chain, 2);
    chain.produceBlock();
    await connection.ask({ id: 4, method: 'call', params: ['database', 'get_chain_id', []] });
    const callbacks = connection.notices.map((notice) => (notice as { params: [number] }).params[0]);
    expect(callbacks).toEqual([6, 5, 6]);
  });

  it('give the place of a broadcast transaction when it is in a block', async () => {
    const chain = await startedChain();
    const connection = await Connection.open(chain.trustedUrl);
    connections.push(connection);
    const transaction = chain.signTransfer({ from: 'alice', to: 'exchange', amount: '1' });
    await connection.ask({
      id: 1,
      method: 'call',
      params: ['network_broadcast', 'broadcast_transaction_with_callback', [8, transaction]],
    });
    const { number } = chain.produceBlock();
    await connection.ask({ id: 2, method: 'call', params: ['database', 'get_chain_id', []] });
    expect(connection.notices).toMatchObject([
      {
        method: 'notice',
        params: [8, [{ id: chain.transactionId(transaction), block_num: number, trx_num: 0 }]],
      },
    ]);
  });
});
