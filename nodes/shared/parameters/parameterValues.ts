/**
 * What a parameter holds once n8n has resolved it. n8n checks none of it: an expression, a webhook or an imported workflow
 * may give anything. Whatever cannot be taken as it is meant is refused here, before it can switch off a limit or pass for
 * another choice. No message repeats a value: it may be a private key.
 */
import { BitSharesError } from '../../../src/errors';
import { isAssetSymbol, isObjectId, validateAccountName } from '../../../src/protocol';

export function invalid(field: string, message: string, fix: string): BitSharesError {
  return new BitSharesError('INVALID_PARAMETER', { field, message, fix });
}

/** One of the values of a list. */
export function choice<T extends string>(value: unknown, values: readonly T[], field: string): T {
  const chosen = values.find((entry) => entry === value);
  if (chosen === undefined)
    throw invalid(field, 'this is none of the choices', `Choose one of: ${values.join(', ')}.`);
  return chosen;
}

/** Some of the values of a list, in its order; at least one. */
export function choices<T extends string>(value: unknown, values: readonly T[], field: string): T[] {
  const given: unknown[] = Array.isArray(value) ? value : [];
  const known = values.filter((entry) => given.includes(entry));
  if (known.length > 0 && known.length === new Set(given).size) return known;
  throw invalid(field, 'nothing is chosen, or an unknown value', `Choose some of: ${values.join(', ')}.`);
}

/** A switch. The text "false" is refused like every other text: as a condition it would count as true. */
export function booleanOf(value: unknown, field: string): boolean {
  if (typeof value === 'boolean') return value;
  throw invalid(
    field,
    'this is neither true nor false',
    'Use the switch, or an expression that gives a boolean, such as {{ $json.flag === "true" }}.',
  );
}

export interface NumberLimits {
  /** 0 when left out. */
  minimum?: number;
  maximum?: number;
}

/** A number, also as text in plain digits. Anything else would switch off the limit that it stands for. */
export function numberOf(value: unknown, field: string, { minimum = 0, maximum }: NumberLimits = {}): number {
  const number = typeof value === 'string' && /^\s*\d+(?:\.\d+)?\s*$/.test(value) ? Number(value) : value;
  const isInside =
    typeof number === 'number' &&
    Number.isFinite(number) &&
    number >= minimum &&
    number <= (maximum ?? number);
  if (isInside) return number;
  throw invalid(
    field,
    maximum === undefined
      ? `this is not a number of ${minimum} or more`
      : `this is not a number from ${minimum} to ${maximum}`,
    `Give digits, such as ${Math.max(minimum, Math.min(7, maximum ?? 7))}. Check the expression.`,
  );
}

/** A number without a fraction that JavaScript holds exactly. */
export function wholeNumberOf(value: unknown, field: string, limits: NumberLimits = {}): number {
  const number = numberOf(value, field, limits);
  if (Number.isSafeInteger(number)) return number;
  throw invalid(field, 'this is not a whole number', 'Give digits without a fraction. Check the expression.');
}

/** A text that must be there, without the blanks around it. */
export function textOf(value: unknown, field: string): string {
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  // Turned into text, a missing value would be the valid account name "undefined" or "null".
  if (typeof text !== 'string')
    throw invalid(field, 'this is not text, or nothing', 'Check the expression: it has to give a text.');
  if (text.trim() === '') throw invalid(field, 'nothing is given', 'Fill in this field.');
  return text.trim();
}

/** A text that may be empty, without the blanks around it. */
export function optionalTextOf(value: unknown, field: string): string {
  return typeof value === 'string' && value.trim() === '' ? '' : textOf(value, field);
}

/**
 * The name or the id of an account, by its form alone. Nothing else is sent to a node or repeated in an error.
 *
 * @throws INVALID_PARAMETER, INVALID_ACCOUNT
 */
export function accountOf(value: unknown, field: string): string {
  const text = textOf(value, field);
  return isObjectId(text, 'account') ? text : validateAccountName(text, field);
}

/**
 * The symbol or the id of an asset, by its form alone.
 *
 * @throws INVALID_PARAMETER, INVALID_ASSET
 */
export function assetOf(value: unknown, field: string): string {
  const text = textOf(value, field);
  if (isObjectId(text, 'asset') || isAssetSymbol(text)) return text;
  throw new BitSharesError('INVALID_ASSET', {
    field,
    message: 'this is neither the symbol nor the id of an asset',
    fix: 'Give a symbol in capital letters, such as BTS, or an id, such as 1.3.0.',
  });
}

/** The entries of a text, separated by commas or white space, or of a list of texts; at least one. */
export function listOf(value: unknown, field: string): string[] {
  const texts: unknown[] = Array.isArray(value) ? value : [value];
  const entries = texts
    .flatMap((text) => textOf(text, field).split(/[\s,]+/))
    .filter((entry) => entry !== '');
  if (entries.length > 0) return entries;
  throw invalid(field, 'the list has no entry', 'Separate the entries with commas.');
}

export type Options = Readonly<Record<string, unknown>>;

/** Whether the text of a field is an expression. */
export function isExpression(entered: unknown): boolean {
  return typeof entered === 'string' && entered.startsWith('=');
}

export function isBlank(value: unknown): boolean {
  return typeof value === 'string' && value.trim() === '';
}

/** An object, as collections of fields are. */
export function recordOf(value: unknown, field: string): Options {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw invalid(field, 'these are not fields with values', 'Set the fields one by one in the editor.');
}

/**
 * The value of an option; null where it is not set or left empty.
 *
 * @throws INVALID_PARAMETER where its expression finds nothing: a limit would be off, and nobody would know
 */
export function optionOf(options: Options, name: string, field: string): unknown {
  if (!Object.hasOwn(options, name)) return null;
  const value = options[name];
  if (value === undefined || value === null)
    throw invalid(field, 'the expression gives no value', 'Correct the expression, or remove the option.');
  return isBlank(value) ? null : value;
}

/** The rows of a collection. What cannot be read must not pass for none: without rows nothing is limited. */
export function rowsOf(value: unknown, field: string): Options[] {
  const fields = recordOf(value, field);
  const rows: unknown = fields['rows'] ?? [];
  if (!Array.isArray(rows) || (rows.length === 0 && Object.keys(fields).some((name) => name !== 'rows')))
    throw invalid(field, 'these are not rows', 'Add a row for each asset in the editor.');
  return rows.map((row: unknown) => recordOf(row, field));
}
