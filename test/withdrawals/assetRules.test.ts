import type { Account, Asset } from '../../src/chain/interfaces';
import { checkAssetRules, checkFee } from '../../src/withdrawals/sending/checks';

describe('the rules of an asset, as the recorded node applied them', () => {
  const account = (name: string, more: Partial<Account> = {}): Account => ({
    id: `1.2.${name.length}`,
    name,
    memoKey: '',
    owner: { threshold: 1, keys: [], accounts: [] },
    active: { threshold: 1, keys: [], accounts: [] },
    statisticsId: '2.6.1',
    whitelistingAccounts: [],
    blacklistingAccounts: [],
    whitelistedAccounts: [],
    blacklistedAccounts: [],
    allowedAssets: null,
    ...more,
  });
  const asset = (more: Partial<Asset> = {}): Asset => ({
    id: '1.3.5',
    symbol: 'GATED',
    precision: 3,
    issuerId: '1.2.17',
    flags: 2,
    whitelistAuthorities: ['1.2.17'],
    blacklistAuthorities: ['1.2.17'],
    coreExchangeRate: {
      base: { amount: 100000n, assetId: '1.3.0' },
      quote: { amount: 1000n, assetId: '1.3.5' },
    },
    ...more,
  });
  const listed = { whitelistingAccounts: ['1.2.17'] };
  test.each<[string, Asset, Account, Account, boolean]>([
    ['both on the white list', asset(), account('al', listed), account('bob', listed), true],
    ['receiver not on the list', asset(), account('al', listed), account('bob'), false],
    ['sender not on the list', asset(), account('al'), account('bob', listed), false],
    [
      'white- and blacklisted',
      asset(),
      account('al', listed),
      account('bob', { ...listed, blacklistingAccounts: ['1.2.17'] }),
      false,
    ],
    ['no flag, no list', asset({ flags: 0 }), account('al'), account('bob'), true],
    ['a flag without authorities', asset({ whitelistAuthorities: [] }), account('al'), account('bob'), true],
    [
      'a receiver that accepts only other assets',
      asset({ flags: 0 }),
      account('al'),
      account('bob', { allowedAssets: ['1.3.0'] }),
      false,
    ],
    [
      'restricted, between two holders',
      asset({ flags: 8, whitelistAuthorities: [] }),
      account('al'),
      account('bob'),
      false,
    ],
    ['restricted, to the issuer', asset({ flags: 8 }), account('al'), account('bob', { id: '1.2.17' }), true],
  ])('%s', (_, gated, sender, receiver, allowed) => {
    const check = () => checkAssetRules(gated, sender, receiver);
    if (allowed) expect(check).not.toThrow();
    else expect(check).toThrow(expect.objectContaining({ code: 'ASSET_RESTRICTED' }));
  });
  test('a fixed fee is worth what the core exchange rate says, rounded down', () => {
    const fee = (amount: bigint) => () => checkFee({ amount, assetId: '1.3.5' }, 200_000n, asset());
    expect(fee(2000n)).not.toThrow();
    expect(fee(1999n)).toThrow(expect.objectContaining({ code: 'FEE_TOO_LOW' }));
  });
});
