/** The operations of the resource Proposal, and the field that chooses one. */
import type { INodeProperties } from 'n8n-workflow';
import type { ResourceOperations } from '../../../shared/items/operation';
import { proposalOperations } from '../../../shared/proposal/operations';
import { from, openWithWallet } from '../../../shared/transfer/signedByWallet';

/** Who proposes or approves: the parameter From, in the words of a proposal. */
const signedBy = from.with({
  displayName: 'Signed By',
  description:
    'Name or ID of the account that proposes or approves and pays the fee; its active key is in the wallet',
});

const { approve, create } = proposalOperations(openWithWallet(signedBy), {
  fields: [signedBy],
  approves: '',
  creates: '',
});

export const operations: ResourceOperations = { approve, create };

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
        description: 'Add an approval that the wallet signs',
      },
      {
        name: 'Create',
        value: 'create',
        action: 'Create a proposal',
        description: 'Propose a withdrawal from an account that needs several signatures, once',
      },
    ],
    default: 'create',
  },
  ...approve.description,
  ...create.description,
];
