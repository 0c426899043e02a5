/**
 * A key leaves n8n only for the wallet that its owner entered. Whoever may use a shared keys credential in a workflow chooses
 * the wallet credential, so that one decides nothing.
 */
import type { IDataObject } from 'n8n-workflow';
import { BitSharesWallet } from '../../nodes/BitSharesWallet/BitSharesWallet.node';
import { testKeysCredential } from '../../nodes/shared/credentials/credentialTests';
import { decryptBts1Export, mainnet, PrivateKey } from '../../src/protocol';
import { ScriptedNode } from '../support/scriptedNode';
import { executeNode, type NodeResult, type NodeRun } from '../support/executeNode';
import walletExport from '../vectors/bts1_key_export.json';
import { startCollectingWallet, type CollectingWallet } from '../support/collectingWallet';

const active = PrivateKey.fromSeed('active of the hot wallet');
const memo = PrivateKey.fromSeed('memo of the hot wallet');
const older = PrivateKey.fromSeed('an older memo key');
const balance = PrivateKey.fromSeed('owner of a balance');
const typed = PrivateKey.fromSeed('typed into an item');
const exported = decryptBts1Export(walletExport.export_file, walletExport.password).map(({ key }) => key);
const ofCredential = [active, memo, older, balance, ...exported];

const authority = { weight_threshold: 1, key_auths: [], account_auths: [] };
const binary = {
  data: {
    data: Buffer.from(JSON.stringify(walletExport.export_file)).toString('base64'),
    mimeType: 'application/json',
  },
};

describe('a key leaves only for the wallet that its owner entered', () => {
  let wallet: CollectingWallet;

  beforeEach(async () => {
    wallet = await startCollectingWallet({
      info: { chain_id: mainnet.chainId },
      is_locked: true,
      get_account: {
        id: '1.2.5',
        name: 'hot-wallet',
        options: { memo_key: memo.publicKey.toString('BTS') },
        owner: authority,
        active: authority,
        statistics: '2.6.5',
        whitelisting_accounts: [],
        blacklisting_accounts: [],
        whitelisted_accounts: [],
        blacklisted_accounts: [],
      },
      import_key: true,
      import_balance: [],
      get_global_properties: { parameters: { maximum_transaction_size: 2048 } },
    });
  });
  afterEach(() => wallet.stop());

  const run = (
    parameters: IDataObject,
    keyReceivingWallet: string | undefined,
    more: Partial<NodeRun> = {},
  ): Promise<NodeResult> =>
    executeNode({
      node: new BitSharesWallet(),
      parameters: parameters as never,
      credentials: {
        bitSharesKeysApi: {
          account: 'hot-wallet',
          memoKey: memo.toWif(),
          activeKey: active.toWif(),
          olderMemoKeys: older.toWif(),
          balanceKeys: balance.toWif(),
          walletPassword: walletExport.password,
          ...(keyReceivingWallet === undefined ? {} : { keyReceivingWallet }),
        },
        bitSharesWalletApi: { walletUrl: wallet.url, walletPassword: 'opens it', chain: 'mainnet' },
      },
      ...more,
    });
  const importKey = {
    resource: 'wallet',
    operation: 'importKey',
    keysToImport: ['activeKey', 'memoKey', 'olderMemoKeys'],
  };
  const importFrom = (keysFrom: string, more: IDataObject = {}) => ({
    resource: 'balance',
    operation: 'import',
    keysFrom,
    ...more,
  });
  const everything = () => wallet.received.join('\n');
  const got = (keys: readonly PrivateKey[]) => keys.some((key) => everything().includes(key.toWif()));

  const ways: [string, IDataObject, Partial<NodeRun>][] = [
    ['Wallet: Import Key', importKey, {}],
    ['the dry run of Balance: Import, from the credential', importFrom('credential'), {}],
    ['the dry run of Balance: Import, from a wallet export', importFrom('walletExport'), { binary }],
    ['Balance: Import', importFrom('credential', { dryRun: false, confirmAccountName: 'hot-wallet' }), {}],
  ];

  describe.each(ways)('%s', (_, parameters, more) => {
    test.each<[string, (url: string) => string | undefined]>([
      ['an empty field', () => ''],
      ['a credential from before the field', () => undefined],
    ])('with %s refuses, before anything that holds a key is sent', async (_case, entered) => {
      const { error } = await run(parameters, entered(wallet.url), more);
      expect(error?.message).toMatch(/^Wallet That May Receive These Keys: no wallet is entered/);
      expect(error?.description).toMatch(/http:\/\/127\.0\.0\.1:8092/);
      expect(got(ofCredential)).toBe(false);
      // Nor is the wallet opened for it.
      expect(wallet.methods).not.toContain('unlock');
    });

    test.each<[string, (url: string) => string]>([
      ['another port', () => 'http://127.0.0.1:8092'],
      ['another scheme', (url) => url.replace('http:', 'https:')],
      ['another name of the same host', (url) => url.replace('127.0.0.1', 'localhost')],
      ['another path of the same host', (url) => `${url}/wallet`],
    ])('with the wallet of the owner at %s refuses', async (_case, entered) => {
      const { error } = await run(parameters, entered(wallet.url), more);
      expect(error?.message).toMatch(/^Wallet That May Receive These Keys: another wallet than http:/);
      expect(got(ofCredential)).toBe(false);
      expect(wallet.methods).not.toContain('unlock');
    });
  });

  test.each<[string, IDataObject, PrivateKey[], Partial<NodeRun>]>([
    ['Wallet: Import Key', importKey, [active, memo, older], {}],
    ['Balance: Import, from the credential', importFrom('credential'), [balance], {}],
    ['Balance: Import, from a wallet export', importFrom('walletExport'), exported, { binary }],
  ])('the wallet that is entered gets the keys by %s', async (_, parameters, keys, more) => {
    const { error, stored } = await run(parameters, `${wallet.url.toUpperCase()}/ `, more);
    expect(error).toBeNull();
    for (const key of keys) {
      expect(everything()).toContain(key.toWif());
      expect(stored).not.toContain(key.toWif());
    }
  });

  test('keys in an item belong to whoever put them there, and go to the wallet that was chosen with them', async () => {
    const parameters = importFrom('item', {
      privateKeys: typed.toWif(),
      options: { allowPrivateKeysInItems: true },
    });
    expect((await run(parameters, '')).error).toBeNull();
    expect(everything()).toContain(typed.toWif());
    expect(got(ofCredential)).toBe(false);
  });

  test.each([
    'a key of mine',
    '127.0.0.1:18092',
    'ws://127.0.0.1:8092',
    'http://me:secret@127.0.0.1:8092',
    'http://127.0.0.1:8092/#wallet',
  ])('what is no address of a wallet is refused and not repeated: %s', async (entered) => {
    const { error, stored } = await run(importKey, entered);
    expect(error?.message).toBe('Wallet That May Receive These Keys: this is not the address of a wallet');
    expect(stored).not.toContain(entered);
    expect(wallet.methods).toEqual([]);
  });

  test('Import Key of the active key reminds that n8n still has it', async () => {
    expect((await run(importKey, wallet.url)).stored).toContain('Empty Active Key');
    const ofMemo = await run({ ...importKey, keysToImport: ['memoKey'] }, wallet.url);
    expect(ofMemo.error).toBeNull();
    expect(ofMemo.stored).not.toContain('Empty Active Key');
  });
});

test('the test of a keys credential sends no secret to the node that it names', async () => {
  const node = await ScriptedNode.start(({ params }) => ({
    result: params[1] === 'get_chain_id' ? mainnet.chainId : [null],
  }));
  const tested = await testKeysCredential.call(
    {} as never,
    {
      data: {
        account: 'hot-wallet',
        memoKey: memo.toWif(),
        activeKey: active.toWif(),
        olderMemoKeys: older.toWif(),
        balanceKeys: balance.toWif(),
        walletPassword: 'opens an export',
        keyReceivingWallet: 'http://127.0.0.1:8092',
        testNodeUrl: node.url,
      },
    } as never,
  );
  await node.stop();
  expect(tested).toMatchObject({
    status: 'Error',
    message: expect.stringMatching(/no account hot-wallet/) as string,
  });
  const told = JSON.stringify(node.requests);
  expect(told).toContain('hot-wallet');
  for (const key of [memo, active, older, balance]) {
    expect(told).not.toContain(key.toWif());
    expect(told).not.toContain(Buffer.from(key.secretBytes()).toString('hex'));
  }
  expect(told).not.toContain('opens an export');
});
