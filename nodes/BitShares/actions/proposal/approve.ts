import type { INodeProperties } from 'n8n-workflow';
import { BitSharesError } from '../../../../src/errors';
import { isObjectId } from '../../../../src/protocol';
import { approveProposal } from '../../../../src/withdrawals/sending/approval';
import { forEachItem, shownFor, type NodeOperation } from '../../../shared/items/operation';
import { accountOf, optionsOf, textOf } from '../../../shared/parameters/parameterValues';
import { feeOptions } from '../../../shared/transfer/fields';
import { maximumFeeOption } from '../../../shared/transfer/orders';
import { withWithdrawals } from '../transfer/run';

const parameters: INodeProperties[] = [
  {
    displayName: 'Proposal ID',
    name: 'proposalId',
    type: 'string',
    default: '={{ $json.proposalId }}',
    required: true,
    placeholder: 'e.g. 1.10.42',
  },
  {
    displayName: 'Account',
    name: 'account',
    type: 'string',
    default: '',
    required: true,
    placeholder: 'e.g. cold-wallet or 1.2.345',
    description:
      'The account that would act, such as the one that pays. The keys credential is that of the signer.',
  },
];

/** Proposal: Approve. Adds the approval of the credential's account; doing it twice changes nothing. */
export const approve: NodeOperation = {
  description: shownFor('proposal', ['approve'], [...parameters, feeOptions]),
  movesMoney: true,
  async execute(items) {
    return withWithdrawals(this, items, (withdrawalsOf) =>
      forEachItem(this, items, async (itemIndex) => {
        const withdrawals = withdrawalsOf(itemIndex).context;
        const proposalId = textOf(this.getNodeParameter('proposalId', itemIndex), 'Proposal ID');
        if (!isObjectId(proposalId, 'proposal')) {
          throw new BitSharesError('INVALID_OBJECT_ID', {
            field: 'Proposal ID',
            message: 'this is not the id of a proposal',
            fix: 'Give an id such as 1.10.42, from Proposal: Create or Get Many.',
          });
        }
        const account = accountOf(this.getNodeParameter('account', itemIndex), 'Account');
        const maximumFee = maximumFeeOption(optionsOf(this, itemIndex));
        return { ...(await approveProposal({ proposalId, account, maximumFee }, withdrawals)) };
      }),
    );
  },
};
