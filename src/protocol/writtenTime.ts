/** Times as people, databases and other systems write them: ISO 8601. */

export interface WrittenTime {
  /** Whole seconds since 1970, as if it were written in UTC. */
  local: number;
  /** What is written after the whole seconds, apart: a number of this size cannot hold nine digits of it. */
  fraction: number;
  /** Seconds by which its zone is ahead of UTC; null when it names none. */
  offset: number | null;
}

const pattern =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::(\d{2})(\.\d{1,9})?)?\s?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;
/** No zone is further ahead of UTC, or behind it, in hours. */
const mostAhead = 14;

/** Reads `2026-11-22T12:00:00.5+01:00`. The time of day, its seconds, their fraction and the zone may be missing. */
export function readWrittenTime(text: string): WrittenTime | 'not a time' | 'no such time' {
  const match = pattern.exec(text);
  if (match === null) return 'not a time';
  const [, day, minutes = '00:00', seconds = '00', fraction = '', zone] = match;
  const written = `${day}T${minutes}:${seconds}`;
  const local = Date.parse(`${written}Z`) / 1000;
  // Date.parse may move a day that does not exist to the next month.
  if (!Number.isInteger(local) || new Date(local * 1000).toISOString().slice(0, 19) !== written) {
    return 'no such time';
  }
  const offset = zone === undefined ? null : offsetOf(zone);
  return Number.isNaN(offset) ? 'no such time' : { local, fraction: Number(`0${fraction}`), offset };
}

function offsetOf(zone: string): number {
  if (zone.toUpperCase() === 'Z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(3).replace(':', '') || '0');
  if (hours > mostAhead || minutes > 59) return Number.NaN;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 3600 + minutes * 60);
}
