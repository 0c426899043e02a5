import type { IDataObject } from 'n8n-workflow';
import { itemsOf, startWalletHouse, type WalletHouse } from '../support/walletOnDevchain';

/** The cold wallet belongs to two signers; the wallet has the key of one of them. */
describe('a withdrawal that several signers approve, through cli_wallet', () => {
  let house: WalletHouse;
  beforeEach(async () => {
    house = await startWalletHouse({
      accounts: [
        { name: 'hot-wallet', balances: { BTS: '10000' } },
        { name: 'alice', balances: { BTS: '1000' } },
        { name: 'cold-wallet', balances: { BTS: '5000' } },
      ],
    });
    const { chain } = house;
    const cold = chain.account('cold-wallet');
    const auths = ['alice', 'hot-wallet'].map((name) => [chain.account(name).id, 1]).sort();
    const active = { weight_threshold: 2, account_auths: auths, key_auths: [], address_auths: [] };
    const update = { account: cold.id, active, extensions: {} };
    chain.push(chain.sign([[6, update]], [cold.keys.active]));
    chain.produceBlock();
    chain.confirm();
  });
  afterEach(() => house.stop());

  const parameters = (): IDataObject => ({
    from: 'hot-wallet',
    payingAccount: 'cold-wallet',
    to: 'alice',
    asset: '1.3.0',
    amount: '100',
    memo: '',
    waitFor: 'broadcast',
  });
  const items = () => [
    { withdrawalId: 'C-1', requestedAt: new Date(house.chain.head.seconds * 1000).toISOString() },
  ];

  test('is proposed once, however often it is run, and paid when all have approved', async () => {
    const { chain, run } = house;
    const request = items();
    const [first] = itemsOf(await run('proposal', 'create', parameters(), { items: request }));
    const [again] = itemsOf(await run('proposal', 'create', parameters(), { items: request }));
    expect(again?.transactionId).toBe(first?.transactionId);
    chain.produceBlock();
    chain.confirm();
    const [settled] = itemsOf(await run('proposal', 'create', parameters(), { items: request }));
    expect(settled?.proposalBlock).toBeLessThanOrEqual(chain.lastIrreversible);
    const [{ id: proposalId = '' } = {}] = chain.producer.state.store.all<{ id: string }>('1.10');
    expect(chain.history('hot-wallet').filter(({ op: [type] }) => type === 22)).toHaveLength(1);

    const approval = { from: 'hot-wallet', proposalId, account: 'cold-wallet' };
    const cheap = await run('proposal', 'approve', { ...approval, options: { maximumFee: '0.1' } });
    expect(cheap.error?.message).toMatch(/^Maximum Fee: the fee of .* is more than the allowed 0\.10000 BTS/);
    expect(itemsOf(await run('proposal', 'approve', approval))).toMatchObject([{ outcome: 'in_mempool' }]);
    chain.produceBlock();
    expect(itemsOf(await run('proposal', 'approve', approval))).toMatchObject([
      { outcome: 'already_approved' },
    ]);
    expect(await house.ask('is_locked')).toBe(true);

    const before = chain.balance('cold-wallet');
    const alice = chain.account('alice');
    const update = {
      fee_paying_account: alice.id,
      proposal: proposalId,
      active_approvals_to_add: [alice.id],
    };
    chain.push(chain.sign([[23, update]], [alice.keys.active]));
    chain.produceBlock();
    expect(before - chain.balance('cold-wallet')).toBeGreaterThanOrEqual(10_000_000n);
  });

  test('an error names who signs by the label that a proposal shows, and a transfer by its own', async () => {
    const nobody = { ...parameters(), from: '={{ " " }}', proposalId: '1.10.1', account: 'cold-wallet' };
    const messageOf = async (resource: string, operation: string) =>
      (await house.run(resource, operation, nobody, { items: items() })).error?.message;
    expect(await messageOf('proposal', 'create')).toMatch(/^Signed By: /);
    expect(await messageOf('proposal', 'approve')).toMatch(/^Signed By: /);
    expect(await messageOf('transfer', 'quote')).toMatch(/^From: /);
  });

  test('is not paid by Transfer: Send, which says what to do instead', async () => {
    const { run } = house;
    const send = { ...parameters(), from: 'cold-wallet' };
    const [item] = itemsOf(await run('transfer', 'send', send, { items: items() }));
    expect(item).toMatchObject({ paid: false });
    expect(item?.nextStep).toMatch(/KEY_WITHOUT_AUTHORITY|SEVERAL_SIGNATURES_NEEDED/);
    expect(house.broadcasts.hits).toBe(0);
  });
});
