/**
 * Amounts of assets. Inside they are `bigint` base units; outside they are decimal texts. Nothing here rounds and nothing
 * passes through a floating point number.
 */
import { BitSharesError } from '../errors';

/** An integer as the node writes it in JSON: a number while it fits in 32 bits, else a text. */
export type ChainInteger = number | string;

/** The largest amount that the chain's type holds: 2^63 - 1 base units. */
export const largestAmount = (1n << 63n) - 1n;
const largestUint64 = (1n << 64n) - 1n;
const largestPrecision = 18;

export interface ParseAmountOptions {
  /** Zero is an amount too. Without it zero is refused, because paying nothing is a mistake. */
  allowZero?: boolean;
}

/**
 * Base units of an amount in units of the asset, such as "12.5" with precision 5. Accepts a text of digits with at most
 * one dot; a number only where its decimal text is surely what was meant: a safe integer, or at most 15 significant
 * digits, which every decimal text survives on its way through a double and back. Zeros behind the asset's last decimal
 * are no decimals: columns of a database write 12.5 as "12.50000000". Errors: INVALID_AMOUNT for blanks, signs, exponents,
 * needless leading zeros, more decimals than the asset has, zero unless allowed, and more than 2^63 - 1 base units.
 */
export function parseAmount(
  text: string | number,
  precision: number,
  field?: string,
  options: ParseAmountOptions = {},
): bigint {
  checkPrecision(precision);
  const given: unknown = text;
  const decimal = typeof given === 'number' ? decimalTextOf(given, field) : given;
  const example = formatAmount(125n * 10n ** BigInt(precision), precision);
  if (typeof decimal !== 'string') {
    throw invalidAmount('An amount is a text', `Write digits, such as "${example}".`, field);
  }
  const match = /^(0|[1-9]\d{0,29})(?:\.(\d{1,30}))?$/.exec(decimal);
  if (match === null) {
    throw invalidAmount(
      'This is not an amount',
      `Write digits with at most one dot, such as "${example}": no blank, sign, exponent, comma or leading zero.`,
      field,
    );
  }
  const decimals = (match[2] ?? '').replace(/0+$/, '');
  if (decimals.length > precision) {
    throw invalidAmount(
      `The asset has ${precision} decimals and this amount has ${decimals.length}`,
      'Decide how to round in the workflow and give no more decimals than the asset has.',
      field,
    );
  }
  const raw = BigInt((match[1] ?? '') + decimals.padEnd(precision, '0'));
  if (raw > largestAmount) {
    throw invalidAmount(
      'The amount is larger than the chain can hold',
      `The largest is ${formatAmount(largestAmount, precision)}.`,
      field,
    );
  }
  if (raw === 0n && options.allowZero !== true) {
    throw invalidAmount('The amount is zero', 'Give an amount above zero.', field);
  }
  return raw;
}

/** The decimal text of base units, always with all decimals of the asset: 1250000 with precision 5 is "12.50000". */
export function formatAmount(raw: bigint, precision: number): string {
  checkPrecision(precision);
  const sign = raw < 0n ? '-' : '';
  const digits = (raw < 0n ? -raw : raw).toString().padStart(precision + 1, '0');
  if (precision === 0) return sign + digits;
  return `${sign}${digits.slice(0, -precision)}.${digits.slice(-precision)}`;
}

/**
 * The integer in a value of the node's JSON. Errors: INVALID_AMOUNT for a number that is not a safe integer and for a text
 * that is not a plain decimal integer.
 */
export function toBigInt(value: number | string | bigint, field?: string): bigint {
  const given: unknown = value;
  if (typeof given === 'bigint') return given;
  if (typeof given === 'number' && Number.isSafeInteger(given)) return BigInt(given);
  if (typeof given === 'string' && /^(?:0|-?[1-9]\d{0,29})$/.test(given)) return BigInt(given);
  throw invalidAmount(
    'This is not an integer of the chain',
    'Give a whole number, as text when it is large.',
    field,
  );
}

/**
 * A signed 64-bit integer as the node writes it: a number between -2^31 and 2^31 - 1, else a text. Errors: INVALID_AMOUNT
 * outside 64 bits. Rule: fc/io/json.cpp.
 */
export function chainInt64(value: bigint, field?: string): ChainInteger {
  if (BigInt.asIntN(64, value) !== value) throw outside('a signed 64-bit integer', field);
  return value >= -(1n << 31n) && value < 1n << 31n ? Number(value) : value.toString();
}

/** An unsigned 64-bit integer as the node writes it: a number up to 2^32 - 1, else a text. Errors: INVALID_AMOUNT. */
export function chainUint64(value: bigint, field?: string): ChainInteger {
  if (value < 0n || value > largestUint64) throw outside('an unsigned 64-bit integer', field);
  return value <= 0xffffffffn ? Number(value) : value.toString();
}

function decimalTextOf(value: number, field: string | undefined): string {
  const text = String(value);
  const exact =
    Number.isSafeInteger(value) ||
    (/^\d+\.\d+$/.test(text) && text.replace('.', '').replace(/^0+/, '').length <= 15);
  // Object.is: the text of minus zero is "0", which would hide the sign.
  if (!exact || Object.is(value, -0)) {
    throw invalidAmount(
      'This number may have lost digits before it arrived',
      'Give the amount as text, for example from a text column or with String().',
      field,
    );
  }
  return text;
}

function checkPrecision(precision: number): void {
  if (!Number.isInteger(precision) || precision < 0 || precision > largestPrecision) {
    throw new BitSharesError('INVALID_ASSET', {
      message: `The precision of an asset is a whole number from 0 to ${largestPrecision}`,
      fix: 'Read the precision from the asset on the chain.',
    });
  }
}

function outside(type: string, field: string | undefined): BitSharesError {
  return invalidAmount(`The value does not fit in ${type}`, 'Give a value that the chain can hold.', field);
}

function invalidAmount(message: string, fix: string, field: string | undefined): BitSharesError {
  return new BitSharesError('INVALID_AMOUNT', {
    message,
    fix,
    ...(field === undefined ? {} : { field }),
  });
}
