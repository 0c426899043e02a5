/** The operations of the resource Transfer, and the field that chooses one. */
import type { INodeProperties } from 'n8n-workflow';
import type { ResourceOperations } from '../../../shared/items/operation';
import { transferOperations } from '../../../shared/transfer/operations';
import { from, openWithWallet } from '../../../shared/transfer/signedByWallet';

const { broadcast, getStatus, prepare, quote, send } = transferOperations(openWithWallet(from), {
  account: from,
  ofSigned: [from],
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
        description: 'Check a withdrawal and let the wallet sign it without sending it',
      },
      {
        name: 'Quote',
        value: 'quote',
        action: 'Quote a transfer',
        description: 'Check a withdrawal and get its complete intent, without signing and without sending',
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
  ...quote.description,
  ...send.description,
];
