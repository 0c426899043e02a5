/** One attempt: the transaction of a withdrawal in the present window, and the checks before it is signed. */
import { BitSharesError } from '../../errors';
import { isOperation, isoTime, toBigInt, type Transaction, transactionId } from '../../protocol';
import { usedByProposal, usedByTransfer, windowDisagreement } from '../proof/agreedParameters';
import type { ChainView } from '../proof/view';
import { type Evidence } from '../proof/evidence';
import type { Intent } from '../transaction/intent';
import { proveReceiverMemoKey } from '../proof/memoKey';
import { transfersIn } from '../proof/senderIndex';
import {
  buildMemo,
  buildProposalTransaction,
  buildTransferTransaction,
  feeOf,
  type Fee,
} from '../transaction/transactionBuilder';
import { checkWindowLength, waiting, windowAt, windowVerdict, type Window } from '../transaction/window';
import type { WithdrawalContext } from './context';

export interface Attempt {
  window: Window;
  transaction: Transaction;
  transactionId: string;
  /** In seconds. */
  expiration: number;
  fee: Fee;
  /** What the chain asks for, in the core asset. */
  requiredFee: bigint;
  /** What the account that signs needs: base units of the withdrawal's asset, and a fee. */
  cost: { amount: bigint; fee: Fee };
}

/** The window that may be used now, or why none may yet. */
function usableWindow({ state, lastIrreversibleTime }: ChainView): Window | BitSharesError {
  checkWindowLength(state, lastIrreversibleTime);
  const window = windowAt(state);
  switch (windowVerdict(window, state, lastIrreversibleTime)) {
    case 'usable':
      return window;
    case 'start_not_irreversible':
      return waiting(`the start of this window (${isoTime(window.start)}) is not irreversible yet`);
    case 'nearly_over':
      return waiting(`this window is nearly over; the next one begins at ${isoTime(window.end)}`);
  }
}

/**
 * Builds the transaction of an intent for the present window, where it is not the `present` one; or says what has to be waited
 * for. Evidence must reach from before the window through the head.
 *
 * @param proposerId `1.2.x` of who proposes that the sender pays; null where it pays itself
 * @throws WINDOW_TOO_SHORT, INVALID_ANSWER, MEMO_KEY_UNPROVEN; as `buildMemo`
 */
export async function buildAttempt(
  intent: Intent,
  present: Attempt | null,
  evidence: Evidence,
  { chain, keys, nodes }: Pick<WithdrawalContext, 'chain' | 'keys' | 'nodes'>,
  proposerId: string | null,
): Promise<Attempt | BitSharesError> {
  const { view, scanned, reversible } = evidence;
  const window = usableWindow(view);
  if (window instanceof BitSharesError) return window;
  if (present?.window.start === window.start && present.window.end === window.end) return present;
  const disagreement = windowDisagreement(
    view,
    window,
    proposerId === null ? usedByTransfer : usedByProposal,
  );
  if (disagreement !== null) return disagreement;
  const firstInside = scanned.firstLaterThan(window.start);
  if (firstInside === undefined) return waiting('the scan does not reach this window yet');
  // A chain that began inside the window has no block at or before its start; its first block serves every process alike.
  const reference = Math.max(1, firstInside - 1);
  const referenceBlockId = (await scanned.block(view.session, reference)).id;
  if (referenceBlockId === null) {
    throw new BitSharesError('INVALID_ANSWER', {
      message: `${view.session.endpoint} does not give the whole header of block ${reference}`,
      fix: 'Use another node.',
    });
  }
  let complete = intent;
  if (intent.memoMode === 'encrypted' && intent.receiverMemoKey === null) {
    const hasDelayedNode = nodes.delayed !== null;
    const evidenceOfKey = { view, window, referenceBlock: reference, scanned, reversible, hasDelayedNode };
    const proof = await proveReceiverMemoKey(intent.to, evidenceOfKey);
    if (proof instanceof BitSharesError) return proof;
    complete = { ...intent, receiverMemoKey: proof.memoKey };
  }
  const builderKeys = { memoKeys: keys.memoKeys, prefix: chain.prefix };
  const inputs = { window, referenceBlockId, fees: view.state.fees };
  const transaction =
    proposerId === null
      ? buildTransferTransaction(complete, inputs, builderKeys)
      : buildProposalTransaction(
          complete,
          { ...inputs, proposerId, maximumProposalLifetime: view.state.maximumProposalLifetime },
          builderKeys,
        );
  // Encrypting is most of the work of a long list, so it is done once.
  const memo = transfersIn(transaction.operations)[0]?.memo ?? buildMemo(complete, builderKeys);
  const { fee, required } = feeOf(complete, memo, view.state.fees, chain.prefix);
  return {
    window,
    transaction,
    transactionId: transactionId(transaction, chain.prefix),
    expiration: window.end,
    fee,
    requiredFee: required,
    cost: costOf(transaction, complete, fee),
  };
}

/** What the signing account pays: for a transfer amount and fee, for a proposal only the fee of the proposal. */
function costOf({ operations: [operation] }: Transaction, intent: Intent, fee: Fee): Attempt['cost'] {
  if (operation !== undefined && isOperation(operation, 'proposal_create')) {
    const { amount, asset_id } = operation[1].fee;
    return { amount: 0n, fee: { amount: toBigInt(amount), assetId: asset_id } };
  }
  return { amount: intent.amount, fee };
}
