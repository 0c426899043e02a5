/** The operations of the resource Account, and the field that chooses one. */
import type { INodeProperties } from 'n8n-workflow';
import type { ResourceOperations } from '../../../shared/items/operation';
import { get } from './get';
import { getBalances } from './getBalances';
import { getHistory } from './getHistory';
import { getMany } from './getMany';

export const operations: ResourceOperations = { get, getBalances, getHistory, getMany };

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
      {
        name: 'Get Balances',
        value: 'getBalances',
        action: 'Get balances of an account',
        description: 'Get what an account holds, one item for each asset',
      },
      {
        name: 'Get History',
        value: 'getHistory',
        action: 'Get the history of an account',
        description: 'Get the latest operations that concern an account',
      },
      {
        name: 'Get Many',
        value: 'getMany',
        action: 'Get many accounts',
        description: 'Get names and IDs of accounts in the order of the alphabet',
      },
    ],
    default: 'get',
  },
  ...get.description,
  ...getBalances.description,
  ...getHistory.description,
  ...getMany.description,
];
