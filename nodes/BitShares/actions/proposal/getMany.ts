import { proposalFields } from '../../../../src/withdrawals/sending/approval';
import { forEachConnectedItem } from '../../../shared/items/connectedItems';
import { requireAccount } from '../../../shared/parameters/lookup';
import { accountField } from '../../../shared/parameters/parameters';
import { shownFor, type NodeOperation } from '../../../shared/items/operation';

/** Proposal: Get Many. The open proposals that concern an account, as this node shows them: pending ones too. */
export const getMany: NodeOperation = {
  description: shownFor(
    'proposal',
    ['getMany'],
    [
      accountField.with({
        placeholder: 'e.g. cold-wallet or 1.2.345',
        description: 'Name or ID of an account whose approval the proposals need',
      }),
    ],
  ),
  async execute(items) {
    return forEachConnectedItem(this, items, async (itemIndex, { trusted }) => {
      const account = await requireAccount(trusted, accountField.read(this, itemIndex));
      return (await trusted.proposals(account.id)).map((proposal) => ({ ...proposalFields(proposal) }));
    });
  },
};
