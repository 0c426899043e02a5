import { proposalFields } from '../../../../src/withdrawals/sending/approval';
import { forEachConnectedItem } from '../../../shared/items/connectedItems';
import { requireAccount } from '../../../shared/parameters/lookup';
import { shownFor, type NodeOperation } from '../../../shared/items/operation';

/** Proposal: Get Many. The open proposals that concern an account, as this node shows them: pending ones too. */
export const getMany: NodeOperation = {
  description: shownFor(
    'proposal',
    ['getMany'],
    [
      {
        displayName: 'Account',
        name: 'account',
        type: 'string',
        default: '',
        required: true,
        placeholder: 'e.g. cold-wallet or 1.2.345',
        description: 'Name or ID of an account whose approval the proposals need',
      },
    ],
  ),
  async execute(items) {
    return forEachConnectedItem(this, items, async (itemIndex, { trusted }) => {
      const account = await requireAccount(trusted, this.getNodeParameter('account', itemIndex));
      return (await trusted.proposals(account.id)).map((proposal) => ({ ...proposalFields(proposal) }));
    });
  },
};
