/** The operations of the resource Account, and the field that chooses one. */
import type { INodeProperties } from 'n8n-workflow';
import type { ResourceOperations } from '../../../shared/items/operation';
import { get } from './get';
import { getBalances } from './getBalances';
import { getHistory } from './getHistory';

export const operations: ResourceOperations = { get, getBalances, getHistory };

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
        description: 'Get the ID and the keys of an account',
      },
      {
        name: 'Get Balances',
        value: 'getBalances',
        action: 'Get the balances of an account',
        description: 'Get what an account holds, one item an asset',
      },
      {
        name: 'Get History',
        value: 'getHistory',
        action: 'Get the history of an account',
        description: 'Get the newest operations of an account with their memos',
      },
    ],
    default: 'get',
  },
  ...get.description,
  ...getBalances.description,
  ...getHistory.description,
];
