/** The operations of the resource Claimable Balance, and the field that chooses one. */
import type { INodeProperties } from 'n8n-workflow';
import type { ResourceOperations } from '../../../shared/items/operation';
import { getMany } from './getMany';
import { importOperation } from './import';

export const operations: ResourceOperations = { getMany, import: importOperation };

export const description: INodeProperties[] = [
  {
    displayName: 'Operation',
    name: 'operation',
    type: 'options',
    noDataExpression: true,
    displayOptions: { show: { resource: ['claimableBalance'] } },
    options: [
      {
        name: 'Get Many',
        value: 'getMany',
        action: 'Get many claimable balances',
        description: 'Find what keys or addresses can claim, now and later',
      },
      {
        name: 'Import',
        value: 'import',
        action: 'Import claimable balances',
        description: 'Claim balances into the account of the keys credential, after a dry run',
      },
    ],
    default: 'getMany',
  },
  ...getMany.description,
  ...importOperation.description,
];
