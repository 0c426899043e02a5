import type { IDataObject } from 'n8n-workflow';
import { BitShares } from '../../nodes/BitShares/BitShares.node';
import { customChain, recoverSigners, type PrivateKey, type SignedTransaction } from '../../src/protocol';
import { Devchain } from '../../devchain';
import { addressesOfKey, balanceKey, fiveEach } from '../support/importOnDevchain';
import { keysCredentialFor, nodeCredentialFor } from '../support/devchainCredentials';
import { executeNode } from '../support/executeNode';
import { Liar } from '../support/lies';
import { itemsOf, password, startWalletHouse, type WalletHouse } from '../support/walletOnDevchain';

const allKeys = Array.from({ length: 40 }, (_, i) => balanceKey(i));
const vestingKey = balanceKey(50);

describe('Balance: Import through cli_wallet', () => {
  let house: WalletHouse;
  let wifs: string[];
  let total: bigint;
  const begin = async (keys: PrivateKey[], maximumTransactionSize = 98_304) => {
    // A vesting balance, and a key that is given twice.
    wifs = [...keys, vestingKey, ...keys.slice(0, 1)].map((key) => key.toWif());
    total = (BigInt(keys.length * (keys.length + 1)) / 2n) * 15n * 1000n;
    house = await startWalletHouse({
      parameters: { maximum_transaction_size: maximumTransactionSize },
      balanceObjects: [
        ...fiveEach(keys),
        {
          owner: addressesOfKey(vestingKey)[0] ?? '',
          amount: 864_000n,
          vesting: { beginTime: 1_600_000_000, durationSeconds: 10 * 365 * 86_400, beginBalance: 864_000n },
        },
      ],
    });
  };
  const few = allKeys.slice(0, 12);
  afterEach(() => house.stop());

  const credentials = (change: object = {}) =>
    house.credentials({
      keys: {
        activeKey: house.chain.account('hot-wallet').keys.active,
        balanceKeys: wifs.join(','),
        ...change,
      },
    });
  const byWallet = (parameters: IDataObject = {}, more: object = {}) =>
    house.run('balance', 'import', parameters, { credentials: credentials(), ...more });
  const native = (parameters: IDataObject = {}) =>
    executeNode({
      node: new BitShares(),
      parameters: { resource: 'claimableBalance', operation: 'import', ...parameters } as never,
      credentials: credentials(),
    });
  const send = { dryRun: false, confirmAccountName: 'hot-wallet', options: { waitFor: 'broadcast' } };
  const transactionsOf = (items: IDataObject[]) =>
    items.map(({ transaction }) => transaction as unknown as SignedTransaction);

  test('both dry runs hold the same operations, the same signers and the same totals, and send nothing', async () => {
    await begin(allKeys);
    const [one, other] = [itemsOf(await byWallet()), itemsOf(await native())];
    const claimed = BigInt(
      (other[0]?.importTotals as { amountRaw: string }[] | undefined)?.[0]?.amountRaw ?? '0',
    );
    expect(claimed).toBeGreaterThan(total);
    expect(claimed).toBeLessThan(total + 864_000n);
    expect(transactionsOf(one).map(({ operations }) => operations)).toEqual(
      transactionsOf(other).map(({ operations }) => operations),
    );
    const chain = customChain({ chainId: house.chain.chainId, prefix: 'BTS' });
    const signers = (items: IDataObject[]) =>
      transactionsOf(items).map((transaction) =>
        recoverSigners(transaction, chain)
          .map((key) => key.toString('BTS'))
          .sort(),
      );
    expect(signers(one)).toEqual(signers(other));
    for (const field of ['importTotals', 'totals', 'claimCount', 'outcome', 'keyCount'])
      expect(one.map((item) => item[field])).toEqual(other.map((item) => item[field]));
    expect(one.map((item) => Object.keys(item))).toEqual(other.map((item) => Object.keys(item)));
    expect(Math.max(...one.map(({ claimCount }) => Number(claimCount)))).toBe(30);
    expect(house.broadcasts.hits).toBe(0);
    expect(await house.ask('is_locked')).toBe(true);
  });

  test('on a chain with small transactions the wallet is asked in parts, and everything is claimed', async () => {
    await begin(few, 1024);
    const shown = itemsOf(await byWallet());
    expect(shown.reduce((sum, { claimCount }) => sum + Number(claimCount), 0)).toBe(61);
    const sent = itemsOf(await byWallet(send));
    expect(sent.length).toBeGreaterThan(3);
    expect(new Set(sent.map(({ outcome }) => outcome))).toEqual(new Set(['in_mempool']));
    house.chain.produceBlock();
    expect(house.chain.balance('hot-wallet')).toBeGreaterThan(1_000_000_000n + total);
  });

  test('while wallet and node disagree about whose account it is, nothing is sent', async () => {
    await begin(few);
    const { chain, ask } = house;
    const { id } = chain.account('alice');
    const refused = async () => {
      const { error } = await byWallet(send);
      expect(error?.message).toContain('the nodes disagree about the account hot-wallet: the wallet says');
      expect(chain.producer.pending).toHaveLength(0);
      expect(await ask('is_locked')).toBe(true);
      chain.faults.clear();
    };
    new Liar(chain, 'delayed').account('hot-wallet', { id });
    await refused();
    chain.faults.add({
      kind: 'change',
      node: 'wallet',
      method: 'get_account',
      times: Infinity,
      change: (account) => ({ ...(account as object), id }) as typeof account,
    });
    await refused();
    expect(itemsOf(await byWallet(send))[0]?.outcome).toBe('in_mempool');
  });

  test('a dry run needs no node credential', async () => {
    await begin(few);
    const { bitSharesWalletApi = {}, bitSharesKeysApi = {} } = credentials();
    const items = itemsOf(await byWallet({}, { credentials: { bitSharesWalletApi, bitSharesKeysApi } }));
    expect(items).toHaveLength(3);
    const { error } = await byWallet(send, { credentials: { bitSharesWalletApi, bitSharesKeysApi } });
    expect(error?.message).toContain('no node credential is selected');
  });

  test('an import is sent transaction by transaction; a second run says that it was claimed, and in which block', async () => {
    await begin(few);
    const sent = itemsOf(await byWallet(send));
    expect(new Set(sent.map(({ outcome }) => outcome))).toEqual(new Set(['in_mempool']));
    house.chain.produceBlock();
    const block = house.chain.head.number;
    house.chain.confirm();
    expect(house.chain.balance('hot-wallet')).toBeGreaterThan(1_000_000_000n + total);
    const hits = house.broadcasts.hits;
    const again = itemsOf(await byWallet(send));
    const earlier = again.filter(({ outcome }) => outcome === 'already_claimed');
    expect(earlier.map(({ transactionId }) => transactionId)).toEqual(
      sent.map(({ transactionId }) => transactionId),
    );
    expect(new Set(earlier.map(({ blockNumber }) => blockNumber))).toEqual(new Set([block]));
    // What vested in the meantime cannot be claimed before a day is over; the chain says so, and so does the outcome.
    const rest = again.filter(({ outcome }) => outcome !== 'already_claimed');
    expect(rest.every(({ outcome }) => outcome === 'rejected')).toBe(true);
    expect(house.broadcasts.hits - hits).toBe(rest.length);
  });

  test('an earlier claim is called irreversible only by the node that shows it: another may be on a fork', async () => {
    await begin(few);
    const fork = await Devchain.start({
      startTime: house.chain.head.seconds - 90,
      accounts: [{ name: 'hot-wallet' }],
      balanceObjects: fiveEach(few),
      parameters: { maximum_transaction_size: 98_304 },
      chainId: house.chain.chainId,
    });
    try {
      const { bitSharesNodeApi = {}, ...others } = credentials({ balanceKeys: wifs[0] });
      for (const chain of [fork, house.chain]) {
        const claimed = await executeNode({
          node: new BitShares(),
          parameters: { resource: 'claimableBalance', operation: 'import', ...send } as never,
          credentials: {
            bitSharesNodeApi: nodeCredentialFor(chain),
            bitSharesKeysApi: keysCredentialFor(chain, 'hot-wallet', {
              activeKey: chain.account('hot-wallet').keys.active,
              balanceKeys: wifs[0],
            }),
          },
        });
        expect(itemsOf(claimed)).toMatchObject([{ outcome: 'in_mempool' }]);
        chain.produceBlock();
      }
      expect(fork.head.number).toBeLessThan(house.chain.lastIrreversible);
      house.chain.faults.add({ kind: 'cut', method: 'get_relative_account_history', times: Infinity });
      const trustedUrls = `${house.chain.trustedUrl}, ${fork.trustedUrl}`;
      const { error } = await byWallet(send, {
        credentials: { ...others, bitSharesNodeApi: { ...bitSharesNodeApi, trustedUrls } },
      });
      expect(error?.description).toContain('CONNECTION_LOST');
    } finally {
      await fork.stop();
    }
  });

  test('a long look through the history does not let the claims of the wallet expire before they are sent', async () => {
    await begin(few);
    const slow = house.chain.faults.add({
      kind: 'change',
      method: 'get_relative_account_history',
      times: Infinity,
      change: (result) => {
        house.chain.advance(60);
        return result;
      },
    });
    const [first = ''] = wifs;
    const alone = credentials({ balanceKeys: first });
    expect(itemsOf(await byWallet(send, { credentials: alone }))).toMatchObject([{ outcome: 'in_mempool' }]);
    house.chain.produceBlock();
    const outcomes = itemsOf(await byWallet(send)).map(({ outcome }) => outcome);
    expect(slow.hits).toBe(1);
    expect(outcomes).toEqual(['already_claimed', 'in_mempool', 'in_mempool']);
  });

  test('a claim whose broadcast was lost is sent again, and none of the others is held up', async () => {
    await begin(few);
    const { faults } = house.chain;
    faults.clear();
    const cut = faults.add({ kind: 'cut', method: 'broadcast_transaction', after: 1 });
    const sent = itemsOf(await byWallet(send));
    expect(cut.hits).toBe(1);
    expect(sent.map(({ outcome }) => outcome)).toEqual(Array(3).fill('in_mempool'));
    expect(house.chain.producer.pending).toHaveLength(3);
  });

  test('a refusal in the middle hides nothing: every transaction has its own outcome', async () => {
    await begin(few);
    house.chain.faults.clear();
    house.chain.faults.add({
      kind: 'error',
      method: /^broadcast/,
      after: 1,
      text: 'Execution error: Assert Exception: no',
    });
    const sent = itemsOf(await byWallet(send));
    expect(sent.map(({ outcome }) => outcome)).toEqual(['in_mempool', 'rejected', 'in_mempool']);
  });

  test('without the account’s name once more, nothing is sent', async () => {
    await begin(few);
    const { error } = await byWallet({ ...send, confirmAccountName: 'alice' });
    expect(error?.message).toMatch(/^Confirm Account Name: /);
    expect(house.broadcasts.hits).toBe(0);
  });

  test('a wallet that wants to send something else than claims into the account is refused', async () => {
    await begin(few);
    house.chain.faults.add({
      kind: 'change',
      node: 'wallet',
      method: 'import_balance',
      change: (result) => {
        const [first] = result as unknown as { operations: [number, { deposit_to_account: string }][] }[];
        for (const [, claim] of first?.operations ?? []) claim.deposit_to_account = '1.2.19';
        return result;
      },
    });
    const { error } = await byWallet(send);
    expect(error?.description).toContain('INVALID_ANSWER');
    expect(house.broadcasts.hits).toBe(0);
  });

  test('no key and no password stands in anything that n8n stores', async () => {
    await begin(few);
    const results = [
      await byWallet(),
      await byWallet(send),
      await byWallet(send, {
        credentials: { ...credentials(), ...house.credentials({ wallet: { walletPassword: 'wrong one' } }) },
      }),
    ];
    house.chain.faults.add({
      kind: 'error',
      node: 'wallet',
      method: 'import_balance',
      text: `no ${wifs.join()}`,
    });
    results.push(await byWallet());
    for (const { stored } of results)
      for (const secret of [...wifs, password, 'wrong one', house.chain.account('hot-wallet').keys.active])
        expect(stored).not.toContain(secret);
  });
});
