/** The operations of the resource Asset, and the field that chooses one. */
import type { INodeProperties } from 'n8n-workflow';
import type { ResourceOperations } from '../../../shared/items/operation';
import { get } from './get';
import { getMany } from './getMany';

export const operations: ResourceOperations = { get, getMany };

export const description: INodeProperties[] = [
  {
    displayName: 'Operation',
    name: 'operation',
    type: 'options',
    noDataExpression: true,
    displayOptions: { show: { resource: ['asset'] } },
    options: [
      {
        name: 'Get',
        value: 'get',
        action: 'Get an asset',
        description: 'Get the ID and the precision of an asset, and what its issuer can do',
      },
      {
        name: 'Get Many',
        value: 'getMany',
        action: 'Get many assets',
        description: 'Get assets in the order of their symbols',
      },
    ],
    default: 'get',
  },
  ...get.description,
  ...getMany.description,
];
