import type { Devchain } from '../../devchain';
import type { HistoryObject } from '../../devchain';
import { refusal, send, startedChain, stopChains, transferOperation } from './support';

afterEach(stopChains);

const place = ({ block_num, trx_in_block, op_in_trx, virtual_op, is_virtual }: HistoryObject) => [
  block_num,
  trx_in_block,
  op_in_trx,
  virtual_op,
  is_virtual,
];

function propose(
  chain: Devchain,
  seconds: number,
  operations: readonly (readonly [number, Readonly<Record<string, unknown>>])[],
  review?: number,
): string {
  const proposed = operations.map((op) => ({ op: chain.operator.withFee(op) }));
  const expiration = new Date((chain.head.seconds + seconds) * 1000).toISOString().slice(0, 19);
  send(
    chain,
    ['alice'],
    [
      22,
      {
        fee_paying_account: chain.account('alice').id,
        expiration_time: expiration,
        proposed_ops: proposed,
        ...(review === undefined ? {} : { review_period_seconds: review }),
      },
    ],
  );
  chain.produceBlock();
  return `1.10.${Number(chain.producer.state.store.nextId('1.10').slice(5)) - 1}`;
}

function approve(
  chain: Devchain,
  name: string,
  proposal: string,
  change: Record<string, unknown> = { active_approvals_to_add: [chain.account(name).id] },
): void {
  send(chain, [name], [23, { fee_paying_account: chain.account(name).id, proposal, ...change }]);
}

describe('a proposal', () => {
  it('executes its transfer at the last approval, as a virtual operation of the approving transaction', async () => {
    const chain = await startedChain();
    const before = chain.balance('exchange');
    const proposal = propose(chain, 600, [
      transferOperation(chain, 'bob', 'exchange', 4242),
      transferOperation(chain, 'carol', 'exchange', 4243),
    ]);
    approve(chain, 'bob', proposal);
    chain.produceBlock();
    expect(chain.balance('exchange')).toBe(before);
    approve(chain, 'carol', proposal);
    const { number } = chain.produceBlock();
    expect(chain.balance('exchange') - before).toBe(8485n);
    expect(chain.history('exchange').map(place)).toEqual([
      [number, 0, 0, 1, true],
      [number, 0, 0, 2, true],
    ]);
    expect(chain.producer.state.store.find(proposal)).toBeUndefined();
  });

  it('that fails at approval stays, is tried again at its expiration, and then runs at the end of a block', async () => {
    const chain = await startedChain();
    const proposal = propose(chain, 30, [transferOperation(chain, 'exchange', 'bob', 200_000_000)]);
    send(
      chain,
      ['exchange'],
      [
        23,
        {
          fee_paying_account: chain.account('exchange').id,
          proposal,
          active_approvals_to_add: [chain.account('exchange').id],
        },
      ],
    );
    chain.produceBlock();
    expect(
      chain.producer.state.store.find<{ id: string; fail_reason: string }>(proposal)?.fail_reason,
    ).toContain('insufficient_balance');
    chain.transfer({ from: 'alice', to: 'exchange', amount: '5000' });
    const before = chain.balance('bob');
    chain.advance(33);
    expect(chain.balance('bob') - before).toBe(200_000_000n);
    const executed = chain.history('bob').at(-1) as HistoryObject;
    expect(place(executed).slice(1)).toEqual([0, 0, 0, true]);
    expect(chain.block(executed.block_num)?.transactions).toEqual([]);
  });

  it('that is approved too late or not at all is removed at its expiration without effect', async () => {
    const chain = await startedChain();
    const before = chain.balance('exchange');
    const proposal = propose(chain, 30, [transferOperation(chain, 'bob', 'exchange', 4242)]);
    chain.advance(33);
    expect(chain.producer.state.store.find(proposal)).toBeUndefined();
    expect(refusal(() => approve(chain, 'bob', proposal)).text).toContain(
      `Unable to find Object ${proposal}`,
    );
    expect(chain.balance('exchange')).toBe(before);
  });

  it('with a review period waits for its expiration, and takes no approval during the review', async () => {
    const chain = await startedChain();
    const before = chain.balance('exchange');
    const proposal = propose(chain, 120, [transferOperation(chain, 'bob', 'exchange', 4242)], 60);
    approve(chain, 'bob', proposal);
    chain.produceBlock();
    expect(chain.balance('exchange')).toBe(before);
    chain.advance(60);
    expect(refusal(() => approve(chain, 'bob', proposal)).text).toContain('review period');
    chain.advance(70);
    expect(chain.balance('exchange') - before).toBe(4242n);
  });

  it('whose approval is taken back does not run', async () => {
    const chain = await startedChain();
    const before = chain.balance('exchange');
    const proposal = propose(chain, 60, [
      transferOperation(chain, 'bob', 'exchange', 1),
      transferOperation(chain, 'carol', 'exchange', 1),
    ]);
    approve(chain, 'bob', proposal);
    chain.produceBlock();
    approve(chain, 'bob', proposal, { active_approvals_to_remove: [chain.account('bob').id] });
    chain.produceBlock();
    approve(chain, 'carol', proposal);
    chain.advance(63);
    expect(chain.balance('exchange')).toBe(before);
  });

  it('can be deleted by an account that it requires, and by no other', async () => {
    const chain = await startedChain();
    const proposal = propose(chain, 60, [transferOperation(chain, 'bob', 'exchange', 1)]);
    const remove = (name: string) =>
      send(
        chain,
        [name],
        [24, { fee_paying_account: chain.account(name).id, using_owner_authority: false, proposal }],
      );
    expect(refusal(() => remove('carol')).text).toContain('Provided authority is not authoritative');
    remove('bob');
    chain.produceBlock();
    expect(chain.producer.state.store.find(proposal)).toBeUndefined();
  });

  it('enters the history of the accounts that it requires, not of those that its transfers would pay', async () => {
    const chain = await startedChain();
    propose(chain, 60, [transferOperation(chain, 'bob', 'exchange', 1)]);
    expect(chain.history('bob').map(({ op }) => op[0])).toEqual([22]);
    expect(chain.history('exchange')).toEqual([]);
  });
});
