import type { INodeProperties } from 'n8n-workflow';
import type { ResourceOperations } from '../../../shared/operation';
import { get } from './get';

export const operations: ResourceOperations = { get };

export const description: INodeProperties[] = [
  {
    displayName: 'Operation',
    name: 'operation',
    type: 'options',
    noDataExpression: true,
    displayOptions: { show: { resource: ['account'] } },
    options: [
      {
        name: 'Get',
        value: 'get',
        action: 'Get an account',
        description: 'Get the ID, the keys and the size of the history of an account',
      },
    ],
    default: 'get',
  },
  ...get.description,
];
