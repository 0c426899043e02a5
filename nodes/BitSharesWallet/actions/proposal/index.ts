import type { INodeProperties } from 'n8n-workflow';
import type { ResourceOperations } from '../../../shared/items/operation';
import { approve } from './approve';
import { create } from './create';

export const operations: ResourceOperations = { approve, create };

export const description: INodeProperties[] = [
  {
    displayName: 'Operation',
    name: 'operation',
    type: 'options',
    noDataExpression: true,
    displayOptions: { show: { resource: ['proposal'] } },
    options: [
      {
        name: 'Approve',
        value: 'approve',
        action: 'Approve a proposal',
        description: 'Add an approval that the wallet signs',
      },
      {
        name: 'Create',
        value: 'create',
        action: 'Create a proposal',
        description: 'Propose a withdrawal from an account that needs several signatures, once',
      },
    ],
    default: 'create',
  },
  ...approve.description,
  ...create.description,
];
