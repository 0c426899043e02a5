import { BitSharesError } from '../../../../src/errors';
import { proposalFields } from '../../../../src/withdrawals/approval';
import { nodeSettingsOf } from '../../../shared/credentials';
import { withNodes } from '../../../shared/nodeCredential';
import { forEachItem, shownFor, type NodeOperation } from '../../../shared/operation';

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
    const settings = await nodeSettingsOf(this);
    return withNodes(settings, ({ trusted }) =>
      forEachItem(this, items, async (itemIndex) => {
        const nameOrId = String(this.getNodeParameter('account', itemIndex)).trim();
        const account = nameOrId === '' ? null : await trusted.account(nameOrId);
        if (account === null) {
          throw new BitSharesError('UNKNOWN_ACCOUNT', {
            field: 'Account',
            message:
              nameOrId === '' ? 'no account is given' : `there is no account ${nameOrId} on this chain`,
            fix: 'Enter the name as it is registered (lower case) or the id, such as 1.2.345.',
          });
        }
        return (await trusted.proposals(account.id)).map((proposal) => ({ ...proposalFields(proposal) }));
      }),
    );
  },
};
