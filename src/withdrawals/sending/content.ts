/** Whether what was found under a withdrawalId is what this run is about. */
import { BitSharesError } from '../../errors';
import { labels } from '../../labels';
import { toBigInt, type MemoKeyring } from '../../protocol';
import { checkSameContent, contentOf, paidBeforeFault, type Payment } from '../proof/evidence';
import { withdrawalNonce } from '../transaction/nonce';
import type { Lookup } from '../transaction/request';
import type { Phase } from './phases';

/**
 * What was paid must be what this would pay, or its receiver would be taken for paid.
 *
 * @throws WITHDRAWAL_CONFLICT
 */
export async function checkContent(
  phase: Phase,
  payment: Payment,
  keyring: MemoKeyring,
  lookup: Pick<Lookup, 'asset'>,
): Promise<void> {
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

/** Why a transaction that was handed in is not this withdrawal's own: its payment would not be found. Null where it is. */
export function foreignTransaction(
  phase: Phase,
  senderId: string,
  withdrawalId: string,
): BitSharesError | null {
  if (phase.at !== 'handed in') return null;
  const { from, memo } = phase.transfer;
  const nonce = memo === undefined ? null : toBigInt(memo.nonce);
  if (from === senderId && nonce === withdrawalNonce(senderId, withdrawalId)) return null;
  return new BitSharesError('INVALID_TRANSACTION', {
    field: labels.transaction,
    message: 'this transaction does not belong to this withdrawal id and account',
    fix: 'Hand in the transaction that Transfer: Prepare returned for this Withdrawal ID.',
  });
}
