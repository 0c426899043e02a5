import type { IDataObject } from 'n8n-workflow';
import { BitShares } from '../../nodes/BitShares/BitShares.node';
import { Devchain, type DevchainOptions, type Fault } from '../../devchain';
import { decryptBts1Export, type PrivateKey } from '../../src/protocol';
import { keysCredentialFor, nodeCredentialFor } from '../support/devchainCredentials';
import { Liar } from '../support/lies';
import { executeNode, type NodeResult, type NodeRun } from '../support/executeNode';
import walletExport from '../vectors/bts1_key_export.json';
import { addressesOfKey, balanceKey, fiveEach } from '../support/importOnDevchain';

const keys = Array.from({ length: 12 }, (_, i) => balanceKey(i));
const wifs = keys.map((key) => key.toWif());
const exported = decryptBts1Export(walletExport.export_file, walletExport.password).map(({ key }) => key);
const day = 86_400;

describe('Claimable Balance in n8n', () => {
  let chain: Devchain;
  let broadcasts: Fault;
  let options: DevchainOptions;

  beforeEach(async () => {
    const [vestingOwner = ''] = addressesOfKey(balanceKey(50));
    options = {
      startTime: Math.floor(Date.now() / 1000) - 90,
      accounts: [
        { name: 'treasury', balances: { BTS: '1' } },
        { name: 'other', balances: { BTS: '100' } },
      ],
      assets: [{ symbol: 'USDX', precision: 4 }],
      parameters: { maximum_transaction_size: 98_304 },
      balanceObjects: [
        ...fiveEach(keys),
        { owner: addressesOfKey(keys[0] as PrivateKey)[0] ?? '', amount: 12_345n, symbol: 'USDX' },
        {
          owner: vestingOwner,
          amount: 864_000n,
          vesting: { beginTime: 1_600_000_000, durationSeconds: 10 * 365 * day, beginBalance: 864_000n },
        },
        ...exported.map((key) => ({ owner: addressesOfKey(key)[1] ?? '', amount: 10n })),
      ],
    };
    chain = await Devchain.start(options);
    chain.produceBlocks(30);
    broadcasts = chain.faults.add({ kind: 'count', method: /^broadcast/ });
  });
  afterEach(() => chain.stop());

  const credentials = (change: object = {}) => ({
    bitSharesNodeApi: nodeCredentialFor(chain),
    bitSharesKeysApi: keysCredentialFor(chain, 'treasury', {
      activeKey: chain.account('treasury').keys.active,
      balanceKeys: wifs.join(', '),
      ...change,
    }),
  });
  const run = (operation: string, parameters: IDataObject, more: Partial<NodeRun> = {}) =>
    executeNode({
      node: new BitShares(),
      parameters: { resource: 'claimableBalance', operation, ...parameters } as never,
      credentials: credentials(),
      ...more,
    });
  const send = { dryRun: false, confirmAccountName: 'treasury', options: { waitFor: 'broadcast' } };
  const json = ({ items, error }: NodeResult): IDataObject[] => {
    if (error !== null) throw error;
    return (items ?? []).map((item) => item.json);
  };

  test('Get Many finds every form of a public key, with what can be claimed now and when the rest is', async () => {
    const publicKey = keys[0]?.publicKey.toString('BTS') ?? '';
    const vesting = balanceKey(50).publicKey.toString('BTS');
    const found = json(
      await run(
        'getMany',
        { keysFrom: 'public', owners: `${publicKey}, ${vesting}` },
        { credentials: { bitSharesNodeApi: nodeCredentialFor(chain) } },
      ),
    );
    expect(found.map(({ ownerForm }) => ownerForm)).toEqual([
      'native',
      'native',
      'pts_uncompressed_56',
      'pts_compressed_56',
      'pts_uncompressed_0',
      'pts_compressed_0',
      'native',
    ]);
    expect(found.find(({ assetId }) => assetId === '1.3.1')).toMatchObject({
      asset: 'USDX',
      precision: 4,
      amount: '1.2345',
      amountRaw: '12345',
      claimable: '1.2345',
      status: 'claimable',
      claimableFrom: null,
      vesting: false,
      ownerKey: publicKey,
      lastClaimAt: null,
    });
    const { claimableRaw, fullyVestedAt, ...last } = found.at(-1) ?? {};
    expect(last).toMatchObject({ vesting: true, amount: '8.64000', status: 'claimable' });
    expect(Number(claimableRaw)).toBeGreaterThan(0);
    expect(Number(claimableRaw)).toBeLessThan(864_000);
    expect(fullyVestedAt).toBe('2030-09-11T12:26:40Z');
  });

  test('Get Many finds the balance of a single address, without any key', async () => {
    const [, owner = ''] = addressesOfKey(keys[3] as PrivateKey);
    expect(json(await run('getMany', { keysFrom: 'public', owners: owner }))).toMatchObject([
      { owner, ownerForm: null, ownerKey: null, amountRaw: '8000' },
    ]);
    expect(
      json(await run('getMany', { keysFrom: 'public', owners: balanceKey(77).publicKey.toString('BTS') })),
    ).toEqual([]);
  });

  test('a private key in the field for public keys is refused and never repeated', async () => {
    const result = await run(
      'getMany',
      { keysFrom: 'public', owners: '={{ $json.k }}' },
      { items: [{ k: 1 }] },
    );
    expect(result.error?.message).toMatch(/^Public Keys or Addresses/);
    const wif = await run('getMany', { keysFrom: 'public', owners: wifs[0] ?? '' });
    expect(wif.error?.message).toMatch(/^Public Keys or Addresses: /);
    expect(wif.error?.message).not.toContain(wifs[0]);
  });

  test('Import is a dry run unless told otherwise: it shows all transactions and totals, and sends nothing', async () => {
    const items = json(await run('import', {}));
    expect(
      items.map(({ outcome, claimCount, dryRun, final }) => [outcome, claimCount, dryRun, final]),
    ).toEqual([
      ['dry_run', 30, true, true],
      ['dry_run', 30, true, true],
      ['dry_run', 1, true, true],
    ]);
    const total = { asset: 'BTS', assetId: '1.3.0', precision: 5, amount: '11.70000', amountRaw: '1170000' };
    const usdx = { asset: 'USDX', assetId: '1.3.1', precision: 4, amount: '1.2345', amountRaw: '12345' };
    for (const item of items) expect(item.importTotals).toEqual([total, usdx]);
    expect(items[2]?.totals).toEqual([usdx]);
    expect(broadcasts.hits).toBe(0);
    expect(chain.producer.state.balance(chain.account('treasury').id, '1.3.1')).toBe(0n);
  });

  test.each([
    ['the text "false"', 'false'],
    ['nothing', ''],
    ['zero', 0],
    ['null', null],
  ])('%s for Dry Run is a dry run', async (_, dryRun) => {
    const items = json(
      await run('import', { ...send, dryRun: '={{ $json.dryRun }}' }, { items: [{ dryRun }] }),
    );
    expect(items.every(({ outcome }) => outcome === 'dry_run')).toBe(true);
    expect(broadcasts.hits).toBe(0);
  });

  test.each([[''], ['Treasury'], ['other'], ['1.2.18'], [' treasury']])(
    'with "%s" as the confirmed account nothing is sent',
    async (confirmAccountName) => {
      const { error } = await run('import', {
        ...send,
        confirmAccountName: `={{ "${confirmAccountName}" }}`,
      });
      expect(error?.message).toMatch(/^Confirm Account Name: /);
      expect(broadcasts.hits).toBe(0);
    },
  );

  test.each(['trusted', 'delayed'] as const)(
    'while one node lies about whose account it is, nothing is claimed into it (%s lies)',
    async (node) => {
      const [treasury, mallory] = [chain.account('treasury'), chain.account('other')];
      // Anybody can list our key among the keys of an account, and our signature is then enough for it.
      const active = {
        weight_threshold: 1,
        account_auths: [],
        key_auths: [[treasury.publicKeys.active, 1]],
        address_auths: [],
      };
      const update: [number, object] = [6, { account: mallory.id, active, extensions: {} }];
      chain.push(chain.sign([update as never], [mallory.keys.active]));
      chain.confirm();
      new Liar(chain, node).account('treasury', { id: mallory.id });
      const before = chain.balance('other');
      for (const parameters of [{}, send]) {
        const { error } = await run('import', parameters);
        expect(error?.message).toMatch(
          new RegExp(
            `the nodes disagree about the account treasury: ${chain.trustedUrl} .* ${chain.delayedUrl}`,
          ),
        );
      }
      chain.confirm();
      expect(broadcasts.hits).toBe(0);
      expect(chain.balance('other')).toBe(before);
      // Nothing is signed without an active key, so that one node is enough.
      const shown = json(await run('import', {}, { credentials: credentials({ activeKey: '' }) }));
      expect(shown[0]?.outcome).toBe('dry_run');
      chain.faults.clear();
      expect(json(await run('import', send))[0]?.outcome).toBe('in_mempool');
    },
  );

  test.each<[string, string, IDataObject]>([
    ['Keys From', 'Credential', { keysFrom: 'Credential' }],
    ['Wait For', 'Irreversible', { options: { waitFor: '={{ "Irreversible" }}' } }],
    ['Maximum Wait', 'no number', { options: { maximumWait: '={{ Number("x") }}' } }],
    ['Maximum Wait', 'nothing', { options: { maximumWait: '={{ $json.nothing }}' } }],
    ['History Operations to Search', 'a word', { options: { historyOperations: '={{ "all" }}' } }],
    ['History Operations to Search', 'negative', { options: { historyOperations: '={{ -1 }}' } }],
    [
      'Allow Private Keys in Items',
      'a text',
      { keysFrom: 'item', privateKeys: 'x', options: { allowPrivateKeysInItems: '={{ "yes" }}' } },
    ],
    [
      'Input Binary Field',
      'nothing',
      { keysFrom: 'walletExport', binaryPropertyName: '={{ $json.nothing }}' },
    ],
  ])('%s that is %s is refused by name, and nothing is sent', async (field, _, parameters) => {
    const { error } = await run(
      'import',
      { ...send, ...parameters },
      { credentials: credentials({ walletPassword: walletExport.password }) },
    );
    expect(error?.message).toMatch(new RegExp(`^${field}: `));
    expect(broadcasts.hits).toBe(0);
  });

  test.each([[{ owners: '={{ $json.nothing }}' }], [{ owners: '={{ [] }}' }], [{ keysFrom: 'Public' }]])(
    'Get Many of nothing that can be owned is refused by name: %j',
    async (parameters) => {
      const { error } = await run('getMany', { keysFrom: 'public', ...parameters });
      expect(error?.message).toMatch(/^(Public Keys or Addresses|Keys From): /);
    },
  );

  test('an execution that was stopped sends no further claim, of this item or the next', async () => {
    let stop: () => void = () => undefined;
    const sent = chain.faults.add({
      kind: 'change',
      method: 'broadcast_transaction',
      times: Infinity,
      change: (result) => {
        stop();
        return result;
      },
    });
    await run('import', send, { items: [{}, {}], onStart: (cancel) => (stop = cancel) });
    expect(sent.hits).toBe(1);
  });

  test('an import that was confirmed is sent; a second run says that it was claimed, and in which block', async () => {
    const sent = json(await run('import', send));
    expect(sent.map(({ outcome, claimed }) => [outcome, claimed])).toEqual(
      Array(3).fill(['in_mempool', false]),
    );
    expect(broadcasts.hits).toBe(3);
    chain.produceBlock();
    const block = chain.head.number;
    expect(chain.balance('treasury')).toBe(100_000n + 1_170_000n);

    const soon = json(await run('import', send));
    expect(soon.map(({ outcome, claimed, blockNumber }) => [outcome, claimed, blockNumber])).toEqual(
      Array(3).fill(['already_claimed', false, block]),
    );
    chain.confirm();
    const later = json(await run('import', send));
    expect(later.map(({ transactionId, claimed, final }) => [transactionId, claimed, final])).toEqual(
      sent.map(({ transactionId }) => [transactionId, true, true]),
    );
    expect(broadcasts.hits).toBe(3);
  });

  test('nothing to claim is an outcome, and says so', async () => {
    const [item, ...more] = json(
      await run('import', {}, { credentials: credentials({ balanceKeys: balanceKey(77).toWif() }) }),
    );
    expect(more).toEqual([]);
    expect(item).toMatchObject({
      outcome: 'nothing_to_claim',
      claimed: false,
      keyCount: 1,
      keysWithoutBalance: 1,
    });
  });

  test('while a claim waits for a block, a second run calls nothing final', async () => {
    const one = { credentials: credentials({ balanceKeys: wifs[0] }) };
    expect(json(await run('import', send, one)).map(({ outcome }) => outcome)).toEqual(['in_mempool']);
    expect(json(await run('import', send, one))).toMatchObject([
      { outcome: 'nothing_to_claim', claimed: false, final: false },
    ]);
  });

  test('every item of Import has the same fields, whatever its outcome', async () => {
    const dry = json(await run('import', {}));
    const nothing = json(
      await run('import', {}, { credentials: credentials({ balanceKeys: balanceKey(77).toWif() }) }),
    );
    json(await run('import', send));
    chain.produceBlock();
    const already = json(await run('import', send));
    const fields = [...dry, ...nothing, ...already].map((item) => Object.keys(item).join());
    expect(new Set(fields).size).toBe(1);
  });

  test('keys come out of a BitShares 1 wallet export, with the password of the credential', async () => {
    const binary = {
      data: {
        data: Buffer.from(JSON.stringify(walletExport.export_file)).toString('base64'),
        mimeType: 'application/json',
        fileName: 'keys.json',
      },
    };
    const parameters = { keysFrom: 'walletExport' };
    const right = credentials({ balanceKeys: '', walletPassword: walletExport.password });
    const [item] = json(await run('import', parameters, { binary, credentials: right }));
    expect(item).toMatchObject({
      outcome: 'dry_run',
      claimCount: new Set(exported.map((key) => key.toWif())).size,
    });

    const wrong = credentials({ balanceKeys: '', walletPassword: 'not it' });
    const refused = await run('import', parameters, { binary, credentials: wrong });
    expect(refused.error?.message).toMatch(/^BitShares 1 Wallet Password: /);
    expect(refused.stored).not.toContain('not it');
    expect((await run('import', parameters, { binary })).error?.message).toMatch(
      /^BitShares 1 Wallet Password: /,
    );
    expect((await run('import', parameters, { credentials: right })).error?.message).toMatch(
      /^Input Binary Field: /,
    );
  });

  test('private keys in items are refused unless an option allows them', async () => {
    const parameters = { keysFrom: 'item', privateKeys: '={{ $json.key }}' };
    const items = [{ key: wifs[1] ?? '' }];
    const refused = await run('import', parameters, { items });
    expect(refused.error?.message).toMatch(/^Keys From: /);
    const [item] = json(
      await run('import', { ...parameters, options: { allowPrivateKeysInItems: true } }, { items }),
    );
    expect(item).toMatchObject({ outcome: 'dry_run', claimCount: 5 });
    expect(JSON.stringify(item)).not.toContain(wifs[1]);
  });

  test('no key and no password stands in anything that n8n stores', async () => {
    const secrets = [
      ...wifs,
      chain.account('treasury').keys.active,
      chain.account('treasury').keys.memo,
      'export password',
    ];
    const withPassword = credentials({ walletPassword: 'export password' });
    const runs = [
      await run('import', {}, { credentials: withPassword }),
      await run('import', send, { credentials: withPassword }),
      await run('getMany', { keysFrom: 'credential' }, { credentials: withPassword }),
      await run('import', { ...send, confirmAccountName: 'x' }, { credentials: withPassword }),
      await run('import', {}, { credentials: credentials({ balanceKeys: `${wifs[0]},${wifs[1]}x` }) }),
      await run('import', {}, { credentials: credentials({ activeKey: wifs[0] }) }),
    ];
    for (const { stored } of runs) for (const secret of secrets) expect(stored).not.toContain(secret);
  });

  test('a node that is not in sync is not sent anything', async () => {
    chain.faults.add({ kind: 'out of sync', times: Infinity });
    const { error } = await run('import', send);
    expect(error?.description).toContain('NODE_OUT_OF_SYNC');
    expect(broadcasts.hits).toBe(0);
  });

  test('when the connection is lost, a next address that is not in sync is not sent the other claims', async () => {
    const old = await Devchain.start({
      ...options,
      startTime: Math.floor(Date.now() / 1000) - 7200,
      chainId: chain.chainId,
    });
    old.produceBlocks(30);
    const sent = old.faults.add({ kind: 'count', method: /^broadcast/ });
    chain.faults.add({ kind: 'cut', method: 'broadcast_transaction', times: Infinity });
    const node = nodeCredentialFor(chain);
    const result = await run(
      'import',
      { ...send, options: { waitFor: 'broadcast', maximumWait: 1 } },
      {
        credentials: {
          ...credentials(),
          bitSharesNodeApi: { ...node, trustedUrls: `${chain.trustedUrl}, ${old.trustedUrl}` },
        },
      },
    ).finally(() => old.stop());
    expect(json(result).map(({ outcome, final }) => [outcome, final])).toEqual(
      Array(3).fill(['unknown', false]),
    );
    expect(sent.hits).toBe(0);
  });

  test('an AI agent cannot import', async () => {
    const { error } = await run('import', send, { type: 'n8n-nodes-bitshares.bitSharesTool' });
    expect(error?.message).toContain('moves money');
    expect(broadcasts.hits).toBe(0);
  });

  test('a claim is called expired only by one node from its first answer to its last: another may be on a fork', async () => {
    // Its blocks come late, and none after 20 ever becomes irreversible.
    const fork = await Devchain.start({
      ...options,
      startTime: Math.floor(Date.now() / 1000) + 900,
      chainId: chain.chainId,
    });
    fork.produceBlocks(60);
    fork.faults.add({
      kind: 'change',
      method: 'get_objects',
      times: Infinity,
      change: (result) =>
        JSON.parse(
          JSON.stringify(result).replace(
            /"last_irreversible_block_num":\d+/,
            '"last_irreversible_block_num":20',
          ),
        ) as typeof result,
    });
    const sent = chain.faults.add({
      kind: 'change',
      method: 'broadcast_transaction',
      times: Infinity,
      change: (result) => {
        chain.confirm();
        return result;
      },
    });
    // The first is asked for when the claims are built, the second when they are looked for.
    chain.faults.add({ kind: 'cut', method: 'get_block', after: 1, times: Infinity });
    const node = nodeCredentialFor(chain);
    const result = await run(
      'import',
      { ...send, options: { waitFor: 'irreversible', maximumWait: 3 } },
      {
        credentials: {
          ...credentials(),
          bitSharesNodeApi: { ...node, trustedUrls: `${chain.trustedUrl}, ${fork.trustedUrl}` },
        },
      },
    ).finally(() => fork.stop());
    expect(chain.balance('treasury')).toBeGreaterThan(100_000n);
    const outcomes = new Set(json(result).map(({ outcome }) => outcome));
    expect(sent.hits).toBe(3);
    expect([...outcomes].filter((outcome) => outcome === 'expired' || outcome === 'irreversible')).toEqual(
      [],
    );
  });
});
