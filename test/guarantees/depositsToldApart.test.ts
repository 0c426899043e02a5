/** Guarantee: only what is really paid in arrives as a deposit, and everything that is paid in arrives. */
import type { Operation } from '../../src/chain/interfaces';
import { alice, bob, exchange, transfer } from '../support/memoryChain';
import { codes, Scenario } from '../support/depositScenario';

const issuer = '1.2.4';
const approval: Operation = [
  23,
  { fee_paying_account: bob, proposal: '1.10.7', active_approvals_to_add: [bob] },
];
const proposal: Operation = [
  22,
  {
    fee_paying_account: bob,
    expiration_time: '2026-11-22T12:00:00',
    proposed_ops: [{ op: transfer(bob, exchange, 99) }],
    // The memory chain lists the operation for whom it mentions; a node does so for those who have to agree.
    account: exchange,
  },
];

function override(from: string, to: string, amount: number): Operation {
  return [38, { fee: {}, issuer, from, to, amount: { amount, asset_id: '1.3.1' }, extensions: [] }];
}

function issue(to: string, amount: number): Operation {
  return [
    14,
    { fee: {}, issuer, issue_to_account: to, asset_to_issue: { amount, asset_id: '1.3.1' }, extensions: [] },
  ];
}

// Time is simulated; what it takes in reality depends on what else the machine does.
jest.setTimeout(120_000);

describe('what is a deposit', () => {
  it('a transfer that a proposal executed arrives, with the id of the transaction that executed it', async () => {
    const scenario = new Scenario();
    const { chain, host } = scenario;
    await scenario.start();
    chain.produce([{ operations: [approval], caused: [transfer(bob, exchange, 42)] }]);
    scenario.confirm();
    await scenario.untilCredited(1);
    const [item] = host.delivered();
    expect(item).toMatchObject({ amountRaw: '42', viaProposal: true, virtualOp: 1, opInTrx: 0 });
    expect(item?.transactionId).toMatch(/^[0-9a-f]{40}$/);
  });

  it('a transfer that a proposal executed when it expired arrives from a block without transactions, with no transaction id', async () => {
    const scenario = new Scenario();
    await scenario.start();
    const block = scenario.chain.produce([], [transfer(bob, exchange, 43)]);
    scenario.confirm();
    await scenario.untilCredited(1);
    expect(scenario.host.delivered()[0]).toMatchObject({
      depositId: `4e4fc2ce:${block.number}:0:0:0`,
      amountRaw: '43',
      viaProposal: true,
      transactionId: null,
    });
  });

  it('a proposal that only contains a transfer is no deposit', async () => {
    const scenario = new Scenario();
    await scenario.start();
    scenario.chain.produce([{ operations: [proposal] }]);
    scenario.chain.deposit(1);
    scenario.confirm();
    await scenario.untilCredited(1);
    await scenario.clock.pass(60_000);
    expect(scenario.host.delivered().map(({ amountRaw }) => amountRaw)).toEqual(['1']);
  });

  it('a payment out, a claw-back, an issue and a transfer between others are no deposits', async () => {
    const scenario = new Scenario({ parameters: { assets: {} } });
    await scenario.start();
    scenario.chain.produce(
      [
        transfer(exchange, alice, 1),
        override(exchange, alice, 2),
        override(alice, exchange, 3),
        issue(exchange, 4),
        transfer(alice, bob, 5),
        transfer(exchange, exchange, 6),
      ].map((operation) => ({ operations: [operation] })),
    );
    scenario.chain.deposit(7);
    scenario.confirm();
    await scenario.untilCredited(1);
    await scenario.clock.pass(60_000);
    expect(scenario.host.delivered().map(({ amountRaw }) => amountRaw)).toEqual(['7']);
  });

  it('other kinds arrive only when they are chosen, each under its own name', async () => {
    const scenario = new Scenario({
      parameters: {
        assets: {},
        triggerOn: 'both',
        options: { operationKinds: ['transfer', 'override_transfer', 'asset_issue'] },
      },
    });
    await scenario.start();
    scenario.chain.produce(
      [
        override(exchange, alice, 2),
        override(alice, exchange, 3),
        issue(exchange, 4),
        transfer(exchange, exchange, 6),
      ].map((operation) => ({ operations: [operation] })),
    );
    scenario.confirm();
    await scenario.untilCredited(3);
    await scenario.clock.pass(60_000);
    expect(
      scenario.host.delivered().map(({ kind, direction, amountRaw }) => `${kind} ${direction} ${amountRaw}`),
    ).toEqual(['override_transfer out 2', 'override_transfer in 3', 'asset_issue in 4']);
  });

  it('a look-alike asset is no deposit: assets are matched by id', async () => {
    const scenario = new Scenario({
      parameters: { assets: { rows: [{ asset: 'BTS', minimumAmount: '' }] } },
    });
    await scenario.start();
    scenario.chain.deposit(1, { assetId: '1.3.2' });
    scenario.chain.deposit(2);
    scenario.confirm();
    await scenario.untilCredited(1);
    await scenario.clock.pass(60_000);
    expect(scenario.host.delivered().map(({ assetId }) => assetId)).toEqual(['1.3.0']);
  });

  it('an amount below the minimum is passed over, and the position passes it too', async () => {
    const scenario = new Scenario({
      parameters: { assets: { rows: [{ asset: '1.3.0', minimumAmount: '0.00010' }] } },
    });
    await scenario.start();
    scenario.deposits(11, 5);
    scenario.confirm();
    await scenario.untilCredited(6);
    await scenario.clock.pass(60_000);
    expect(scenario.host.delivered().map(({ amountRaw }) => Number(amountRaw))).toEqual([
      10, 11, 12, 13, 14, 15,
    ]);
    expect(codes(scenario.host)).toEqual([]);
  });

  it('an asset that stands in two rows is accepted from the smaller of their minimums on', async () => {
    const rows = [
      { asset: 'BTS', minimumAmount: '0.00002' },
      { asset: '1.3.0', minimumAmount: '0.00004' },
    ];
    for (const order of [rows, [...rows].reverse()]) {
      const scenario = new Scenario({ parameters: { assets: { rows: order } } });
      await scenario.start();
      scenario.deposits(5);
      scenario.confirm();
      await scenario.clock.pass(60_000);
      expect(scenario.host.delivered().map(({ amountRaw }) => amountRaw)).toEqual(['2', '3', '4', '5']);
    }
  });

  it('an asset whose issuer changed its precision is shown with the precision that it has', async () => {
    const scenario = new Scenario({ parameters: { assets: {} } });
    let precision = 3;
    const session = scenario.node.session.bind(scenario.node);
    scenario.node.session = () => {
      const made = session();
      const assets = async (names: string[]) =>
        (await made.assets(names)).map((asset) => asset && { ...asset, precision });
      return { ...made, assets };
    };
    await scenario.start();
    scenario.chain.deposit(1000, { assetId: '1.3.1' });
    scenario.confirm();
    await scenario.untilCredited(1);
    precision = 8;
    scenario.chain.deposit(1000, { assetId: '1.3.1' });
    scenario.confirm();
    await scenario.untilCredited(2);
    expect(scenario.host.delivered().map(({ amount }) => amount)).toEqual(['1.000', '0.00001000']);
  });

  it('the same transfer twice in one transaction is two deposits', async () => {
    const scenario = new Scenario();
    await scenario.start();
    const same = transfer(alice, exchange, 5);
    scenario.chain.produce([{ operations: [same, same] }]);
    scenario.confirm();
    await scenario.untilCredited(2);
    expect(scenario.host.delivered().map(({ opInTrx }) => opInTrx)).toEqual([0, 1]);
  });
});
