import type { IDataObject } from 'n8n-workflow';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { BitSharesWallet } from '../../nodes/BitSharesWallet/BitSharesWallet.node';
import { testWalletCredential } from '../../nodes/shared/credentials/walletCredentialTest';
import { nullPublicKey, PrivateKey } from '../../src/protocol';
import { selfSigned } from '../support/selfSigned';
import { itemsOf, password, startWalletHouse, type WalletHouse } from '../support/walletOnDevchain';

describe('the wallet itself', () => {
  let house: WalletHouse;
  afterEach(() => house.stop());

  test('a new wallet gets the password of the credential, and still has it after a restart', async () => {
    house = await startWalletHouse({ newWallet: true });
    expect(itemsOf(await house.run('wallet', 'getInfo'))).toMatchObject([{ isNew: true, isLocked: true }]);
    expect(itemsOf(await house.run('wallet', 'setPassword'))).toEqual([
      { passwordSet: true, isLocked: true },
    ]);
    await house.wallet.stop();
    await house.wallet.start();
    expect(itemsOf(await house.run('wallet', 'getInfo'))).toMatchObject([{ isNew: false, isLocked: true }]);
    // Again: nothing to do.
    expect(itemsOf(await house.run('wallet', 'setPassword'))).toEqual([
      { passwordSet: false, isLocked: true },
    ]);
  });

  test('a password whose saving failed is saved by the next run', async () => {
    house = await startWalletHouse({ newWallet: true });
    house.chain.faults.add({ kind: 'error', method: 'save_wallet_file', text: 'disk full' });
    expect((await house.run('wallet', 'setPassword')).error?.message).toContain('disk full');
    itemsOf(await house.run('wallet', 'setPassword'));
    await house.wallet.stop();
    await house.wallet.start();
    expect(await house.ask('is_new')).toBe(false);
  });

  test('a wallet with another password is not given a new one', async () => {
    house = await startWalletHouse();
    const credentials = house.credentials({ wallet: { walletPassword: 'another' } });
    const { error, stored } = await house.run('wallet', 'setPassword', {}, { credentials });
    expect(error?.description).toContain('ACCESS_DENIED');
    expect(stored).not.toContain('another');
    expect(await house.ask('unlock', [password])).toBeNull();
  });

  test('an empty password is never set', async () => {
    house = await startWalletHouse({ newWallet: true });
    const credentials = house.credentials({ wallet: { walletPassword: '' } });
    const { error } = await house.run('wallet', 'setPassword', {}, { credentials });
    expect(error?.message).toMatch(/^Wallet Password: /);
    expect(await house.ask('is_new')).toBe(true);
  });

  test('an imported key can sign after a restart, and never comes out', async () => {
    house = await startWalletHouse({ newWallet: true });
    const { keys, publicKeys, id } = house.chain.account('hot-wallet');
    itemsOf(await house.run('wallet', 'setPassword'));
    const old = PrivateKey.fromSeed('rotated');
    const result = await house.run(
      'wallet',
      'importKey',
      { keysToImport: ['activeKey', 'memoKey', 'olderMemoKeys'] },
      { credentials: house.credentials({ keys: { activeKey: keys.active, olderMemoKeys: old.toWif() } }) },
    );
    const common = { account: 'hot-wallet', accountId: id, imported: true };
    expect(itemsOf(result)).toEqual([
      { ...common, publicKey: publicKeys.active, role: 'active', isKeyOfAccount: true },
      { ...common, publicKey: publicKeys.memo, role: 'memo', isKeyOfAccount: true },
      { ...common, publicKey: old.publicKey.toString('BTS'), role: null, isKeyOfAccount: false },
    ]);
    for (const secret of [keys.active, keys.memo, old.toWif(), password])
      expect(result.stored).not.toContain(secret);
    await house.wallet.stop();
    await house.wallet.start();
    await house.ask('unlock', [password]);
    expect(await house.ask('get_private_key', [publicKeys.active])).toBe(keys.active);
    expect(await house.ask('get_private_key', [old.publicKey.toString('BTS')])).toBe(old.toWif());
  });

  test('Unlock leaves it open, Lock closes it, and both can be repeated', async () => {
    house = await startWalletHouse();
    for (const wasLocked of [true, false])
      expect(itemsOf(await house.run('wallet', 'unlock'))).toEqual([{ isLocked: false, wasLocked }]);
    // Another operation does not close what the user opened.
    itemsOf(await house.run('memo', 'encode', { text: 'x', from: 'hot-wallet', to: 'alice' }));
    expect(await house.ask('is_locked')).toBe(false);
    for (const wasLocked of [false, true])
      expect(itemsOf(await house.run('wallet', 'lock'))).toEqual([{ isLocked: true, wasLocked }]);
  });

  describe('the test of its credential says what is wrong', () => {
    const tested = (change: object) =>
      testWalletCredential.call(
        {} as never,
        {
          id: '1',
          name: 'w',
          type: 'bitSharesWalletApi',
          data: { ...house.credentials().bitSharesWalletApi, ...change },
        } as never,
      );
    beforeEach(async () => {
      house = await startWalletHouse();
    });

    test('nothing', async () => {
      expect(await tested({})).toMatchObject({
        status: 'OK',
        message: expect.stringContaining('opens with the password') as string,
      });
      expect(await house.ask('is_locked')).toBe(true);
    });

    test('an open wallet is told, and stays open', async () => {
      await house.ask('unlock', [password]);
      expect((await tested({})).message).toContain('unlocked already');
      expect(await house.ask('is_locked')).toBe(false);
    });

    // n8n shows the text of a failed test only.
    test('a wallet that could not be locked again is an error', async () => {
      house.chain.faults.add({ kind: 'error', method: 'lock', text: 'no' });
      expect(await tested({})).toEqual({
        status: 'Error',
        message: expect.stringMatching(/opens with the password.*may be open.*Wallet: Lock/) as string,
      });
    });

    test('a wallet whose node is not in sync is an error', async () => {
      house.chain.faults.add({
        kind: 'change',
        node: 'wallet',
        method: 'get_dynamic_global_properties',
        change: (result) => ({ ...(result as object), time: '2026-01-01T00:00:00' }),
      });
      expect(await tested({})).toEqual({
        status: 'Error',
        message: expect.stringMatching(/not in sync: its latest block is \d+ s old\. Wait/) as string,
      });
    });

    test('the address of a node is told from that of a wallet', async () => {
      const walletUrl = house.chain.trustedUrl.replace('ws:', 'http:');
      expect(await tested({ walletUrl })).toEqual({
        status: 'Error',
        message: `${walletUrl} is a node, not cli_wallet. Enter the address given to cli_wallet with -H, usually port 8092.`,
      });
    });

    test('so is another service that speaks JSON-RPC', async () => {
      const other = createServer((_request, response) => {
        response.writeHead(400).end('{"id":1,"error":{"code":-32601,"message":"Method not found"}}');
      });
      await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
      const walletUrl = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
      expect((await tested({ walletUrl })).message).toMatch(/is not cli_wallet: it has no method info\./);
      await new Promise((resolve) => other.close(resolve));
    });

    test('a certificate that is not trusted is named, and nothing may have happened', async () => {
      const tls = createTlsServer(selfSigned);
      await new Promise<void>((resolve) => tls.listen(0, '127.0.0.1', resolve));
      const walletUrl = `https://127.0.0.1:${(tls.address() as AddressInfo).port}`;
      const { message } = await tested({ walletUrl });
      expect(message).toMatch(/certificate is self-signed.*NODE_EXTRA_CA_CERTS/);
      expect(message).not.toMatch(/was lost|not known/);
      await new Promise((resolve) => tls.close(resolve));
    });

    test.each<[string, object, RegExp]>([
      ['the password', { walletPassword: 'wrong' }, /^Wallet Password: /],
      ['the chain', { chain: 'mainnet', chainId: '', addressPrefix: '' }, /is on chain .* --chain-id/],
      [
        'a WebSocket address',
        { walletUrl: 'ws://127.0.0.1:8090' },
        /^Wallet URL: this is a WebSocket address.*http:\/\/127\.0\.0\.1:8092/,
      ],
      [
        'an address without http://',
        { walletUrl: '127.0.0.1:8092' },
        /^Wallet URL: this is not an http:.*such as http:\/\/127\.0\.0\.1:8092\.(?!.*commas)/,
      ],
      [
        'a # in the address',
        { walletUrl: 'http://n8n:12#word@127.0.0.1:8092' },
        /^Wallet URL: this is not an http:.*%23/,
      ],
      [
        'two addresses',
        { walletUrl: 'http://127.0.0.1:1, http://127.0.0.1:2' },
        /^Wallet URL: one address only/,
      ],
      ['no wallet', { walletUrl: 'http://127.0.0.1:1025' }, /not reachable.*exits when its node goes away/],
      ['no chain', { chain: '' }, /^Chain: /],
      ['the chain id', { chainId: '12' }, /64 hexadecimal digits\. Ask/],
    ])('%s', async (_, change, message) => {
      expect(await tested(change)).toMatchObject({
        status: 'Error',
        message: expect.stringMatching(message) as string,
      });
    });
  });
});

describe('accounts and memos through the wallet', () => {
  let house: WalletHouse;
  beforeAll(async () => {
    house = await startWalletHouse();
  });
  afterAll(() => house.stop());

  test('Account: Get has the fields of the BitShares node', async () => {
    const { id, publicKeys } = house.chain.account('hot-wallet');
    expect(itemsOf(await house.run('account', 'get', { account: 'hot-wallet' }))).toEqual([
      expect.objectContaining({
        accountId: id,
        name: 'hot-wallet',
        memoKey: publicKeys.memo,
        activeThreshold: 1,
      }),
    ]);
  });

  test('an account that does not exist is an error that names the field', async () => {
    const { error } = await house.run('account', 'get', { account: 'nobody' });
    expect(error?.message).toMatch(/^Account: there is no account nobody/);
  });

  test('Account: Get Balances gives names, ids and base units', async () => {
    const items = itemsOf(await house.run('account', 'getBalances', { account: 'hot-wallet' }));
    expect(items).toMatchObject([
      { asset: 'BTS', assetId: '1.3.0', precision: 5, amount: '10000.00000', amountRaw: '1000000000' },
      { asset: 'USDX', assetId: '1.3.1', precision: 4, amount: '50.0000', amountRaw: '500000' },
    ]);
  });

  const payWith = (memo?: string | object) =>
    house.chain.transfer({
      from: 'alice',
      to: 'hot-wallet',
      amount: '1',
      ...(memo === undefined ? {} : { memo }),
    } as never);
  const nobody = nullPublicKey.toString('BTS');
  const text = (value: string) => Buffer.concat([Buffer.alloc(4), Buffer.from(value)]).toString('hex');

  test('Account: Get History tells what came of each memo, where the wallet says nothing', async () => {
    const { publicKeys } = house.chain.account('hot-wallet');
    const { publicKeys: alice } = house.chain.account('alice');
    const stranger = PrivateKey.fromSeed('stranger').publicKey.toString('BTS');
    const secret = PrivateKey.fromSeed('a slip').toWif();
    payWith('user 42');
    payWith();
    payWith({ from: nobody, to: nobody, nonce: 1n, message: text('public words') });
    payWith({ from: alice.memo, to: stranger, nonce: 2n, message: '00'.repeat(32) });
    payWith({ from: alice.memo, to: publicKeys.memo, nonce: 3n, message: '00'.repeat(32) });
    payWith(`my key is ${secret}`);
    house.chain.produceBlock();
    const result = await house.run('account', 'getHistory', { account: 'hot-wallet', limit: 6 });
    const told = itemsOf(result)
      .map(({ memo, memoStatus }) => [memoStatus, memo])
      .reverse();
    expect(told.slice(0, 5)).toEqual([
      ['decoded', 'user 42'],
      ['none', null],
      ['plain', 'public words'],
      ['no_key', null],
      ['corrupt', null],
    ]);
    expect(told[5]?.[0]).toBe('decoded');
    const needed = itemsOf(result).map(({ memoDetails }) => (memoDetails as IDataObject).neededKey);
    expect(needed.reverse()).toEqual([null, null, null, stranger, null, null]);
    expect(result.stored).not.toContain(secret);
    expect(await house.ask('is_locked')).toBe(true);
  });

  test('Memo: Encode and Decode go through the wallet, and what nobody can read has a status', async () => {
    const [encoded = {}] = itemsOf(
      await house.run('memo', 'encode', { text: 'grüße 🌍', from: 'hot-wallet', to: 'alice' }),
    );
    const publicOne = { from: nobody, to: nobody, nonce: 1, message: text('hello') };
    const decoded = itemsOf(
      await house.run(
        'memo',
        'decode',
        { memoObject: '={{ $json.memo }}' },
        {
          items: [encoded, { memo: publicOne }, { memo: null }] as IDataObject[],
        },
      ),
    );
    expect(decoded.map(({ memoStatus, memo }) => [memoStatus, memo])).toEqual([
      ['decoded', 'grüße 🌍'],
      ['plain', 'hello'],
      ['none', null],
    ]);
    expect(decoded[0]?.memoDetails).toMatchObject({
      hex: Buffer.from('grüße 🌍').toString('hex'),
      key: house.chain.account('hot-wallet').publicKeys.memo,
    });
  });

  test('Memo: Decode reads what Account: Get History gave, and refuses what is not there', async () => {
    payWith('user 43');
    payWith();
    house.chain.produceBlock();
    const history = await house.run('account', 'getHistory', { account: 'hot-wallet', limit: 2 });
    const read = await house.run('memo', 'decode', {}, { items: itemsOf(history) });
    expect(itemsOf(read).map(({ memoStatus, memo }) => [memoStatus, memo])).toEqual([
      ['none', null],
      ['decoded', 'user 43'],
    ]);
    const { items, error } = await house.run('memo', 'decode', {}, { items: [{ mmo: 1 }] });
    expect(items).toBeNull();
    expect(error?.message).toMatch(/^Memo: this item has no field memo/);
  });

  test('a memo that holds a private key is not encoded', async () => {
    const { error, stored } = await house.run('memo', 'encode', {
      text: `={{ "5KBpLuJa9DTbBhy1ypD9tccyAw1u3m" + "Zp7zRYpNKnk9JpsJkq1JG" }}`,
      from: 'hot-wallet',
      to: 'alice',
    });
    expect(error?.message).toMatch(/^Text: /);
    expect(stored).not.toContain('5KBpLuJa9DTbBhy1ypD9tccyAw1u3mZp7zRYpNKnk9JpsJkq1JG');
  });
});

test('the wallet node declares what n8n asks for', () => {
  const { description, methods } = new BitSharesWallet();
  expect(description.usableAsTool).toBe(true);
  expect(description.credentials?.map(({ name }) => name)).toEqual([
    'bitSharesWalletApi',
    'bitSharesNodeApi',
    'bitSharesKeysApi',
  ]);
  for (const { testedBy } of description.credentials ?? [])
    expect(Object.keys(methods.credentialTest)).toContain(testedBy);
});
