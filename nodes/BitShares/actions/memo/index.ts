import type { INodeProperties } from 'n8n-workflow';
import type { ResourceOperations } from '../../../shared/operation';
import { decode } from './decode';

export const operations: ResourceOperations = { decode };

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
    ],
    default: 'decode',
  },
  ...decode.description,
];
