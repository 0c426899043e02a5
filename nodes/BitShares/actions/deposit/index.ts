/** The operations of the resource Deposit, and the field that chooses one. */
import type { INodeProperties } from 'n8n-workflow';
import type { ResourceOperations } from '../../../shared/items/operation';
import { getMany } from './getMany';
import { reconcile } from './reconcile';

export const operations: ResourceOperations = { getMany, reconcile };

export const description: INodeProperties[] = [
  {
    displayName: 'Operation',
    name: 'operation',
    type: 'options',
    noDataExpression: true,
    displayOptions: { show: { resource: ['deposit'] } },
    options: [
      {
        name: 'Get Many',
        value: 'getMany',
        action: 'Get many deposits',
        description: 'Get irreversible deposits of a stretch of blocks or time, or after a deposit',
      },
      {
        name: 'Reconcile',
        value: 'reconcile',
        action: 'Reconcile deposits with balances',
        description: 'Compare everything that moved with the balances of the account, for each asset',
      },
    ],
    default: 'getMany',
  },
  ...getMany.description,
  ...reconcile.description,
];
