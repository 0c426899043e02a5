/** The operations of the resource Wallet, and the field that chooses one. */
import type { INodeProperties } from 'n8n-workflow';
import type { ResourceOperations } from '../../../shared/items/operation';
import { getInfo } from './getInfo';
import { importKey } from './importKey';
import { lock } from './lock';
import { setPassword } from './setPassword';
import { unlock } from './unlock';

export const operations: ResourceOperations = { getInfo, importKey, lock, setPassword, unlock };

export const description: INodeProperties[] = [
  {
    displayName: 'Operation',
    name: 'operation',
    type: 'options',
    noDataExpression: true,
    displayOptions: { show: { resource: ['wallet'] } },
    options: [
      {
        name: 'Get Info',
        value: 'getInfo',
        action: 'Get info about the wallet',
        description: 'Get whether it is locked, its chain and what its node is at',
      },
      {
        name: 'Import Key',
        value: 'importKey',
        action: 'Import a key into the wallet',
        description: 'Hand keys of the keys credential to the wallet and save its file',
      },
      {
        name: 'Lock',
        value: 'lock',
        action: 'Lock the wallet',
        description: 'Lock the wallet, whoever opened it',
      },
      {
        name: 'Set Password',
        value: 'setPassword',
        action: 'Set the password of the wallet',
        description: 'Give a new wallet the password of the credential and save its file',
      },
      {
        name: 'Unlock',
        value: 'unlock',
        action: 'Unlock the wallet',
        description: 'Leave the wallet open for other programs; the operations of this node do not need it',
      },
    ],
    default: 'getInfo',
  },
  ...importKey.description,
];
