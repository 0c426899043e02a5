/** Whether what was found under a withdrawalId, or handed in for it, is what this run is about. */
import { BitSharesError } from '../../errors';
import { labels } from '../../labels';
import { toBigInt, type MemoKeyring } from '../../protocol';
import { checkSameContent, contentOf, paidBeforeFault, type Payment } from '../proof/evidence';
import { withdrawalNonce } from '../transaction/nonce';
import type { Lookup } from '../transaction/request';
import type { PhaseAt } from './phases';
import type { Withdrawal } from './withdrawal';

/**
 * What was paid must be what this would pay, or its receiver would be taken for paid.
 *
 * @throws WITHDRAWAL_CONFLICT, INVALID_TRANSACTION
 */
export async function checkContent(
  { asked, phase }: Withdrawal,
  payment: Payment | null,
  senderId: string,
  keyring: MemoKeyring,
  lookup: Pick<Lookup, 'asset'>,
): Promise<void> {
  if (phase.at === 'handed in') checkOwnNonce(phase, withdrawalNonce(senderId, asked.withdrawalId), senderId);
  if (payment === null) return;
  switch (phase.at) {
    case 'faulty':
      throw paidBeforeFault(payment, phase.fault);
    case 'formed':
    case 'built':
    case 'signed':
      checkSameContent(phase.intent, payment, keyring, phase.parties.asset.precision);
      return;
    case 'handed in': {
      const asset = await lookup.asset(phase.transfer.amount.asset_id);
      checkSameContent(contentOf(phase.transfer, keyring), payment, keyring, asset?.precision ?? 0);
      return;
    }
    case 'asked':
    case 'looked for':
      // Only its id is known.
      return;
  }
}

/** Without it, the payment of a transaction would not be found. */
function checkOwnNonce({ transfer }: PhaseAt<'handed in'>, nonce: bigint, senderId: string): void {
  const { from, memo } = transfer;
  if (from === senderId && memo !== undefined && toBigInt(memo.nonce) === nonce) return;
  throw new BitSharesError('INVALID_TRANSACTION', {
    field: labels.transaction,
    message: 'this transaction does not belong to this withdrawal id and account',
    fix: 'Hand in the transaction that Transfer: Prepare returned for this Withdrawal ID.',
  });
}
