/** The parameters of BitShares Trigger. Names and values are for ever; each text says what it does to the guarantee. */
import type { INodeProperties } from 'n8n-workflow';
import { acceptedAssets } from '../shared/deposits/acceptedAssets';
import { startBlock, startTime } from '../shared/deposits/start';
import {
  booleanParameter,
  choiceParameter,
  choicesParameter,
  listParameter,
  numberParameter,
  OptionsParameter,
  Parameter,
  wholeNumberParameter,
} from '../shared/parameters/parameter';
import { accountField, includeRawOperation } from '../shared/parameters/parameters';

export const account = accountField.with({
  description:
    'Name or ID of the account that customers pay to. Renaming the trigger keeps its position; another account needs another trigger.',
});

export const triggerOn = choiceParameter({
  displayName: 'Trigger On',
  name: 'triggerOn',
  type: 'options',
  options: [
    {
      name: 'Deposit',
      value: 'deposit',
      description: 'Irreversible transfers to the account, also those that a proposal executed',
    },
    {
      name: 'Payment Sent',
      value: 'paymentSent',
      description: 'Irreversible transfers from the account',
    },
    { name: 'Both', value: 'both', description: 'The field direction tells them apart: in or out' },
  ],
  default: 'deposit',
});

export const assets = acceptedAssets(
  {
    default: { rows: [{ asset: '1.3.0', minimumAmount: '' }] },
    description:
      'Which assets to accept; 1.3.0 is the core asset. Without any row every asset is accepted, also worthless ones whose symbol looks like a known one: then decide by assetId, never by the symbol.',
  },
  {
    asset: 'Symbol or ID. A symbol is looked up once at the start; matching is by ID.',
    minimumAmount: 'Smaller movements are passed over and never delivered. Leave empty for all.',
  },
);

const startFromChoice = choiceParameter({
  displayName: 'Start From',
  name: 'startFrom',
  type: 'options',
  options: [
    {
      name: 'Block',
      value: 'block',
      description: 'Deliver everything from a block on, or after a deposit that you recorded last',
    },
    { name: 'Date & Time', value: 'time', description: 'Deliver everything from a moment on' },
    { name: 'Now', value: 'now', description: 'Deliver what becomes irreversible from now on' },
    {
      name: 'Oldest Available',
      value: 'oldest',
      description: 'Deliver everything that the node still has',
    },
  ],
  default: 'now',
  description:
    'Used once, when this trigger has no position yet. When the stored position was lost, Now is not used again: the trigger reports it and waits for a block or a time.',
});

/** Empty has always meant Now. Refused, it would end a trigger that has its position since long. */
export const startFrom = new Parameter(startFromChoice.description, (value) =>
  startFromChoice.parse(value || startFromChoice.description.default),
);

export const confirmDelivery = choiceParameter({
  displayName: 'Confirm Delivery',
  name: 'confirmDelivery',
  type: 'options',
  options: [
    {
      name: 'Immediately',
      value: 'immediately',
      description:
        'When the execution exists: fastest, up to 100 at the same time. A failed or crashed execution is not repeated.',
    },
    {
      name: 'On Execution Completion',
      value: 'completion',
      description: 'When the execution ends, whatever its result. A crash repeats it, a failure does not.',
    },
    {
      name: 'On Execution Success',
      value: 'success',
      description:
        'When the execution succeeds: the next deposit waits, and a failed one is tried again. The strongest promise.',
    },
  ],
  default: 'success',
  description:
    'When the position may pass a deposit. Every deposit arrives at least once, with the same depositId each time: put a unique key on it.',
});

export const attemptsBeforeSettingAside = wholeNumberParameter({
  displayName: 'Attempts Before Setting Aside',
  name: 'attemptsBeforeSettingAside',
  type: 'number',
  typeOptions: { minValue: 1 },
  default: 5,
  description:
    'Only with On Execution Success. After so many failures the next deposit is tried; only when that one succeeds is the failing one set aside and reported. Nothing is set aside while everything fails.',
});

export const batchSize = wholeNumberParameter({
  displayName: 'Batch Size',
  name: 'batchSize',
  type: 'number',
  typeOptions: { minValue: 1, maxValue: 1000 },
  default: 1,
  description:
    'Deposits in one execution, when several are ready. They succeed or fail together; after a failure each is tried alone, so some may run twice.',
});

export const countWaitingAsDelivered = booleanParameter({
  displayName: 'Count Waiting as Delivered',
  name: 'countWaitingAsDelivered',
  type: 'boolean',
  default: false,
  description:
    'Whether an execution that pauses at a Wait or approval step counts as a success. Off, it holds its deposit and all behind it. On, a failure after the pause is not noticed.',
});

export const deliverAgain = listParameter({
  displayName: 'Deliver Again',
  name: 'deliverAgain',
  type: 'string',
  default: '',
  placeholder: 'e.g. 4018d784:81234567:3:0:0',
  description:
    'Values of depositId, separated by commas. Each is delivered once more when the workflow is published, whatever the other parameters say; set-aside deposits leave their list.',
});

export const operationKinds = choicesParameter({
  displayName: 'Operation Kinds',
  name: 'operationKinds',
  type: 'multiOptions',
  options: [
    { name: 'Asset Issue', value: 'asset_issue', description: 'Newly issued to the account' },
    { name: 'Balance Claim', value: 'balance_claim', description: 'Claimed from a genesis balance' },
    {
      name: 'HTLC Redeemed',
      value: 'htlc_redeemed',
      description: 'A time-locked payment that was redeemed',
    },
    {
      name: 'Override Transfer',
      value: 'override_transfer',
      description: 'Moved by the issuer of the asset: as a payment sent, it is a claw-back',
    },
    { name: 'Transfer', value: 'transfer' },
    { name: 'Transfer From Blind', value: 'transfer_from_blind', description: 'From a blinded balance' },
    {
      name: 'Vesting Balance Withdraw',
      value: 'vesting_balance_withdraw',
      description: 'From a vesting balance of the account',
    },
    {
      name: 'Withdraw Permission Claim',
      value: 'withdraw_permission_claim',
      description: 'Claimed by a withdraw permission',
    },
  ],
  default: ['transfer'],
  description:
    'Which movements count. Customers pay by Transfer; the others are rare, and the field kind tells them apart.',
});

export const redeliverAfterCrash = booleanParameter({
  displayName: 'Redeliver After a Crash',
  name: 'redeliverAfterCrash',
  type: 'boolean',
  default: true,
  description:
    'Whether what was running when n8n crashed is delivered again, with redelivered = true. Off, an execution that crashed counts as delivered: a deposit may stay unprocessed.',
});

export const staleAfter = numberParameter({
  displayName: 'Stale After',
  name: 'staleAfter',
  type: 'number',
  typeOptions: { minValue: 0, numberPrecision: 2 },
  default: 5,
  description:
    'Minutes after which a node without a new block is reported and the next endpoint is tried. 0 never: then a frozen node looks like an account without deposits.',
});

export const whenAccountChanges = choiceParameter({
  displayName: 'When Account or Chain Changes',
  name: 'whenAccountChanges',
  type: 'options',
  options: [
    {
      name: 'Start Over as Set in Start From',
      value: 'startOver',
      description: 'Forget the old position. What the old account still had to deliver is not delivered.',
    },
    { name: 'Stop With an Error', value: 'stop', description: 'Deliver nothing and report it' },
  ],
  default: 'stop',
  description: 'What to do when the stored position belongs to another account or chain',
});

export const options = new OptionsParameter(
  [
    attemptsBeforeSettingAside,
    batchSize,
    countWaitingAsDelivered,
    deliverAgain,
    includeRawOperation,
    operationKinds,
    redeliverAfterCrash,
    staleAfter,
    whenAccountChanges,
  ],
  'Add Option',
);

export const properties: INodeProperties[] = [
  account,
  triggerOn,
  assets,
  startFrom,
  startBlock,
  startTime,
  confirmDelivery,
  options,
].map(({ description }) => description);
