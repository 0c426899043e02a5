/** The parameters of the trigger, read once into one typed object. Credentials are read at each connection instead. */
import type { ITriggerFunctions } from 'n8n-workflow';
import type { DeliveryRules } from '../../src/deposits/delivery';
import { movementKinds, type MovementKind } from '../../src/deposits/movement';
import { choice, invalid, readStart, type StartSetting } from './start';

export interface AssetRow {
  /** Symbol or `1.3.x`. */
  asset: string;
  /** Decimal text; empty for any amount. */
  minimumAmount: string;
}

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

/** Rows of the Assets field. */
export function assetRows(value: unknown): AssetRow[] {
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
