/** What becomes of a proposal once it is on the chain: whether it is approved, its execution, and its end when it expires (db_block.cpp, db_update.cpp). */
import { verifyAuthority } from './authority';
import type { Proposal } from './objects';
import type { ChainState, OperationResult } from './state';
import { at, ChainError, failure } from '../wire/chainError';
import type { Operation } from '../wire/operations';
import { compareIds } from '../wire/operations';

/** Executes one operation. It is passed in, because a proposal is an operation that executes others. */
export type Apply = (state: ChainState, operation: Operation, isVirtual: boolean) => OperationResult;

/** Do the approvals that a proposal has suffice for its operations? */
export function isAuthorizedToExecute(state: ChainState, proposal: Proposal): boolean {
  try {
    verifyAuthority(
      proposal.proposed_transaction.operations,
      proposal.available_key_approvals,
      { active: (id) => state.account(id).active, owner: (id) => state.account(id).owner },
      state.parameters.max_authority_depth,
      state.wire.prefix,
      {
        active: proposal.available_active_approvals,
        owner: new Set(proposal.available_owner_approvals),
        allowCommittee: true,
      },
    );
    return true;
  } catch (error) {
    if (error instanceof ChainError) return false;
    throw error;
  }
}

/** Executes a proposal's operations as virtual operations and removes it; on an error everything is taken back (db_block.cpp). */
export function executeProposal(state: ChainState, proposal: Proposal, apply: Apply): void {
  const before = state.applied.length;
  if (state.proposalDepth >= 16)
    throw failure(
      0,
      'exception',
      'unspecified',
      at('db_block.cpp', 340, 'push_proposal'),
      'Max proposal nesting depth exceeded!',
    );
  state.proposalDepth++;
  state.store.undo.start();
  try {
    for (const operation of proposal.proposed_transaction.operations) apply(state, operation, true);
    state.get<Proposal>(proposal.id);
    state.store.remove(proposal.id);
    state.store.undo.merge();
  } catch (error) {
    state.store.undo.undo();
    for (let i = before; i < state.applied.length; i++) state.applied[i] = null;
    throw error;
  } finally {
    state.proposalDepth--;
  }
}

/** At the end of a block: every proposal whose time has come is tried a last time, then removed (db_update.cpp). */
export function clearExpiredProposals(state: ChainState, apply: Apply): void {
  for (;;) {
    const due = state.store
      .all<Proposal>('1.10')
      .filter((proposal) => proposal.expiration_time <= state.headTime)
      .sort((a, b) =>
        a.expiration_time < b.expiration_time
          ? -1
          : a.expiration_time > b.expiration_time
            ? 1
            : compareIds(a.id, b.id),
      )[0];
    if (!due) return;
    try {
      if (isAuthorizedToExecute(state, due)) {
        executeProposal(state, due, apply);
        continue;
      }
    } catch (error) {
      if (!(error instanceof ChainError)) throw error;
    }
    state.store.remove(due.id);
  }
}
