/** The parameters of the transfer operations, in the words of the people who fill them in. */
import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { parseWithdrawalId } from '../../../src/withdrawals/transaction/intent';
import { parseRequestedAt } from '../../../src/withdrawals/transaction/requestedAt';
import {
  amountParameter,
  choiceParameter,
  listParameter,
  numberParameter,
  OptionsParameter,
  Parameter,
  rawParameter,
  rowsParameter,
  textParameter,
} from '../parameters/parameter';
import { memoTypeField } from '../parameters/parameters';
import { accountOf, isBlank, isExpression, textOf } from '../parameters/parameterValues';

export const withdrawalId = new Parameter(
  {
    displayName: 'Withdrawal ID',
    name: 'withdrawalId',
    type: 'string',
    default: '={{ $json.withdrawalId }}',
    required: true,
    description:
      'The ID of the withdrawal in your own database: the same on every retry, another one for every withdrawal. It is what keeps a withdrawal from being paid twice. Expressions that change on a retry ($now, $execution, random functions) are refused.',
  },
  (value, { displayName }) => parseWithdrawalId(value, displayName),
);

export const requestedAt = new Parameter(
  {
    displayName: 'Requested At',
    name: 'requestedAt',
    type: 'string',
    default: '={{ $json.requestedAt }}',
    required: true,
    description:
      'When the withdrawal was requested, stored with it: ISO 8601 with a zone, or seconds since 1970. The blocks since then are searched for a payment, so it must not be later on a retry.',
  },
  timeOf,
);

class PayingAccount extends Parameter<string | null> {
  override read(context: IExecuteFunctions, itemIndex: number): string | null {
    const value = this.valueOf(context, itemIndex);
    // An expression that gives nothing would switch the guard off.
    if (isBlank(value) && !isExpression(context.getNode().parameters[this.name])) return null;
    return this.parse(value);
  }
}

/**
 * The account that must pay; null where the field is left empty. The guard against a credential that somebody, or an import of
 * the workflow, put into the node.
 */
export const payingAccount = new PayingAccount(
  {
    displayName: 'Paying Account',
    name: 'payingAccount',
    type: 'string',
    default: '',
    placeholder: 'e.g. my-exchange or 1.2.345',
    description:
      'The account that must pay: the keys credential of any other account is refused. Leave empty to pay from whatever account the credential is for.',
  },
  (value, { displayName }) => accountOf(value, displayName),
);

const fromFields = { describedBy: ['fields'] };
const fromIntent = { describedBy: ['intent'] };

/** How a withdrawal is described: by fields, or by the intent that Quote made. */
export const describedBy = choiceParameter({
  displayName: 'Described By',
  name: 'describedBy',
  type: 'options',
  noDataExpression: true,
  options: [
    { name: 'Fields', value: 'fields', description: 'Receiver, asset, amount and memo are given here' },
    {
      name: 'Intent',
      value: 'intent',
      description: 'Everything is in the intent that Transfer: Quote returned and your database kept',
    },
  ],
  default: 'fields',
});

export const intent = rawParameter({
  displayName: 'Intent',
  name: 'intent',
  type: 'json',
  default: '={{ $json.intent }}',
  required: true,
  displayOptions: { show: fromIntent },
  description: 'The intent of Transfer: Quote, unchanged',
});

export const to = referenceParameter({
  displayName: 'To',
  name: 'to',
  type: 'string',
  default: '={{ $json.to }}',
  required: true,
  placeholder: 'e.g. alice or 1.2.345',
  description: 'Name or ID of the account that receives the payment',
});

export const asset = referenceParameter({
  displayName: 'Asset',
  name: 'asset',
  type: 'string',
  default: '1.3.0',
  required: true,
  placeholder: 'e.g. 1.3.0 or BTS',
  description: 'ID or symbol of the asset. The ID is safer, because symbols can look alike.',
});

export const amount = amountParameter({
  displayName: 'Amount',
  name: 'amount',
  type: 'string',
  default: '={{ $json.amount }}',
  required: true,
  placeholder: 'e.g. 12.5',
  description:
    'In units of the asset, as text. An amount with more decimals than the asset has is refused, never rounded.',
});

export const memo = rawParameter({
  displayName: 'Memo',
  name: 'memo',
  type: 'string',
  default: "={{ $json.memo === undefined ? '' : $json.memo }}",
  description:
    'Text for the receiver, such as the memo that another exchange gave to its customer. An expression that finds nothing is refused; null and an empty text mean no memo.',
});

/** What is paid to whom. */
export const paymentFields = [to, asset, amount, memo];

/** The same fields where a choice above hides them. */
export function shownWithFields(fields: readonly Parameter<unknown>[]): Parameter<unknown>[] {
  return fields.map((field) => field.with({ displayOptions: { show: fromFields } }));
}

export const waitFor = choiceParameter({
  displayName: 'Wait For',
  name: 'waitFor',
  type: 'options',
  options: [
    { name: 'Block', value: 'block', description: 'Until it is in a block, which can still be replaced' },
    { name: 'Broadcast', value: 'broadcast', description: 'Until a node has accepted it' },
    {
      name: 'Irreversible',
      value: 'irreversible',
      description: 'Until it is paid for good. Only then is "paid" true.',
    },
  ],
  default: 'irreversible',
  description: 'How far the withdrawal should have come before the workflow goes on',
});

export const maximumWait = numberParameter({
  displayName: 'Maximum Wait',
  name: 'maximumWait',
  type: 'number',
  typeOptions: { minValue: 0, maxValue: 3600 },
  default: 180,
  description:
    'Seconds after which the workflow goes on with the outcome so far. A time that ran out is not a failure: the outcome says what is known.',
});

/** The most that a fee may cost, for every operation that pays one. */
export const maximumFee = amountParameter({
  displayName: 'Maximum Fee',
  name: 'maximumFee',
  type: 'string',
  default: '100',
  placeholder: 'e.g. 100',
  description: 'In units of the core asset. Nothing is signed while a fee would cost more.',
});

export const allowedAssets = listParameter({
  displayName: 'Allowed Assets',
  name: 'allowedAssets',
  type: 'string',
  default: '',
  placeholder: 'e.g. 1.3.0, 1.3.121',
  description: 'IDs or symbols, separated by commas. Empty allows every asset.',
});

export const allowedReceivers = listParameter({
  displayName: 'Allowed Receivers',
  name: 'allowedReceivers',
  type: 'string',
  default: '',
  placeholder: 'e.g. alice, 1.2.345',
  description:
    'Names or IDs, separated by commas. Empty allows every account but those of the chain itself (1.2.0 to 1.2.5).',
});

export const fee = amountParameter({
  displayName: 'Fee',
  name: 'fee',
  type: 'string',
  default: '',
  placeholder: 'e.g. 0.02',
  description:
    'A fixed fee in units of the fee asset. Empty pays what the chain asks for, in the core asset. Keep it the same on every retry.',
});

export const feeAsset = textParameter({
  displayName: 'Fee Asset',
  name: 'feeAsset',
  type: 'string',
  default: '',
  placeholder: 'e.g. 1.3.0',
  description: 'ID or symbol. Another asset than the core asset needs a fixed fee.',
});

export const maximumAge = numberParameter({
  displayName: 'Maximum Age of Request (Days)',
  name: 'maximumAge',
  type: 'number',
  typeOptions: { minValue: 1, maxValue: 365 },
  default: 7,
  description:
    'Older requests are refused. Every block since the request is read before it is paid, which takes minutes for weeks.',
});

export const maximumAmount = amountParameter({
  displayName: 'Maximum Amount',
  name: 'maximumAmount',
  type: 'string',
  default: '',
  placeholder: 'e.g. 1000',
  description: 'One number for all assets, in units of each. A larger withdrawal is refused.',
});

export const maximumAmounts = rowsParameter({
  displayName: 'Maximum Amounts',
  name: 'maximumAmounts',
  type: 'fixedCollection',
  typeOptions: { multipleValues: true },
  placeholder: 'Add Asset',
  default: { rows: [{ asset: '1.3.0', maximumAmount: '' }] },
  description:
    'The largest withdrawal of each asset. With any row given, an asset without a row is refused; without any row there is no limit.',
  options: [
    {
      displayName: 'Asset',
      name: 'rows',
      values: [
        {
          displayName: 'Asset',
          name: 'asset',
          type: 'string',
          default: '',
          placeholder: 'e.g. 1.3.0 or BTS',
          description: 'ID or symbol of the asset',
        },
        {
          displayName: 'Maximum Amount',
          name: 'maximumAmount',
          type: 'string',
          default: '',
          placeholder: 'e.g. 1000',
          description: 'In units of the asset',
        },
      ],
    },
  ],
});

const paymentMemoType = memoTypeField.with({
  description: 'How the memo text is written. Keep it the same on every retry.',
});

export const receiverMemoKey = textParameter({
  displayName: 'Receiver Memo Key',
  name: 'receiverMemoKey',
  type: 'string',
  default: '',
  placeholder: 'e.g. BTS6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CV',
  description:
    'The public memo key to encrypt for, stored with the request. Empty takes it from the delayed node, where it can be proved; without a delayed node an encrypted memo needs this field or an intent.',
});

const ofEveryPayment = [
  allowedAssets,
  allowedReceivers,
  fee,
  feeAsset,
  maximumAge,
  maximumAmount,
  maximumAmounts,
  maximumFee,
  paymentMemoType,
  receiverMemoKey,
];

/** What limits a payment and says how it is made. */
export const paymentOptions = new OptionsParameter(ofEveryPayment);

/** The same for an operation that waits for what becomes of the payment. */
export const waitingOptions = new OptionsParameter([...ofEveryPayment, maximumWait]);

/** The options of an operation that pays a fee and nothing else. */
export const feeOptions = new OptionsParameter([maximumFee]);

/** What Prepare signed, for the operation that sends it. */
export const transaction = rawParameter({
  displayName: 'Transaction',
  name: 'transaction',
  type: 'json',
  default: '={{ $json.transaction }}',
  required: true,
  description: 'The signed transaction that Transfer: Prepare returned, unchanged',
});

const earlierExpiration = new Parameter(
  {
    displayName: 'Expiration',
    name: 'expiration',
    type: 'string',
    default: '={{ $json.expiration }}',
    description:
      'The expiration of an earlier attempt, from its item. With it the outcome can be "expired": proved that this attempt was not and never will be included.',
  },
  timeOf,
);

const earlierTransaction = rawParameter({
  displayName: 'Transaction',
  name: 'transaction',
  type: 'json',
  default: '={{ $json.transaction }}',
  description: 'The signed transaction of Transfer: Prepare. With it a pending transaction is seen, too.',
});

/** What is known of an earlier attempt. */
export const attemptOptions = new OptionsParameter([earlierExpiration, earlierTransaction]);

/** The attempt of an item. An expression that finds nothing leaves its option out: not every item has both. */
export function attemptOf(
  context: IExecuteFunctions,
  itemIndex: number,
): { expiration: number | null; transaction: unknown } {
  const options = attemptOptions.readFound(context, itemIndex);
  return {
    expiration: options.given(earlierExpiration),
    transaction: options.given(earlierTransaction),
  };
}

/** A reference as it was given: what is text is judged by the withdrawal room, which says `rejected` where it can never be paid. */
function referenceParameter(declared: INodeProperties): Parameter<string> {
  return new Parameter(declared, (value, { displayName }) =>
    typeof value === 'string' ? value : textOf(value, displayName),
  );
}

/** Seconds of a time. Expressions may give the date objects of n8n's expression language. */
function timeOf(value: unknown, { displayName }: INodeProperties): number {
  const iso = (value as { toISO?: () => unknown } | null)?.toISO;
  return parseRequestedAt(typeof iso === 'function' ? iso.call(value) : value, displayName);
}
