/**
 * What is final on which node. A delayed node holds only irreversible blocks, so all that it shows is final; its own
 * `last_irreversible_block_num` lags further behind and says nothing. On a full node an operation is final when its block
 * is at or below the last irreversible one.
 */
import { FalseAnswer } from '../../chain/falseAnswer';
import {
  checkFit,
  compareDelayed,
  crediting,
  faultsOf,
  irreversibleTimeOf,
  lacksFinalBlocks,
  StoppedNode,
  type TwoNodes,
} from '../../chain/health';
import type { ChainReader, ChainState, Clock, NodeSession } from '../../chain/interfaces';
import { BitSharesError, isBitSharesError } from '../../errors';

export type NodeKind = 'delayed' | 'full';

/** How far a node's answers can be used. Valid for what is asked after the answer that it was made from. */
export interface FinalHeight {
  /** The last block that the node holds for good. A position above it means that the node is behind. */
  reached: number;
  /** Operations up to this block are final: without limit on a delayed node. */
  final: number;
  /** The last block that the node has. What it shows above it was made since, or is in no block. */
  head: number;
}

/** @param final on a delayed node, the block up to which it was found to be one; without limit where it is one for certain */
export function finalHeight(
  kind: NodeKind,
  state: ChainState,
  final = Number.POSITIVE_INFINITY,
): FinalHeight {
  const { headBlockNumber: head, lastIrreversibleBlock } = state;
  return kind === 'delayed'
    ? { reached: Math.min(head, final), final, head }
    : { reached: lastIrreversibleBlock, final: lastIrreversibleBlock, head };
}

/**
 * Refuses an operation above the head of the node that shows it. The head moves on meanwhile, so a node that shows more than
 * it had is asked again. The result is the height with the head that is known now.
 *
 * @param block the highest block of what the node showed
 * @throws INVALID_ANSWER
 */
export async function checkNotAboveHead(
  reader: Pick<ChainReader, 'endpoint' | 'state'>,
  block: number,
  height: FinalHeight,
): Promise<FinalHeight> {
  if (block <= height.head) return height;
  const { headBlockNumber: head } = await reader.state({ parameters: 'as known' });
  if (block <= head) return { ...height, head };
  throw new FalseAnswer({
    endpoint: reader.endpoint,
    asked: `get_relative_account_history, while the head is block ${head}`,
    answered: `an operation in block ${block}`,
  });
}

/**
 * Refuses a node that no longer follows the chain, or a full one on which nothing becomes irreversible any more although
 * blocks come: nothing of it could be delivered, which would look like an account without deposits.
 *
 * @param staleAfterSeconds 0 switches the checks off
 * @param seen a delayed node beside the trusted one, which tells whether only the delayed one stands still
 * @throws STALE_NODE, and what the reader throws
 */
export async function checkFollows(
  reader: Pick<ChainReader, 'endpoint' | 'block'>,
  kind: NodeKind,
  state: ChainState,
  nowMs: number,
  staleAfterSeconds: number,
  seen: TwoNodes | null = null,
): Promise<void> {
  if (staleAfterSeconds === 0) return;
  const { endpoint } = reader;
  const limits = crediting(staleAfterSeconds);
  const [stale] = faultsOf({ endpoint, state, lastIrreversibleTime: null }, limits, nowMs);
  if (stale !== undefined) throw seen !== null && lacksFinalBlocks(seen) ? new StoppedNode(seen) : stale;
  if (kind === 'delayed') return;
  checkFit({ endpoint, state, lastIrreversibleTime: await irreversibleTimeOf(reader, state) }, limits, nowMs);
}

/** What comparing a delayed node with the trusted one showed. */
export interface Comparison {
  /** Of the delayed node. */
  state: ChainState;
  /** Null where they could not be compared. */
  seen: TwoNodes | null;
  /** Up to this block it is proved that the delayed node shows what is final. */
  final: number;
  /** Why they could not be compared. */
  trouble: BitSharesError | null;
}

/**
 * Compares a node that is configured as delayed with the trusted node. One that cannot be compared may be a full node: what
 * it calls irreversible itself is final on either, only later.
 *
 * @throws NOT_A_DELAYED_NODE, and what the delayed node throws
 */
export async function compareWithTrusted(
  delayed: Pick<ChainReader, 'endpoint' | 'state'>,
  trusted: Pick<NodeSession, 'endpoint' | 'state' | 'block'>,
  clock: Clock,
  signal: AbortSignal,
): Promise<Comparison> {
  const { endpoint } = delayed;
  let state = await delayed.state({ parameters: 'as known' });
  const notCompared = (reason: unknown): Comparison => {
    if (!isBitSharesError(reason)) throw reason;
    const trouble = new BitSharesError(reason.code, {
      message: `The delayed node ${endpoint} cannot be compared with the trusted node. ${reason.message}`,
      fix: 'Bring the trusted node back. Deposits go on arriving meanwhile, up to what the delayed node itself calls irreversible: about a minute later than usual.',
    });
    return { state, seen: null, final: state.lastIrreversibleBlock, trouble };
  };
  let looks = 0;
  const look = async (): Promise<TwoNodes> => {
    if (looks++ > 0) state = await delayed.state({ parameters: 'as known' });
    return {
      delayed: { endpoint, state },
      trusted: {
        endpoint: trusted.endpoint,
        state: await trusted.state({ parameters: 'as known' }),
        block: (number) => trusted.block(number),
      },
    };
  };
  const compared = await compareDelayed(look, clock, signal).catch(notCompared);
  if ('trouble' in compared) return compared;
  const { seen, fault } = compared;
  if (fault?.code === 'NOT_A_DELAYED_NODE') throw fault;
  if (fault !== null) return notCompared(fault);
  // No more than that is proved: a plain node that catches up passes the height of a delayed one, and goes on.
  return { state, seen, final: seen.trusted.state.lastIrreversibleBlock, trouble: null };
}
