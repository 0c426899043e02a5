/** The time of a request, from what workflows and databases hold. */
import { BitSharesError } from '../../errors';
import { labels } from '../../labels';
import { readWrittenTime } from '../../protocol/writtenTime';

/** 2001 to 2106 in seconds; a larger number is milliseconds. */
const earliest = 1_000_000_000;
const latest = 0xffffffff;

/**
 * Whole seconds since the epoch, from epoch seconds or from ISO 8601 with a zone (fractions of a second are cut off).
 *
 * @throws INVALID_TIME for a time without a zone, milliseconds, or anything else
 */
export function parseRequestedAt(value: unknown, field = labels.requestedAt): number {
  if (value instanceof Date) return fromSeconds(Math.floor(value.getTime() / 1000), field);
  if (typeof value === 'number') return fromSeconds(value, field);
  if (typeof value !== 'string') throw invalid('this is not a time', field);
  const text = value.trim();
  if (/^\d{1,15}$/.test(text)) return fromSeconds(Number(text), field);
  const written = readWrittenTime(text);
  if (written === 'not a time') throw invalid('this is not a time', field);
  if (written === 'no such time') throw invalid('this day, hour or zone does not exist', field);
  if (written.offset === null) throw invalid('the time has no zone', field);
  return fromSeconds(written.local - written.offset, field);
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
