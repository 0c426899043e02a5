/** Chain time: seconds since 1970 in UTC, written as `2016-04-06T08:29:27` without a zone. */
import { BitSharesError } from '../errors';

const largestTime = 0xffffffff;
const pattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/;

/** Seconds since the epoch of a chain time text. Errors: INVALID_TIME. */
export function parseChainTime(text: string, field?: string): number {
  const seconds = typeof text === 'string' && pattern.test(text) ? Date.parse(`${text}Z`) / 1000 : NaN;
  // Date.parse may move a day or an hour that does not exist to another day. A history has a time in each operation, so
  // only the day is compared.
  if (!(seconds >= 0 && seconds <= largestTime) || dayOf(seconds) !== Number(text.slice(8, 10))) {
    throw new BitSharesError('INVALID_TIME', {
      message: 'This is not a time of the chain',
      fix: 'Write it in UTC as 2016-04-06T08:29:27, without a zone.',
      ...(field === undefined ? {} : { field }),
    });
  }
  return seconds;
}

function dayOf(seconds: number): number {
  return new Date(seconds * 1000).getUTCDate();
}

/** The chain time text of whole seconds since the epoch (0 to 4,294,967,295). Errors: INVALID_TIME. */
export function formatChainTime(seconds: number): string {
  if (!Number.isInteger(seconds) || seconds < 0 || seconds > largestTime) {
    throw new BitSharesError('INVALID_TIME', {
      message: 'A chain time is a whole number of seconds between 0 and 4,294,967,295',
      fix: 'Give seconds, not milliseconds.',
    });
  }
  return new Date(seconds * 1000).toISOString().slice(0, 19);
}

/** Epoch seconds as items show them: ISO 8601 with `Z`, without fractions. */
export function isoTime(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}
