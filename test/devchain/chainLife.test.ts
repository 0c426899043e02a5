import type { Devchain } from '../../devchain';
import { refusal, startedChain, stopChains } from './support';

afterEach(stopChains);

const lag = (chain: Devchain) => chain.head.number - chain.lastIrreversible;

describe('irreversibility', () => {
  it('follows the head by the share of witnesses that must confirm', async () => {
    const chain = await startedChain();
    chain.produceBlocks(60);
    for (let i = 0; i < 30; i++) {
      chain.produceBlock();
      expect(lag(chain)).toBeGreaterThanOrEqual(7);
      expect(lag(chain)).toBeLessThanOrEqual(20);
    }
  });

  it('never goes back', async () => {
    const chain = await startedChain();
    let last = 0;
    for (let i = 0; i < 60; i++) {
      chain.produceBlock(i % 5 === 0 ? { miss: 3 } : {});
      expect(chain.lastIrreversible).toBeGreaterThanOrEqual(last);
      last = chain.lastIrreversible;
    }
  });
});

describe('the delayed node', () => {
  it("shows exactly the trusted node's irreversible blocks, and its own number lags further", async () => {
    const chain = await startedChain();
    for (let i = 0; i < 50; i++) {
      chain.produceBlock();
      expect(chain.delayed.node.blocks.length).toBe(chain.lastIrreversible);
    }
    const { head_block_number: head, last_irreversible_block_num: own } =
      chain.delayed.node.state.dynamicProperties;
    expect(own).toBeLessThan(head);
  });

  it('can freeze, and catches up when it goes on', async () => {
    const chain = await startedChain();
    chain.produceBlocks(20);
    const stood = chain.delayed.node.blocks.length;
    chain.delayed.freeze();
    chain.produceBlocks(20);
    expect(chain.delayed.node.blocks.length).toBe(stood);
    chain.unfreeze(chain.delayed);
    expect(chain.delayed.node.blocks.length).toBe(chain.lastIrreversible);
  });

  it('has the same state as the trusted node had at that block', async () => {
    const chain = await startedChain();
    chain.transfer({ from: 'alice', to: 'exchange', amount: '3', memo: 'x' });
    chain.produceBlock();
    const ids = ['2.6.18', '2.6.19', '2.5.2', '2.5.3'];
    const at = (node: Devchain['producer']) => ids.map((id) => node.state.store.find(id));
    const then = at(chain.producer);
    const { number } = chain.head;
    while (chain.lastIrreversible < number) chain.produceBlock();
    expect(at(chain.delayed.node)).toEqual(then);
  });
});

describe('missed slots', () => {
  it('leave a gap in time, count against the witnesses, and lower the participation', async () => {
    const chain = await startedChain();
    chain.produceBlock();
    const before = chain.head.seconds;
    chain.produceBlock({ miss: 4 });
    expect(chain.head.seconds - before).toBe(15);
    const { recent_slots_filled: filled, recently_missed_count: missed } =
      chain.producer.state.dynamicProperties;
    expect(
      BigInt(filled)
        .toString(2)
        .split('')
        .filter((bit) => bit === '0').length,
    ).toBe(4);
    expect(missed).toBe(16);
    const total = chain.producer.state.store
      .all<{ id: string; total_missed: number }>('1.6')
      .reduce((sum, w) => sum + w.total_missed, 0);
    expect(total).toBe(4);
  });
});

describe('a reorganisation', () => {
  it('replaces the last blocks, and takes their transactions in again', async () => {
    const chain = await startedChain();
    chain.produceBlocks(20);
    const before = chain.balance('exchange');
    const id = chain.transfer({ from: 'alice', to: 'exchange', amount: '5' });
    const dropped = chain.produceBlock();
    chain.produceBlocks(2);
    chain.fork({ depth: 3 });
    expect(chain.block(dropped.number)?.id).not.toBe(dropped.id);
    expect(chain.balance('exchange') - before).toBe(500000n);
    expect(
      chain.blocks.flatMap((block) => block.transactions.map((t) => t.id)).filter((t) => t === id),
    ).toHaveLength(1);
  });

  it('can lose a transaction for ever', async () => {
    const chain = await startedChain();
    chain.produceBlocks(20);
    const before = [chain.balance('alice'), chain.balance('exchange')];
    chain.transfer({ from: 'alice', to: 'exchange', amount: '5', memo: 'x' });
    chain.produceBlock();
    const { dropped } = chain.fork({ depth: 1, keep: 'drop' });
    chain.advance(120);
    expect(dropped).toHaveLength(1);
    expect([chain.balance('alice'), chain.balance('exchange')]).toEqual(before);
    expect(chain.history('exchange')).toEqual([]);
  });

  it('uses sequences and operation ids again for other operations', async () => {
    const chain = await startedChain();
    chain.produceBlocks(20);
    chain.transfer({ from: 'alice', to: 'exchange', amount: '5' });
    chain.produceBlock();
    const first = chain
      .history('exchange')
      .map(({ id, op }) => [id, JSON.stringify(op, (_, v: unknown) => String(v))]);
    chain.fork({ depth: 1, keep: 'drop' });
    chain.transfer({ from: 'bob', to: 'exchange', amount: '6' });
    chain.produceBlock();
    const second = chain.history('exchange').map(({ id }) => id);
    expect(second).toEqual(first.map(([id]) => id));
    expect(
      chain.producer.state.statistics(chain.producer.state.account(chain.account('exchange').id)).total_ops,
    ).toBe(1);
  });

  it('reaches no irreversible block', async () => {
    const chain = await startedChain();
    chain.produceBlocks(40);
    expect(() => chain.fork({ depth: lag(chain) + 1 })).toThrow('blocks are reversible');
    const irreversible = chain.block(chain.lastIrreversible)?.id;
    const number = chain.lastIrreversible;
    chain.fork({ depth: lag(chain) });
    expect(chain.block(number)?.id).toBe(irreversible);
  });

  it('is followed by a full node', async () => {
    const chain = await startedChain();
    const other = await chain.addNode('other');
    chain.produceBlocks(20);
    chain.fork({ depth: 5 });
    expect(other.node.state.dynamicProperties.head_block_id).toBe(chain.head.id);
  });
});

describe('another full node', () => {
  it('has a broadcast transaction among its pending ones, and in its blocks once it is included', async () => {
    const chain = await startedChain();
    const other = await chain.addNode('other');
    const id = chain.transfer({ from: 'alice', to: 'exchange', amount: '5' });
    expect(other.node.state.recent.has(id)).toBe(true);
    expect(chain.delayed.node.state.recent.has(id)).toBe(false);
    chain.produceBlock();
    expect(other.node.pending).toEqual([]);
    expect(other.node.state.balance(chain.account('exchange').id, '1.3.0')).toBe(chain.balance('exchange'));
  });
});

describe('maintenance', () => {
  it('puts changed parameters in force, not before', async () => {
    const chain = await startedChain({ maintenanceInterval: 60 });
    const dearer = (fee: bigint) =>
      chain.changeParameters((p) => ({
        ...p,
        current_fees: {
          ...p.current_fees,
          parameters: p.current_fees.parameters.map(([tag, value]) =>
            tag === 0 ? [0, { ...value, fee }] : [tag, value],
          ),
        },
      }));
    dearer(5000000n);
    chain.produceBlock();
    const pay = () => {
      const before = chain.balance('alice');
      chain.transfer({ from: 'alice', to: 'exchange', amount: '1' });
      return before - chain.balance('alice') - 100000n;
    };
    expect(pay()).toBe(2000000n);
    expect(chain.producer.state.globalProperties.pending_parameters).toBeDefined();
    const old = chain.signTransfer({ from: 'alice', to: 'exchange', amount: '2' }, { expiration: 600 });
    chain.advance(60);
    expect(chain.producer.state.globalProperties.pending_parameters).toBeUndefined();
    expect(pay()).toBe(5000000n);
    expect(refusal(() => chain.push(old)).code).toBe(4010007);
  });

  it('comes at every multiple of its interval, and slots are skipped after it', async () => {
    const chain = await startedChain({ maintenanceInterval: 60 });
    const next = () => chain.producer.state.dynamicProperties.next_maintenance_time;
    const due = next();
    while (next() === due) chain.produceBlock();
    expect(chain.head.time >= due && chain.head.time < next()).toBe(true);
    const before = chain.head.seconds;
    chain.produceBlock();
    expect(chain.head.seconds - before).toBe(12);
  });

  it('shares fees out and keeps the core supply whole', async () => {
    const chain = await startedChain({ maintenanceInterval: 60 });
    chain.transfer({ from: 'alice', to: 'exchange', amount: '1' });
    chain.advance(120);
    const { state } = chain.producer;
    const alice = state.statistics(state.account(chain.account('alice').id));
    expect([alice.lifetime_fees_paid, alice.pending_vested_fees, alice.has_cashback_vb]).toEqual([
      2000000n,
      0n,
      true,
    ]);
    const balances = state.store
      .all<{ id: string; asset_type: string; balance: bigint }>('2.5')
      .filter((b) => b.asset_type === '1.3.0')
      .reduce((sum, b) => sum + b.balance, 0n);
    const vesting = state.store
      .all<{ id: string; balance: { amount: bigint } }>('1.13')
      .reduce((sum, b) => sum + b.balance.amount, 0n);
    const pools = state.store
      .all<{ id: string; fee_pool: bigint }>('2.3')
      .reduce((sum, d) => sum + d.fee_pool, 0n);
    const core = state.dynamicData(state.asset('1.3.0'));
    const poolsAtGenesis = 5000000n;
    expect(
      balances +
        vesting +
        core.accumulated_fees +
        state.dynamicProperties.witness_budget +
        pools -
        poolsAtGenesis,
    ).toBe(core.current_supply);
  });
});
