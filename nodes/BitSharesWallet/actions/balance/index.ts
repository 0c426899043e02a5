/** The operations of the resource Balance, and the field that chooses one. */
import type { INodeProperties } from 'n8n-workflow';
import type { ResourceOperations } from '../../../shared/items/operation';
import { importOperation } from './import';

export const operations: ResourceOperations = { import: importOperation };

export const description: INodeProperties[] = [
  {
    displayName: 'Operation',
    name: 'operation',
    type: 'options',
    noDataExpression: true,
    displayOptions: { show: { resource: ['balance'] } },
    options: [
      {
        name: 'Import',
        value: 'import',
        action: 'Import claimable balances',
        description: 'Claim balances into an account, built and signed by the wallet, after a dry run',
      },
    ],
    default: 'import',
  },
  ...importOperation.description,
];
