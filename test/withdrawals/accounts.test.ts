/** What a run believes of nodes about the accounts that sign and pay. */
import { openNodeClient } from '../../src/rpc/nodeClient';
import { WithdrawalCaches } from '../../src/withdrawals/proof/evidence';
import { broadcastPrepared, withdrawalStatus } from '../../src/withdrawals/sending/settleTransaction';
import { startExchange, type Exchange } from '../support/exchangeOnDevchain';
import { Liar } from '../support/lies';
import { realClock } from '../support/realClock';

let exchange: Exchange;
beforeEach(async () => {
  exchange = await startExchange();
});
afterEach(() => exchange.stop());

/** Nothing that anybody signed is in a block or on its way into one. */
const expectNothingSent = () => {
  exchange.chain.confirm();
  expect(exchange.chain.blocks.flatMap(({ transactions }) => transactions)).toEqual([]);
};

describe('an account that does not exist is reported at once, and not waited for', () => {
  const propose = async (signer: string, payingAccount: string) => {
    const { chain, context, order, send } = exchange;
    const before = chain.head.number;
    const keys = { ...context().keys, account: signer };
    const [result] = await send([order({})], { keys, payingAccount }, { mode: 'propose' });
    expect(chain.head.number).toBe(before);
    expectNothingSent();
    return result;
  };

  test('who proposes is an error', async () => {
    const result = await propose('no-such-signer', 'hot-wallet');
    expect(result?.conflict).toMatchObject({
      code: 'UNKNOWN_ACCOUNT',
      field: 'Account',
      message: expect.stringContaining('there is no account no-such-signer') as string,
    });
  });

  test('who would pay is an outcome that names it', async () => {
    const result = await propose('hot-wallet', 'no-such-vault');
    expect(result?.item).toMatchObject({ outcome: 'unknown', final: false });
    expect(result?.item.nextStep).toContain('UNKNOWN_ACCOUNT: Account: there is no account no-such-vault');
  });
});

describe.each([
  ['names another id for the account than before', () => ({ id: exchange.chain.account('bob').id })],
  ['says that there is no such account, after it was there', () => null],
])('a node that %s is not believed', (_, answer) => {
  /** The first round gets as far as the balances; from the second one on, the node says something else of the payer. */
  const lieFromSecondRoundOn = () => {
    const { chain, clock } = exchange;
    chain.faults.add({ kind: 'error', node: 'trusted', method: 'get_account_balances' });
    clock.onTick = () => {
      clock.onTick = undefined;
      new Liar(chain, 'trusted').account('hot-wallet', answer());
    };
  };

  test('nothing is sent, and the reason says what changed', async () => {
    const { chain, order, send } = exchange;
    lieFromSecondRoundOn();
    const [result] = await send([order({}, { maximumWait: 10 })]);
    expect(result?.conflict).toBeNull();
    expect(result?.item).toMatchObject({ outcome: 'unknown', paid: false, final: false });
    const { id } = chain.account('hot-wallet');
    expect(result?.item.nextStep).toMatch(
      /INVALID_ANSWER: .* names other accounts than before: hot-wallet \([^)]*\) instead/,
    );
    expect(result?.item.nextStep).toContain(`instead of hot-wallet (${id})`);
    expectNothingSent();
  });

  test('it is left for the next address, by which the withdrawal is paid', async () => {
    const { chain, context, order, send } = exchange;
    const honest = await chain.addNode('honest');
    const left: string[] = [];
    const trusted = openNodeClient(
      { chainId: chain.chainId, urls: [chain.trustedUrl, honest.url] },
      { clock: realClock, onAddress: ({ kind, reason }) => left.push(`${kind} ${reason.code}`) },
    );
    const sentByLiar = chain.faults.add({ kind: 'count', node: 'trusted', method: 'broadcast_transaction' });
    lieFromSecondRoundOn();
    const [result] = await send([order({})], {
      nodes: { ...context().nodes, trusted: () => trusted.session() },
    });
    trusted.close();
    expect(result?.item).toMatchObject({ outcome: 'irreversible', paid: true });
    expect([exchange.paymentsTo('alice'), sentByLiar.hits, left]).toEqual([1, 0, ['left INVALID_ANSWER']]);
  });
});

test.each(['from the beginning', 'from the second round on'])(
  'Get Status calls nothing expired for a node that names another id of the account %s',
  async (when) => {
    const { chain, clock, order, send, context } = exchange;
    const requestedAt = chain.head.seconds;
    const [prepared] = await send([order({})], {}, { mode: 'prepare' });
    const expiration = Date.parse(String(prepared?.item.expiration)) / 1000;
    const payAndLie = () => {
      chain.push(prepared?.transaction as never);
      chain.advance(800);
      chain.confirm();
      const { id } = chain.account('bob');
      new Liar(chain, 'trusted').account('hot-wallet', { id, statistics: id.replace('1.2.', '2.6.') });
    };
    if (when === 'from the beginning') payAndLie();
    else
      clock.onTick = () => {
        clock.onTick = undefined;
        payAndLie();
      };
    const question = { withdrawalId: 'W-1', requestedAt, transaction: null, expiration };
    const item = await withdrawalStatus(
      { ...question, waitFor: 'irreversible', maximumWait: 2000 },
      context({ caches: new WithdrawalCaches() }),
    );
    expect(exchange.paymentsTo('alice')).toBe(1);
    expect(item).toMatchObject({ outcome: 'unknown', final: false });
    expect(item.nextStep).toContain('NODES_DISAGREE');
  },
);

test.each([
  ['beside a delayed node', true, 'NODES_DISAGREE'],
  ['alone', false, 'INVALID_ANSWER'],
])(
  'Broadcast goes on when a node (%s) says, after it sent, that there is no such account',
  async (_, hasDelayed, code) => {
    const { chain, clock, order, send, context } = exchange;
    const [prepared] = await send([order({})], {}, { mode: 'prepare' });
    const lost = chain.faults.add({
      kind: 'answer lost',
      node: 'trusted',
      method: 'broadcast_transaction',
      times: Infinity,
    });
    clock.onTick = () => {
      clock.onTick = undefined;
      lost.remove();
      new Liar(chain, 'trusted').account('hot-wallet', null);
    };
    const { nodes } = context();
    const item = await broadcastPrepared(
      {
        withdrawalId: 'W-1',
        requestedAt: chain.head.seconds,
        transaction: prepared?.transaction ?? null,
        expiration: null,
        waitFor: 'irreversible',
        maximumWait: 20,
      },
      context({ caches: new WithdrawalCaches(), nodes: hasDelayed ? nodes : { ...nodes, delayed: null } }),
    );
    expect(item).toMatchObject({ outcome: 'unknown', final: false });
    expect(item.nextStep).toContain(code);
  },
);
