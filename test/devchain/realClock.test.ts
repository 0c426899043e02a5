import { Connection } from '../conformance/connection';
import { startedChain, stopChains } from './support';
import { Devchain } from '../../devchain';

afterEach(stopChains);

describe('the real clock', () => {
  it('produces blocks by itself at wall time, and answers a synchronous broadcast when it is in one', async () => {
    const chain = await Devchain.start({
      clock: 'real',
      blockInterval: 1,
      parameters: { maintenance_skip_slots: 0 },
      accounts: [{ name: 'exchange' }, { name: 'alice', balances: { BTS: '100' } }],
    });
    try {
      const connection = await Connection.open(chain.trustedUrl);
      const transaction = chain.signTransfer({ from: 'alice', to: 'exchange', amount: '1' });
      const answer = await connection.ask({
        id: 1,
        method: 'call',
        params: ['network_broadcast', 'broadcast_transaction_synchronous', [transaction]],
      });
      connection.close();
      expect(answer).toMatchObject({
        result: { id: chain.transactionId(transaction), trx_num: 0, trx: { operation_results: [[0, {}]] } },
      });
      expect(Math.abs(chain.head.seconds - Date.now() / 1000)).toBeLessThan(10);
      expect(chain.balance('exchange')).toBe(100000n);
    } finally {
      await chain.stop();
    }
  });
});

describe('a wallet', () => {
  it('goes away with its node, and is locked when it is started again', async () => {
    const chain = await startedChain();
    const wallet = await chain.startWallet({ password: 'pw' });
    wallet.wallet.ring.unlock('pw');
    await chain.trusted.stop();
    expect(wallet.running).toBe(false);
    await chain.trusted.start();
    await wallet.start();
    expect(wallet.wallet.ring.locked).toBe(true);
  });
});

describe('an old node', () => {
  it('shows history without is_virtual and block_time', async () => {
    const chain = await startedChain({ trusted: { withoutVirtualMarks: true } });
    chain.transfer({ from: 'alice', to: 'exchange', amount: '1' });
    chain.produceBlock();
    const connection = await Connection.open(chain.trustedUrl);
    const { result } = (await connection.ask({
      id: 1,
      method: 'call',
      params: ['history', 'get_relative_account_history', ['exchange', 0, 10, 0]],
    })) as { result: object[] };
    connection.close();
    expect(Object.keys(result[0] ?? {}).sort()).toEqual([
      'block_num',
      'id',
      'op',
      'op_in_trx',
      'result',
      'trx_in_block',
      'virtual_op',
    ]);
  });
});
