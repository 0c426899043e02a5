import type { INodeProperties } from 'n8n-workflow';
import { isoTime } from '../../../../src/protocol';
import { runWithdrawals } from '../../../../src/withdrawals/sending/runner';
import { forEachWithdrawal } from '../../../shared/transfer/batch';
import * as fields from '../../../shared/transfer/fields';
import { plainRequest, settingsOf, waitForOf } from '../../../shared/transfer/orders';
import { shownFor, type NodeOperation } from '../../../shared/items/operation';
import { accountOf } from '../../../shared/parameters/parameterValues';
import { signedBy, withWalletWithdrawals } from '../transfer/run';

const payingAccount: INodeProperties = {
  displayName: 'Paying Account',
  name: 'payingAccount',
  type: 'string',
  default: '',
  required: true,
  placeholder: 'e.g. cold-wallet or 1.2.345',
  description: 'Name or ID of the account that needs several signatures',
};

/** Proposal: Create. One proposal a withdrawal, however often it is run; the wallet signs for the proposer. */
export const create: NodeOperation = {
  description: shownFor(
    'proposal',
    ['create'],
    [
      signedBy,
      payingAccount,
      ...fields.paymentFields,
      fields.withdrawalId,
      fields.requestedAt,
      fields.waitFor,
      fields.optionsField([fields.maximumWait]),
    ],
  ),
  movesMoney: true,
  async execute(items) {
    const payerOf = (itemIndex: number) =>
      accountOf(this.getNodeParameter('payingAccount', itemIndex), 'Paying Account');
    return withWalletWithdrawals(this, items, (withdrawalsOf) => {
      const groupOf = (i: number) => JSON.stringify([withdrawalsOf(i).group, payerOf(i)]);
      return forEachWithdrawal(this, items, groupOf, async (itemIndex) => {
        const order = {
          request: plainRequest(this, itemIndex),
          ...settingsOf(this, itemIndex, waitForOf(this.getNodeParameter('waitFor', itemIndex))),
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
};
