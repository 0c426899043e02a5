/** Prepare, Broadcast and Get Status: a withdrawal that is signed in one step and sent in another. */
import { isOperation, PrivateKey, signTransaction, type SignedTransaction } from '../../src/protocol';
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

/** What Prepare signs for an account. */
async function preparedBy(account: string, withdrawalId: string): Promise<SignedTransaction> {
  const { chain, order, send } = exchange;
  const { keys } = chain.account(account);
  const [memoKey, activeKey] = [keys.memo, keys.active].map((wif) => PrivateKey.fromWif(wif));
  if (memoKey === undefined || activeKey === undefined) throw new Error('no keys');
  const [result] = await send(
    [order({ withdrawalId, memo: 'x' })],
    { ...elsewhere(), keys: { account, memoKeys: [memoKey], activeKeys: [activeKey] } },
    { mode: 'prepare' },
  );
  if (result?.transaction == null) throw new Error(result?.item.nextStep ?? 'nothing was prepared');
  return result.transaction;
}

/** Of Broadcast. */
const handedIn = (transaction: SignedTransaction) => ({
  withdrawalId: 'W-1',
  requestedAt: exchange.chain.head.seconds,
  transaction,
  expiration: null,
  waitFor: 'irreversible' as const,
  maximumWait: 60,
});

/** Nothing that anybody signed is in a block or on its way into one. */
const expectNothingSent = () => {
  exchange.chain.confirm();
  expect(exchange.chain.blocks.flatMap(({ transactions }) => transactions)).toEqual([]);
};

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

  test('what is not exactly one transfer, as Prepare returned it, is refused before anything is asked', async () => {
    const { protocolChain } = exchange;
    const transaction = await preparedBy('hot-wallet', 'W-1');
    expect(parsePreparedTransaction(transaction, protocolChain)).toEqual(transaction);
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

test('Prepare of what is pending signs the same transaction and sends nothing', async () => {
  const { chain, order, send } = exchange;
  const [sent] = await send([order({ memo: 'x' }, { waitFor: 'broadcast' })]);
  const broadcasts = chain.faults.add({ kind: 'count', method: 'broadcast_transaction' });
  const [prepared] = await send([order({ memo: 'x' })], elsewhere(), { mode: 'prepare' });
  expect(prepared?.item).toMatchObject({ outcome: 'in_mempool', transactionId: sent?.item.transactionId });
  expect(prepared?.transaction).not.toBeNull();
  expect(broadcasts.hits).toBe(0);
});

describe('Broadcast sends no transaction that does not belong to the withdrawal', () => {
  /** The same transfer from bob, signed by him. */
  const fromBob = (transaction: SignedTransaction): SignedTransaction => {
    const { chain, protocolChain } = exchange;
    const { id, keys } = chain.account('bob');
    const changed = structuredClone(transaction);
    const [operation] = changed.operations;
    if (operation === undefined || !isOperation(operation, 'transfer')) throw new Error('no transfer');
    operation[1].from = id;
    return signTransaction(changed, protocolChain, [PrivateKey.fromWif(keys.active)]);
  };
  test.each<[string, () => Promise<SignedTransaction>]>([
    ['of a stranger', () => preparedBy('bob', 'W-1')],
    ['of a stranger who copied the nonce', async () => fromBob(await preparedBy('hot-wallet', 'W-1'))],
    ['of another withdrawal', () => preparedBy('hot-wallet', 'W-2')],
  ])('%s', async (_, prepare) => {
    const { context } = exchange;
    const order = handedIn(await prepare());
    await expect(broadcastPrepared(order, context())).rejects.toMatchObject({ code: 'INVALID_TRANSACTION' });
    expectNothingSent();
  });
});
