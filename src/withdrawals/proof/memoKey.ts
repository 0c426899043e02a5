/**
 * The receiver's memo key for a one-step Send, proved to be the same for everybody who builds in this window.
 *
 * A full node's answer includes pending transactions, so a receiver could show one key to the first attempt and another
 * to the second, and be paid twice. The key is therefore read from the delayed node, and used only when nothing between
 * the reference block and the head can have changed it.
 */
import { BitSharesError } from '../../errors';
import { labels } from '../../labels';
import { memoKeyDisagreement } from './agreedParameters';
import type { Evidence } from './evidence';
import { concernedBy } from './senderIndex';
import type { Window } from '../transaction/window';

/** What a proof looks at: the evidence reaches from the reference block through the head. */
export interface MemoKeyEvidence extends Evidence {
  window: Window;
  referenceBlock: number;
  /** False when the operator has no delayed node at all. */
  hasDelayedNode: boolean;
}

/**
 * Proves the memo key of a receiver (`1.2.x`), or says what has to be waited for.
 *
 * The order of the questions to the delayed node carries the proof. Whoever used another key in this window read it
 * before it changed, in a block after the window's start. If the change came from an operation in a block, that
 * block is in the scan, here or there. If it came from a proposal, that proposal was open when the other asked, so the other
 * refused; or its creation or approval is in the scan. That the delayed node names the true key is the word of one node, so
 * the trusted one has to name the same.
 *
 * @throws MEMO_KEY_UNPROVEN where it cannot be proved in this window, or not at all
 */
export async function proveReceiverMemoKey(
  receiverId: string,
  evidence: MemoKeyEvidence,
): Promise<{ memoKey: string } | BitSharesError> {
  const { view, window, referenceBlock, scanned, reversible } = evidence;
  if (!evidence.hasDelayedNode) {
    throw unproven(
      'without a delayed node the memo key of the receiver cannot be proved',
      'Set Delayed Node URLs in the node credential, or use Transfer: Quote (its intent holds the key), or give Receiver Memo Key, or set Memo Type to Public.',
    );
  }
  if (view.delayed === null) {
    return view.delayedFault ?? unproven('the delayed node cannot be used now', waitFix);
  }
  const { session, state } = view.delayed;
  if (state.headTime <= window.start) {
    return unproven('the delayed node has not reached this window yet', waitFix);
  }
  const proposals = await session.proposals(receiverId);
  const account = await session.account(receiverId);
  const after = await session.state();
  if (account === null) return unproven('the account of the receiver is not irreversible yet', waitFix);
  if (after.headBlockNumber > view.state.lastIrreversibleBlock) {
    return unproven('the trusted node is behind the delayed node', waitFix);
  }
  if (account.owner.accounts.length > 0 || account.active.accounts.length > 0) {
    throw unproven(
      'other accounts control the account of the receiver, and through them its memo key could change unseen',
      'Use Transfer: Quote (its intent holds the key), or give Receiver Memo Key, or set Memo Type to Public.',
    );
  }
  const open = proposals.find(({ operations }) => {
    const { accounts, any } = concernedBy(operations);
    return any || accounts.includes(receiverId);
  });
  if (open !== undefined) {
    throw unproven(
      `the open proposal ${open.id} can change the memo key of the receiver at any moment`,
      'Wait until the proposal is over, or use Transfer: Quote, or give Receiver Memo Key, or set Memo Type to Public.',
    );
  }
  const change =
    scanned.index.keyChangeOf(receiverId, referenceBlock) ??
    reversible.keyChangeOf(receiverId, referenceBlock);
  if (change !== undefined) {
    throw unproven(
      `the memo key of the receiver may have changed in block ${change.blockNumber}, in this window`,
      `Nothing was sent. Run this withdrawal again after ${new Date(window.end * 1000).toISOString()}.`,
    );
  }
  return (await memoKeyDisagreement(view, account)) ?? { memoKey: account.memoKey };
}

const waitFix = 'Nothing was sent. Run this withdrawal again.';

function unproven(message: string, fix: string): BitSharesError {
  return new BitSharesError('MEMO_KEY_UNPROVEN', { field: labels.receiverMemoKey, message, fix });
}
