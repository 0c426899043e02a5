/** Parameters that several operations have. */
import {
  accountParameter,
  assetParameter,
  booleanParameter,
  choiceParameter,
  textParameter,
  wholeNumberParameter,
} from './parameter';

export const accountField = accountParameter({
  displayName: 'Account',
  name: 'account',
  type: 'string',
  default: '',
  required: true,
  placeholder: 'e.g. my-exchange or 1.2.345',
  description: 'Name or ID of the account',
});

export const assetField = assetParameter({
  displayName: 'Asset',
  name: 'asset',
  type: 'string',
  default: 'BTS',
  required: true,
  placeholder: 'e.g. BTS or 1.3.0',
  description: 'Symbol or ID of the asset',
});

export const limitField = wholeNumberParameter({
  displayName: 'Limit',
  name: 'limit',
  type: 'number',
  typeOptions: { minValue: 1 },
  default: 50,
  description: 'Max number of results to return',
});

export const proposalField = textParameter({
  displayName: 'Proposal ID',
  name: 'proposalId',
  type: 'string',
  default: '={{ $json.proposalId }}',
  required: true,
  placeholder: 'e.g. 1.10.42',
});

export const includeRawOperation = booleanParameter({
  displayName: 'Include Raw Operation',
  name: 'includeRawOperation',
  type: 'boolean',
  default: false,
  description: 'Whether to add the operation as the node shows it, in the field operation',
});

export const memoTypeField = choiceParameter({
  displayName: 'Memo Type',
  name: 'memoType',
  type: 'options',
  options: [
    { name: 'Encrypted', value: 'encrypted', description: 'Only sender and receiver can read it' },
    { name: 'Public', value: 'public', description: 'Everybody can read it' },
  ],
  default: 'encrypted',
});
