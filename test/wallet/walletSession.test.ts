import { BitSharesError } from '../../src/errors';
import { WalletSession, type WalletSettings } from '../../src/rpc/walletSession';
import { ManualClock } from '../support/manualClock';
import { password, startWalletHouse, type WalletHouse } from '../support/walletOnDevchain';

describe('a wallet for the length of an execution', () => {
  let house: WalletHouse;
  beforeEach(async () => {
    house = await startWalletHouse();
  });
  afterEach(() => house.stop());

  const settings = (change: Partial<WalletSettings> = {}): WalletSettings => ({
    url: house.chain.walletUrl,
    password,
    chainId: house.chain.chainId,
    ...change,
  });
  const open = (change?: Partial<WalletSettings>) => WalletSession.open(settings(change), new ManualClock());
  const locked = () => house.ask('is_locked');
  const failure = (work: Promise<unknown>) =>
    work.then(
      () => null,
      (error: BitSharesError) => error,
    );

  test('a locked wallet is unlocked for the work and locked again', async () => {
    const session = await open();
    expect(await session.unlocked(() => locked())).toBe(false);
    expect(await locked()).toBe(true);
  });

  test('it is locked again after an error', async () => {
    const session = await open();
    await expect(session.unlocked(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await locked()).toBe(true);
  });

  test('a wallet that was unlocked before stays so, also after an error', async () => {
    await house.ask('unlock', [password]);
    const session = await open();
    await session.unlocked(() => Promise.resolve());
    await expect(session.unlocked(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await locked()).toBe(false);
  });

  test('somebody who locks it in between costs a repeated call and nothing else', async () => {
    const session = await open();
    const memo = await session.unlocked(async (call) => {
      await house.ask('lock');
      return call('sign_memo', ['hot-wallet', 'alice', 'hello']);
    });
    expect(memo).toMatchObject({ to: house.chain.account('alice').publicKeys.memo });
    expect(await locked()).toBe(true);
  });

  test('methods that do not refuse while it is locked are repeated as well', async () => {
    const session = await open();
    house.chain.transfer({ from: 'alice', to: 'hot-wallet', amount: '1', memo: 'seen' });
    house.chain.produceBlock();
    const history = await session.unlocked(async (call) => {
      await house.ask('lock');
      return call('get_account_history', ['hot-wallet', 1]);
    });
    expect(history).toMatchObject([{ memo: 'seen' }]);
  });

  test('a wallet that is locked again and again ends as an error that says so', async () => {
    const session = await open();
    const lockEachTime = house.chain.faults.add({
      kind: 'change',
      method: 'unlock',
      times: Infinity,
      change: (result) => {
        house.wallet.wallet.ring.lock();
        return result;
      },
    });
    const error = await failure(session.unlocked((call) => call('sign_memo', ['hot-wallet', 'alice', 'x'])));
    expect(error?.code).toBe('WALLET_LOCKED');
    expect(lockEachTime.hits).toBeLessThan(6);
  });

  test('executions at the same time do not lock each other out; the last one locks', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const slow = (await open()).unlocked(() => held);
    const [quick, session] = [await open(), await open()];
    expect(await quick.unlocked(() => locked())).toBe(false);
    expect(await session.unlocked((call) => call('is_locked'))).toBe(false);
    expect(await locked()).toBe(false);
    release();
    await slow;
    expect(await locked()).toBe(true);
  });

  test('a wallet that starts anew in between is unlocked again', async () => {
    const session = await open();
    await session.unlocked(async (call) => {
      await call('save_wallet_file', ['']);
      await house.wallet.stop();
      await house.wallet.start();
      expect(await call('sign_memo', ['hot-wallet', 'alice', 'x'])).toBeTruthy();
    });
    expect(await locked()).toBe(true);
  });

  test('an unlock whose answer is lost leaves the wallet locked', async () => {
    const session = await open();
    house.chain.faults.add({ kind: 'answer lost', node: 'wallet', method: 'unlock' });
    expect((await failure(session.unlocked(() => Promise.resolve())))?.code).toBe('CONNECTION_LOST');
    expect(await locked()).toBe(true);
  });

  test('a wallet that cannot be locked again is told apart from a failure of the work', async () => {
    const session = await open();
    const told: string[] = [];
    house.chain.faults.add({ kind: 'cut', node: 'wallet', method: 'lock' });
    expect(
      await session.unlocked(
        () => Promise.resolve('done'),
        (reason) => told.push(reason),
      ),
    ).toBe('done');
    expect(told).toHaveLength(1);
  });

  test.each<[string, () => Partial<WalletSettings>, string, RegExp]>([
    ['a wrong password', () => ({ password: 'wrong' }), 'ACCESS_DENIED', /Wallet Password/],
    ['no password', () => ({ password: '' }), 'ACCESS_DENIED', /Wallet Password/],
  ])('%s is named by its field, and the wallet stays locked', async (_, change, code, message) => {
    const session = await open(change());
    const error = await failure(session.unlocked(() => Promise.resolve()));
    expect(error?.code).toBe(code);
    expect(error?.message).toMatch(message);
    expect(error?.fix).toBeTruthy();
    expect(await locked()).toBe(true);
  });

  test('a wallet on another chain is refused before anything is asked of it', async () => {
    const error = await failure(open({ chainId: '0'.repeat(64) }));
    expect(error?.code).toBe('WRONG_CHAIN');
    expect(error?.fix).toContain('--chain-id');
  });

  test('a wallet that is not there says that it may have lost its node', async () => {
    const gone = settings();
    await house.wallet.stop();
    const error = await failure(WalletSession.open(gone, new ManualClock()));
    expect(error?.code).toBe('NODE_UNREACHABLE');
    expect(error?.fix).toContain('node goes away');
    await house.wallet.start();
  });

  test('a node instead of a wallet is told apart', async () => {
    const error = await failure(open({ url: house.chain.trustedUrl.replace('ws:', 'http:') }));
    expect(error?.code).not.toBe('ACCESS_DENIED');
    expect(error).toBeInstanceOf(BitSharesError);
  });

  test('the password is in no error', async () => {
    const secret = 'an unlikely password';
    const session = await open({ password: secret });
    house.chain.faults.add({
      kind: 'error',
      node: 'wallet',
      method: 'unlock',
      text: `cannot open with ${secret}`,
    });
    const error = await failure(session.unlocked(() => Promise.resolve()));
    expect(JSON.stringify([error?.message, error?.data, error?.stack, error?.fix])).not.toContain(secret);
  });
});
