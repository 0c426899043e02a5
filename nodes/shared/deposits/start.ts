/** Where reading begins or ends, as the parameters say it. */
import { BitSharesError } from '../../../src/errors';
import { readWrittenTime } from '../../../src/protocol/writtenTime';
import { rawParameter, textParameter, type Parameter } from '../parameters/parameter';
import { invalid } from '../parameters/parameterValues';

/** Where to begin, before a chain was asked. A depositId needs the chain to be understood. */
export type StartSetting =
  | { kind: 'now' }
  | { kind: 'oldest' }
  | { kind: 'block'; block: number }
  | { kind: 'after'; depositId: string }
  | { kind: 'time'; time: number };

export const startBlock = textParameter({
  displayName: 'Start Block',
  name: 'startBlock',
  type: 'string',
  default: '',
  required: true,
  placeholder: 'e.g. 81234567 or 4018d784:81234567:3:0:0',
  displayOptions: { show: { startFrom: ['block'] } },
  description: 'Number of the first block to read, or a depositId to begin right behind that deposit',
});

export const startTime = rawParameter({
  displayName: 'Start Time',
  name: 'startTime',
  type: 'dateTime',
  default: '',
  required: true,
  displayOptions: { show: { startFrom: ['time'] } },
  description: 'The first block of this time or later is the first to be read',
});

/**
 * Where to begin, with `startBlock` and `startTime` where `startFrom` asks for them.
 *
 * @param timezone the zone of a time that names none
 * @throws INVALID_PARAMETER, INVALID_TIME naming the field
 */
export function readStart(
  kind: 'now' | 'oldest' | 'block' | 'time',
  read: <T>(parameter: Parameter<T>) => T,
  timezone: string,
): StartSetting {
  if (kind === 'now' || kind === 'oldest') return { kind };
  if (kind === 'time') return { kind, time: readTime(read(startTime), timezone, startTime.label) };
  const start = read(startBlock);
  if (start.includes(':')) return { kind: 'after', depositId: start };
  const block = Number(start);
  if (!/^\d{1,10}$/.test(start) || block < 1) {
    throw invalid(
      startBlock.label,
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
