/** Where reading begins or ends, as the parameters say it. */
import { BitSharesError } from '../../../src/errors';
import { readWrittenTime } from '../../../src/protocol/writtenTime';
import { choice, invalid, textOf } from '../parameters/parameterValues';

/** Where to begin, before a chain was asked. A depositId needs the chain to be understood. */
export type StartSetting =
  | { kind: 'now' }
  | { kind: 'oldest' }
  | { kind: 'block'; block: number }
  | { kind: 'after'; depositId: string }
  | { kind: 'time'; time: number };

/**
 * Reads `startFrom`, `startBlock` and `startTime`.
 *
 * @param timezone the zone of a time that names none
 * @throws INVALID_PARAMETER, INVALID_TIME naming the field
 */
export function readStart(parameter: (name: string) => unknown, timezone: string): StartSetting {
  const kind = choice(parameter('startFrom') || 'now', ['now', 'block', 'time', 'oldest'], 'Start From');
  if (kind === 'now' || kind === 'oldest') return { kind };
  if (kind === 'time') return { kind, time: readTime(parameter('startTime'), timezone, 'Start Time') };
  const start = textOf(parameter('startBlock'), 'Start Block');
  if (start.includes(':')) return { kind: 'after', depositId: start };
  const block = Number(start);
  if (!/^\d{1,10}$/.test(start) || block < 1) {
    throw invalid(
      'Start Block',
      'this is neither a block number nor a depositId',
      'Enter a number such as 81234567.',
    );
  }
  return { kind: 'block', block };
}

/** A time as the editor gives it. Without a zone it is in the zone of the workflow, which is how the editor shows it. */
export function readTime(value: unknown, timezone: string, field: string): number {
  const text = String(value instanceof Date ? value.toISOString() : value).trim();
  const written = readWrittenTime(text);
  if (typeof written !== 'string') {
    const { local, fraction, offset } = written;
    const seconds = offset === null ? secondsInZone(local, timezone) : local - offset;
    if (seconds > 0) return seconds + Math.ceil(fraction);
  }
  throw new BitSharesError('INVALID_TIME', {
    message: 'this is not a time',
    fix: 'Write it as 2026-01-31T12:00:00Z.',
    field,
  });
}

function secondsInZone(local: number, timezone: string): number {
  // Twice, because the first guess may lie on the other side of a clock change.
  const guess = local - zoneOffset(local, timezone);
  return local - zoneOffset(guess, timezone);
}

/** Seconds by which local time in the zone is ahead of UTC at that moment, in whole seconds. */
function zoneOffset(moment: number, timezone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(moment * 1000);
  const part = (type: string) => Number(parts.find((entry) => entry.type === type)?.value);
  const local = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return local / 1000 - moment;
}
