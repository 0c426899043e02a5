/** The trigger as it is shipped: its class, its credentials, real WebSocket connections to a strict chain. */
import { Devchain } from '../../devchain';
import { systemClock } from '../../nodes/shared/clock';
import { movesNothing } from '../../src/deposits/reading/hiddenOperation';
import { watchedAccount } from '../../src/deposits/reading/watchedAccount';
import { openNodeClient } from '../../src/rpc/nodeClient';
import { codes, Ledger } from './scenario';
import { TriggerHost } from './triggerHost';

let chain: Devchain;
let host: TriggerHost;
let ledger: Ledger;

async function setUp(
  parameters: Record<string, unknown> = {},
  options: { delayed?: boolean } = {},
): Promise<void> {
  chain = await Devchain.start({
    startTime: Math.floor(Date.now() / 1000) - 30,
    accounts: [
      { name: 'exchange', balances: { BTS: '100000' } },
      { name: 'alice', balances: { BTS: '100000' } },
      { name: 'bob', balances: { BTS: '100000' } },
    ],
  });
  chain.produceBlock();
  chain.confirm();
  ledger = new Ledger();
  host = new TriggerHost(systemClock, {
    consumer: ledger.consume,
    parameters: { options: { staleAfter: 0 }, ...parameters },
    credentials: {
      bitSharesNodeApi: {
        chain: 'custom',
        chainId: chain.chainId,
        addressPrefix: 'BTS',
        trustedUrls: chain.trustedUrl,
        delayedUrls: options.delayed === false ? '' : chain.delayedUrl,
        user: '',
        password: '',
      },
      bitSharesKeysApi: { account: 'exchange', memoKey: chain.account('exchange').keys.memo },
    },
  });
}

async function eventually(condition: () => boolean, what: string): Promise<void> {
  for (const end = Date.now() + 90_000; !condition();) {
    if (Date.now() > end) throw new Error(`${what}: ${JSON.stringify(host.failures)}`);
    await systemClock.sleep(5);
  }
}

afterEach(async () => {
  await host.stop();
  host.kill();
  await chain.stop();
});

jest.setTimeout(120_000);

describe.each([
  ['a delayed node', true],
  ['a full node alone', false],
])('on %s', (_, delayed) => {
  it('an encrypted memo arrives decoded, and the transaction id is the one of the chain', async () => {
    await setUp({}, { delayed });
    await host.start();
    const transactionId = chain.transfer({
      from: 'alice',
      to: 'exchange',
      amount: '12.5',
      memo: ' user-42 ',
    });
    chain.produceBlock();
    chain.confirm();
    await eventually(() => host.delivered().length === 1, 'the deposit arrives');
    expect(host.delivered()[0]).toMatchObject({
      from: 'alice',
      amount: '12.50000',
      asset: 'BTS',
      memo: 'user-42',
      memoStatus: 'decoded',
      transactionId,
      viaProposal: false,
      source: 'history',
    });
    expect(codes(host)).toEqual([]);
  });
});

describe('on the strict chain', () => {
  it('deposits made while n8n was down arrive after its restart, in order', async () => {
    await setUp();
    await host.start();
    await host.stop();
    host.kill();
    for (let i = 1; i <= 400; i++) {
      chain.transfer({ from: 'alice', to: 'exchange', amount: `${i}` });
      if (i % 20 === 0) chain.produceBlock();
    }
    chain.confirm();
    await host.start('init');
    await eventually(() => ledger.credited.size === 400, 'all arrive');
    expect(host.executions.map(({ items }) => Number(items[0]?.amount))).toEqual(
      Array.from({ length: 400 }, (_, i) => i + 1),
    );
  });

  it('a deposit by a proposal arrives with the id of the approving transaction', async () => {
    await setUp();
    await host.start();
    const bob = chain.account('bob');
    const transfer = {
      fee: { amount: 2_000_000, asset_id: '1.3.0' },
      from: bob.id,
      to: chain.account('exchange').id,
      amount: { amount: 4242, asset_id: '1.3.0' },
      extensions: [],
    };
    chain.push(
      chain.sign(
        [
          [
            22,
            {
              fee: { amount: 0, asset_id: '1.3.0' },
              fee_paying_account: bob.id,
              expiration_time: isoAfter(3600),
              proposed_ops: [{ op: [0, transfer] }],
              extensions: [],
            },
          ],
        ],
        [bob.keys.active],
      ),
    );
    chain.produceBlock();
    const approving = chain.push(
      chain.sign(
        [
          [
            23,
            {
              fee: { amount: 0, asset_id: '1.3.0' },
              fee_paying_account: bob.id,
              proposal: '1.10.0',
              active_approvals_to_add: [bob.id],
              active_approvals_to_remove: [],
              owner_approvals_to_add: [],
              owner_approvals_to_remove: [],
              key_approvals_to_add: [],
              key_approvals_to_remove: [],
              extensions: [],
            },
          ],
        ],
        [bob.keys.active],
      ),
    );
    chain.produceBlock();
    chain.confirm();
    await eventually(() => host.delivered().length === 1, 'the deposit arrives');
    expect(host.delivered()).toMatchObject([
      { amountRaw: '4242', viaProposal: true, virtualOp: 1, transactionId: approving },
    ]);
  });

  it('the node says which operations move no value without showing them', async () => {
    await setUp();
    const { id, keys } = chain.account('bob');
    const fee = { amount: 50_000_000, asset_id: '1.3.0' };
    const custom = { fee, payer: id, required_auths: [], id: 1, data: 'ff' };
    chain.push(chain.sign([[35, custom]], [keys.active]));
    chain.transfer({ from: 'alice', to: 'bob', amount: '1' });
    chain.produceBlock();
    const { chainId } = chain;
    const client = openNodeClient({ urls: [chain.trustedUrl], chainId }, { clock: systemClock });
    const session = await client.session();
    const account = await watchedAccount(session, 'bob');
    const answers = [1, 2, 3].map((sequence) => movesNothing(session, account, sequence));
    // The third does not exist: of it nothing is said.
    expect(await Promise.all(answers)).toEqual([true, false, false]);
    client.close();
  });

  it('a node that stops and starts again costs time, not deposits', async () => {
    await setUp();
    await host.start();
    chain.transfer({ from: 'alice', to: 'exchange', amount: '1' });
    chain.produceBlock();
    chain.confirm();
    await eventually(() => ledger.credited.size === 1, 'the first arrives');
    await chain.delayed.stop();
    chain.transfer({ from: 'alice', to: 'exchange', amount: '2' });
    chain.produceBlock();
    chain.confirm();
    await chain.delayed.start();
    await eventually(() => ledger.credited.size === 2, 'the second arrives');
    expect([...ledger.runs.values()]).toEqual([1, 1]);
  });
});

function isoAfter(seconds: number): string {
  return new Date((chain.head.seconds + seconds) * 1000).toISOString().slice(0, 19);
}
