/** The fields of an import that its two routes share: keys in n8n, and cli_wallet. */
import type { IExecuteFunctions } from 'n8n-workflow';
import { BitSharesError } from '../../../src/errors';
import { OptionsParameter, rawParameter, wholeNumberParameter } from '../parameters/parameter';
import { maximumWait, waitFor } from '../transfer/fields';
import { allowPrivateKeysInItems, keysFrom, keySourceFields } from './balanceKeys';

const dryRun = rawParameter({
  displayName: 'Dry Run',
  name: 'dryRun',
  type: 'boolean',
  default: true,
  description: 'Whether to only show the transactions and totals. Nothing is sent while this is on.',
});

const confirmAccountName = rawParameter({
  displayName: 'Confirm Account Name',
  name: 'confirmAccountName',
  type: 'string',
  default: '',
  required: true,
  displayOptions: { show: { dryRun: [false] } },
  description: 'The name of the account that receives the balances, once more. Another name sends nothing.',
});

const historyOperations = wholeNumberParameter({
  displayName: 'History Operations to Search',
  name: 'historyOperations',
  type: 'number',
  typeOptions: { minValue: 0, maxValue: 1000000 },
  default: 20000,
  description:
    'How many of the newest operations of the account are searched for claims that were made before, when a key owns nothing any more',
});

export const importOptions = new OptionsParameter([
  allowPrivateKeysInItems,
  historyOperations,
  maximumWait.with({
    description:
      'Seconds after which the workflow goes on with the outcomes so far. A time that ran out is not a failure.',
  }),
  waitFor.with({ description: 'How far the claims should have come before the workflow goes on' }),
]);

export const importFields = [keysFrom, ...keySourceFields, dryRun, confirmAccountName, importOptions];

export type ImportOptions = ReturnType<typeof importOptionsOf>;

/** The options with their defaults. */
export function importOptionsOf(context: IExecuteFunctions, itemIndex: number) {
  const options = importOptions.read(context, itemIndex);
  return {
    historyOperations: options.of(historyOperations),
    maximumWait: options.of(maximumWait),
    waitFor: options.of(waitFor),
  };
}

/**
 * Whether nothing may be sent. Anything but a plain `false` is a dry run.
 *
 * @throws INVALID_PARAMETER when it is none and the account's name was not repeated
 */
export function isDryRun(context: IExecuteFunctions, itemIndex: number, accountName: string): boolean {
  if (dryRun.readWhereShown(context, itemIndex) !== false) return true;
  if (confirmAccountName.readWhereShown(context, itemIndex) === accountName) return false;
  throw new BitSharesError('INVALID_PARAMETER', {
    field: confirmAccountName.label,
    message: `this is not the name of the account that receives the balances, ${accountName}`,
    fix: 'Enter the name of the account once more, or switch Dry Run on. Nothing was sent.',
  });
}
