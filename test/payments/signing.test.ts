import type { Account } from '../../src/chain/interfaces';
import { signingKeys } from '../../src/payments/signing';
import { PrivateKey } from '../../src/protocol';

const [a, b, c] = ['a', 'b', 'c'].map((seed) => PrivateKey.fromSeed(seed)) as [
  PrivateKey,
  PrivateKey,
  PrivateKey,
];
const nameOf = (key: PrivateKey) => (key === a ? 'a' : key === b ? 'b' : 'c');
const authority = (threshold: number, weights: [PrivateKey, number][]) =>
  ({
    name: 'treasury',
    active: {
      threshold,
      accounts: [],
      keys: weights.map(([key, weight]) => ({ key: key.publicKey.toString('BTS'), weight })),
    },
  }) as unknown as Account;
const advice = 'Import elsewhere.';

test('as few keys as the authority needs sign', () => {
  const weighing = (threshold: number, weights: [number, number, number]) =>
    authority(threshold, [
      [a, weights[0]],
      [b, weights[1]],
      [c, weights[2]],
    ]);
  const keys = [a, b, c];
  expect(signingKeys(weighing(1, [1, 1, 1]), keys, 'BTS')).toHaveLength(1);
  expect(signingKeys(weighing(3, [1, 2, 1]), keys, 'BTS')).toHaveLength(2);
  expect(() => signingKeys(weighing(5, [1, 2, 1]), keys, 'BTS')).toThrow(
    expect.objectContaining({ code: 'SEVERAL_SIGNATURES_NEEDED' }),
  );
  expect(() => signingKeys(weighing(1, [0, 0, 0]), keys, 'BTS')).toThrow(
    expect.objectContaining({ code: 'KEY_WITHOUT_AUTHORITY' }),
  );
});

describe('the keys that sign beside those that sign anyway', () => {
  test.each<[string, Account, PrivateKey[], PrivateKey[], string]>([
    [
      'one of two that are enough each',
      authority(1, [
        [a, 1],
        [b, 1],
      ]),
      [a, b],
      [c],
      'a',
    ],
    [
      'the heaviest first',
      authority(2, [
        [a, 1],
        [b, 2],
      ]),
      [a, b],
      [c],
      'b',
    ],
    [
      'none where the others are enough',
      authority(1, [
        [a, 1],
        [b, 1],
      ]),
      [b],
      [a],
      '',
    ],
    ['none where the others are enough and no key is given', authority(1, [[a, 1]]), [], [a], ''],
    [
      'the rest where the others weigh a part',
      authority(2, [
        [a, 1],
        [b, 1],
      ]),
      [b],
      [a],
      'b',
    ],
    [
      'no key that signs anyway',
      authority(2, [
        [a, 1],
        [b, 1],
      ]),
      [a, b],
      [a],
      'b',
    ],
    [
      'a key that is given twice once',
      authority(2, [
        [a, 1],
        [b, 1],
      ]),
      [a, a, b],
      [],
      'ab',
    ],
    [
      'no key without weight',
      authority(1, [
        [a, 0],
        [b, 1],
      ]),
      [a, b],
      [c],
      'b',
    ],
  ])('%s', (_, account, activeKeys, others, expected) => {
    const keys = signingKeys(account, activeKeys, 'BTS', { keys: others, advice });
    expect(keys.map(nameOf).join('')).toBe(expected);
  });

  test.each<[string, Account, PrivateKey[], PrivateKey[], string]>([
    ['no key', authority(1, [[a, 1]]), [], [c], 'KEY_WITHOUT_AUTHORITY'],
    ['a foreign key', authority(1, [[a, 1]]), [b], [c], 'KEY_WITHOUT_AUTHORITY'],
    [
      'one key given twice',
      authority(2, [
        [a, 1],
        [b, 1],
      ]),
      [a, a],
      [],
      'SEVERAL_SIGNATURES_NEEDED',
    ],
    [
      'one key in both roles',
      authority(2, [
        [a, 1],
        [b, 1],
      ]),
      [a],
      [a],
      'SEVERAL_SIGNATURES_NEEDED',
    ],
  ])('%s is not enough', (_, account, activeKeys, others, code) => {
    const choose = () => signingKeys(account, activeKeys, 'BTS', { keys: others, advice });
    expect(choose).toThrow(expect.objectContaining({ code }));
  });

  test('what to do where several must sign is apt to what is signed', () => {
    const both = authority(2, [
      [a, 1],
      [b, 1],
    ]);
    expect(() => signingKeys(both, [a], 'BTS')).toThrow(
      expect.objectContaining({ fix: expect.stringContaining('Proposal: Create') as string }),
    );
    expect(() => signingKeys(both, [a], 'BTS', { keys: [c], advice })).toThrow(
      expect.objectContaining({ fix: advice }),
    );
  });
});
