/** Prepare, Broadcast and Get Status: a withdrawal that is signed in one step and sent in another. */
import { WithdrawalCaches } from '../../src/withdrawals/proof/evidence';
import {
  broadcastPrepared,
  parsePreparedTransaction,
  withdrawalStatus,
} from '../../src/withdrawals/sending/settleTransaction';
import { startExchange, type Exchange } from '../support/exchangeOnDevchain';

let exchange: Exchange;
beforeEach(async () => {
  exchange = await startExchange();
});
afterEach(() => exchange.stop());

const elsewhere = () => ({ caches: new WithdrawalCaches() });

describe('in two steps', () => {
  test('Prepare sends nothing; Broadcast sends exactly its bytes, any number of times; Send agrees with both', async () => {
    const { chain, protocolChain, send, order, context } = exchange;
    const [prepared] = await send([order({ memo: 'x' }, { waitFor: 'broadcast' })], {}, { mode: 'prepare' });
    expect(prepared?.item).toMatchObject({ outcome: 'unknown', paid: false });
    chain.advance(5);
    expect(exchange.paymentsTo('alice')).toBe(0);
    const transaction = parsePreparedTransaction(JSON.stringify(prepared?.transaction), protocolChain);
    const settleOrder = {
      withdrawalId: 'W-1',
      requestedAt: chain.head.seconds,
      transaction,
      expiration: null,
      waitFor: 'irreversible' as const,
      maximumWait: 60,
    };
    const first = await broadcastPrepared(settleOrder, context());
    expect(first).toMatchObject({ outcome: 'irreversible', transactionId: prepared?.item.transactionId });
    const again = await broadcastPrepared(settleOrder, context(elsewhere()));
    expect(again).toMatchObject({ outcome: 'irreversible', alreadyPaid: true });
    const [sent] = await send([order({ memo: 'x' })]);
    expect(sent?.item).toMatchObject({ alreadyPaid: true, transactionId: first.transactionId });
    expect(exchange.paymentsTo('alice')).toBe(1);
  });

  test('a prepared transaction that was never sent is expired, provably, and not before', async () => {
    const { chain, send, order, context } = exchange;
    const [prepared] = await send([order({}, { waitFor: 'broadcast' })], {}, { mode: 'prepare' });
    const transaction = prepared?.transaction ?? null;
    const status = (expiration: number | null) =>
      withdrawalStatus(
        {
          withdrawalId: 'W-1',
          requestedAt: chain.head.seconds,
          transaction: expiration === null ? transaction : null,
          expiration,
          waitFor: 'broadcast',
          maximumWait: 0,
        },
        context(elsewhere()),
      );
    const end = Date.parse(String(prepared?.item.expiration)) / 1000;
    expect((await status(null)).outcome).toBe('unknown');
    while (chain.head.seconds < end + 1) chain.produceBlock();
    expect((await status(null)).outcome).toBe('unknown'); // dead, but not irreversibly so
    chain.confirm();
    expect(await status(null)).toMatchObject({ outcome: 'expired', paid: false, final: true });
    expect((await status(end)).outcome).toBe('expired');
    const broadcast = await broadcastPrepared(
      {
        withdrawalId: 'W-1',
        requestedAt: end,
        transaction,
        expiration: null,
        waitFor: 'irreversible',
        maximumWait: 5,
      },
      context(elsewhere()),
    );
    expect(broadcast.outcome).toBe('expired');
    const [again] = await send([order({})]);
    expect(again?.item.outcome).toBe('irreversible');
    expect(exchange.paymentsTo('alice')).toBe(1);
  });

  test.each([{ to: 'bob' }, { amount: '1' }, { memo: 'other' }])(
    'a prepared transaction is not called paid when its id was paid with another content (%j)',
    async (content) => {
      const { chain, send, order, context } = exchange;
      const [prepared] = await send(
        [order({ memo: 'x' }, { waitFor: 'broadcast' })],
        {},
        { mode: 'prepare' },
      );
      const settleOrder = {
        withdrawalId: 'W-1',
        requestedAt: chain.head.seconds,
        transaction: prepared?.transaction ?? null,
        expiration: null,
        waitFor: 'irreversible' as const,
        maximumWait: 60,
      };
      const [paid] = await send([order({ memo: 'x', ...content })]);
      expect(paid?.item.outcome).toBe('irreversible');
      for (const ask of [broadcastPrepared, withdrawalStatus]) {
        await expect(ask(settleOrder, context())).rejects.toMatchObject({ code: 'WITHDRAWAL_CONFLICT' });
      }
      const withoutMemo = { ...context(), keys: { ...context().keys, memoKeys: [] } };
      const unreadable = await withdrawalStatus(settleOrder, withoutMemo).catch(() => null);
      expect(unreadable === null).toBe(!('memo' in content));
    },
  );

  test('a transaction of another withdrawal, or a changed one, is not sent', async () => {
    const { send, order, context, protocolChain } = exchange;
    const [prepared] = await send([order({}, { waitFor: 'broadcast' })], {}, { mode: 'prepare' });
    const transaction = prepared?.transaction ?? null;
    const settleOrder = {
      requestedAt: 1_767_225_606,
      transaction,
      expiration: null,
      waitFor: 'block' as const,
      maximumWait: 5,
    };
    await expect(broadcastPrepared({ ...settleOrder, withdrawalId: 'W-2' }, context())).rejects.toMatchObject(
      {
        code: 'INVALID_TRANSACTION',
      },
    );
    for (const bad of [
      '',
      '{',
      {},
      { ...transaction, operations: [] },
      { ...transaction, extra: 1 },
      null,
      5,
    ]) {
      expect(() => parsePreparedTransaction(bad, protocolChain)).toThrow(
        expect.objectContaining({ code: 'INVALID_TRANSACTION' }),
      );
    }
  });
});
