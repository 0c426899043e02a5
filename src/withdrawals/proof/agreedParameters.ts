/**
 * What the trusted and the delayed node must say alike before a withdrawal is signed. None of it is in a block, and each
 * piece decides a byte of the transaction: with another maintenance time alone, one withdrawal has two live transactions.
 */
import { nodesDisagree } from '../../chain/disagreement';
import type { ChainState } from '../../chain/interfaces';
import type { BitSharesError } from '../../errors';
import { isoTime, operationTypes } from '../../protocol';
import { feeParameters } from '../../payments/fees';
import type { ChainView } from './view';
import { waiting, type Window } from '../transaction/window';

/** The chain's parameters that a transaction is built with. */
export interface UsedParameters {
  /** Types of operations whose fees are paid. */
  feesOf: readonly (keyof typeof operationTypes)[];
  /** Whether the longest lifetime of a proposal counts. */
  proposalLifetime: boolean;
}

export const usedByTransfer: UsedParameters = { feesOf: ['transfer'], proposalLifetime: false };
export const usedByProposal: UsedParameters = {
  feesOf: ['transfer', 'proposal_create'],
  proposalLifetime: true,
};
export const usedByApproval: UsedParameters = { feesOf: ['proposal_update'], proposalLifetime: false };

/**
 * The delayed node of a view; null where the operator has none.
 *
 * @throws what keeps it from being used now
 */
export function delayedOf({ delayed, delayedFault }: ChainView): ChainView['delayed'] {
  if (delayedFault !== null) throw delayedFault;
  return delayed;
}

/**
 * Why the parameters of this window cannot be relied on now, or null. Both nodes have to be past its start and in the same
 * maintenance interval: a delayed node that is on its way there is only waited for.
 */
export function windowDisagreement(
  view: ChainView,
  window: Window,
  used: UsedParameters,
): BitSharesError | null {
  const fault = parameterDisagreement(view, used);
  if (fault !== null || view.delayed === null) return fault;
  const { session, state } = view.delayed;
  const isThere =
    state.headTime > window.start && state.nextMaintenanceTime === view.state.nextMaintenanceTime;
  if (isThere || (view.stopped !== null && followsFrom(state, view.state))) return null;
  return waiting(
    `${session.endpoint} has not reached this window yet, which began at ${isoTime(window.start)}: its block ${state.headBlockNumber} is of ${isoTime(state.headTime)}`,
  );
}

/**
 * Whether the next maintenance of the one state is the only one that can follow from the other, of a node that stands still:
 * they are whole intervals apart, and only one such time is the next (bitshares-core `db_maint.cpp`).
 */
function followsFrom(stopped: ChainState, { headTime, ...present }: ChainState): boolean {
  const { nextMaintenanceTime: next, maintenanceInterval: interval } = present;
  const isWhole = (next - stopped.nextMaintenanceTime) % interval === 0;
  return isWhole && next > headTime && next - interval <= headTime;
}

/**
 * Why the parameters cannot be relied on now, or null. Between two maintenances they do not change, so in one interval
 * they are equal on all nodes; a delayed node that has not seen the last maintenance may have others, and is waited for.
 */
export function parameterDisagreement(view: ChainView, used: UsedParameters): BitSharesError | null {
  if (view.delayedFault !== null) return view.delayedFault;
  if (view.delayed === null) return null;
  const { endpoint } = view.session;
  const { session, state } = view.delayed;
  const disagree = ({ what, says }: Difference): BitSharesError =>
    nodesDisagree(what, [
      { endpoint, says: says[0] },
      { endpoint: session.endpoint, says: says[1] },
    ]);
  const next = state.nextMaintenanceTime;
  const isSame = next === view.state.nextMaintenanceTime;
  // What the delayed node has yet to reach, the trusted one must have passed; otherwise it is the next one of both.
  const isAhead = state.headTime < next || state.headBlockNumber === 0;
  const isBehind = !isSame && isAhead && next <= view.state.headTime;
  const difference = differenceOf(view.state, state, used);
  if (!isSame && !isBehind) {
    return disagree({
      what: 'the time of the next maintenance',
      says: [isoTime(view.state.nextMaintenanceTime), isoTime(next)],
    });
  }
  if (difference === null) return null;
  if (!isBehind) return disagree(difference);
  return waiting(
    `${session.endpoint} has not reached the maintenance at ${isoTime(next)} yet, and says something else about ${difference.what}`,
  );
}

interface Difference {
  what: string;
  says: [string, string];
}

function differenceOf(first: ChainState, second: ChainState, used: UsedParameters): Difference | null {
  const compared = (what: string, say: (state: ChainState) => string): Difference | null => {
    const says: [string, string] = [say(first), say(second)];
    return says[0] === says[1] ? null : { what, says };
  };
  return (
    compared('the maintenance interval', ({ maintenanceInterval }) => `${maintenanceInterval} s`) ??
    compared('the scale of fees', ({ fees }) => fees.scale.toString()) ??
    used.feesOf
      .map((name) =>
        compared(`the fee of ${name}`, ({ fees }) => {
          const { base, pricePerKilobyte } = feeParameters(fees, operationTypes[name]);
          return `${base} base units, and ${pricePerKilobyte} for 1024 bytes`;
        }),
      )
      .find((difference) => difference !== null) ??
    (used.proposalLifetime
      ? compared(
          'the longest lifetime of a proposal',
          ({ maximumProposalLifetime }) => `${maximumProposalLifetime} s`,
        )
      : null)
  );
}

/**
 * Why the memo key that the delayed node names for a receiver cannot be relied on now, or null. The trusted node shows
 * pending changes too.
 */
export async function memoKeyDisagreement(
  view: ChainView,
  receiver: { id: string; memoKey: string },
): Promise<BitSharesError | null> {
  if (view.delayed === null) return view.delayedFault;
  const { session } = view;
  const shown = (await session.account(receiver.id))?.memoKey;
  if (shown === receiver.memoKey) return null;
  return nodesDisagree(
    `the memo key of ${receiver.id}`,
    [
      { endpoint: session.endpoint, says: shown ?? 'that there is no such account' },
      { endpoint: view.delayed.session.endpoint, says: receiver.memoKey },
    ],
    { more: 'A key that was changed just now is the same on both in about a minute.' },
  );
}
