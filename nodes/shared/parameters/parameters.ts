/** Fields that several operations have. */
import type { INodeProperties } from 'n8n-workflow';

export const accountField: INodeProperties = {
  displayName: 'Account',
  name: 'account',
  type: 'string',
  default: '',
  required: true,
  placeholder: 'e.g. my-exchange or 1.2.345',
  description: 'Name or ID of the account',
};

export const assetField: INodeProperties = {
  displayName: 'Asset',
  name: 'asset',
  type: 'string',
  default: 'BTS',
  required: true,
  placeholder: 'e.g. BTS or 1.3.0',
  description: 'Symbol or ID of the asset',
};

export const limitField: INodeProperties = {
  displayName: 'Limit',
  name: 'limit',
  type: 'number',
  typeOptions: { minValue: 1 },
  default: 50,
  description: 'Max number of results to return',
};
