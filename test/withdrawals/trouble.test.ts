import { BitSharesError } from '../../src/errors';
import type { SignedTransaction } from '../../src/protocol';
import { WithdrawalCaches } from '../../src/withdrawals/proof/evidence';
import { quoteWithdrawal } from '../../src/withdrawals/sending/quote';
import { formatIntent, parseIntent } from '../../src/withdrawals/transaction/intent';
import type { WithdrawalContext } from '../../src/withdrawals/sending/context';
import { broadcastPrepared } from '../../src/withdrawals/sending/settleTransaction';
import type { PlainRequest } from '../../src/withdrawals/transaction/request';
import { startExchange, type Exchange } from '../support/exchangeOnDevchain';

let exchange: Exchange;
beforeEach(async () => {
  exchange = await startExchange();
});
afterEach(() => exchange.stop());

const elsewhere = () => ({ caches: new WithdrawalCaches() });

/** Alice shows another memo key from the block on that takes this transaction. */
function memoKeyChange(chain: Exchange['chain']) {
  const alice = chain.account('alice');
  const options = {
    memo_key: alice.publicKeys.owner,
    voting_account: '1.2.5',
    num_witness: 0,
    num_committee: 0,
    votes: [],
    extensions: [],
  };
  const update: [number, object] = [6, { account: alice.id, new_options: options, extensions: {} }];
  return chain.sign([update as never], [alice.keys.active]);
}

describe('what goes wrong on the way', () => {
  test('a node that accepts and then drops the connection ends in irreversible', async () => {
    const { chain, send, order } = exchange;
    const fault = chain.faults.add({ kind: 'answer lost', node: 'trusted', method: 'broadcast_transaction' });
    const [result] = await send([order({})]);
    expect(fault.hits).toBe(1);
    expect(result?.item).toMatchObject({ outcome: 'irreversible', paid: true });
    expect(exchange.paymentsTo('alice')).toBe(1);
  });

  test('an error that a proxy made in place of the answer is no refusal: the payment is followed to its end', async () => {
    const { trusted, context, send, order } = exchange;
    let times = 0;
    const throughProxy = async () => {
      const session = await trusted.session();
      const broadcast: typeof session.broadcast = async (transaction) => {
        await session.broadcast(transaction);
        times += 1;
        const data = { nodeCode: 0, nodeMessage: 'upstream request timeout' };
        throw new BitSharesError('NODE_ERROR', { message: data.nodeMessage, data });
      };
      return new Proxy(session, {
        get: (target, name) =>
          name === 'broadcast' ? broadcast : (Reflect.get(target, name, target) as unknown),
      });
    };
    const nodes = { ...context().nodes, trusted: throughProxy };
    const [result] = await send([order({})], { nodes });
    expect(times).toBeGreaterThan(0);
    expect(result?.item).toMatchObject({ outcome: 'irreversible', paid: true });
    expect(exchange.paymentsTo('alice')).toBe(1);
  });

  test('a broadcast that never arrives is sent again, and a timeout is never a failure', async () => {
    const { chain, send, order } = exchange;
    chain.faults.add({ kind: 'cut', node: 'trusted', method: 'broadcast_transaction', times: 3 });
    const [result] = await send([order({})]);
    expect(result?.item.outcome).toBe('irreversible');
    expect(exchange.paymentsTo('alice')).toBe(1);
  });

  test('connections that are cut at any moment cost time, nothing else', async () => {
    const { chain, send, order } = exchange;
    for (let after = 0; after < 60; after += 7) chain.faults.add({ kind: 'cut', node: 'trusted', after });
    const [result] = await send([order({ memo: 'x' })]);
    expect(result?.item.outcome).toBe('irreversible');
    expect(exchange.paymentsTo('alice')).toBe(1);
  });

  test('a payment that a reorganisation takes back is sent again as the same transaction', async () => {
    const { chain, send, order } = exchange;
    const [inBlock] = await send([order({}, { waitFor: 'block' })]);
    chain.fork({ depth: 2, keep: 'drop' });
    expect(exchange.paymentsTo('alice')).toBe(0);
    const [result] = await send([order({})], elsewhere());
    expect(result?.item).toMatchObject({
      outcome: 'irreversible',
      transactionId: inBlock?.item.transactionId,
    });
    expect(exchange.paymentsTo('alice')).toBe(1);
  });

  test('out of time is unknown, with what is known, and running it again goes on', async () => {
    const { chain, send, order } = exchange;
    chain.confirm();
    chain.faults.add({ kind: 'cut', node: 'trusted', method: 'broadcast_transaction', times: 100 });
    const [result] = await send([order({}, { maximumWait: 4 })]);
    expect(result?.item).toMatchObject({ outcome: 'unknown', paid: false, final: false });
    expect(result?.item.nextStep).toMatch(
      /CONNECTION_LOST.*Run Send again.*can be included until 2026-01-01T00:10:00Z/,
    );
    chain.faults.clear();
    const [again] = await send([order({})]);
    expect(again?.item).toMatchObject({ outcome: 'irreversible', transactionId: result?.item.transactionId });
  });

  test('a window that ends while the transaction is lost: the next one pays, and only it', async () => {
    const { chain, send, order } = exchange;
    chain.advance(585);
    const request = order({});
    chain.faults.add({ kind: 'cut', node: 'trusted', method: 'broadcast_transaction', times: 15 });
    const [result] = await send([request]);
    expect(result?.item).toMatchObject({ outcome: 'irreversible', windowStart: '2026-01-01T00:10:00Z' });
    expect(exchange.paymentsTo('alice')).toBe(1);
  });

  test('own pending money is no lack of funds: the copy on its way is recognised', async () => {
    const { chain, send, order } = exchange;
    const request = order({ amount: '60000' }, { waitFor: 'broadcast' });
    await send([request]);
    expect(chain.balance('hot-wallet')).toBeLessThan(6_000_000_000n);
    const [again] = await send([request], elsewhere());
    expect(again?.item.outcome).toBe('in_mempool');
    const [final] = await send([order({ amount: '60000' })]);
    expect(final?.item.outcome).toBe('irreversible');
    expect(exchange.paymentsTo('alice')).toBe(1);
  });

  test('a delayed node that is a full node in disguise makes nothing final', async () => {
    const { context, trusted, send, order } = exchange;
    const nodes = { trusted: context().nodes.trusted, delayed: () => trusted.session() };
    const [result] = await send([order({}, { maximumWait: 5 })], { nodes });
    expect(result?.item).toMatchObject({ outcome: 'unknown' });
    expect(result?.item.nextStep).toContain('NOT_A_DELAYED_NODE');
    expect(exchange.paymentsTo('alice')).toBe(0);
  });

  test('a delayed node that froze lets nothing be called paid', async () => {
    const { chain, send, order } = exchange;
    const [sent] = await send([order({}, { waitFor: 'broadcast' })]);
    expect(sent?.item.outcome).toBe('in_mempool');
    chain.delayed.freeze();
    const [result] = await send([order({}, { maximumWait: 30 })]);
    expect(result?.item).toMatchObject({ outcome: 'in_block', paid: false });
    chain.unfreeze(chain.delayed);
    const [again] = await send([order({})]);
    expect(again?.item).toMatchObject({ outcome: 'irreversible', paid: true });
  });

  test('a receiver that shows another memo key in this window is not sent an encrypted memo', async () => {
    const { chain, send, order } = exchange;
    chain.advance(605);
    const pushed = memoKeyChange(chain);
    // Pending only: a full node shows the new key, the delayed one does not, and no block holds it.
    chain.advance(20);
    chain.push(pushed);
    const [pending] = await send([order({ memo: 'x' }, { maximumWait: 0 })]);
    expect(pending?.item.nextStep).toContain('NODES_DISAGREE: the nodes disagree about the memo key');
    const [waited] = await send([order({ memo: 'x' })]);
    expect(waited?.item.nextStep).toContain('MEMO_KEY_UNPROVEN');
    chain.confirm();
    const [other] = await send([order({ withdrawalId: 'W-2', memo: 'x' }, { maximumWait: 3 })], elsewhere());
    expect(other?.item.nextStep).toContain('MEMO_KEY_UNPROVEN');
    expect(exchange.paymentsTo('alice')).toBe(0);
    chain.advance(600);
    const results = await send(
      [order({ memo: 'x' }), order({ withdrawalId: 'W-2', memo: 'x' })],
      elsewhere(),
    );
    expect(results.map(({ item }) => item.outcome)).toEqual(['irreversible', 'irreversible']);
    expect(exchange.paymentsTo('alice')).toBe(2);
  });
});

describe('the refusal of a second copy ends nothing when the first went unanswered and is in the chain', () => {
  /** The first copy is lost on the way to us and goes to the chain by another node; the second is refused there. */
  const refusingSecondCopy = () => {
    const { trusted, context } = exchange;
    const copies: SignedTransaction[] = [];
    const nodes: WithdrawalContext['nodes'] = {
      ...context().nodes,
      trusted: async () => {
        const session = await trusted.session();
        const broadcast: typeof session.broadcast = async (transaction) => {
          copies.push(transaction);
          if (copies.length === 1) throw new BitSharesError('CONNECTION_LOST', { message: 'gone' });
          await session.broadcast(copies[0] ?? transaction);
          const data = { nodeCode: 10, nodeMessage: 'insufficient_balance: the first copy took it' };
          throw new BitSharesError('NODE_ERROR', { message: data.nodeMessage, data });
        };
        return new Proxy(session, {
          get: (target, name) =>
            name === 'broadcast' ? broadcast : (Reflect.get(target, name, target) as unknown),
        });
      },
    };
    return { nodes, copies };
  };

  test('of Send', async () => {
    const { order, send } = exchange;
    const { nodes, copies } = refusingSecondCopy();
    const [result] = await send([order({})], { nodes });
    expect(copies).toHaveLength(2);
    expect(result?.item).toMatchObject({ outcome: 'irreversible', paid: true, alreadyPaid: false });
    expect(exchange.paymentsTo('alice')).toBe(1);
  });

  test('of Broadcast', async () => {
    const { chain, context, order, send } = exchange;
    const [prepared] = await send([order({})], {}, { mode: 'prepare' });
    const transaction = prepared?.transaction ?? null;
    const { nodes, copies } = refusingSecondCopy();
    const item = await broadcastPrepared(
      {
        withdrawalId: 'W-1',
        requestedAt: chain.head.seconds,
        transaction,
        expiration: null,
        waitFor: 'irreversible',
        maximumWait: 60,
      },
      context({ nodes }),
    );
    expect(copies).toEqual([transaction, transaction]);
    expect(item).toMatchObject({ outcome: 'irreversible', paid: true, alreadyPaid: false });
    expect(exchange.paymentsTo('alice')).toBe(1);
  });
});

describe('Quote', () => {
  test('gives an intent that pays the quoted amount to the quoted key, without any private key', async () => {
    const { chain, protocolChain, context, order, send } = exchange;
    const plain = order({ memo: 'order 5' });
    const { item, intent } = await quoteWithdrawal(
      { ...plain, request: plain.request as PlainRequest },
      { ...context(), account: 'hot-wallet', memoKey: null },
    );
    expect(intent).toMatchObject({
      v: 1,
      to: chain.account('alice').id,
      amount: 1_250_000n,
      memoMode: 'encrypted',
      senderMemoKey: chain.account('hot-wallet').publicKeys.memo,
      receiverMemoKey: chain.account('alice').publicKeys.memo,
      fee: 'auto',
    });
    const stored = parseIntent(formatIntent(intent), protocolChain);
    const intentOrder = { ...plain, request: { kind: 'intent' as const, intent: stored } };
    // The stored key makes the delayed node unnecessary for building.
    const nodes = { trusted: context().nodes.trusted, delayed: null };
    const [paid] = await send([intentOrder], { nodes });
    expect(paid?.item).toMatchObject({ outcome: 'irreversible', fee: item.fee, amount: item.amount });
    expect(exchange.paymentsTo('alice')).toBe(1);
  });

  test('quoted again by a retry after the receiver changed the memo key: intents that leave the key open are one payment', async () => {
    const { chain, context, order, send } = exchange;
    const plain = order({ memo: 'salary' }, { maximumWait: 5 });
    const quote = async () => {
      const { intent } = await quoteWithdrawal(
        { ...plain, request: plain.request as PlainRequest },
        { ...context(), account: 'hot-wallet', memoKey: null },
      );
      return { ...plain, request: { kind: 'intent' as const, intent: { ...intent, receiverMemoKey: null } } };
    };
    const first = await quote();
    chain.push(memoKeyChange(chain));
    chain.advance(30);
    const second = await quote();
    for (const [result] of await Promise.all([send([first]), send([second], elsewhere())])) {
      expect(result?.item.nextStep).toContain('MEMO_KEY_UNPROVEN');
    }
    chain.advance(620);
    await Promise.all([send([first]), send([second], elsewhere())]);
    chain.advance(30);
    expect(exchange.paymentsTo('alice')).toBe(1);
  });

  test('every check is an error with its own code', async () => {
    const { chain, context, order } = exchange;
    const quote = (request: object, more: object = {}) => {
      const plain = order(request, more);
      return quoteWithdrawal(
        { ...plain, request: plain.request as PlainRequest },
        { ...context(), account: 'hot-wallet', memoKey: null },
      );
    };
    await expect(quote({ to: 'nobody-here' })).rejects.toMatchObject({
      code: 'UNKNOWN_ACCOUNT',
      field: 'To',
    });
    await expect(quote({ amount: '999999' })).rejects.toMatchObject({ code: 'INSUFFICIENT_BALANCE' });
    await expect(quote({ amount: '1.123456' })).rejects.toMatchObject({
      code: 'INVALID_AMOUNT',
      field: 'Amount',
    });
    await expect(quote({}, { maximumAmount: '1' })).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
    await expect(quote({ requestedAt: chain.head.seconds + 400 })).rejects.toMatchObject({
      code: 'REQUESTED_AT_IN_FUTURE',
    });
    await expect(quote({ memo: 'x'.repeat(1999) })).rejects.toMatchObject({ code: 'MEMO_TOO_LARGE' });
  });
});
