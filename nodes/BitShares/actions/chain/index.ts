/** The operations of the resource Chain, and the field that chooses one. */
import type { INodeProperties } from 'n8n-workflow';
import type { ResourceOperations } from '../../../shared/items/operation';
import { getBlock } from './getBlock';
import { getInfo } from './getInfo';
import { getTransaction } from './getTransaction';

export const operations: ResourceOperations = { getBlock, getInfo, getTransaction };

export const description: INodeProperties[] = [
  {
    displayName: 'Operation',
    name: 'operation',
    type: 'options',
    noDataExpression: true,
    displayOptions: { show: { resource: ['chain'] } },
    options: [
      {
        name: 'Get Block',
        value: 'getBlock',
        action: 'Get a block',
        description: 'Get a block with the IDs of its transactions',
      },
      {
        name: 'Get Info',
        value: 'getInfo',
        action: 'Get info about the chain',
        description: 'Get head, irreversibility and health of the nodes',
      },
      {
        name: 'Get Transaction',
        value: 'getTransaction',
        action: 'Get a recent transaction',
        description: 'Get a pending or recent transaction by its ID',
      },
    ],
    default: 'getInfo',
  },
  ...getBlock.description,
  ...getInfo.description,
  ...getTransaction.description,
];
