/** The time of a request, from what workflows and databases hold. */
import { BitSharesError } from '../errors';

const isoPattern =
  /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?\s?(Z|[+-]\d{2}(?::?\d{2})?)$/i;
/** 2001 to 2106 in seconds; a larger number is milliseconds. */
const earliest = 1_000_000_000;
const latest = 0xffffffff;

/**
 * Whole seconds since the epoch, from epoch seconds or from ISO 8601 with a zone (fractions of a second are cut off).
 *
 * @throws INVALID_TIME for a time without a zone, milliseconds, or anything else
 */
export function parseRequestedAt(value: unknown, field = 'Requested At'): number {
  if (value instanceof Date) return fromSeconds(Math.floor(value.getTime() / 1000), field);
  if (typeof value === 'number') return fromSeconds(value, field);
  if (typeof value !== 'string') throw invalid('this is not a time', field);
  const text = value.trim();
  if (/^\d{1,15}$/.test(text)) return fromSeconds(Number(text), field);
  const match = isoPattern.exec(text);
  if (match === null) {
    throw invalid(/^\d{4}-\d{2}-\d{2}/.test(text) ? 'the time has no zone' : 'this is not a time', field);
  }
  const [, year, month, day, hour, minute, second = '00', zone = 'Z'] = match;
  const local = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const seconds = Date.parse(`${local}Z`) / 1000;
  // Date.parse may move a day that does not exist to the next month.
  if (!Number.isInteger(seconds) || new Date(seconds * 1000).toISOString().slice(0, 19) !== local) {
    throw invalid('this day or hour does not exist', field);
  }
  return fromSeconds(seconds - zoneOffset(zone), field);
}

function zoneOffset(zone: string): number {
  if (zone.toUpperCase() === 'Z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(3).replace(':', '') || '0');
  return (zone.startsWith('-') ? -1 : 1) * (hours * 3600 + minutes * 60);
}

function fromSeconds(seconds: number, field: string): number {
  if (seconds > latest) throw invalid('the number is too large for seconds', field);
  if (!Number.isInteger(seconds) || seconds < earliest) {
    throw invalid('this is not a number of seconds since 1970', field);
  }
  return seconds;
}

function invalid(message: string, field: string): BitSharesError {
  return new BitSharesError('INVALID_TIME', {
    field,
    message,
    fix: 'Give the time of the request as stored with it: ISO 8601 with a zone (2026-11-22T12:00:00Z) or seconds since 1970.',
  });
}
