/** The fields of an import that its two routes share: keys in n8n, and cli_wallet. */
import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { BitSharesError } from '../../../src/errors';
import { allowPrivateKeysInItems, keysFromOptions, keySourceFields } from './balanceKeys';
import { optionOf, optionsOf, wholeNumberOf } from '../parameters/parameterValues';
import { maximumWait, waitFor } from '../transfer/fields';
import { maximumWaitOf, waitForOf } from '../transfer/orders';

export const keysFrom: INodeProperties = {
  displayName: 'Keys From',
  name: 'keysFrom',
  type: 'options',
  noDataExpression: true,
  options: keysFromOptions,
  default: 'credential',
  description: 'Where the private keys that own the balances are taken from',
};

export const dryRun: INodeProperties = {
  displayName: 'Dry Run',
  name: 'dryRun',
  type: 'boolean',
  default: true,
  description: 'Whether to only show the transactions and totals. Nothing is sent while this is on.',
};

export const confirmAccountName: INodeProperties = {
  displayName: 'Confirm Account Name',
  name: 'confirmAccountName',
  type: 'string',
  default: '',
  required: true,
  displayOptions: { show: { dryRun: [false] } },
  description: 'The name of the account that receives the balances, once more. Another name sends nothing.',
};

export const options: INodeProperties = {
  displayName: 'Options',
  name: 'options',
  type: 'collection',
  placeholder: 'Add option',
  default: {},
  options: [
    allowPrivateKeysInItems,
    {
      displayName: 'History Operations to Search',
      name: 'historyOperations',
      type: 'number',
      typeOptions: { minValue: 0, maxValue: 1000000 },
      default: 20000,
      description:
        'How many of the newest operations of the account are searched for claims that were made before, when a key owns nothing any more',
    },
    {
      ...maximumWait,
      description:
        'Seconds after which the workflow goes on with the outcomes so far. A time that ran out is not a failure.',
    },
    {
      ...waitFor,
      description: 'How far the claims should have come before the workflow goes on',
    },
  ],
};

export const importFields: INodeProperties[] = [
  keysFrom,
  ...keySourceFields,
  dryRun,
  confirmAccountName,
  options,
];

export type ImportOptions = ReturnType<typeof importOptionsOf>;

/** The options with their defaults. */
export function importOptionsOf(context: IExecuteFunctions, itemIndex: number) {
  const options = optionsOf(context, itemIndex);
  const option = (name: string, field: string) => optionOf(options, name, field);
  const history = 'History Operations to Search';
  return {
    historyOperations: wholeNumberOf(option('historyOperations', history) ?? 20_000, history),
    maximumWait: maximumWaitOf(option('maximumWait', 'Maximum Wait') ?? 180),
    waitFor: waitForOf(option('waitFor', 'Wait For') ?? 'irreversible'),
  };
}

/**
 * Whether nothing may be sent. Anything but a plain `false` is a dry run.
 *
 * @throws INVALID_PARAMETER when it is none and the account's name was not repeated
 */
export function isDryRun(context: IExecuteFunctions, itemIndex: number, accountName: string): boolean {
  if (context.getNodeParameter('dryRun', itemIndex, true) !== false) return true;
  if (context.getNodeParameter('confirmAccountName', itemIndex, '') === accountName) return false;
  throw new BitSharesError('INVALID_PARAMETER', {
    field: 'Confirm Account Name',
    message: `this is not the name of the account that receives the balances, ${accountName}`,
    fix: 'Enter the name of the account once more, or switch Dry Run on. Nothing was sent.',
  });
}
