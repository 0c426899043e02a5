/**
 * What is final on which node. A delayed node holds only irreversible blocks, so all that it shows is final; its own
 * `last_irreversible_block_num` lags further behind and says nothing. On a full node an operation is final when its block
 * is at or below the last irreversible one.
 */
import type { ChainReader, ChainState, Clock } from '../../chain/interfaces';
import { BitSharesError, isBitSharesError, rethrow, type ErrorCode } from '../../errors';
import { FalseAnswer } from '../../chain/falseAnswer';

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

export function finalHeight(kind: NodeKind, state: ChainState): FinalHeight {
  const { headBlockNumber: head, lastIrreversibleBlock } = state;
  return kind === 'delayed'
    ? { reached: head, final: Number.POSITIVE_INFINITY, head }
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
  const { headBlockNumber: head } = await reader.state();
  if (block <= head) return { ...height, head };
  throw new FalseAnswer({
    endpoint: reader.endpoint,
    asked: `get_relative_account_history, while the head is block ${head}`,
    answered: `an operation in block ${block}`,
  });
}

/**
 * Refuses a node whose head block is too old: it answers, but it no longer follows the chain.
 *
 * @param staleAfterSeconds 0 switches the check off
 * @throws STALE_NODE
 */
export function checkFreshness(
  endpoint: string,
  state: ChainState,
  nowMs: number,
  staleAfterSeconds: number,
): void {
  const age = Math.round(nowMs / 1000 - state.headTime);
  if (staleAfterSeconds === 0 || age <= staleAfterSeconds) return;
  throw new BitSharesError('STALE_NODE', {
    message: `The node ${endpoint} has no block of the last ${staleAfterSeconds} seconds: its head is ${age} seconds old`,
    fix: 'Look whether the node still receives blocks (a delayed node: from its trusted node) and whether the clock of this machine is right. Reading goes on by itself when the node follows the chain again.',
    data: { headBlock: state.headBlockNumber, headAgeSeconds: age },
  });
}

/** How far the last irreversible block of a healthy chain may be behind: about a minute, and more while witnesses are missing. */
const ordinaryLagSeconds = 300;

/**
 * Refuses a full node on which nothing becomes irreversible any more, although blocks come: on a fork of few witnesses, for
 * one. Nothing of it can be delivered, which would look like an account without deposits.
 *
 * @param staleAfterSeconds beyond the time that irreversibility takes anyhow; 0 switches the check off
 * @throws STALE_NODE
 */
export async function checkFinality(
  reader: Pick<ChainReader, 'endpoint' | 'block'>,
  { lastIrreversibleBlock }: ChainState,
  nowMs: number,
  staleAfterSeconds: number,
): Promise<void> {
  if (staleAfterSeconds === 0 || lastIrreversibleBlock < 1) return;
  const block = await reader.block(lastIrreversibleBlock);
  const age = block === null ? 0 : Math.round(nowMs / 1000 - block.timestamp);
  if (age <= staleAfterSeconds + ordinaryLagSeconds) return;
  throw new BitSharesError('STALE_NODE', {
    message: `On the node ${reader.endpoint} nothing became irreversible in the last ${staleAfterSeconds + ordinaryLagSeconds} seconds: its last irreversible block is ${age} seconds old`,
    fix: 'Look whether the node is on the fork of most witnesses (its version, its peers) and whether the chain itself has enough of them. Reading goes on by itself when blocks become irreversible again.',
    data: { lastIrreversibleBlock, ageSeconds: age },
  });
}

/** A node whose head is this old may be behind a delayed one, which is as far behind the chain as irreversibility takes. */
const tipSeconds = 30;

/** Whether a node has the newest blocks, by the clock of this machine: what it does not know then is not so. */
export function isAtTip({ headTime }: ChainState, nowMs: number): boolean {
  return headTime >= nowMs / 1000 - tipSeconds;
}

const suspicionsAllowed = 3;

/**
 * Compares a node that is configured as delayed with the trusted node. The delayed head is read first: a true delayed node
 * cannot be ahead of what the trusted node then calls irreversible, and has the same block at that height. A trusted node
 * that is behind or unreachable proves nothing: the result says so, and is null when they were compared.
 *
 * @throws NOT_A_DELAYED_NODE when it was ahead three times in a row or holds another block
 */
export async function checkDelayedNode(
  delayed: Pick<ChainReader, 'endpoint' | 'state'>,
  trusted: Pick<ChainReader, 'state' | 'block'>,
  clock: Clock,
  signal: AbortSignal,
): Promise<BitSharesError | null> {
  for (let suspicions = 1; ; suspicions++) {
    const head = await delayed.state();
    let reference: ChainState;
    try {
      reference = await trusted.state();
      if (reference.headBlockNumber > head.headBlockNumber) {
        const next = await trusted.block(head.headBlockNumber + 1);
        if (next !== null && next.previous !== head.headBlockId && reference.headTime >= head.headTime) {
          throw notDelayed(delayed.endpoint, `its block ${head.headBlockNumber} is not the one of the chain`);
        }
      }
    } catch (error) {
      if (!isBitSharesError(error) || error.code === 'NOT_A_DELAYED_NODE') rethrow(error);
      return notCompared(delayed.endpoint, error.code, error.message);
    }
    const isBelow = reference.headBlockNumber < head.headBlockNumber;
    // A lower number at a later time is no delay: one of the two is not on the chain.
    if (isBelow && reference.headTime < head.headTime && !isAtTip(reference, clock.now())) {
      const heights = `its head is block ${reference.headBlockNumber}, that of the delayed node ${head.headBlockNumber}`;
      return notCompared(delayed.endpoint, 'NODE_OUT_OF_SYNC', `The trusted node is behind: ${heights}`);
    }
    if (head.headBlockNumber <= reference.lastIrreversibleBlock) return null;
    if (suspicions === suspicionsAllowed) {
      const limit = isBelow
        ? `${reference.headBlockNumber}, that of the trusted node, which is in sync`
        : `the last irreversible block ${reference.lastIrreversibleBlock}`;
      throw notDelayed(delayed.endpoint, `its head ${head.headBlockNumber} is above ${limit}`);
    }
    await clock.sleep(reference.blockInterval * 1000, signal);
    if (signal.aborted) return null;
  }
}

function notCompared(endpoint: string, code: ErrorCode, reason: string): BitSharesError {
  return new BitSharesError(code, {
    message: `The delayed node ${endpoint} cannot be compared with the trusted node. ${reason}`,
    fix: 'Bring the trusted node back. Deposits go on arriving meanwhile, and a full node in the place of the delayed one would not be noticed.',
  });
}

function notDelayed(endpoint: string, reason: string): BitSharesError {
  return new BitSharesError('NOT_A_DELAYED_NODE', {
    message: `The node ${endpoint} is configured as a delayed node and is not one: ${reason}`,
    fix: 'Start it with the delayed_node plugin and --trusted-node, or move its URL to Trusted Node URLs and leave Delayed Node URLs empty: then only irreversible blocks of it are used.',
  });
}
