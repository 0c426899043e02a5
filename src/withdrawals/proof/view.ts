/** One look at the chain: everything that a decision compares comes from it or from what is asked after it. */
import { onFittestAddress, speaksAgainstNode } from '../../chain/furtherAddresses';
import {
  compareDelayed,
  faultsOf,
  lacksFinalBlocks,
  paying,
  stoppedFault,
  type StoppedNode,
  type TwoNodes,
} from '../../chain/health';
import type { BlockStore } from '../../chain/blocks';
import type { Block, Broadcaster, ChainState, Clock } from '../../chain/interfaces';
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
  /** The blocks above the last irreversible one, through the head of `state`, each linked to the next. */
  reversible: readonly Block[];
  /** Null without a delayed node, or when `delayedFault` says why it cannot be used now. */
  delayed: { session: WithdrawalSession; state: ChainState } | null;
  delayedFault: BitSharesError | null;
  /** That the delayed node stands still while the trusted one goes on: then the trusted node alone says what is final. */
  stopped: StoppedNode | null;
  /** What is in blocks up to this one is final; 0 when nothing can be called final now. */
  finalBlock: number;
  finalTime: number | null;
}

/** What is seen of the trusted node, and of its last irreversible block. */
type Trusted = Pick<ChainView, 'session' | 'state' | 'lastIrreversibleTime' | 'reversible'>;

/**
 * Looks at the first addresses that are fit, and at those in use where none is: what that keeps from being done, the checks
 * say that come before it.
 */
export async function readView(nodes: WithdrawalNodes, clock: Clock, blocks: BlockStore): Promise<ChainView> {
  const tried = new Set<string>();
  for (;;) {
    const view = await lookOnce(nodes, clock, blocks);
    const { session, delayedFault: fault, stopped } = view;
    if (stopped !== null) nodes.warn?.(stopped);
    // No delayed node goes with this trusted node: that one is behind, or on a fork.
    if (fault === null || !isOfTrusted(fault) || tried.has(session.endpoint)) return view;
    tried.add(session.endpoint);
    if (session.leave?.(fault) !== true) return view;
  }
}

/** The delayed node is read first, so that a true one cannot be ahead of what the trusted node then calls irreversible. */
async function lookOnce(
  { trusted, delayed }: WithdrawalNodes,
  clock: Clock,
  blocks: BlockStore,
): Promise<ChainView> {
  if (delayed === null) return viewOf(await lookAtTrusted(trusted, clock, blocks));
  try {
    return await onFittestAddress(
      delayed,
      (session) => lookAtBoth(session, trusted, clock, blocks),
      ({ delayedFault, stopped }) => (isBehind(delayedFault) ? null : (delayedFault ?? stopped)),
    );
  } catch (error) {
    if (error instanceof TrustedFailure) rethrow(error.cause);
    if (!isBitSharesError(error)) rethrow(error);
    return { ...viewOf(await lookAtTrusted(trusted, clock, blocks)), ...nothingFinal, delayedFault: error };
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
  blocks: BlockStore,
  work: (view: ChainView) => Promise<Result>,
): Promise<Result> {
  const tried = new Set<string>();
  for (;;) {
    const view = await readView(nodes, clock, blocks);
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
  return { ...trusted, ...final, delayed: null, delayedFault: null, stopped: null };
}

async function lookAtTrusted(
  connect: WithdrawalNodes['trusted'],
  clock: Clock,
  blocks: BlockStore,
): Promise<Trusted> {
  const look = async (session: WithdrawalSession & Broadcaster): Promise<Trusted> => {
    const state = await session.state();
    const { lastIrreversibleBlock } = state;
    const linked = await blocks
      .upToHead(session, Math.max(1, lastIrreversibleBlock), state)
      .catch((error: unknown) => {
        // These are blocks that the node says it has, so a refusal speaks against it.
        if (isBitSharesError(error, 'NODE_ERROR')) session.leave?.(error);
        rethrow(error);
      });
    const lastIrreversibleTime = lastIrreversibleBlock === 0 ? null : (linked[0]?.timestamp ?? null);
    const reversible = linked.filter(({ number }) => number > lastIrreversibleBlock);
    return { session, state, lastIrreversibleTime, reversible };
  };
  return onFittestAddress(connect, look, (seen) => faultsOf(factsOf(seen), paying, clock.now())[0]);
}

/** A block of the chain of this look where it is one of that; the node is asked where it is not. */
async function blockOf(
  { session, state, reversible }: Trusted,
  number: number,
  blocks: BlockStore,
): Promise<Block | null> {
  if (number <= state.lastIrreversibleBlock) return blocks.irreversible(session, number);
  return reversible.find((block) => block.number === number) ?? session.block(number);
}

interface Look {
  /** Milliseconds. */
  begun: number;
  view: Promise<ChainView>;
}

/**
 * Looks that the executions of one process share where they share the connections too: those who wait for the same block
 * ask for it once.
 */
export class SharedViews {
  private readonly looks = new WeakMap<object, Look>();

  constructor(private readonly blocks: BlockStore) {}

  /**
   * A new look for whoever looks for the first time. Who looks again gives what it saw last, and may be shown another
   * that somebody else began at most `age` milliseconds ago.
   */
  async read(
    nodes: WithdrawalNodes,
    clock: Clock,
    { age, last }: { age: number; last: Pick<ChainView, 'state'> | null },
  ): Promise<ChainView> {
    const trusted = await nodes.trusted().catch(() => null);
    if (trusted === null) return readView(nodes, clock, this.blocks);
    const key = connectionOf(trusted);
    const shared = this.looks.get(key);
    const now = clock.now();
    if (shared !== undefined && last !== null && now >= shared.begun && now - shared.begun <= age) {
      const view = await shared.view.then((seen) => asSeenBy(nodes, trusted, seen)).catch(() => null);
      if (view !== null && view.state !== last.state) {
        if (view.stopped !== null) nodes.warn?.(view.stopped);
        return view;
      }
    }
    const view = readView(nodes, clock, this.blocks);
    const mine = { begun: now, view };
    this.looks.set(key, mine);
    view.catch(() => {
      if (this.looks.get(key) === mine) this.looks.delete(key);
    });
    return view;
  }
}

function connectionOf(session: WithdrawalSession): object {
  return session.connection ?? session;
}

/**
 * The look of somebody else through one's own sessions, which end with nobody else's; null where that one looked over other
 * connections.
 */
async function asSeenBy(
  nodes: WithdrawalNodes,
  trusted: WithdrawalSession & Broadcaster,
  seen: ChainView,
): Promise<ChainView | null> {
  if (connectionOf(seen.session) !== connectionOf(trusted)) return null;
  if (seen.delayed === null) {
    // What one cannot reach may be within the reach of another.
    return seen.delayedFault === null && nodes.delayed === null ? { ...seen, session: trusted } : null;
  }
  const delayed = await nodes.delayed?.();
  if (delayed === undefined || connectionOf(seen.delayed.session) !== connectionOf(delayed)) return null;
  return { ...seen, session: trusted, delayed: { ...seen.delayed, session: delayed } };
}

/** For the judge. */
export function factsOf({
  session,
  state,
  lastIrreversibleTime,
}: Pick<ChainView, 'session' | 'state' | 'lastIrreversibleTime'>) {
  return { endpoint: session.endpoint, state, lastIrreversibleTime };
}

async function lookAtBoth(
  session: WithdrawalSession,
  connect: WithdrawalNodes['trusted'],
  clock: Clock,
  blocks: BlockStore,
): Promise<ChainView> {
  const look = async () => {
    const state = await session.state();
    const other = await lookAtTrusted(connect, clock, blocks).catch(ofTrusted);
    const { endpoint } = other.session;
    const block = (number: number) => blockOf(other, number, blocks).catch(ofTrusted);
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
  const stopped = stoppedFault(seen, view.lastIrreversibleTime, clock.now());
  const final =
    stopped === null && lacksFinalBlocks(seen)
      ? { finalBlock: state.headBlockNumber, finalTime: state.headTime }
      : {};
  return { ...view, ...final, delayed: { session, state }, stopped };
}
