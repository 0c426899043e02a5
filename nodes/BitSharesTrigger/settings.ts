/** The parameters of the trigger, read once into one typed object. Credentials are read at each connection instead. */
import type { ITriggerFunctions } from 'n8n-workflow';
import type { DeliveryRules } from '../../src/deposits/trigger/delivery';
import { movementKinds, type MovementKind } from '../../src/deposits/reading/movement';
import {
  accountOf,
  assetOf,
  booleanOf,
  choice,
  choices,
  listOf,
  numberOf,
  optionOf,
  recordOf,
  rowsOf,
  wholeNumberOf,
} from '../shared/parameters/parameterValues';
import { readStart, type StartSetting } from '../shared/deposits/start';

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
  const options = recordOf(parameter('options', {}), 'Options');
  const option = (name: string, field: string) => optionOf(options, name, field);
  const isOn = (name: string, field: string, otherwise: boolean) =>
    booleanOf(option(name, field) ?? otherwise, field);
  const again = option('deliverAgain', 'Deliver Again');
  const triggerOn = choice(
    parameter('triggerOn', 'deposit'),
    ['deposit', 'paymentSent', 'both'],
    'Trigger On',
  );
  const account = accountOf(parameter('account'), 'Account');
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
      attemptsBeforeSettingAside: wholeNumberOf(
        option('attemptsBeforeSettingAside', 'Attempts Before Setting Aside') ?? 5,
        'Attempts Before Setting Aside',
        { minimum: 1 },
      ),
      batchSize: wholeNumberOf(option('batchSize', 'Batch Size') ?? 1, 'Batch Size', {
        minimum: 1,
        maximum: 1000,
      }),
      redeliverAfterCrash: isOn('redeliverAfterCrash', 'Redeliver After a Crash', true),
      countWaitingAsDelivered: isOn('countWaitingAsDelivered', 'Count Waiting as Delivered', false),
    },
    kinds: choices(
      option('operationKinds', 'Operation Kinds') ?? ['transfer'],
      movementKinds,
      'Operation Kinds',
    ),
    includeOperation: isOn('includeRawOperation', 'Include Raw Operation', false),
    deliverAgain:
      again === null
        ? []
        : listOf(again, 'Deliver Again')
            .flatMap((entry) => entry.split(';'))
            .filter((entry) => entry !== ''),
    staleAfterSeconds: Math.round(numberOf(option('staleAfter', 'Stale After') ?? 5, 'Stale After') * 60),
    startOver:
      choice(
        option('whenAccountChanges', 'When Account or Chain Changes') ?? 'stop',
        ['stop', 'startOver'],
        'When Account or Chain Changes',
      ) === 'startOver',
  };
}

/** Rows of the Assets field. */
export function assetRows(value: unknown): AssetRow[] {
  return rowsOf(value, 'Assets').map(({ asset, minimumAmount }) => {
    return { asset: assetOf(asset, 'Asset'), minimumAmount: String(minimumAmount ?? '').trim() };
  });
}
