/** The rounds of a run: a failed one leaves nothing running, and one withdrawal keeps no other back. */
import type { Block, Broadcaster, HistoryOperation } from '../../src/chain/interfaces';
import { BitSharesError, type ErrorCode } from '../../src/errors';
import { WithdrawalCaches } from '../../src/withdrawals/proof/evidence';
import { withdrawalNonce } from '../../src/withdrawals/transaction/nonce';
import type { WithdrawalReader } from '../../src/withdrawals/proof/reader';
import { identityOf, type SettleOrder } from '../../src/withdrawals/sending/order';
import { broadcastPrepared, withdrawalStatus } from '../../src/withdrawals/sending/settleTransaction';
import { inHistory, payment } from '../support/handDrivenNode';
import { startExchange, type Exchange } from '../support/exchangeOnDevchain';
import { Liar } from '../support/lies';

type Session = WithdrawalReader & Broadcaster;

let exchange: Exchange;
let hotWallet: string;
beforeEach(async () => {
  exchange = await startExchange({ blockInterval: 3 });
  exchange.chain.produceBlocks(240);
  hotWallet = exchange.chain.account('hot-wallet').id;
});
afterEach(() => exchange.stop());

/** The session with some answers of its own. */
function withAnswers(session: Session, answers: Partial<Session>): Session {
  return new Proxy(session, {
    get(target, name) {
      const value: unknown = Reflect.get(name in answers ? answers : target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

/** A history that says that these were paid, in these blocks. */
const historyOf = (paid: Record<string, number>): Pick<Session, 'statistics' | 'history'> => ({
  statistics: (id) =>
    Promise.resolve({ id, ownerId: hotWallet, totalOps: Object.keys(paid).length, removedOps: 0 }),
  history: () =>
    Promise.resolve(
      Object.entries(paid).map(([withdrawalId, blockNumber]): HistoryOperation => {
        const transfer = { ...payment(withdrawalNonce(hotWallet, withdrawalId)), from: hotWallet };
        return inHistory(blockNumber, [0, transfer], { blockTime: null });
      }),
    ),
});

/** A node that grants no access to its history: blocks alone are the proof. */
const withoutHistory: Partial<Session> = {
  statistics: () => Promise.reject(new BitSharesError('ACCESS_DENIED', { message: 'Access denied' })),
};

const paymentsOf = (withdrawalId: string) => {
  const nonce = withdrawalNonce(hotWallet, withdrawalId);
  return exchange.chain.blocks
    .flatMap(({ transactions }) => transactions.flatMap(({ transaction }) => transaction.operations))
    .filter((operation) => operation[0] === 0 && BigInt(operation[1].memo?.nonce ?? 0) === nonce).length;
};

test('a late answer to a failed round does not take away the payment that the next round found', async () => {
  const { chain, order, send, trusted } = exchange;
  const requestedAt = chain.head.seconds;
  const session = await trusted.session();
  // The node that is asked first is behind: it has not seen the payment of A, which another worker makes now.
  const behind = await session.state();
  const orderOf = (withdrawalId: string) => order({ withdrawalId, requestedAt });
  const [paid] = await send([orderOf('A')], { caches: new WithdrawalCaches() });
  expect(paid?.item.outcome).toBe('irreversible');
  // Another window, in which A would be another transaction.
  chain.produceBlocks(240);

  const [blockOfA, blockOfB] = [behind.headBlockNumber, behind.lastIrreversibleBlock];
  const history = historyOf({ A: blockOfA, B: blockOfB });
  let answerLate = () => {};
  let questions = 0;
  const first = withAnswers(session, {
    ...history,
    state: () => Promise.resolve(behind),
    block: async (number) => {
      if (number === blockOfA) questions += 1;
      // The scan asks for it once; the second question comes from the look at what the history says, with that for B.
      if (questions < 2) return session.block(number);
      if (number === blockOfB) throw new BitSharesError('NODE_ERROR', { message: 'not now' });
      const block = await session.block(number);
      return new Promise<Block | null>((resolve) => {
        answerLate = () => resolve(block);
        setTimeout(answerLate, 1000);
      });
    },
  });
  const second = withAnswers(session, {
    ...history,
    block: async (number) => {
      const block = await session.block(number);
      if (number === blockOfB) {
        answerLate();
        await new Promise((resolve) => setImmediate(resolve));
      }
      return block;
    },
  });
  const sessions = [first, second];
  const [a] = await send([orderOf('A'), orderOf('B')], {
    nodes: { trusted: () => Promise.resolve(sessions.shift() ?? session), delayed: null },
    caches: new WithdrawalCaches(),
  });
  expect(a?.item).toMatchObject({ alreadyPaid: true, outcome: 'irreversible' });
  expect(paymentsOf('A')).toBe(1);
});

test('a payment that the history proves and the node does not show keeps no other withdrawal back', async () => {
  const { chain, order, send, trusted } = exchange;
  const session = await trusted.session();
  const node = withAnswers(session, historyOf({ A: chain.lastIrreversible }));
  const [a, b] = await send([order({ withdrawalId: 'A' }), order({ withdrawalId: 'B' })], {
    nodes: { trusted: () => Promise.resolve(node), delayed: null },
  });
  expect(a?.item).toMatchObject({ outcome: 'unknown', paid: false });
  expect(a?.item.nextStep).toContain('INVALID_ANSWER');
  expect(b?.item.outcome).toBe('irreversible');
  expect([paymentsOf('A'), paymentsOf('B')]).toEqual([0, 1]);
});

test.each([true, false])(
  'what was signed is an item, also when its id was paid with another content meanwhile (Continue on Fail: %s)',
  async (continueOnFail) => {
    const { order, send, trusted } = exchange;
    const orderOf = (withdrawalId: string, to: string) => order({ withdrawalId, to });
    const [prepared] = await send([orderOf('X', 'alice')], {}, { mode: 'prepare' });
    const session = await trusted.session();
    const node = withAnswers(session, {
      // Another worker is a moment faster, with what should never have had this id.
      broadcast: async (transaction) => {
        if (prepared?.transaction != null) await session.broadcast(prepared.transaction).catch(() => {});
        return session.broadcast(transaction);
      },
    });
    const [y, x] = await send(
      [orderOf('Y', 'alice'), orderOf('X', 'bob')],
      { nodes: { trusted: () => Promise.resolve(node), delayed: null } },
      { refuseBatchOnConflict: !continueOnFail },
    );
    expect([y?.conflict, x?.conflict]).toEqual([null, null]);
    expect(y?.item.outcome).toBe('irreversible');
    expect(x?.item).toMatchObject({ paid: false, final: false });
    expect(x?.item.nextStep).toContain('WITHDRAWAL_CONFLICT');
    expect(x?.item.nextStep).not.toContain('Nothing was sent');
  },
);

test('a fork on which a node stays for hours hides no payment from those who ask another node later', async () => {
  const { chain, order, send, trusted } = exchange;
  const old = order({ withdrawalId: 'A', requestedAt: chain.head.seconds });
  const [paid] = await send([old], { caches: new WithdrawalCaches() });
  const forkedAt = (paid?.item.blockNumber ?? 0) - 1;
  chain.produceBlocks(1500);

  const session = await trusted.session();
  const main = withAnswers(session, withoutHistory);
  const forked = withAnswers(session, {
    ...withoutHistory,
    state: async () => ({ ...(await session.state()), lastIrreversibleBlock: forkedAt, participation: 10 }),
    block: async (number) => {
      const block = await session.block(number);
      return block === null || number <= forkedAt ? block : { ...block, transactions: [] };
    },
  });
  const caches = new WithdrawalCaches();
  const by = (node: Session) => ({ nodes: { trusted: () => Promise.resolve(node), delayed: null }, caches });
  const [recent] = await send([order({ withdrawalId: 'B', requestedAt: chain.head.seconds })], by(main));
  expect(recent?.item.outcome).toBe('irreversible');
  const [onFork] = await send([old], by(forked));
  expect(onFork?.item.outcome).toBe('unknown');
  const [again] = await send([old], by(main));
  expect(again?.item).toMatchObject({ alreadyPaid: true, blockNumber: forkedAt + 1 });
  expect(paymentsOf('A')).toBe(1);
});

test('what is stopped between its last look and the broadcast is not sent', async () => {
  const { order, send, trusted } = exchange;
  const session = await trusted.session();
  const stopping = new AbortController();
  const node = withAnswers(session, {
    balances: (...asked) => {
      stopping.abort();
      return session.balances(...asked);
    },
  });
  const [stopped] = await send([order({ withdrawalId: 'A' })], {
    nodes: { trusted: () => Promise.resolve(node), delayed: null },
    signal: stopping.signal,
  });
  exchange.chain.confirm();
  expect(stopped?.item).toMatchObject({ outcome: 'unknown', final: false });
  expect(paymentsOf('A')).toBe(0);
});

test.each(['statistics', 'history'] as const)(
  'a %s question that is refused once does not hide what was paid before the blocks that are read',
  async (question) => {
    const { chain, order, send, trusted } = exchange;
    await send([order({ withdrawalId: 'A', requestedAt: chain.head.seconds })]);
    chain.produceBlocks(1500);
    const session = await trusted.session();
    let isRefused = false;
    const refusing = <T>(ask: () => Promise<T>): Promise<T> => {
      if (isRefused) return ask();
      isRefused = true;
      return Promise.reject(new BitSharesError('NODE_ERROR', { message: 'not now' }));
    };
    const answers: Pick<Session, 'statistics' | 'history'> = {
      statistics: (...asked) => refusing(() => session.statistics(...asked)),
      history: (...asked) => refusing(() => session.history(...asked)),
    };
    const node = withAnswers(session, { [question]: answers[question] });
    const [later] = await send([order({ withdrawalId: 'A', requestedAt: chain.head.seconds })], {
      nodes: { trusted: () => Promise.resolve(node), delayed: null },
      caches: new WithdrawalCaches(),
    });
    expect([isRefused, later?.item.alreadyPaid, paymentsOf('A')]).toEqual([true, true, 1]);
  },
);

test('a node that gives less at once than is asked for is asked for less in the same look', async () => {
  const { chain, order, send, trusted } = exchange;
  const requestedAt = chain.head.seconds;
  await send([order({ withdrawalId: 'A', requestedAt }), order({ withdrawalId: 'B', requestedAt })]);
  chain.produceBlocks(1500);
  const session = await trusted.session();
  const node = withAnswers(session, {
    history: (accountId, range) =>
      range.limit > 1
        ? Promise.reject(new BitSharesError('NODE_ERROR', { message: 'limit can not be greater than 1' }))
        : session.history(accountId, range),
  });
  const anew = order({ withdrawalId: 'A', requestedAt: chain.head.seconds }, { maximumWait: 0 });
  const [later] = await send([anew], {
    nodes: { trusted: () => Promise.resolve(node), delayed: null },
    caches: new WithdrawalCaches(),
  });
  expect([later?.item.alreadyPaid, paymentsOf('A')]).toEqual([true, 1]);
});

test('of two items with one id the earlier Requested At decides how far back the payment is looked for', async () => {
  const { chain, order, send, trusted } = exchange;
  const node = withAnswers(await trusted.session(), {
    statistics: () => Promise.reject(new BitSharesError('ACCESS_DENIED', { message: 'Access denied' })),
  });
  const nodes = { trusted: () => Promise.resolve(node), delayed: null };
  const first = order({ withdrawalId: 'A', requestedAt: chain.head.seconds });
  await send([first], { nodes, caches: new WithdrawalCaches() });
  chain.produceBlocks(1500);
  const later = order({ withdrawalId: 'A', requestedAt: chain.head.seconds });
  const results = await send([later, first], { nodes, caches: new WithdrawalCaches() });
  expect(results.map(({ item }) => item.alreadyPaid)).toEqual([true, true]);
  expect(paymentsOf('A')).toBe(1);
});

test('a request that can never be paid does not answer for another one with its id', async () => {
  const { chain, order, send } = exchange;
  const requestedAt = chain.head.seconds;
  const more = { maximumWait: 1200 };
  const results = await send([
    order({ withdrawalId: 'A', requestedAt, amount: '1.1234567' }, more),
    order({ withdrawalId: 'A', requestedAt, to: 'opened-tomorrow' }, more),
  ]);
  expect(results.map(({ conflict, item }) => [conflict?.code, item.final])).toEqual([
    ['WITHDRAWAL_CONFLICT', false],
    ['WITHDRAWAL_CONFLICT', false],
  ]);
});

describe('what Broadcast sent is an item', () => {
  /** Hands in what Prepare signed, to a node that answers some questions in its own way once it was sent. */
  async function broadcastTo(
    afterwards: (session: Session) => Partial<Session>,
    more: Partial<SettleOrder> = {},
  ) {
    const { order, send, trusted, context } = exchange;
    const request = order({ withdrawalId: 'A' });
    const [prepared] = await send([request], {}, { mode: 'prepare' });
    const session = await trusted.session();
    const own = afterwards(session);
    let isSent = false;
    const node = new Proxy(session, {
      get(target, name) {
        if (name === 'broadcast') isSent = true;
        const value: unknown = Reflect.get(isSent && name in own ? own : target, name);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
    const settleOrder: SettleOrder = {
      ...identityOf(request.request),
      transaction: prepared?.transaction ?? null,
      expiration: null,
      waitFor: 'broadcast',
      maximumWait: 120,
      ...more,
    };
    return broadcastPrepared(
      settleOrder,
      context({ nodes: { trusted: () => Promise.resolve(node), delayed: null } }),
    );
  }

  test('whatever goes wrong when its names are asked for', async () => {
    const item = await broadcastTo(() => ({ account: () => Promise.reject(new TypeError('impossible')) }));
    expect(item).toMatchObject({ outcome: 'in_mempool', to: null, amountRaw: '1250000' });
  });

  test('with its names, when the connection is lost as they are asked for', async () => {
    let isLost = false;
    const item = await broadcastTo((session) => ({
      account: (nameOrId) => {
        if (isLost) return session.account(nameOrId);
        isLost = true;
        return Promise.reject(new BitSharesError('CONNECTION_LOST', { message: 'lost' }));
      },
    }));
    expect(item).toMatchObject({ from: 'hot-wallet', to: 'alice', amount: '12.50000' });
  });

  /** Fails questions of one kind a few times, later than a run that has signed nothing is patient. */
  const failing =
    (code: ErrorCode) =>
    (session: Session): Partial<Session> => {
      let asked = 0;
      return {
        state: () => {
          asked += 1;
          if (asked === 3) return Promise.reject(new BitSharesError(code, { message: 'not now' }));
          return session.state();
        },
      };
    };

  test.each(['CONNECTION_LOST', 'ACCESS_DENIED'] as const)(
    'and is followed to its end, whatever a look in between fails with (%s)',
    async (code) => {
      const item = await broadcastTo(failing(code), { waitFor: 'irreversible' });
      expect(item).toMatchObject({ outcome: 'irreversible', paid: true });
    },
  );

  test('and is followed to its end, although a node denies in between that there is such an account', async () => {
    let asked = 0;
    const item = await broadcastTo(
      (session) => ({
        account: (nameOrId) => {
          asked += 1;
          return asked === 1 ? Promise.resolve(null) : session.account(nameOrId);
        },
      }),
      { waitFor: 'irreversible' },
    );
    expect(item).toMatchObject({ outcome: 'irreversible', paid: true });
  });

  test('also when another payment with its id comes into a block before it', async () => {
    const { order, send } = exchange;
    const other = order({ withdrawalId: 'A', to: 'bob' });
    const item = await broadcastTo(
      () => ({
        broadcast: async () => {
          await send([{ ...other, waitFor: 'block' }], { caches: new WithdrawalCaches() });
        },
      }),
      { waitFor: 'irreversible' },
    );
    expect(item).toMatchObject({ outcome: 'unknown', paid: false, final: false });
    expect(item.nextStep).toContain('WITHDRAWAL_CONFLICT');
  });

  test('and says why nothing is final yet', async () => {
    const { trusted, context, order, send } = exchange;
    const request = order({ withdrawalId: 'A' });
    const [prepared] = await send([request], {}, { mode: 'prepare' });
    const item = await broadcastPrepared(
      {
        ...identityOf(request.request),
        transaction: prepared?.transaction ?? null,
        expiration: null,
        waitFor: 'broadcast',
        maximumWait: 0,
      },
      context({
        nodes: {
          trusted: () => trusted.session(),
          delayed: () => Promise.reject(new BitSharesError('NODE_UNREACHABLE', { message: 'away' })),
        },
      }),
    );
    expect(item.outcome).toBe('in_mempool');
    expect(item.nextStep).toContain('NODE_UNREACHABLE');
  });
});

test('Get Status looks again after a look that failed, as long as it was told', async () => {
  const { clock, trusted, context, order, send } = exchange;
  const request = order({ withdrawalId: 'A' });
  const session = await trusted.session();
  const begin = clock.now();
  let isPaid = false;
  const node = withAnswers(session, {
    state: async () => {
      const elapsed = clock.now() - begin;
      if (elapsed > 35_000 && elapsed < 50_000) {
        throw new BitSharesError('CONNECTION_LOST', { message: 'lost' });
      }
      if (elapsed > 50_000 && !isPaid) {
        isPaid = true;
        await send([{ ...request, waitFor: 'broadcast' }], { caches: new WithdrawalCaches() });
      }
      return session.state();
    },
  });
  const status = await withdrawalStatus(
    {
      ...identityOf(request.request),
      transaction: null,
      expiration: null,
      waitFor: 'irreversible',
      maximumWait: 180,
    },
    context({ nodes: { trusted: () => Promise.resolve(node), delayed: null } }),
  );
  expect(status).toMatchObject({ outcome: 'irreversible', paid: true });
});

test('what was handed in is not sent while the history proves a payment that the node does not show', async () => {
  const { chain, trusted, context, order, send } = exchange;
  const request = order({ withdrawalId: 'A' });
  const [prepared] = await send([request], {}, { mode: 'prepare' });
  let copies = 0;
  const node = withAnswers(await trusted.session(), {
    ...historyOf({ A: chain.lastIrreversible }),
    broadcast: () => {
      copies += 1;
      return Promise.resolve();
    },
  });
  const item = await broadcastPrepared(
    {
      ...identityOf(request.request),
      transaction: prepared?.transaction ?? null,
      expiration: null,
      waitFor: 'irreversible',
      maximumWait: 10,
    },
    context({ nodes: { trusted: () => Promise.resolve(node), delayed: null } }),
  );
  expect(item).toMatchObject({ outcome: 'unknown', final: false });
  expect(item.nextStep).toContain('INVALID_ANSWER');
  expect(copies).toBe(0);
});

test('an id that was paid with another content keeps the whole batch from being sent', async () => {
  const { order, send } = exchange;
  await send([order({ withdrawalId: 'A', to: 'bob' })]);
  const batch = [order({ withdrawalId: 'A' }), order({ withdrawalId: 'B' })];
  const [a, b] = await send(batch);
  expect(a?.conflict?.code).toBe('WITHDRAWAL_CONFLICT');
  expect(b?.item).toMatchObject({ outcome: 'unknown', transactionId: null });
  expect(paymentsOf('B')).toBe(0);
  const [, alone] = await send(batch, {}, { refuseBatchOnConflict: false });
  expect(alone?.item.outcome).toBe('irreversible');
});

describe('a copy that a node refuses', () => {
  const refusal = () => {
    const nodeMessage = 'Assert Exception: insufficient_balance';
    return new BitSharesError('NODE_ERROR', { message: nodeMessage, data: { nodeCode: 10, nodeMessage } });
  };
  /** Sends to a node that answers the copies so, one after another, and takes the rest. */
  const sendTo = async (...answers: BitSharesError[]) => {
    const { order, send, trusted } = exchange;
    const session = await trusted.session();
    let copies = 0;
    const node = withAnswers(session, {
      broadcast: (transaction) => {
        const error = answers[copies];
        copies += 1;
        return error === undefined ? session.broadcast(transaction) : Promise.reject(error);
      },
    });
    const nodes = { trusted: () => Promise.resolve(node), delayed: null };
    const [result] = await send([order({ withdrawalId: 'A' })], { nodes });
    return { item: result?.item, copies };
  };

  test('ends the run when it was the first one', async () => {
    const { item, copies } = await sendTo(refusal());
    expect([item?.outcome, copies]).toEqual(['unknown', 1]);
    expect(item?.nextStep).toContain('insufficient_balance');
  });

  test('ends nothing when an earlier one may be on its way', async () => {
    const { item, copies } = await sendTo(
      new BitSharesError('REQUEST_TIMEOUT', { message: 'late' }),
      refusal(),
    );
    expect([item?.outcome, copies]).toEqual(['irreversible', 3]);
    expect(paymentsOf('A')).toBe(1);
  });
});

describe('blocks are read from the first attempt on, where no history shows it', () => {
  test('also when Get Status is asked with a Requested At of much later', async () => {
    const { chain, trusted, context, order, send } = exchange;
    const [paid] = await send([order({ withdrawalId: 'A' })]);
    chain.produceBlocks(1500);
    const node = withAnswers(await trusted.session(), withoutHistory);
    const status = await withdrawalStatus(
      {
        withdrawalId: 'A',
        requestedAt: chain.head.seconds,
        transaction: null,
        expiration: Date.parse(String(paid?.item.windowEnd)) / 1000,
        waitFor: 'broadcast',
        maximumWait: 0,
      },
      context({
        nodes: { trusted: () => Promise.resolve(node), delayed: null },
        caches: new WithdrawalCaches(),
      }),
    );
    expect(status).toMatchObject({ outcome: 'irreversible', paid: true });
  });

  test('also when the earliest request of a batch is understood later than the others', async () => {
    const { chain, clock, trusted, delayed, order, send } = exchange;
    const old = order({ withdrawalId: 'A', to: 'bob' });
    await send([old]);
    chain.produceBlocks(1500);
    new Liar(chain, 'delayed').account('bob', null);
    let ticks = 0;
    clock.onTick = () => {
      ticks += 1;
      if (ticks === 2) chain.faults.clear();
    };
    const node = withAnswers(await trusted.session(), withoutHistory);
    const nodes = { trusted: () => Promise.resolve(node), delayed: () => delayed.session() };
    const [a, b] = await send([old, order({ withdrawalId: 'B' })], { nodes, caches: new WithdrawalCaches() });
    expect(ticks).toBeGreaterThan(2);
    expect([a?.item.alreadyPaid, b?.item.outcome]).toEqual([true, 'irreversible']);
    expect([paymentsOf('A'), paymentsOf('B')]).toEqual([1, 1]);
  });
});
