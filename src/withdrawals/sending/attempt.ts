/** One attempt: the transaction of a withdrawal in the present window. */
import { BitSharesError } from '../../errors';
import { isoTime, transactionId } from '../../protocol';
import { usedByProposal, usedByTransfer, windowDisagreement } from '../proof/agreedParameters';
import type { ChainView } from '../proof/view';
import { type Evidence } from '../proof/evidence';
import type { Intent } from '../transaction/intent';
import { proveReceiverMemoKey } from '../proof/memoKey';
import {
  buildProposalTransaction,
  buildTransferTransaction,
  type BuiltTransaction,
} from '../transaction/transactionBuilder';
import { checkWindowLength, waiting, windowAt, windowVerdict, type Window } from '../transaction/window';
import type { WithdrawalContext } from './context';

export interface Attempt extends BuiltTransaction {
  window: Window;
  transactionId: string;
  /** In seconds. */
  expiration: number;
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
  const { view, scanned } = evidence;
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
    const ofKey = { ...evidence, window, referenceBlock: reference, hasDelayedNode };
    const proof = await proveReceiverMemoKey(intent.to, ofKey);
    if (proof instanceof BitSharesError) return proof;
    complete = { ...intent, receiverMemoKey: proof.memoKey };
  }
  const builderKeys = { memoKeys: keys.memoKeys, prefix: chain.prefix };
  const inputs = { window, referenceBlockId, fees: view.state.fees };
  const { maximumProposalLifetime } = view.state;
  const built =
    proposerId === null
      ? buildTransferTransaction(complete, inputs, builderKeys)
      : buildProposalTransaction(complete, { ...inputs, proposerId, maximumProposalLifetime }, builderKeys);
  const id = transactionId(built.transaction, chain.prefix);
  return { ...built, window, transactionId: id, expiration: window.end };
}
