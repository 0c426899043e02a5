import type { Devchain } from '../../devchain';
import { refusal, send, signedBy, startedChain, stopChains, transferOperation } from './support';

afterEach(stopChains);

const core = (amount: number | string) => ({ amount, asset_id: '1.3.0' });

describe('a transaction', () => {
  it('moves the amount and takes the exact fee', async () => {
    const chain = await startedChain();
    const [alice, exchange] = [chain.balance('alice'), chain.balance('exchange')];
    chain.transfer({ from: 'alice', to: 'exchange', amount: '12.5' });
    chain.produceBlock();
    expect(chain.balance('exchange') - exchange).toBe(1250000n);
    expect(alice - chain.balance('alice')).toBe(1250000n + 2000000n);
  });

  it('pays for its memo by the packed size', async () => {
    const chain = await startedChain();
    const before = chain.balance('alice');
    chain.transfer({ from: 'alice', to: 'exchange', amount: '1', memo: 'user-42' });
    chain.produceBlock();
    expect(before - chain.balance('alice')).toBe(100000n + 2000000n + (92n * 1000000n) / 1024n);
  });

  it('is refused a second time while the first copy is pending or in a block, and after its expiration it is expired', async () => {
    const chain = await startedChain();
    const transaction = chain.signTransfer(
      { from: 'alice', to: 'exchange', amount: '1' },
      { expiration: 30 },
    );
    const id = chain.push(transaction);
    const duplicate = {
      code: 3030001,
      text: `duplicate transaction: Transaction '${id}' is already in the database`,
    };
    expect(refusal(() => chain.push(transaction))).toEqual(duplicate);
    chain.produceBlock();
    expect(refusal(() => chain.push(transaction))).toEqual(duplicate);
    chain.advance(33);
    expect(refusal(() => chain.push(transaction)).text).toContain('now <= trx.expiration');
  });

  it("can be in a block stamped after its expiration, because the previous block's time decides", async () => {
    const chain = await startedChain();
    chain.push(chain.signTransfer({ from: 'alice', to: 'exchange', amount: '1' }, { expiration: 0 }));
    const { number, timestamp } = chain.produceBlock();
    const [included] = chain.block(number)?.transactions ?? [];
    expect(
      included?.transaction.expiration !== undefined && included.transaction.expiration < timestamp,
    ).toBe(true);
  });

  it('that was pending when it expired is never included', async () => {
    const chain = await startedChain();
    const before = chain.balance('exchange');
    chain.produceBlock();
    chain.push(chain.signTransfer({ from: 'alice', to: 'exchange', amount: '1' }, { expiration: 2 }));
    chain.generate({ transactions: [] });
    chain.produceBlock();
    expect(chain.balance('exchange')).toBe(before);
  });

  it('is refused when it expires later than the chain allows', async () => {
    const chain = await startedChain();
    const late = chain.signTransfer({ from: 'alice', to: 'exchange', amount: '1' }, { expiration: 86401 });
    expect(refusal(() => chain.push(late)).text).toContain(
      'trx.expiration <= now + chain_parameters.maximum_time_until_expiration',
    );
  });

  it('is refused when it is larger than the chain allows', async () => {
    const chain = await startedChain();
    const operations = Array.from({ length: 90 }, (_, i) =>
      transferOperation(chain, 'alice', 'exchange', i + 1),
    );
    expect(refusal(() => send(chain, ['alice'], ...operations)).text).toContain(
      'Transaction exceeds maximum transaction size.',
    );
  });

  it('is refused with a fee below the schedule, and with no balance', async () => {
    const chain = await startedChain();
    const [tag, body] = transferOperation(chain, 'alice', 'exchange', 5);
    expect(refusal(() => send(chain, ['alice'], [tag, { ...body, fee: core(1999999) }])).code).toBe(4010007);
    expect(
      refusal(() => send(chain, ['alice'], transferOperation(chain, 'alice', 'exchange', '99999999999999')))
        .text,
    ).toContain('insufficient_balance: Insufficient Balance: 100000 BTS');
  });

  it('of an amount and a fee that are more than the balance together is refused', async () => {
    const chain = await startedChain();
    expect(refusal(() => chain.transfer({ from: 'exchange', to: 'alice', amount: '999.99' })).text).toContain(
      "exchange's balance",
    );
  });

  it('whose second operation fails changes nothing', async () => {
    const chain = await startedChain();
    const before = [chain.balance('alice'), chain.balance('exchange')];
    const operations = [
      transferOperation(chain, 'alice', 'exchange', 7),
      transferOperation(chain, 'alice', 'exchange', '99999999999999'),
    ];
    refusal(() => send(chain, ['alice'], ...operations));
    chain.produceBlock();
    expect([chain.balance('alice'), chain.balance('exchange')]).toEqual(before);
  });
});

describe('a reference block', () => {
  it('of another chain or branch is refused', async () => {
    const chain = await startedChain();
    const transaction = chain.signTransfer({ from: 'alice', to: 'exchange', amount: '1' });
    expect(refusal(() => chain.push({ ...transaction, ref_block_prefix: 1, signatures: [] })).code).toBe(
      4010001,
    );
    chain.produceBlocks(3);
    const onOldBranch = chain.signTransfer({ from: 'alice', to: 'exchange', amount: '1' });
    chain.fork({ depth: 2 });
    expect(refusal(() => chain.push(onOldBranch)).text).toContain('trx.ref_block_prefix ==');
  });

  it('may be any of the last 65,536 blocks and none older', async () => {
    const chain = await startedChain({ blockInterval: 1, maintenanceInterval: 86400 });
    chain.delayed.freeze();
    const second = chain.produceBlock().number;
    const transaction = () =>
      chain.signTransfer({ from: 'alice', to: 'exchange', amount: '1' }, { referenceBlock: second });
    chain.produceBlocks(65535);
    expect(chain.head.number - second).toBe(65535);
    expect(() => chain.push(transaction())).not.toThrow();
    chain.produceBlock();
    expect(refusal(() => chain.push(transaction())).text).toContain('trx.ref_block_prefix ==');
  }, 120_000);
});

describe('a fee in another asset', () => {
  it('comes out of the fee pool at the core exchange rate, rounded up for the payer', async () => {
    const chain = await startedChain();
    const before = chain.balance('alice', 'USDX');
    chain.transfer({ from: 'alice', to: 'exchange', amount: '1', feeAsset: 'USDX' });
    chain.produceBlock();
    expect(before - chain.balance('alice', 'USDX')).toBe(200000n);
    expect(chain.producer.state.dynamicData(chain.producer.state.asset('1.3.1')).fee_pool).toBe(3000000n);
  });

  it('is refused when the pool is too small', async () => {
    const chain = await startedChain();
    const once = () => chain.transfer({ from: 'alice', to: 'exchange', amount: '1', feeAsset: 'USDX' });
    once();
    once();
    expect(refusal(once).text).toContain(
      "Fee pool balance of '10 BTS' is less than the 20 BTS required to convert 20 USDX",
    );
  });
});

describe('two chains from one seed', () => {
  it('make the same blocks', async () => {
    const run = async (): Promise<string> => {
      const chain = await startedChain({ seed: 'same' });
      for (let i = 0; i < 5; i++) {
        chain.transfer({ from: 'alice', to: 'exchange', amount: `${i + 1}`, memo: `user-${i}` });
        chain.produceBlock();
      }
      return chain.head.id;
    };
    expect(await run()).toBe(await run());
  });

  it('with another seed make others', async () => {
    const chains = [await startedChain({ seed: 'a' }), await startedChain({ seed: 'b' })] as [
      Devchain,
      Devchain,
    ];
    expect(chains[0].chainId).not.toBe(chains[1].chainId);
    expect(
      refusal(() =>
        chains[1].push(signedBy(chains[0], ['alice'], transferOperation(chains[0], 'alice', 'exchange', 5))),
      ).code,
    ).toBe(4010001);
  });
});
