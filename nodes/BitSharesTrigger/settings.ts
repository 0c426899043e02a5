/** The parameters of the trigger, read once into one typed object. Credentials are read at each connection instead. */
import type { ITriggerFunctions } from 'n8n-workflow';
import type { DeliveryRules } from '../../src/deposits/trigger/delivery';
import type { MovementKind } from '../../src/deposits/reading/movement';
import type { AssetRow } from '../shared/deposits/acceptedAssets';
import { readStart, type StartSetting } from '../shared/deposits/start';
import type { Parameter } from '../shared/parameters/parameter';
import { includeRawOperation } from '../shared/parameters/parameters';
import * as parameters from './parameters';

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
  const read = <T>(parameter: Parameter<T>): T => parameter.readOfTrigger(context);
  const options = parameters.options.readOfTrigger(context);
  const triggerOn = read(parameters.triggerOn);
  return {
    account: read(parameters.account),
    incoming: triggerOn !== 'paymentSent',
    outgoing: triggerOn !== 'deposit',
    assets: read(parameters.assets),
    start: readStart(read(parameters.startFrom), read, context.getTimezone()),
    delivery: {
      confirm: read(parameters.confirmDelivery),
      attemptsBeforeSettingAside: options.of(parameters.attemptsBeforeSettingAside),
      batchSize: options.of(parameters.batchSize),
      redeliverAfterCrash: options.of(parameters.redeliverAfterCrash),
      countWaitingAsDelivered: options.of(parameters.countWaitingAsDelivered),
    },
    kinds: options.of(parameters.operationKinds),
    includeOperation: options.of(includeRawOperation),
    deliverAgain: (options.given(parameters.deliverAgain) ?? [])
      .flatMap((entry) => entry.split(';'))
      .filter((entry) => entry !== ''),
    staleAfterSeconds: Math.round(options.of(parameters.staleAfter) * 60),
    startOver: options.of(parameters.whenAccountChanges) === 'startOver',
  };
}
