import type { Devchain } from '../../devchain';
import { post } from '../conformance/connection';
import { startedChain, stopChains } from './support';

afterEach(stopChains);

interface Reply {
  result?: unknown;
  error?: { code: number; message: string };
}

async function walletOf(chain: Devchain): Promise<(method: string, ...params: unknown[]) => Promise<Reply>> {
  await chain.startWallet();
  return async (method, ...params) =>
    JSON.parse(
      (await post(chain.walletUrl, JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }))).text,
    ) as Reply;
}

describe('cli_wallet', () => {
  it('is new, then locked, then unlocked with the right password only', async () => {
    const chain = await startedChain();
    const call = await walletOf(chain);
    expect((await call('is_new')).result).toBe(true);
    await call('set_password', 'secret');
    expect([(await call('is_new')).result, (await call('is_locked')).result]).toEqual([false, true]);
    expect((await call('unlock', 'wrong')).error?.code).toBe(18);
    expect((await call('unlock', 'secret')).result).toBeNull();
    expect((await call('is_locked')).result).toBe(false);
    expect((await call('lock')).result).toBeNull();
    expect((await call('lock')).error?.message).toContain('!is_locked()');
  });

  it('forgets after a restart what was not saved, and starts locked', async () => {
    const chain = await startedChain();
    const call = await walletOf(chain);
    await call('set_password', 'secret');
    await chain.wallet.stop();
    await chain.wallet.start();
    expect((await call('is_new')).result).toBe(true);
    await call('set_password', 'secret');
    await call('unlock', 'secret');
    await call('save_wallet_file');
    expect((await call('import_key', 'alice', chain.account('bob').keys.active)).result).toBe(false);
    expect((await call('import_key', 'alice', chain.account('alice').keys.memo)).result).toBe(true);
    await chain.wallet.stop();
    await chain.wallet.start();
    expect([(await call('is_new')).result, (await call('is_locked')).result]).toEqual([false, true]);
    await call('unlock', 'secret');
    expect((await call('get_private_key', chain.account('alice').publicKeys.memo)).result).toBe(
      chain.account('alice').keys.memo,
    );
  });

  it('pays, and pays again when the same transfer is repeated', async () => {
    const chain = await startedChain();
    const call = await walletOf(chain);
    await call('set_password', 'secret');
    await call('unlock', 'secret');
    for (const role of ['active', 'memo'] as const)
      await call('import_key', 'alice', chain.account('alice').keys[role]);
    const before = chain.balance('exchange');
    const transfer = () => call('transfer', 'alice', 'exchange', '1.5', 'BTS', '', true);
    expect((await transfer()).error).toBeUndefined();
    expect((await transfer()).error).toBeUndefined();
    chain.produceBlock();
    expect(chain.balance('exchange') - before).toBe(300000n);
  });

  it('pays once when a signed transaction is kept and sent twice', async () => {
    const chain = await startedChain();
    const call = await walletOf(chain);
    await call('set_password', 'secret');
    await call('unlock', 'secret');
    for (const role of ['active', 'memo'] as const)
      await call('import_key', 'alice', chain.account('alice').keys[role]);
    const before = chain.balance('exchange');
    const { result: signed } = await call('transfer', 'alice', 'exchange', '1.5', 'BTS', 'memo', false);
    expect(((await call('broadcast_transaction', signed)).result as [string])[0]).toBe(
      chain.transactionId(signed),
    );
    const again = await call('broadcast_transaction', signed);
    expect([again.error?.code, again.error?.message]).toEqual([
      0,
      expect.stringContaining('is already in the database'),
    ]);
    chain.produceBlock();
    expect(chain.balance('exchange') - before).toBe(150000n);
    expect((await call('get_account_history', 'alice', 1)).result).toMatchObject([
      {
        memo: 'memo',
        description: 'Transfer 1.50000 BTS from alice to exchange -- Memo: memo   (Fee: 20.89843 BTS)',
      },
    ]);
  });

  it('signs and reads memos, and says "" for one that it cannot read', async () => {
    const chain = await startedChain();
    const call = await walletOf(chain);
    await call('set_password', 'secret');
    await call('unlock', 'secret');
    await call('import_key', 'alice', chain.account('alice').keys.memo);
    const { result: memo } = await call('sign_memo', 'alice', 'exchange', 'hello');
    expect((await call('read_memo', memo)).result).toBe('hello');
    expect((await call('read_memo', chain.encryptMemo({ from: 'bob', to: 'carol', text: 'x' }))).result).toBe(
      '',
    );
  });

  it('can be hit by faults of its own', async () => {
    const chain = await startedChain();
    const call = await walletOf(chain);
    chain.faults.add({ kind: 'error', node: 'wallet', method: 'is_locked', text: 'on purpose' });
    expect((await call('is_locked')).error?.message).toContain('on purpose');
    expect((await call('is_locked')).result).toBe(true);
  });
});
