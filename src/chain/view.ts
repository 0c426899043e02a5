/** One look at the chain: everything that a decision compares comes from it or from what is asked after it. */
import { BitSharesError, isBitSharesError, rethrow } from '../errors';
import type { BlockStore } from './blocks';
import type { Block, ChainReader, ChainState } from './interfaces';

type ViewReader = Pick<ChainReader, 'block' | 'endpoint' | 'state'>;

/** Connections to the operator's nodes. Each call gives one live session, never a mix of endpoints. */
export interface ViewNodes<Trusted extends ViewReader, Delayed extends ViewReader> {
  /** Reads state and blocks, and broadcasts. */
  trusted: () => Promise<Trusted>;
  /** Shows irreversible blocks only; null when the operator has none. */
  delayed: (() => Promise<Delayed>) | null;
}

export interface ChainView<Trusted extends ViewReader = ViewReader, Delayed extends ViewReader = ViewReader> {
  session: Trusted;
  state: ChainState;
  /** Null on a chain without an irreversible block yet. */
  lastIrreversibleTime: number | null;
  /** The blocks above the last irreversible one, through the head of `state`, each linked to the next. */
  reversible: readonly Block[];
  /** Null without a delayed node, or when `delayedFault` says why it cannot be used now. */
  delayed: { session: Delayed; state: ChainState } | null;
  delayedFault: BitSharesError | null;
  /** What is in blocks up to this one is final; 0 when nothing can be called final now. */
  finalBlock: number;
  finalTime: number | null;
}

type Opened<Reader> = { session: Reader } | { fault: BitSharesError } | null;

/**
 * Looks anew. The delayed node is asked first, so that a true one cannot be ahead of what the trusted node then calls irreversible.
 *
 * @param blocks What the nodes of these settings showed so far
 */
export async function readView<Trusted extends ViewReader, Delayed extends ViewReader>(
  nodes: ViewNodes<Trusted, Delayed>,
  blocks: BlockStore,
): Promise<ChainView<Trusted, Delayed>> {
  const delayed = await openDelayed(nodes);
  return look(await nodes.trusted(), delayed, blocks);
}

interface Look<View> {
  /** Milliseconds. */
  begun: number;
  view: Promise<View>;
}

/**
 * Looks that the executions of one process share where they share the connections too: those who wait for the same block
 * ask for it once.
 */
export class SharedViews<Trusted extends ViewReader, Delayed extends ViewReader> {
  private readonly looks = new WeakMap<object, Map<unknown, Look<ChainView<Trusted, Delayed>>>>();

  constructor(private readonly blocks: BlockStore) {}

  /**
   * A new look for whoever looks for the first time. Who looks again gives what it saw last, and may be shown another
   * that somebody else began at most `age` milliseconds before `now`.
   */
  async read(
    nodes: ViewNodes<Trusted, Delayed>,
    { now, age, last }: { now: number; age: number; last: Pick<ChainView, 'state'> | null },
  ): Promise<ChainView<Trusted, Delayed>> {
    const delayed = await openDelayed(nodes);
    const trusted = await nodes.trusted();
    const ofTrusted = this.looks.get(trusted) ?? new Map<unknown, Look<ChainView<Trusted, Delayed>>>();
    this.looks.set(trusted, ofTrusted);
    const key = delayed === null || 'fault' in delayed ? nodes.delayed !== null : delayed.session;
    const shared = ofTrusted.get(key);
    if (shared !== undefined && last !== null && now >= shared.begun && now - shared.begun <= age) {
      const view = await shared.view.catch(() => null);
      if (view !== null && view.state !== last.state) return view;
    }
    const view = look(trusted, delayed, this.blocks);
    const mine = { begun: now, view };
    // One delayed connection at a time: those of before are gone.
    ofTrusted.clear();
    ofTrusted.set(key, mine);
    view.catch(() => {
      if (ofTrusted.get(key) === mine) ofTrusted.delete(key);
    });
    return view;
  }
}

async function look<Trusted extends ViewReader, Delayed extends ViewReader>(
  session: Trusted,
  opened: Opened<Delayed>,
  blocks: BlockStore,
): Promise<ChainView<Trusted, Delayed>> {
  const delayed = await stateOf(opened);
  const state = await session.state();
  const linked = await blocks.upToHead(session, Math.max(1, state.lastIrreversibleBlock), state);
  const lastIrreversibleTime = state.lastIrreversibleBlock === 0 ? null : (linked[0]?.timestamp ?? null);
  const reversible = linked.filter(({ number }) => number > state.lastIrreversibleBlock);
  const view = { session, state, lastIrreversibleTime, reversible, delayed: null, delayedFault: null };
  if (delayed === null) {
    return { ...view, finalBlock: state.lastIrreversibleBlock, finalTime: lastIrreversibleTime };
  }
  const fault =
    delayed instanceof BitSharesError
      ? delayed
      : await delayedFault(delayed, { session, state, linked }, blocks);
  if (fault !== null || delayed instanceof BitSharesError) {
    return { ...view, delayedFault: fault, finalBlock: 0, finalTime: null };
  }
  return { ...view, delayed, finalBlock: delayed.state.headBlockNumber, finalTime: delayed.state.headTime };
}

async function openDelayed<Delayed extends ViewReader>({
  delayed,
}: Pick<ViewNodes<ViewReader, Delayed>, 'delayed'>): Promise<Opened<Delayed>> {
  if (delayed === null) return null;
  return delayed().then(
    (session) => ({ session }),
    (error: unknown) => (isBitSharesError(error) ? { fault: error } : rethrow(error)),
  );
}

async function stateOf<Delayed extends ViewReader>(
  opened: Opened<Delayed>,
): Promise<{ session: Delayed; state: ChainState } | BitSharesError | null> {
  if (opened === null) return null;
  if ('fault' in opened) return opened.fault;
  try {
    return { session: opened.session, state: await opened.session.state() };
  } catch (error) {
    if (isBitSharesError(error)) return error;
    rethrow(error);
  }
}

/**
 * A delayed node is ahead of the trusted node's irreversible block when it is a full node in disguise, or when the trusted
 * node is behind. Neither can be used together, so both only mean: not now.
 */
async function delayedFault(
  delayed: { session: ViewReader; state: ChainState },
  trusted: { session: ViewReader; state: ChainState; linked: readonly Block[] },
  blocks: BlockStore,
): Promise<BitSharesError | null> {
  const { headBlockNumber: head, headBlockId } = delayed.state;
  const { state } = trusted;
  if (head > state.headBlockNumber) {
    return new BitSharesError('NODE_OUT_OF_SYNC', {
      message: `The trusted node (block ${state.headBlockNumber}) is behind the delayed node (block ${head})`,
      fix: 'Wait until the trusted node has caught up.',
    });
  }
  const sameId = head === 0 || (await idOnTrusted(head, trusted, blocks)) === headBlockId;
  if (head <= state.lastIrreversibleBlock && sameId) return null;
  return new BitSharesError('NOT_A_DELAYED_NODE', {
    field: 'Delayed Node URLs',
    message: sameId
      ? `${delayed.session.endpoint} shows block ${head}, but only ${state.lastIrreversibleBlock} is irreversible: it is a full node`
      : `${delayed.session.endpoint} has another block ${head} than the trusted node`,
    fix: 'Start that node with --plugins "delayed_node ..." and --trusted-node, or leave Delayed Node URLs empty.',
  });
}

async function idOnTrusted(
  number: number,
  { session, state, linked }: { session: ViewReader; state: ChainState; linked: readonly Block[] },
  blocks: BlockStore,
): Promise<string | undefined> {
  if (number === state.headBlockNumber) return state.headBlockId;
  if (number < state.lastIrreversibleBlock) return (await blocks.irreversible(session, number + 1)).previous;
  return linked.find((block) => block.number === number + 1)?.previous;
}
