/** The parameters of the trigger, read once into one typed object. Credentials are read at each connection instead. */
import type { ITriggerFunctions } from 'n8n-workflow';
import type { DeliveryRules } from '../../src/deposits/delivery';
import { movementKinds, type MovementKind } from '../../src/deposits/movement';
import { BitSharesError } from '../../src/errors';

export interface AssetRow {
  /** Symbol or `1.3.x`. */
  asset: string;
  /** Decimal text; empty for any amount. */
  minimumAmount: string;
}

/** Where to begin, before a chain was asked. A depositId needs the chain to be understood. */
export type StartSetting =
  | { kind: 'now' }
  | { kind: 'oldest' }
  | { kind: 'block'; block: number }
  | { kind: 'after'; depositId: string }
  | { kind: 'time'; time: number };

export interface TriggerSettings {
  /** Name or `1.2.x`. */
  account: string;
  incoming: boolean;
  outgoing: boolean;
  assets: AssetRow[];
  start: StartSetting;
  delivery: DeliveryRules;
  kinds: MovementKind[];
  includeOperation: boolean;
  deliverAgain: string[];
  staleAfterSeconds: number;
  startOver: boolean;
}

type Context = Pick<ITriggerFunctions, 'getNodeParameter' | 'getTimezone'>;

/**
 * Reads and checks the parameters.
 *
 * @throws INVALID_PARAMETER, INVALID_TIME naming the field
 */
export function readTriggerSettings(context: Context): TriggerSettings {
  const parameter = (name: string, fallback: unknown = ''): unknown =>
    context.getNodeParameter(name, fallback);
  const options = record(parameter('options', {}));
  const triggerOn = choice(
    parameter('triggerOn', 'deposit'),
    ['deposit', 'paymentSent', 'both'],
    'Trigger On',
  );
  const account = String(parameter('account')).trim();
  if (account === '') throw invalid('Account', 'no account is given', 'Enter its name or its ID (1.2.x).');
  return {
    account,
    incoming: triggerOn !== 'paymentSent',
    outgoing: triggerOn !== 'deposit',
    assets: assetRows(parameter('assets', {})),
    start: readStart(parameter, context.getTimezone()),
    delivery: {
      confirm: choice(
        parameter('confirmDelivery', 'success'),
        ['success', 'completion', 'immediately'],
        'Confirm Delivery',
      ),
      attemptsBeforeSettingAside: wholeNumber(
        options['attemptsBeforeSettingAside'] ?? 5,
        1,
        'Attempts Before Setting Aside',
      ),
      batchSize: wholeNumber(options['batchSize'] ?? 1, 1, 'Batch Size'),
      redeliverAfterCrash: options['redeliverAfterCrash'] !== false,
      countWaitingAsDelivered: options['countWaitingAsDelivered'] === true,
    },
    kinds: kinds(options['operationKinds'] ?? ['transfer']),
    includeOperation: options['includeRawOperation'] === true,
    deliverAgain: entries(options['deliverAgain'] ?? ''),
    staleAfterSeconds: Math.round(number(options['staleAfter'] ?? 5, 'Stale After') * 60),
    startOver:
      choice(
        options['whenAccountChanges'] ?? 'stop',
        ['stop', 'startOver'],
        'When Account or Chain Changes',
      ) === 'startOver',
  };
}

function readStart(parameter: (name: string) => unknown, timezone: string): StartSetting {
  const kind = choice(parameter('startFrom') || 'now', ['now', 'block', 'time', 'oldest'], 'Start From');
  if (kind === 'now' || kind === 'oldest') return { kind };
  if (kind === 'time') return { kind, time: readTime(parameter('startTime'), timezone) };
  const start = String(parameter('startBlock')).trim();
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
function readTime(value: unknown, timezone: string): number {
  const text = String(value instanceof Date ? value.toISOString() : value).trim();
  const milliseconds = /(?:Z|[+-]\d\d:?\d\d)$/.test(text) ? Date.parse(text) : timeInZone(text, timezone);
  if (Number.isFinite(milliseconds) && milliseconds > 0) return Math.ceil(milliseconds / 1000);
  throw new BitSharesError('INVALID_TIME', {
    message: 'this is not a time',
    fix: 'Write it as 2026-01-31T12:00:00Z.',
    field: 'Start Time',
  });
}

function timeInZone(text: string, timezone: string): number {
  const asUtc = Date.parse(`${text.replace(' ', 'T')}Z`);
  if (!Number.isFinite(asUtc)) return Number.NaN;
  // Twice, because the first guess may lie on the other side of a clock change.
  const guess = asUtc - zoneOffset(asUtc, timezone);
  return asUtc - zoneOffset(guess, timezone);
}

/** Milliseconds by which local time in the zone is ahead of UTC at that moment. */
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
  }).formatToParts(moment);
  const part = (type: string) => Number(parts.find((entry) => entry.type === type)?.value);
  const local = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return local - Math.floor(moment / 1000) * 1000;
}

function assetRows(value: unknown): AssetRow[] {
  const rows = record(value)['rows'];
  if (!Array.isArray(rows)) return [];
  return rows.map((row: unknown) => {
    const asset = String(record(row)['asset'] ?? '').trim();
    if (asset === '') {
      throw invalid('Asset', 'a row names no asset', 'Enter a symbol or an ID (1.3.x), or remove the row.');
    }
    return { asset, minimumAmount: String(record(row)['minimumAmount'] ?? '').trim() };
  });
}

function kinds(value: unknown): MovementKind[] {
  const chosen = Array.isArray(value) ? value : [];
  const known = movementKinds.filter((kind) => chosen.includes(kind));
  if (known.length === 0 || known.length !== chosen.length) {
    throw invalid('Operation Kinds', 'no kind, or an unknown one, is chosen', 'Choose at least Transfer.');
  }
  return known;
}

function entries(value: unknown): string[] {
  return String(value)
    .split(/[\s,;]+/)
    .filter((entry) => entry !== '');
}

function choice<T extends string>(value: unknown, values: readonly T[], field: string): T {
  const chosen = values.find((entry) => entry === value);
  if (chosen === undefined)
    throw invalid(field, 'this is none of the choices', `Choose one of: ${values.join(', ')}.`);
  return chosen;
}

function number(value: unknown, field: string): number {
  const parsed = Number(value);
  if (!Number.isFinite(parsed) || parsed < 0)
    throw invalid(field, 'this is not a number', 'Enter 0 or more.');
  return parsed;
}

function wholeNumber(value: unknown, minimum: number, field: string): number {
  const parsed = number(value, field);
  if (Number.isInteger(parsed) && parsed >= minimum) return parsed;
  throw invalid(field, 'this is not a whole number', `Enter ${minimum} or more.`);
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function invalid(field: string, message: string, fix: string): BitSharesError {
  return new BitSharesError('INVALID_PARAMETER', { field, message, fix });
}
