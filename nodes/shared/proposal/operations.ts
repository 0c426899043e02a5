/** The proposal operations that sign, whoever signs. */
import { BitSharesError } from '../../../src/errors';
import { isObjectId, isoTime } from '../../../src/protocol';
import { approveProposal } from '../../../src/withdrawals/sending/approval';
import { runWithdrawals } from '../../../src/withdrawals/sending/runner';
import { forEachItem, shownFor, type NodeOperation } from '../items/operation';
import { accountParameter, type Field } from '../parameters/parameter';
import { accountField, proposalField } from '../parameters/parameters';
import { forEachWithdrawal } from '../transfer/batch';
import * as fields from '../transfer/fields';
import { limitsOf, plainRequest } from '../transfer/orders';
import type { OpenWithdrawals } from '../transfer/withdrawals';

/** How a node asks who proposes and approves. */
export interface Proposer {
  fields: Field[];
  /** Who that is, in a sentence behind the description of the account that pays: of Create, and of Approve. */
  creates: string;
  approves: string;
}

export interface ProposalOperations {
  approve: NodeOperation;
  create: NodeOperation;
}

export function proposalOperations(open: OpenWithdrawals, proposer: Proposer): ProposalOperations {
  const acting = accountField.with({
    placeholder: 'e.g. cold-wallet or 1.2.345',
    description: `The account that would act, such as the one that pays${proposer.approves}`,
  });
  const payingAccount = accountParameter({
    displayName: 'Paying Account',
    name: 'payingAccount',
    type: 'string',
    default: '',
    required: true,
    placeholder: 'e.g. cold-wallet or 1.2.345',
    description: `Name or ID of the account that needs several signatures${proposer.creates}`,
  });
  return {
    /** Adds the approval of the signer's account; doing it twice changes nothing. */
    approve: {
      description: shownFor(
        'proposal',
        ['approve'],
        [...proposer.fields, proposalField, acting, fields.feeOptions],
      ),
      movesMoney: true,
      async execute(items) {
        return open(this, items, (withdrawalsOf) =>
          forEachItem(this, items, async (itemIndex) => {
            const { context } = withdrawalsOf(itemIndex);
            const id = proposalField.read(this, itemIndex);
            if (!isObjectId(id, 'proposal')) {
              throw new BitSharesError('INVALID_OBJECT_ID', {
                field: proposalField.label,
                message: 'this is not the id of a proposal',
                fix: 'Give an id such as 1.10.42, from Proposal: Create, or Get Many of the BitShares node.',
              });
            }
            const request = {
              proposalId: id,
              account: acting.read(this, itemIndex),
              maximumFee: fields.feeOptions.read(this, itemIndex).given(fields.maximumFee),
            };
            return { ...(await approveProposal(request, context)) };
          }),
        );
      },
    },

    /** One proposal a withdrawal, however often it is run. */
    create: {
      description: shownFor(
        'proposal',
        ['create'],
        [
          ...proposer.fields,
          payingAccount,
          ...fields.paymentFields,
          fields.withdrawalId,
          fields.requestedAt,
          fields.waitFor,
          fields.waitingOptions,
        ],
      ),
      movesMoney: true,
      async execute(items) {
        const payerOf = (itemIndex: number) => payingAccount.read(this, itemIndex);
        return open(this, items, (withdrawalsOf) => {
          const groupOf = (i: number) => JSON.stringify([withdrawalsOf(i).group, payerOf(i)]);
          return forEachWithdrawal(this, items, groupOf, async (itemIndex) => {
            const options = fields.waitingOptions.read(this, itemIndex);
            const order = {
              request: plainRequest(this, itemIndex, options),
              payingAccount: payerOf(itemIndex),
              ...limitsOf(options),
              waitFor: fields.waitFor.read(this, itemIndex),
              maximumWait: options.of(fields.maximumWait),
            };
            const [result] = await runWithdrawals(
              [order],
              { ...withdrawalsOf(itemIndex).context, payingAccount: payerOf(itemIndex) },
              { mode: 'propose', refuseBatchOnConflict: true },
            );
            if (result === undefined) return [];
            if (result.conflict !== null) throw result.conflict;
            const { item, proposal } = result;
            return {
              ...item,
              proposalId: proposal?.proposalId ?? null,
              proposalBlock: proposal?.blockNumber ?? null,
              proposalExpiration: proposal === null ? null : isoTime(proposal.expirationTime),
            };
          });
        });
      },
    },
  };
}
