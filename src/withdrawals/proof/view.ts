/** One look at the chain: everything that a decision compares comes from it or from what is asked after it. */
import { onFittestAddress, speaksAgainstNode } from '../../chain/furtherAddresses';
import {
  compareDelayed,
  faultsOf,
  irreversibleTimeOf,
  lacksFinalBlocks,
  paying,
  standingFault,
  type StandingNode,
  type TwoNodes,
} from '../../chain/health';
import type { Broadcaster, ChainState, Clock } from '../../chain/interfaces';
import type { BitSharesError } from '../../errors';
import { isBitSharesError, rethrow } from '../../errors';
import type { WithdrawalSession } from './reader';

/** Connections to the operator's nodes. Each call gives one live session, never a mix of endpoints. */
export interface WithdrawalNodes {
  /** Reads state and blocks, and broadcasts. */
  trusted: () => Promise<WithdrawalSession & Broadcaster>;
  /** Shows irreversible blocks only; null when the operator has none. */
  delayed: (() => Promise<WithdrawalSession>) | null;
  /** Told of what an operator should mend although work goes on; in each look anew. */
  warn?: ((warning: BitSharesError) => void) | undefined;
}

export interface ChainView {
  session: WithdrawalSession & Broadcaster;
  state: ChainState;
  /** Null on a chain without an irreversible block yet. */
  lastIrreversibleTime: number | null;
  /** Null without a delayed node, or when `delayedFault` says why it cannot be used now. */
  delayed: { session: WithdrawalSession; state: ChainState } | null;
  delayedFault: BitSharesError | null;
  /** That the delayed node stands still while the trusted one goes on: then the trusted node alone says what is final. */
  standing: StandingNode | null;
  /** What is in blocks up to this one is final; 0 when nothing can be called final now. */
  finalBlock: number;
  finalTime: number | null;
}

/** What is seen of the trusted node, and of its last irreversible block. */
type Trusted = Pick<ChainView, 'session' | 'state' | 'lastIrreversibleTime'>;

/**
 * Looks at the first addresses that are fit, and at those in use where none is: what that keeps from being done, the checks
 * say that come before it.
 */
export async function readView(nodes: WithdrawalNodes, clock: Clock): Promise<ChainView> {
  const tried = new Set<string>();
  for (;;) {
    const view = await lookOnce(nodes, clock);
    const { session, delayedFault: fault, standing } = view;
    if (standing !== null) nodes.warn?.(standing);
    // No delayed node goes with this trusted node: that one is behind, or on a fork.
    if (fault === null || !isOfTrusted(fault) || tried.has(session.endpoint)) return view;
    tried.add(session.endpoint);
    if (session.leave?.(fault) !== true) return view;
  }
}

/** The delayed node is read first, so that a true one cannot be ahead of what the trusted node then calls irreversible. */
async function lookOnce({ trusted, delayed }: WithdrawalNodes, clock: Clock): Promise<ChainView> {
  if (delayed === null) return viewOf(await lookAtTrusted(trusted, clock));
  try {
    return await onFittestAddress(
      delayed,
      (session) => lookAtBoth(session, trusted, clock),
      ({ delayedFault, standing }) => (isBehind(delayedFault) ? null : (delayedFault ?? standing)),
    );
  } catch (error) {
    if (error instanceof TrustedFailure) rethrow(error.cause);
    if (!isBitSharesError(error)) rethrow(error);
    return { ...viewOf(await lookAtTrusted(trusted, clock)), ...nothingFinal, delayedFault: error };
  }
}

/** What went wrong with the trusted node while a delayed one was looked at: no reason to leave that one. */
class TrustedFailure extends Error {}

function ofTrusted(error: unknown): never {
  throw new TrustedFailure('the trusted node cannot be used', { cause: error });
}

/** Whether a comparison found the trusted node behind the delayed one. */
function isBehind(fault: BitSharesError | null): boolean {
  return fault?.code === 'NODE_OUT_OF_SYNC';
}

function isOfTrusted(fault: BitSharesError): boolean {
  return isBehind(fault) || fault.data['forked'] === true;
}

/**
 * Leaves the node that an error of work on this look speaks against, where there is another one: the delayed node when the
 * error names it, otherwise the trusted one, of which nearly everything is asked. The next look begins anew.
 */
export function leaveUnfit({ session, delayed }: ChainView, error: unknown): boolean {
  if (!speaksAgainstNode(error)) return false;
  const names = (endpoint: string) => error.message.includes(endpoint);
  const isOfDelayed = delayed !== null && names(delayed.session.endpoint) && !names(session.endpoint);
  return (isOfDelayed ? delayed.session : session).leave?.(error) === true;
}

/** Does work that only reads on one look, and anew on another when a node turns out to be unfit meanwhile. */
export async function onOneLook<Result>(
  nodes: WithdrawalNodes,
  clock: Clock,
  work: (view: ChainView) => Promise<Result>,
): Promise<Result> {
  const tried = new Set<string>();
  for (;;) {
    const view = await readView(nodes, clock);
    const pair = `${view.session.endpoint} ${view.delayed?.session.endpoint ?? ''}`;
    try {
      return await work(view);
    } catch (error) {
      if (tried.has(pair) || !leaveUnfit(view, error)) rethrow(error);
      tried.add(pair);
    }
  }
}

const nothingFinal = { finalBlock: 0, finalTime: null };

function viewOf(trusted: Trusted): ChainView {
  const { state, lastIrreversibleTime } = trusted;
  const final = { finalBlock: state.lastIrreversibleBlock, finalTime: lastIrreversibleTime };
  return { ...trusted, ...final, delayed: null, delayedFault: null, standing: null };
}

async function lookAtTrusted(connect: WithdrawalNodes['trusted'], clock: Clock): Promise<Trusted> {
  const look = async (session: WithdrawalSession & Broadcaster): Promise<Trusted> => {
    const state = await session.state();
    return { session, state, lastIrreversibleTime: await irreversibleTimeOf(session, state) };
  };
  return onFittestAddress(connect, look, (seen) => faultsOf(factsOf(seen), paying, clock.now())[0]);
}

/** For the judge. */
export function factsOf({ session, state, lastIrreversibleTime }: Trusted) {
  return { endpoint: session.endpoint, state, lastIrreversibleTime };
}

async function lookAtBoth(
  session: WithdrawalSession,
  connect: WithdrawalNodes['trusted'],
  clock: Clock,
): Promise<ChainView> {
  const look = async () => {
    const state = await session.state();
    const other = await lookAtTrusted(connect, clock).catch(ofTrusted);
    const { endpoint } = other.session;
    const block = (number: number) => other.session.block(number).catch(ofTrusted);
    const nodes: TwoNodes = {
      delayed: { endpoint: session.endpoint, state },
      trusted: { endpoint, state: other.state, block },
    };
    return { ...nodes, other };
  };
  const { seen, fault } = await compareDelayed(look, clock);
  const { state } = seen.delayed;
  const view = viewOf(seen.other);
  if (fault !== null) return { ...view, ...nothingFinal, delayedFault: fault };
  const standing = standingFault(seen, view.lastIrreversibleTime);
  const final =
    standing === null && lacksFinalBlocks(seen)
      ? { finalBlock: state.headBlockNumber, finalTime: state.headTime }
      : {};
  return { ...view, ...final, delayed: { session, state }, standing };
}
