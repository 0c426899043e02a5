/** How arguments are read from JSON, as leniently as fc reads them (variant.cpp, string.cpp). */
import { assertion, at, check, failure } from '../wire/chainError';
import type { Account } from '../chain/objects';
import type { ChainState } from '../chain/state';

/** An unsigned number as fc takes it from JSON: a number or decimal text. */
export function toNumber(value: unknown): number {
  if (value === null || value === undefined) return 0;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'number' && Number.isFinite(value)) return Math.trunc(value);
  const text = String(value);
  if (/^\d+$/.test(text)) return Number(text);
  throw failure(
    4,
    'parse_error_exception',
    'Parse Error',
    at('string.cpp', 55, 'to_uint64'),
    "Couldn't parse uint64_t",
  )
    .within('string.cpp', 58, 'to_uint64', { i: text })
    .within('variant.cpp', 417, 'as_uint64', { '*this': text });
}

export function toText(value: unknown): string {
  return typeof value === 'string' ? value : value === null || value === undefined ? '' : String(value);
}

export function toList(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value as readonly unknown[];
  if (value === null || value === undefined) return [];
  throw failure(
    7,
    'bad_cast_exception',
    'Bad Cast',
    at('variant.cpp', 580, 'get_array'),
    "Invalid cast from type '${type}' to Array",
    { type: typeof value },
  );
}

/** Any object id; the node's own words for what is wrong with a text that is not one. */
export function toObjectId(value: unknown): string {
  const text = toText(value);
  const place = at('object_id.hpp', 232, 'from_variant');
  const fail = (expression: string, message: string) =>
    assertion(expression, place, message).within('object_id.hpp', 243, 'from_variant', { var: text });
  const parts = text.split('.');
  if (parts.length < 2) throw fail('first_dot != std::string::npos', 'Missing the first dot');
  if (parts.length < 3) throw fail('second_dot != std::string::npos', 'Missing the second dot');
  if (parts.length > 3 || !parts.every((part) => /^\d+$/.test(part)))
    throw fail('is_number', 'Invalid object id');
  return `${Number(parts[0])}.${Number(parts[1])}.${Number(parts[2])}`;
}

/** An account by name or id; the node's error when there is none. */
export function toAccount(state: ChainState, value: unknown): Account {
  const account = state.accountByNameOrId(toText(value));
  check(
    account !== undefined,
    'account_ptr',
    at('database_api.cpp', 2800, 'get_account_from_string'),
    'no such account',
  );
  return account;
}
