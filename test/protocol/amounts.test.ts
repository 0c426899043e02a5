import fc from 'fast-check';
import {
  chainInt64,
  chainUint64,
  formatAmount,
  largestAmount,
  parseAmount,
  toBigInt,
} from '../../src/protocol';
import fixtures from './fixtures/amounts.json';

describe('amounts', () => {
  it.each(fixtures.valid)(
    '$text with precision $precision is $raw base units',
    ({ text, precision, raw, formatted }) => {
      expect(parseAmount(text, precision)).toBe(BigInt(raw));
      expect(formatAmount(BigInt(raw), precision)).toBe(formatted);
    },
  );

  it.each(fixtures.invalid)(
    '$text with precision $precision is refused, never rounded',
    ({ text, precision }) => {
      expect(() => parseAmount(text as string, precision, 'Amount')).toThrow(
        expect.objectContaining({ code: 'INVALID_AMOUNT', field: 'Amount' }),
      );
    },
  );

  it('numbers that JSON cannot hold are refused', () => {
    for (const value of [NaN, Infinity, -Infinity, -0]) {
      expect(() => parseAmount(value, 5, undefined, { allowZero: true })).toThrow(
        expect.objectContaining({ code: 'INVALID_AMOUNT' }),
      );
    }
  });

  it('zero is an amount only where it is allowed', () => {
    for (const zero of ['0', '0.0', '0.00000', 0]) {
      expect(() => parseAmount(zero, 5)).toThrow(expect.objectContaining({ code: 'INVALID_AMOUNT' }));
      expect(parseAmount(zero, 5, 'Fee', { allowZero: true })).toBe(0n);
    }
  });

  it('a precision that no asset has is refused', () => {
    for (const precision of [-1, 0.5, 19, NaN, '5' as never, undefined as never]) {
      expect(() => parseAmount('1', precision)).toThrow(expect.objectContaining({ code: 'INVALID_ASSET' }));
      expect(() => formatAmount(1n, precision)).toThrow(expect.objectContaining({ code: 'INVALID_ASSET' }));
    }
  });

  it('a negative difference keeps its sign', () => {
    expect(formatAmount(-1n, 5)).toBe('-0.00001');
    expect(formatAmount(-1250000n, 5)).toBe('-12.50000');
  });

  it('every amount survives the way to text and back', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: largestAmount }),
        fc.integer({ min: 0, max: 18 }),
        (raw, precision) => {
          expect(parseAmount(formatAmount(raw, precision), precision)).toBe(raw);
        },
      ),
    );
  });

  it('a decimal literal of up to 15 digits gives as a number what it gives as text', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 999_999_999 }),
        fc.integer({ min: 0, max: 999_999 }),
        (whole, fraction) => {
          const text = `${whole}.${String(fraction).padStart(6, '0')}`;
          expect(parseAmount(Number(text), 6)).toBe(parseAmount(text, 6));
        },
      ),
    );
  });

  it('a number is never read as another amount than its own decimal text says', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, noNaN: true }), (value) => {
        let raw: bigint;
        try {
          raw = parseAmount(value, 18);
        } catch {
          return;
        }
        expect(Number(formatAmount(raw, 18))).toBe(value);
      }),
    );
  });
});

describe('integers of the chain', () => {
  it.each([
    [2147483647n, 2147483647],
    [2147483648n, '2147483648'],
    [-2147483648n, -2147483648],
    [-2147483649n, '-2147483649'],
    [9223372036854775807n, '9223372036854775807'],
    [-9223372036854775808n, '-9223372036854775808'],
  ])('the signed integer %s is written as the node writes it', (value, written) => {
    expect(chainInt64(value)).toBe(written);
    expect(toBigInt(written)).toBe(value);
  });

  it.each([
    [0n, 0],
    [4294967295n, 4294967295],
    [4294967296n, '4294967296'],
    [18446744073709551615n, '18446744073709551615'],
  ])('the unsigned integer %s is written as the node writes it', (value, written) => {
    expect(chainUint64(value)).toBe(written);
    expect(toBigInt(written)).toBe(value);
  });

  it('integers outside 64 bits are refused', () => {
    for (const action of [
      () => chainInt64(1n << 63n),
      () => chainInt64(-(1n << 63n) - 1n),
      () => chainUint64(-1n),
      () => chainUint64(1n << 64n),
    ]) {
      expect(action).toThrow(expect.objectContaining({ code: 'INVALID_AMOUNT' }));
    }
  });

  it.each([1.5, 2 ** 53, NaN, '', ' 1', '1.0', '1e3', '0x1', '+1', '-0', '007', null, undefined, true, {}])(
    '%p is refused as an integer of the chain',
    (value) => {
      expect(() => toBigInt(value as never, 'amount')).toThrow(
        expect.objectContaining({ code: 'INVALID_AMOUNT', field: 'amount' }),
      );
    },
  );
});
