/** Whether what was found under a withdrawalId is what this run is about, and by which names its item calls it. */
import type { Account } from '../../chain/interfaces';
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
export function checkContent(phase: Phase, payment: Payment, keyring: MemoKeyring): void {
  switch (phase.at) {
    case 'faulty':
      throw paidBeforeFault(payment, phase.fault);
    case 'formed':
    case 'built':
    case 'signed':
      checkSameContent(phase.intent, payment, keyring, phase.parties.asset.precision);
      return;
    case 'handed in':
      checkSameContent(
        contentOf(phase.transfer, keyring),
        payment,
        keyring,
        phase.names.asset?.precision ?? 0,
      );
      return;
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

/** The phase with the names of what was paid, or would be, where no request gave them. */
export async function namesOf(
  phase: Phase,
  payment: Payment | null,
  from: Account,
  lookup: Pick<Lookup, 'account' | 'asset'>,
): Promise<Phase> {
  if (phase.at !== 'handed in' && phase.at !== 'looked for') return phase;
  const transfer = payment?.operation ?? (phase.at === 'handed in' ? phase.transfer : null);
  if (transfer === null) return { ...phase, names: { ...phase.names, from } };
  return {
    ...phase,
    names: {
      from,
      to: await lookup.account(transfer.to),
      asset: await lookup.asset(transfer.amount.asset_id),
      feeAsset: await lookup.asset(transfer.fee.asset_id),
    },
  };
}
