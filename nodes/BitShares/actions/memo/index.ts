/** The operations of the resource Memo, and the field that chooses one. */
import type { INodeProperties } from 'n8n-workflow';
import type { ResourceOperations } from '../../../shared/items/operation';
import { decode } from './decode';
import { encode } from './encode';

export const operations: ResourceOperations = { decode, encode };

export const description: INodeProperties[] = [
  {
    displayName: 'Operation',
    name: 'operation',
    type: 'options',
    noDataExpression: true,
    displayOptions: { show: { resource: ['memo'] } },
    options: [
      {
        name: 'Decode',
        value: 'decode',
        action: 'Decode a memo',
        description: 'Read a memo with the keys of the credential and say what came of it',
      },
      {
        name: 'Encode',
        value: 'encode',
        action: 'Encode a memo',
        description: 'Make the memo of an operation; nothing is sent',
      },
    ],
    default: 'decode',
  },
  ...decode.description,
  ...encode.description,
];
