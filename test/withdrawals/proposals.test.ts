import { formatChainTime, PrivateKey, signTransaction, type Operation } from '../../src/protocol';
import { approveProposal, proposalFields } from '../../src/withdrawals/sending/approval';
import { WithdrawalCaches } from '../../src/withdrawals/proof/evidence';
import { runWithdrawals } from '../../src/withdrawals/sending/runner';
import { withdrawalStatus } from '../../src/withdrawals/sending/settleTransaction';
import type { WithdrawalContext } from '../../src/withdrawals/sending/context';
import type { WithdrawalOrder } from '../../src/withdrawals/sending/order';
import { Liar } from '../support/lies';
import { startExchange, type Exchange } from '../support/exchangeOnDevchain';

let exchange: Exchange;
beforeEach(async () => {
  exchange = await startExchange({
    accounts: ['hot-wallet', 'alice', 'bob', 'vault', 'signer-a', 'signer-b'].map((name) => ({
      name,
      balances: { BTS: '10000' },
    })),
    assets: [],
    parameters: { maximum_proposal_lifetime: 2400 },
  });
  const { chain } = exchange;
  const [vault, a, b] = ['vault', 'signer-a', 'signer-b'].map((name) => chain.account(name));
  if (vault === undefined || a === undefined || b === undefined) throw new Error('no accounts');
  // One signer as an account, the other by its key.
  const active = {
    weight_threshold: 2,
    account_auths: [[a.id, 1]],
    key_auths: [[b.publicKeys.active, 1]],
    address_auths: [],
  };
  const update: [number, object] = [6, { account: vault.id, active, extensions: {} }];
  chain.push(chain.sign([update as never], [vault.keys.active]));
  chain.confirm();
});
afterEach(() => exchange.stop());

const as = (name: string): WithdrawalContext => {
  const { keys } = exchange.chain.account(name);
  return exchange.context({
    caches: new WithdrawalCaches(),
    keys: {
      account: name,
      memoKeys: [PrivateKey.fromWif(keys.memo)],
      activeKeys: [PrivateKey.fromWif(keys.active)],
    },
    payingAccount: 'vault',
  });
};
const propose = async (name: string, more: Partial<WithdrawalOrder> = {}) => {
  const [result] = await runWithdrawals([exchange.order({ memo: 'salary' }, more)], as(name), {
    mode: 'propose',
    refuseBatchOnConflict: true,
  });
  return result;
};
const paid = () => exchange.chain.balance('alice') - 1_000_000_000n;

test('proposed twice and by two signers it is one proposal, and approved by both it pays once', async () => {
  const { chain } = exchange;
  const first = await propose('signer-a');
  expect(first?.item).toMatchObject({ outcome: 'unknown', paid: false, from: 'vault', amount: '12.50000' });
  expect(first?.proposal?.proposalId).toMatch(/^1\.10\./);
  const again = await propose('signer-a');
  const other = await propose('signer-b');
  expect(again?.proposal?.proposalId).toBe(first?.proposal?.proposalId);
  expect(other?.proposal?.proposalId).toBe(first?.proposal?.proposalId);
  expect(await exchange.trusted.proposals(chain.account('vault').id)).toHaveLength(1);
  const proposalId = first?.proposal?.proposalId ?? '';
  const request = { proposalId, account: 'vault' };
  chain.confirm();
  expect((await approveProposal(request, as('signer-a'))).approvedAs).toBe(chain.account('signer-a').id);
  chain.produceBlock();
  expect((await approveProposal(request, as('signer-a'))).outcome).toBe('already_approved');
  expect(paid()).toBe(0n);
  expect((await approveProposal(request, as('signer-b'))).approvedAs).toBe(
    chain.account('signer-b').publicKeys.active,
  );
  chain.confirm();
  expect(paid()).toBe(1_250_000n);
  await expect(approveProposal(request, as('signer-b'))).rejects.toMatchObject({ code: 'UNKNOWN_OBJECT' });
  const late = await propose('signer-b');
  expect(late?.item).toMatchObject({ outcome: 'irreversible', paid: true, alreadyPaid: true });
  chain.advance(1300);
  expect((await propose('signer-a'))?.item.alreadyPaid).toBe(true);
  expect(paid()).toBe(1_250_000n);
});

test.each(['broadcast', 'block', 'irreversible'] as const)(
  'Create waits until its proposal is as far as it was told, and no longer (%s)',
  async (waitFor) => {
    const { chain } = exchange;
    const before = chain.head.seconds;
    const made = await propose('signer-a', { waitFor, maximumWait: 180 });
    expect(chain.head.seconds - before).toBeLessThan(60);
    const expected = { broadcast: [false, false], block: [true, false], irreversible: [true, true] }[waitFor];
    const blockNumber = made?.proposal?.blockNumber ?? Infinity;
    expect([made?.proposal !== null, blockNumber <= chain.lastIrreversible]).toEqual(expected);
    expect(made?.item).toMatchObject({ outcome: 'unknown', paid: false, final: false });
  },
);

test('a proposal that expired without approval can be made again, only once that is irreversible and the history shows it', async () => {
  const { chain } = exchange;
  const first = await propose('signer-a');
  const expires = first?.proposal?.expirationTime ?? 0;
  while (chain.head.seconds < expires + 1) chain.produceBlock();
  expect((await propose('signer-a'))?.proposal?.blockNumber).not.toBe(undefined);
  chain.confirm();
  const second = await propose('signer-a');
  expect(second?.proposal?.proposalId).toMatch(/^1\.10\./);
  expect(second?.proposal?.proposalId).not.toBe(first?.proposal?.proposalId);
  expect(paid()).toBe(0n);
}, 120_000);

test('proposed a moment ago by somebody else, and in no block yet: no second proposal is made', async () => {
  const { chain, order } = exchange;
  const at = { waitFor: 'broadcast', maximumWait: 0 } as const;
  const by = (name: string) =>
    runWithdrawals([order({ memo: 'salary' }, at)], as(name), {
      mode: 'propose',
      refuseBatchOnConflict: true,
    });
  await by('signer-a');
  const [late] = await by('signer-b');
  expect(late?.item).toMatchObject({ outcome: 'unknown', final: false });
  expect(late?.item.nextStep).toContain('PROPOSAL_IN_FLIGHT');
  const [again] = await by('signer-a');
  expect(again?.item.nextStep).not.toContain('PROPOSAL_IN_FLIGHT');
  chain.produceBlock();
  expect(await exchange.trusted.proposals(chain.account('vault').id)).toHaveLength(1);
});

describe('two proposers at the same moment make two proposals', () => {
  const both = async (): Promise<[string, string]> => {
    const { chain, order } = exchange;
    const at = { waitFor: 'broadcast', maximumWait: 0 } as const;
    // Through two nodes, of which neither has the other's proposal yet.
    const { nodes } = exchange.context();
    const apart = async () =>
      new Proxy(await nodes.trusted(), {
        get: (target, name) =>
          name === 'proposals' ? () => Promise.resolve([]) : (Reflect.get(target, name, target) as unknown),
      });
    await Promise.all(
      ['signer-a', 'signer-b'].map((name) =>
        runWithdrawals(
          [order({ memo: 'salary' }, at)],
          { ...as(name), nodes: { ...nodes, trusted: apart } },
          {
            mode: 'propose',
            refuseBatchOnConflict: true,
          },
        ),
      ),
    );
    chain.produceBlock();
    const open = await exchange.trusted.proposals(chain.account('vault').id);
    const [first, second, ...more] = open.map(({ id }) => id);
    if (first === undefined || second === undefined || more.length > 0) throw new Error('not two proposals');
    return [first, second];
  };
  /** As another wallet approves, which looks at nothing. */
  const approveElsewhere = (proposal: string) => {
    const { chain } = exchange;
    const [a, b] = [chain.account('signer-a'), chain.account('signer-b')];
    const update: [number, object] = [
      23,
      {
        fee_paying_account: a.id,
        proposal,
        active_approvals_to_add: [a.id],
        active_approvals_to_remove: [],
        owner_approvals_to_add: [],
        owner_approvals_to_remove: [],
        key_approvals_to_add: [b.publicKeys.active],
        key_approvals_to_remove: [],
        extensions: [],
      },
    ];
    chain.push(chain.sign([update as never], [a.keys.active, b.keys.active]));
  };

  test('neither is approved while the other is open', async () => {
    const { chain } = exchange;
    const [first, second] = await both();
    for (const [proposalId, other] of [
      [first, second],
      [second, first],
    ] as const) {
      for (const signer of ['signer-a', 'signer-b']) {
        await expect(approveProposal({ proposalId, account: 'vault' }, as(signer))).rejects.toMatchObject({
          code: 'PROPOSAL_IN_FLIGHT',
          message: expect.stringContaining(other) as string,
        });
      }
    }
    chain.confirm();
    expect(paid()).toBe(0n);
  });

  test('the other is not approved once one has paid, also before that is irreversible', async () => {
    const { chain } = exchange;
    const [first, second] = await both();
    approveElsewhere(first);
    chain.produceBlock();
    expect(paid()).toBe(1_250_000n);
    const request = { proposalId: second, account: 'vault' };
    const refusal = { code: 'WITHDRAWAL_CONFLICT', message: expect.stringContaining(second) as string };
    await expect(approveProposal(request, as('signer-a'))).rejects.toMatchObject(refusal);
    chain.confirm();
    await expect(approveProposal(request, as('signer-b'))).rejects.toMatchObject(refusal);
    expect(paid()).toBe(1_250_000n);
  });

  test('the other is not approved while the payment of one still waits for a block', async () => {
    const { chain } = exchange;
    const [first, second] = await both();
    chain.advance(30);
    approveElsewhere(first);
    const request = { proposalId: second, account: 'vault' };
    await expect(approveProposal(request, as('signer-a'))).rejects.toMatchObject({
      code: 'PROPOSAL_IN_FLIGHT',
    });
    chain.advance(30);
    await expect(approveProposal(request, as('signer-b'))).rejects.toMatchObject({
      code: 'WITHDRAWAL_CONFLICT',
    });
  });

  test('one is approved after the other was deleted', async () => {
    const { chain } = exchange;
    const [first, second] = await both();
    const { id: vault } = chain.account('vault');
    const signers = ['signer-a', 'signer-b'].map((name) => chain.account(name).keys.active);
    const remove: [number, object] = [
      24,
      { fee_paying_account: vault, using_owner_authority: false, proposal: first, extensions: [] },
    ];
    chain.push(chain.sign([remove as never], signers));
    chain.advance(30);
    for (const signer of ['signer-a', 'signer-b']) {
      await approveProposal({ proposalId: second, account: 'vault' }, as(signer));
    }
    chain.produceBlock();
    expect(paid()).toBe(1_250_000n);
  });
});

test('an account from which one key can pay is refused: a payment could stand beside the proposal', async () => {
  const [result] = await runWithdrawals(
    [exchange.order({})],
    { ...as('signer-a'), payingAccount: 'hot-wallet' },
    { mode: 'propose', refuseBatchOnConflict: true },
  );
  expect(result?.item.nextStep).toContain('one key alone can pay');
  expect(await exchange.trusted.proposals(exchange.chain.account('hot-wallet').id)).toEqual([]);
});

test('Get Status of a proposed withdrawal is not expired while the proposal is open', async () => {
  const { chain } = exchange;
  const first = await propose('signer-a');
  chain.advance(700);
  const status = await withdrawalStatus(
    {
      withdrawalId: 'W-1',
      requestedAt: chain.head.seconds,
      transaction: null,
      expiration: Date.parse(String(first?.item.windowEnd)) / 1000,
      waitFor: 'broadcast',
      maximumWait: 0,
    },
    as('signer-b'),
  );
  expect(status).toMatchObject({ outcome: 'unknown' });
  expect(status.nextStep).toContain('PROPOSAL_IN_FLIGHT');
});

test('Get Status with the credential of the proposer calls nothing expired that another account pays by a proposal', async () => {
  const { chain } = exchange;
  const requestedAt = chain.head.seconds;
  const first = await propose('signer-a');
  const proposalId = first?.proposal?.proposalId ?? '';
  const expiration = Date.parse(String(first?.item.expiration)) / 1000;
  const { payingAccount, ...context } = as('signer-a');
  expect(payingAccount).toBe('vault');
  const status = () =>
    withdrawalStatus(
      {
        withdrawalId: 'W-1',
        requestedAt,
        transaction: null,
        expiration,
        waitFor: 'broadcast',
        maximumWait: 0,
      },
      context,
    );
  chain.advance(700);
  expect(await status()).toMatchObject({ outcome: 'unknown', final: false });
  for (const signer of ['signer-a', 'signer-b']) {
    await approveProposal({ proposalId, account: 'vault' }, as(signer));
  }
  chain.advance(30);
  expect(paid()).toBe(1_250_000n);
  const item = await status();
  expect(item).toMatchObject({ outcome: 'unknown', final: false });
  expect(item.nextStep).toContain(`paid from ${chain.account('vault').id}`);
});

test('a wallet that holds all keys of an account does not pay beside the proposal of a signer', async () => {
  const { chain, order } = exchange;
  const [vault, a, b] = ['vault', 'signer-a', 'signer-b'].map((name) => chain.account(name));
  if (vault === undefined || a === undefined || b === undefined) throw new Error('no accounts');
  const keyAuths = [a, b].map(({ publicKeys }): [string, number] => [publicKeys.active, 1]);
  const active = { weight_threshold: 2, account_auths: [], key_auths: keyAuths.sort(), address_auths: [] };
  const update: [number, object] = [6, { account: vault.id, active, extensions: {} }];
  const signers = [a.keys.active, b.keys.active];
  chain.push(chain.sign([update as never], signers));
  chain.confirm();
  const wallet = exchange.context({
    caches: new WithdrawalCaches(),
    keys: {
      account: 'vault',
      memoKeys: [PrivateKey.fromWif(vault.keys.memo)],
      activeKeys: [],
      signer: {
        sign: (transaction) =>
          Promise.resolve(
            signTransaction(
              transaction,
              exchange.protocolChain,
              signers.map((wif) => PrivateKey.fromWif(wif)),
            ),
          ),
      },
    },
  });
  const soon = { waitFor: 'broadcast', maximumWait: 5 } as const;
  const [proposed] = await runWithdrawals([order({}, soon)], as('signer-a'), {
    mode: 'propose',
    refuseBatchOnConflict: true,
  });
  const [sent] = await runWithdrawals([order({}, soon)], wallet, {
    mode: 'send',
    refuseBatchOnConflict: true,
  });
  expect(proposed?.item.transactionId).not.toBeNull();
  expect(sent?.item.nextStep).toContain('SEVERAL_SIGNATURES_NEEDED');
  chain.confirm();
  expect(paid()).toBe(0n);
});

interface ShownProposal {
  id: string;
  proposed_transaction: { operations: [number, { memo?: unknown }][] };
}

describe('only what the named account would pay is approved', () => {
  const transfer = (from: string, to: string, amount: number): Operation => [
    0,
    {
      fee: { amount: 50_00000, asset_id: '1.3.0' },
      from: exchange.chain.account(from).id,
      to: exchange.chain.account(to).id,
      amount: { amount, asset_id: '1.3.0' },
      extensions: [],
    },
  ];
  /** A proposal of a stranger; its id. */
  const proposedByBob = async (...operations: Operation[]): Promise<string> => {
    const { chain } = exchange;
    const { id, keys } = chain.account('bob');
    const create = {
      fee_paying_account: id,
      expiration_time: formatChainTime(chain.head.seconds + 2000),
      proposed_ops: operations.map((op) => ({ op })),
      extensions: [],
    };
    chain.push(chain.sign([[22, create] as never], [keys.active]));
    chain.confirm();
    const open = await exchange.trusted.proposals(chain.account('vault').id);
    return open.find(({ proposer }) => proposer === id)?.id ?? '';
  };

  test('a proposal that also takes the money of a signer is refused, and shown as none of its payments', async () => {
    const { chain } = exchange;
    const proposalId = await proposedByBob(
      transfer('vault', 'alice', 12_50000),
      transfer('signer-a', 'bob', 9000_00000),
    );
    await expect(approveProposal({ proposalId, account: 'vault' }, as('signer-a'))).rejects.toMatchObject({
      code: 'INVALID_ACCOUNT',
      message: expect.stringContaining(chain.account('signer-a').id) as string,
    });
    expect(chain.producer.pending).toHaveLength(0);
    const [shown] = await exchange.trusted.proposals(chain.account('vault').id);
    expect(shown === undefined ? null : proposalFields(shown)).toMatchObject({
      operations: 2,
      toId: null,
      amountRaw: null,
    });
  });

  test('one node that shows the content of one proposal under the number of another makes nobody approve it', async () => {
    const { chain } = exchange;
    const honest = (await propose('signer-a'))?.proposal?.proposalId ?? '';
    chain.confirm();
    const stranger = await proposedByBob(transfer('vault', 'bob', 9000_00000));
    chain.faults.add({
      kind: 'change',
      node: 'trusted',
      method: 'get_proposed_transactions',
      times: Infinity,
      change: (answer) => {
        const shown = structuredClone(answer) as unknown as ShownProposal[];
        const under = shown
          .filter(({ id }) => id === honest)
          .map((proposal) => ({ ...proposal, id: stranger }));
        // Without its nonce the payment is compared with no other.
        for (const { proposed_transaction } of under) delete proposed_transaction.operations[0]?.[1].memo;
        return under as never;
      },
    });
    const request = { proposalId: stranger, account: 'vault' };
    await expect(approveProposal(request, as('signer-a'))).rejects.toMatchObject({ code: 'NODES_DISAGREE' });
    expect(chain.producer.pending).toHaveLength(0);
  });

  test('a proposal that only the trusted node shows is approved when the delayed node shows it as well', async () => {
    const { chain } = exchange;
    const proposed = await propose('signer-a', { waitFor: 'block' });
    const request = { proposalId: proposed?.proposal?.proposalId ?? '', account: 'vault' };
    await expect(approveProposal(request, as('signer-b'))).rejects.toMatchObject({ code: 'WINDOW_NOT_OPEN' });
    expect(chain.producer.pending).toHaveLength(0);
    chain.confirm();
    expect((await approveProposal(request, as('signer-b'))).outcome).toBe('in_mempool');
  });
});

describe('nothing is proposed or approved while one node lies', () => {
  const bob = () => exchange.chain.account('bob').id;
  const proposing: [string, (liar: Liar) => void][] = [
    ['the fee of a proposal', (liar) => liar.fee(22, 9_000_00000)],
    ['the fee of the payment in it', (liar) => liar.fee(0, 9_000_00000)],
    ['how long a proposal may live', (liar) => liar.parameters({ maximum_proposal_lifetime: 86_400 })],
    ['who proposes', (liar) => liar.account('signer-a', { id: bob() })],
    ['who pays', (liar) => liar.account('vault', { id: bob() })],
    ['who is paid', (liar) => liar.account('alice', { id: bob() })],
  ];
  const approving: [string, (liar: Liar) => void][] = [
    ['the fee of an approval', (liar) => liar.fee(23, 9_000_00000)],
    ['who approves', (liar) => liar.account('signer-a', { id: bob() })],
    ['who pays', (liar) => liar.account('vault', { id: bob() })],
    ['the decimals of the core asset', (liar) => liar.asset('BTS', { precision: 9 })],
  ];
  const byBoth = (lies: typeof proposing) =>
    lies.flatMap(([what, tell]) =>
      (['trusted', 'delayed'] as const).map((node) => [what, node, tell] as const),
    );

  test.each(byBoth(proposing))('Create: about %s (%s lies)', async (_, node, tell) => {
    const { chain, order } = exchange;
    tell(new Liar(chain, node));
    const [result] = await runWithdrawals([order({ memo: '' }, { maximumWait: 20 })], as('signer-a'), {
      mode: 'propose',
      refuseBatchOnConflict: true,
    });
    expect(result?.item).toMatchObject({ outcome: 'unknown', final: false });
    expect(result?.item.nextStep).toContain('NODES_DISAGREE');
    expect(result?.transaction).toBeNull();
    chain.faults.clear();
    expect(await exchange.trusted.proposals(chain.account('vault').id)).toHaveLength(0);
    expect((await propose('signer-a'))?.proposal?.proposalId).toMatch(/^1\.10\./);
  });

  test.each(byBoth(approving))('Approve: about %s (%s lies)', async (_, node, tell) => {
    const { chain } = exchange;
    const proposed = await propose('signer-a');
    chain.confirm();
    const request = { proposalId: proposed?.proposal?.proposalId ?? '', account: 'vault' };
    tell(new Liar(chain, node));
    await expect(approveProposal(request, as('signer-a'))).rejects.toMatchObject({ code: 'NODES_DISAGREE' });
    expect(chain.producer.pending).toHaveLength(0);
    chain.faults.clear();
    expect((await approveProposal(request, as('signer-a'))).outcome).toBe('in_mempool');
  });
});

describe('a fee above the maximum', () => {
  const alone = (): Partial<WithdrawalContext> => ({ nodes: { ...exchange.context().nodes, delayed: null } });

  test.each([
    [22, '9000'],
    [0, '9000'],
  ])('is not proposed, neither for the proposal nor for the payment in it (%s)', async (type, fee) => {
    const { chain, order } = exchange;
    new Liar(chain, 'trusted').fee(type, Number(fee) * 100_000);
    const context = { ...as('signer-a'), ...alone() };
    const create = async (maximumFee: string | null) => {
      const [result] = await runWithdrawals([order({}, { maximumFee, maximumWait: 20 })], context, {
        mode: 'propose',
        refuseBatchOnConflict: true,
      });
      return result?.item;
    };
    const refused = await create(null);
    expect(refused).toMatchObject({ outcome: 'unknown', final: false });
    expect(refused?.nextStep).toMatch(
      /LIMIT_EXCEEDED: Maximum Fee: .* is more than the allowed 100\.00000 BTS/,
    );
    expect(chain.producer.pending).toHaveLength(0);
    chain.faults.clear();
    expect((await create('60'))?.nextStep).toContain('PROPOSAL_IN_FLIGHT');
  });

  test('is not paid for an approval', async () => {
    const { chain } = exchange;
    const proposed = await propose('signer-a');
    const request = { proposalId: proposed?.proposal?.proposalId ?? '', account: 'vault' };
    const context = { ...as('signer-a'), ...alone() };
    new Liar(chain, 'trusted').fee(23, 9_000_00000);
    const refusal = { code: 'LIMIT_EXCEEDED', message: expect.stringContaining('Maximum Fee') as unknown };
    await expect(approveProposal(request, context)).rejects.toMatchObject(refusal);
    chain.faults.clear();
    await expect(approveProposal({ ...request, maximumFee: '0.5' }, context)).rejects.toMatchObject(refusal);
    expect((await approveProposal(request, context)).outcome).toBe('in_mempool');
  });
});
