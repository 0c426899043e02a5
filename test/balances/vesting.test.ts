import fc from 'fast-check';
import type { BalanceObject } from '../../src/chain/interfaces';
import { claimableAt } from '../../src/balances/vesting';

const day = 86_400;
const begin = Date.parse('2026-11-22T11:32:15Z') / 1000;

const vesting = (parts: Partial<NonNullable<BalanceObject['vesting']>> = {}, left = 86_400_000_000n) =>
  ({
    id: '1.15.52',
    owner: 'BTS',
    balance: { amount: left, assetId: '1.3.0' },
    lastClaimTime: 0,
    vesting: {
      beginTime: begin,
      cliffSeconds: 0,
      durationSeconds: 10 * day,
      beginBalance: 86_400_000_000n,
      ...parts,
    },
  }) satisfies BalanceObject;

describe('what of a balance can be claimed', () => {
  test('a plain balance is claimed whole', () => {
    const plain = { ...vesting(), vesting: null };
    expect(claimableAt(plain, 0)).toEqual({
      amount: 86_400_000_000n,
      hindrance: null,
      claimableFrom: null,
      fullyVestedAt: null,
    });
  });

  test('the recorded vesting balance gives what the recorded node gave at that second', () => {
    const head = Date.parse('2026-11-22T11:46:21Z') / 1000;
    expect(claimableAt(vesting(), head).amount).toBe(84_600_000n);
  });

  test.each([
    ['before it begins', -1, {}, 0n],
    ['at the second at which it begins', 0, {}, 0n],
    ['one second later', 1, {}, 100_000n],
    ['one second before the cliff', 99, { cliffSeconds: 100 }, 0n],
    ['at the cliff', 100, { cliffSeconds: 100 }, 10_000_000n],
    ['at the end', 10 * day, {}, 86_400_000_000n],
    ['long after the end', 99 * day, {}, 86_400_000_000n],
    ['with a duration of zero', 1, { durationSeconds: 0 }, 86_400_000_000n],
    ['before a cliff that lies after the end', 11 * day, { cliffSeconds: 12 * day }, 0n],
  ])('%s', (_, elapsed, policy, amount) => {
    expect(claimableAt(vesting(policy), begin + elapsed).amount).toBe(amount);
  });

  test('what was claimed before is not given again, and not before a day is over', () => {
    const claimed = { ...vesting({}, 86_400_000_000n - 100_000n * 50n), lastClaimTime: begin + 50 };
    expect(claimableAt(claimed, begin + 50 + day - 1)).toMatchObject({
      amount: 0n,
      hindrance: 'claimed_within_a_day',
      claimableFrom: begin + 50 + day,
    });
    expect(claimableAt(claimed, begin + 50 + day)).toMatchObject({ amount: 100_000n * BigInt(day) });
  });

  test('claimableFrom is the first second at which something can be claimed', () => {
    fc.assert(
      fc.property(
        fc.record({
          cliffSeconds: fc.integer({ min: 0, max: 500_000 }),
          durationSeconds: fc.integer({ min: 0, max: 500_000 }),
          beginBalance: fc.bigInt({ min: 1n, max: 10n ** 15n }),
        }),
        fc.bigInt({ min: 0n, max: 10n ** 6n }),
        fc.integer({ min: -10, max: 600_000 }),
        fc.integer({ min: -200_000, max: 0 }),
        (policy, share, elapsed, claimedAgo) => {
          const left = policy.beginBalance - (policy.beginBalance * share) / (10n ** 6n + 1n);
          const now = begin + elapsed;
          const lastClaimTime = share === 0n ? 0 : Math.max(0, now + claimedAgo);
          const balance = { ...vesting(policy, left), lastClaimTime };
          const { amount, claimableFrom, fullyVestedAt } = claimableAt(balance, now);
          if (amount > 0n) return claimableFrom === null && amount <= left;
          if (claimableFrom === null || claimableFrom <= now || fullyVestedAt === null) return false;
          return (
            claimableAt(balance, claimableFrom).amount > 0n &&
            claimableAt(balance, claimableFrom - 1).amount === 0n &&
            claimableAt(balance, Math.max(fullyVestedAt, lastClaimTime + day)).amount === left
          );
        },
      ),
      { numRuns: 2000, seed: 7 },
    );
  });
});
