/** One look at the chain: everything that a decision compares comes from it or from what is asked after it. */
import type { Broadcaster, ChainState } from '../../chain/interfaces';
import { BitSharesError, isBitSharesError, rethrow } from '../../errors';
import { labels } from '../../labels';
import type { WithdrawalReader } from './reader';

/** Connections to the operator's nodes. Each call gives one live session, never a mix of endpoints. */
export interface WithdrawalNodes {
  /** Reads state and blocks, and broadcasts. */
  trusted: () => Promise<WithdrawalReader & Broadcaster>;
  /** Shows irreversible blocks only; null when the operator has none. */
  delayed: (() => Promise<WithdrawalReader>) | null;
}

export interface ChainView {
  session: WithdrawalReader & Broadcaster;
  state: ChainState;
  /** Null on a chain without an irreversible block yet. */
  lastIrreversibleTime: number | null;
  /** Null without a delayed node, or when `delayedFault` says why it cannot be used now. */
  delayed: { session: WithdrawalReader; state: ChainState } | null;
  delayedFault: BitSharesError | null;
  /** What is in blocks up to this one is final; 0 when nothing can be called final now. */
  finalBlock: number;
  finalTime: number | null;
}

/** Reads the delayed node first, so that a true one cannot be ahead of what the trusted node then calls irreversible. */
export async function readView(nodes: WithdrawalNodes): Promise<ChainView> {
  const delayed = await readDelayed(nodes);
  const session = await nodes.trusted();
  const state = await session.state();
  const lastIrreversibleTime = await timeOf(session, state.lastIrreversibleBlock);
  const view = { session, state, lastIrreversibleTime, delayed: null, delayedFault: null };
  if (delayed === null) {
    return { ...view, finalBlock: state.lastIrreversibleBlock, finalTime: lastIrreversibleTime };
  }
  if (delayed instanceof BitSharesError) {
    return { ...view, delayedFault: delayed, finalBlock: 0, finalTime: null };
  }
  const fault = await delayedFault(delayed, session, state);
  if (fault !== null) return { ...view, delayedFault: fault, finalBlock: 0, finalTime: null };
  return { ...view, delayed, finalBlock: delayed.state.headBlockNumber, finalTime: delayed.state.headTime };
}

async function readDelayed(nodes: WithdrawalNodes): Promise<ChainView['delayed'] | BitSharesError> {
  if (nodes.delayed === null) return null;
  try {
    const session = await nodes.delayed();
    return { session, state: await session.state() };
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
  delayed: { session: WithdrawalReader; state: ChainState },
  trusted: WithdrawalReader,
  state: ChainState,
): Promise<BitSharesError | null> {
  const { headBlockNumber: head, headBlockId } = delayed.state;
  if (head > state.headBlockNumber) {
    return new BitSharesError('NODE_OUT_OF_SYNC', {
      message: `The trusted node (block ${state.headBlockNumber}) is behind the delayed node (block ${head})`,
      fix: 'Wait until the trusted node has caught up.',
    });
  }
  const sameId =
    head === 0 ||
    (head === state.headBlockNumber
      ? state.headBlockId === headBlockId
      : (await trusted.block(head + 1))?.previous === headBlockId);
  if (head <= state.lastIrreversibleBlock && sameId) return null;
  return new BitSharesError('NOT_A_DELAYED_NODE', {
    field: labels.delayedNodeUrls,
    message: sameId
      ? `${delayed.session.endpoint} shows block ${head}, but only ${state.lastIrreversibleBlock} is irreversible: it is a full node`
      : `${delayed.session.endpoint} has another block ${head} than the trusted node`,
    fix: 'Start that node with --plugins "delayed_node ..." and --trusted-node, or leave Delayed Node URLs empty.',
  });
}

async function timeOf(reader: WithdrawalReader, blockNumber: number): Promise<number | null> {
  if (blockNumber === 0) return null;
  const block = await reader.block(blockNumber);
  if (block === null) {
    throw new BitSharesError('INVALID_ANSWER', {
      message: `${reader.endpoint} does not give its last irreversible block ${blockNumber}`,
      fix: 'Use a node that has all blocks.',
    });
  }
  return block.timestamp;
}
