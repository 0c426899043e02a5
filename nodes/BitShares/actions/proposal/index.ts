/** The operations of the resource Proposal, and the field that chooses one. */
import type { INodeProperties } from 'n8n-workflow';
import type { ResourceOperations } from '../../../shared/items/operation';
import { proposalOperations } from '../../../shared/proposal/operations';
import { openWithKeys } from '../../../shared/transfer/signedByKeys';
import { getMany } from './getMany';

const { approve, create } = proposalOperations(openWithKeys, {
  fields: [],
  approves: '. The keys credential is that of the signer.',
  creates: '. The keys credential is that of the proposer, who pays the fee of the proposal.',
});

export const operations: ResourceOperations = { approve, create, getMany };

export const description: INodeProperties[] = [
  {
    displayName: 'Operation',
    name: 'operation',
    type: 'options',
    noDataExpression: true,
    displayOptions: { show: { resource: ['proposal'] } },
    options: [
      {
        name: 'Approve',
        value: 'approve',
        action: 'Approve a proposal',
        description: 'Add the approval of the account of the keys credential',
      },
      {
        name: 'Create',
        value: 'create',
        action: 'Create a proposal',
        description: 'Propose a withdrawal from an account that needs several signatures, once',
      },
      {
        name: 'Get Many',
        value: 'getMany',
        action: 'Get many proposals',
        description: 'List the open proposals of an account',
      },
    ],
    default: 'getMany',
  },
  ...approve.description,
  ...create.description,
  ...getMany.description,
];
