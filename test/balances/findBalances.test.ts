import type { BalanceObject, BalanceReader } from '../../src/chain/interfaces';
import { addressesOf } from '../../src/balances/ownership';
import { findBalances } from '../../src/balances/findBalances';
import { BitSharesError } from '../../src/errors';
import { balanceKey } from '../support/importOnDevchain';

const owned = addressesOf([balanceKey(0).publicKey], 'BTS');
const object = (id: string, amount: bigint, vesting: BalanceObject['vesting'] = null): BalanceObject => ({
  id,
  owner: owned[0]?.address ?? '',
  balance: { amount, assetId: '1.3.0' },
  lastClaimTime: 0,
  vesting,
});
const released = { beginTime: 1_000_000, cliffSeconds: 0, durationSeconds: 10, beginBalance: 50n };
const reader = (objects: BalanceObject[], vested: bigint[]): BalanceReader => ({
  balanceObjects: () => Promise.resolve(objects),
  vestedBalances: () => Promise.resolve(vested.map((amount) => ({ amount, assetId: '1.3.0' }))),
});

describe('finding balances', () => {
  test('an address that is answered twice gives its balance once', async () => {
    const twice = [object('1.15.1', 7n), object('1.15.1', 7n)];
    const found = await findBalances(reader(twice, []), [...owned, ...owned], 2_000_000);
    expect(found.map(({ object: { id } }) => id)).toEqual(['1.15.1']);
  });

  test('a balance of an address that nobody asked for is not taken', async () => {
    const strange = { ...object('1.15.2', 7n), owner: 'BTSsomebodyelse' };
    expect(await findBalances(reader([strange], []), owned, 2_000_000)).toEqual([]);
  });

  test.each([
    [50n, 50n],
    [20n, 20n],
    [90n, 50n],
  ])('where the node says that %s vested, %s of 50 are claimed', async (said, claimed) => {
    const [found] = await findBalances(reader([object('1.15.3', 50n, released)], [said]), owned, 2_000_000);
    expect(found?.claimable.amount).toBe(claimed);
  });

  test('what vested in another asset than the one that the balance holds is refused', async () => {
    const liar: BalanceReader = {
      ...reader([object('1.15.3', 50n, released)], []),
      vestedBalances: () => Promise.resolve([{ amount: 50n, assetId: '1.3.1' }]),
    };
    await expect(findBalances(liar, owned, 2_000_000)).rejects.toMatchObject({
      code: 'INVALID_ANSWER',
      data: { answered: '50 of 1.3.1' },
    });
  });

  test('a balance that is claimed between the two questions is looked for again', async () => {
    let asked = 0;
    const found = await findBalances(
      {
        balanceObjects: () => Promise.resolve(asked++ === 0 ? [object('1.15.4', 50n, released)] : []),
        vestedBalances: () =>
          Promise.reject(new BitSharesError('NODE_ERROR', { message: 'Unable to find Object 1.15.4' })),
      },
      owned,
      2_000_000,
    );
    expect([found, asked]).toEqual([[], 2]);
  });

  test('without an address nothing is asked', async () => {
    const silent: BalanceReader = {
      balanceObjects: () => Promise.reject(new Error('asked')),
      vestedBalances: () => Promise.reject(new Error('asked')),
    };
    expect(await findBalances(silent, [], 2000)).toEqual([]);
  });
});
