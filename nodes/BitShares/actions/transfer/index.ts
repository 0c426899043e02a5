/** The operations of the resource Transfer, and the field that chooses one. */
import type { INodeProperties } from 'n8n-workflow';
import type { ResourceOperations } from '../../../shared/items/operation';
import { payingAccount } from '../../../shared/transfer/fields';
import { transferOperations } from '../../../shared/transfer/operations';
import { openWithKeys } from '../../../shared/transfer/signedByKeys';

const { broadcast, getStatus, prepare, quote, send } = transferOperations(openWithKeys, {
  account: payingAccount,
  ofSigned: [],
});

export const operations: ResourceOperations = { broadcast, getStatus, prepare, quote, send };

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
        description: 'Check and sign a withdrawal without sending it',
      },
      {
        name: 'Quote',
        value: 'quote',
        action: 'Quote a transfer',
        description: 'Check a withdrawal and get its complete intent, without keys and without sending',
      },
      {
        name: 'Send',
        value: 'send',
        action: 'Send a transfer',
        description: 'Pay a withdrawal exactly once, however often it is retried',
      },
    ],
    default: 'send',
  },
  ...broadcast.description,
  ...getStatus.description,
  ...prepare.description,
  ...quote.description,
  ...send.description,
];
