import type { INodeProperties } from 'n8n-workflow';
import type { ResourceOperations } from '../../../shared/items/operation';
import { broadcast } from './broadcast';
import { getStatus } from './getStatus';
import { prepare } from './prepare';
import { send } from './send';

export const operations: ResourceOperations = { broadcast, getStatus, prepare, send };

export const description: INodeProperties[] = [
  {
    displayName: 'Operation',
    name: 'operation',
    type: 'options',
    noDataExpression: true,
    displayOptions: { show: { resource: ['transfer'] } },
    options: [
      {
        name: 'Broadcast',
        value: 'broadcast',
        action: 'Broadcast a prepared transfer',
        description: 'Send a transaction that Prepare signed; repeating it cannot pay twice',
      },
      {
        name: 'Get Status',
        value: 'getStatus',
        action: 'Get the status of a transfer',
        description: 'Find out what became of a withdrawal',
      },
      {
        name: 'Prepare',
        value: 'prepare',
        action: 'Prepare a transfer',
        description: 'Check a withdrawal and let the wallet sign it without sending it',
      },
      {
        name: 'Send',
        value: 'send',
        action: 'Send a transfer',
        description: 'Pay a withdrawal exactly once, signed by the wallet',
      },
    ],
    default: 'send',
  },
  ...broadcast.description,
  ...getStatus.description,
  ...prepare.description,
  ...send.description,
];
