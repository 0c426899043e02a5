/** The operations that make, approve and remove a proposal (proposal_evaluator.cpp, proposal.cpp). */
import { noAuthorities, requiredAuthorities } from '../authority';
import { at, ChainError, check, failure } from '../../wire/chainError';
import { jsonText, timeSeconds, timeText } from '../../wire/json';
import { comparePublicKeys } from '../../wire/keys';
import type { Proposal } from '../objects';
import type { Apply } from '../proposalExecution';
import { executeProposal, isAuthorizedToExecute } from '../proposalExecution';
import { nothing } from '../state';
import type { Operation, ProposalCreate, ProposalDelete, ProposalUpdate } from '../../wire/operations';
import { compareIds } from '../../wire/operations';
import type { Evaluator } from './evaluator';

const validatePlace = at('proposal.cpp', 60, 'validate', 'pool worker');
const place = (line: number) => at('proposal_evaluator.cpp', line, 'do_evaluate');

const proposalCreate = (validate: (operation: Operation) => void): Evaluator<ProposalCreate> => ({
  validate(op) {
    check(op.proposed_ops.length > 0, '!proposed_ops.empty()', validatePlace);
    for (const { op: inner } of op.proposed_ops) validate(inner);
  },
  evaluate(state, op) {
    const now = state.headSeconds;
    const expiration = timeSeconds(op.expiration_time);
    check(
      expiration > now,
      'o.expiration_time > block_time',
      place(244),
      'Proposal has already expired on creation.',
    );
    check(
      expiration <= now + state.parameters.maximum_proposal_lifetime,
      'o.expiration_time <= block_time + global_parameters.maximum_proposal_lifetime',
      place(246),
      'Proposal expiration time is too far in the future.',
    );
    check(
      op.review_period_seconds === undefined || op.review_period_seconds < expiration - now,
      '!o.review_period_seconds || fc::seconds( *o.review_period_seconds ) < ( o.expiration_time - block_time )',
      place(248),
      'Proposal review period must be less than its overall lifetime.',
    );
    const required = noAuthorities();
    for (const { op: inner } of op.proposed_ops) requiredAuthorities(inner, required);
    check(required.other.length === 0, 'other.size() == 0', place(260));
    if (required.active.has('1.2.0') || required.owner.has('1.2.0')) {
      const least = state.parameters.committee_proposal_review_period;
      if (op.review_period_seconds === undefined) {
        throw failure(
          3052201,
          'proposal_create_review_period_required',
          'review_period required',
          place(268),
          'Review period not given, but at least ${min} required',
          { min: least },
        );
      }
      if (op.review_period_seconds < least) {
        throw failure(
          3052202,
          'proposal_create_review_period_insufficient',
          'review_period insufficient',
          place(275),
          'Review period of ${t} specified, but at least ${min} required',
          { t: op.review_period_seconds, min: least },
        );
      }
    }
  },
  apply(state, op) {
    const required = noAuthorities();
    for (const { op: inner } of op.proposed_ops) requiredAuthorities(inner, required);
    const owner = [...required.owner].sort(compareIds);
    const active = [...required.active].filter((id) => !required.owner.has(id)).sort(compareIds);
    const proposal = state.store.create<Proposal>('1.10', {
      expiration_time: op.expiration_time,
      ...(op.review_period_seconds === undefined
        ? {}
        : { review_period_time: timeText(timeSeconds(op.expiration_time) - op.review_period_seconds) }),
      proposed_transaction: {
        ref_block_num: 0,
        ref_block_prefix: 0,
        expiration: op.expiration_time,
        operations: op.proposed_ops.map((item) => item.op),
        extensions: [],
      },
      required_active_approvals: active,
      available_active_approvals: [],
      required_owner_approvals: owner,
      available_owner_approvals: [],
      available_key_approvals: [],
      proposer: op.fee_paying_account,
      fail_reason: '',
    });
    return [1, proposal.id];
  },
});

function changed(
  list: readonly string[],
  add: readonly string[],
  remove: readonly string[],
  compare: (a: string, b: string) => number,
): string[] {
  return [...new Set([...list, ...add])].filter((item) => !remove.includes(item)).sort(compare);
}

const proposalUpdate = (apply: Apply): Evaluator<ProposalUpdate> => ({
  validate(op) {
    const additions =
      op.active_approvals_to_add.length +
      op.active_approvals_to_remove.length +
      op.owner_approvals_to_add.length +
      op.owner_approvals_to_remove.length +
      op.key_approvals_to_add.length +
      op.key_approvals_to_remove.length;
    check(additions > 0, 'add.size() + remove.size() > 0', validatePlace);
    for (const [add, remove] of [
      [op.active_approvals_to_add, op.active_approvals_to_remove],
      [op.owner_approvals_to_add, op.owner_approvals_to_remove],
      [op.key_approvals_to_add, op.key_approvals_to_remove],
    ] as const) {
      check(
        !add.some((item) => remove.includes(item)),
        'add and remove are disjoint',
        validatePlace,
        'Cannot add and remove approval at the same time.',
      );
    }
  },
  evaluate(state, op) {
    const proposal = state.get<Proposal>(op.proposal);
    if (proposal.review_period_time !== undefined && state.headTime >= proposal.review_period_time) {
      check(
        op.active_approvals_to_add.length === 0 && op.owner_approvals_to_add.length === 0,
        'o.active_approvals_to_add.empty() && o.owner_approvals_to_add.empty()',
        place(318),
        'This proposal is in its review period. No new approvals may be added.',
      );
    }
    for (const id of op.active_approvals_to_remove) {
      check(
        proposal.available_active_approvals.includes(id),
        '_proposal->available_active_approvals.find(id) != _proposal->available_active_approvals.end()',
        place(325),
        '',
        { id, available: proposal.available_active_approvals },
      );
    }
    for (const id of op.owner_approvals_to_remove) {
      check(
        proposal.available_owner_approvals.includes(id),
        '_proposal->available_owner_approvals.find(id) != _proposal->available_owner_approvals.end()',
        place(331),
        '',
        { id, available: proposal.available_owner_approvals },
      );
    }
  },
  apply(state, op) {
    const old = state.get<Proposal>(op.proposal);
    const proposal = state.store.modify(old, {
      available_active_approvals: changed(
        old.available_active_approvals,
        op.active_approvals_to_add,
        op.active_approvals_to_remove,
        compareIds,
      ),
      available_owner_approvals: changed(
        old.available_owner_approvals,
        op.owner_approvals_to_add,
        op.owner_approvals_to_remove,
        compareIds,
      ),
      available_key_approvals: changed(
        old.available_key_approvals,
        op.key_approvals_to_add,
        op.key_approvals_to_remove,
        comparePublicKeys(state.wire.prefix),
      ),
    });
    if (proposal.review_period_time !== undefined || !isAuthorizedToExecute(state, proposal)) return nothing;
    try {
      executeProposal(state, proposal, apply);
    } catch (error) {
      if (!(error instanceof ChainError)) throw error;
      state.store.modify(state.get<Proposal>(op.proposal), { fail_reason: failReason(error) });
    }
    return nothing;
  },
});

function failReason(error: ChainError): string {
  return `${error.code} ${error.exceptionName}: ${error.message}\n${jsonText(error.stackFrames[0]?.data ?? {}, (_, value) => (typeof value === 'bigint' ? value.toString() : value))}`;
}

const proposalDelete: Evaluator<ProposalDelete> = {
  evaluate(state, op) {
    const proposal = state.get<Proposal>(op.proposal);
    const required = op.using_owner_authority
      ? proposal.required_owner_approvals
      : proposal.required_active_approvals;
    check(
      required.includes(op.fee_paying_account),
      'required_approvals->find(o.fee_paying_account) != required_approvals->end()',
      place(400),
      'Provided authority is not authoritative for this proposal.',
      { provided: op.fee_paying_account, required },
    );
  },
  apply(state, op) {
    state.store.remove(op.proposal);
    return nothing;
  },
};

/** By tag. `validate` and `apply` are those of the whole chain, for the operations that a proposal holds. */
export const proposalEvaluators = (rules: { validate(operation: Operation): void; apply: Apply }) => ({
  22: proposalCreate(rules.validate),
  23: proposalUpdate(rules.apply),
  24: proposalDelete,
});
