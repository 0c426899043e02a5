/**
 * The one judge of a node's health: whether what it says may be used now, and for what. Whoever pays, credits, claims or tests
 * asks here, so that all of them say the same about the same node, in the same words.
 */
import { BitSharesError, type ErrorCode } from '../errors';
import { labels } from '../labels';
import type { ChainReader, ChainState, Clock } from './interfaces';

/** What the judge is told of a node. */
export interface NodeFacts {
  /** Without user and password. */
  endpoint: string;
  state: ChainState;
  /** Time of its last irreversible block; null where there is none, or where it was not asked for. */
  lastIrreversibleTime: number | null;
}

/** What a purpose asks of a node. */
export interface Limits {
  code: Extract<ErrorCode, 'NODE_OUT_OF_SYNC' | 'STALE_NODE'>;
  /** Seconds by the clock of this machine. */
  oldestHead: number;
  /** Of the last 128 slots, in per cent. */
  leastParticipation: number;
  /** Seconds since the last irreversible block. */
  longestIrreversibility: number;
}

/** How far the last irreversible block of a healthy chain may be behind: about a minute, and more while witnesses are missing. */
const ordinaryLag = 300;

/**
 * Before money moves. Clocks may differ by a minute, and a few slots may be missed; the participation is the one that the
 * BitShares exchange guide asks for before paying out.
 */
export const paying: Limits = {
  code: 'NODE_OUT_OF_SYNC',
  oldestHead: 120,
  leastParticipation: 80,
  longestIrreversibility: 300 + ordinaryLag,
};

/** What the test of a credential passes, a payment does not find fault with. */
export const testing = paying;

/**
 * Before deposits are read. A low participation only makes them late: nothing is delivered before it is irreversible.
 *
 * @param staleAfterSeconds 0 switches the checks off
 */
export function crediting(staleAfterSeconds: number): Limits {
  const oldest = staleAfterSeconds === 0 ? Number.POSITIVE_INFINITY : staleAfterSeconds;
  return {
    code: 'STALE_NODE',
    oldestHead: oldest,
    leastParticipation: 0,
    longestIrreversibility: oldest + ordinaryLag,
  };
}

/** A delayed node that shows only irreversible blocks is as old as they are; its own participation and finality lag further. */
export function asDelayed({ code, longestIrreversibility }: Limits): Limits {
  return {
    code,
    oldestHead: longestIrreversibility,
    leastParticipation: 0,
    longestIrreversibility: Number.POSITIVE_INFINITY,
  };
}

/** Everything that is wrong with a node for a purpose, the worst first; empty when it is fit. */
export function faultsOf(
  { endpoint, state, lastIrreversibleTime }: NodeFacts,
  limits: Limits,
  nowMs: number,
): BitSharesError[] {
  const faults: BitSharesError[] = [];
  const now = nowMs / 1000;
  const age = Math.round(now - state.headTime);
  if (age > limits.oldestHead) {
    faults.push(
      new BitSharesError(limits.code, {
        message: `${endpoint} is not in sync: its head block is ${age} s old`,
        fix: 'Wait until the node has caught up. Look whether it still receives blocks (a delayed node: from its trusted node), at its peers, and at the clock of this machine.',
        data: { headAgeSeconds: age, headBlock: state.headBlockNumber },
      }),
    );
  }
  if (state.participation < limits.leastParticipation) {
    faults.push(
      new BitSharesError(limits.code, {
        message: `${endpoint} sees a witness participation of ${state.participation} %: it may be on a minority fork`,
        fix: `Wait until participation is above ${limits.leastParticipation} % again, or use another node.`,
        data: { participation: state.participation },
      }),
    );
  }
  const lag = lastIrreversibleTime === null ? 0 : Math.round(now - lastIrreversibleTime);
  if (lag > limits.longestIrreversibility) {
    faults.push(
      new BitSharesError(limits.code, {
        message: `On ${endpoint} nothing became irreversible in the last ${limits.longestIrreversibility} seconds: its last irreversible block is ${lag} seconds old`,
        fix: 'Look whether the node is on the fork of most witnesses (its version, its peers) and whether the chain itself has enough of them. Work goes on by itself when blocks become irreversible again.',
        data: { lastIrreversibleBlock: state.lastIrreversibleBlock, ageSeconds: lag },
      }),
    );
  }
  return faults;
}

/** @throws the first fault, with the code that the limits name */
export function checkFit(facts: NodeFacts, limits: Limits, nowMs: number): void {
  const [fault] = faultsOf(facts, limits, nowMs);
  if (fault !== undefined) throw fault;
}

/**
 * The time of a node's last irreversible block; null on a chain that has none yet.
 *
 * @throws INVALID_ANSWER when the node does not have the block, and what the reader throws
 */
export async function irreversibleTimeOf(
  reader: Pick<ChainReader, 'block' | 'endpoint'>,
  { lastIrreversibleBlock }: Pick<ChainState, 'lastIrreversibleBlock'>,
): Promise<number | null> {
  if (lastIrreversibleBlock < 1) return null;
  const block = await reader.block(lastIrreversibleBlock);
  if (block !== null) return block.timestamp;
  throw new BitSharesError('INVALID_ANSWER', {
    message: `${reader.endpoint} does not give its last irreversible block ${lastIrreversibleBlock}`,
    fix: 'Use a node that has all blocks.',
  });
}

/** A node whose head is this old may be behind a delayed one, which is as far behind the chain as irreversibility takes. */
const tipSeconds = 30;

/** Whether a node has the newest blocks, by the clock of this machine: what it does not know then is not so. */
export function isAtTip({ headTime }: ChainState, nowMs: number): boolean {
  return headTime >= nowMs / 1000 - tipSeconds;
}

/** One look at a delayed node and at the trusted node, in this order: the trusted one must have what the other shows. */
export interface TwoNodes {
  delayed: { endpoint: string; state: ChainState };
  trusted: Pick<ChainReader, 'block' | 'endpoint'> & { state: ChainState };
}

/** Between two looks at two nodes blocks come in: so often in a row it must be seen that a node is ahead of what is irreversible. */
const suspicionsNeeded = 3;

/**
 * Compares a node that is configured as delayed with the trusted node, by how far it lags and by the id of its head. A true
 * delayed node shows nothing but what its source calls irreversible; a trusted node that is not its source may come to that a
 * little later, so only a node that is as near to the head as to the last irreversible block is a full node.
 *
 * @param look reads both nodes, the delayed one first; repeated while it seems to be a full node
 * @returns what was seen last, and why the two cannot be used together: NOT_A_DELAYED_NODE, or NODE_OUT_OF_SYNC when it is the
 *   trusted node that is behind; null when they can
 * @throws INVALID_ANSWER when the trusted node lacks a block, and what `look` throws
 */
export async function compareDelayed<Seen extends TwoNodes>(
  look: () => Promise<Seen>,
  clock: Clock,
  signal?: AbortSignal,
): Promise<{ seen: Seen; fault: BitSharesError | null }> {
  let first = { head: 0, height: 0 };
  for (let suspicions = 1; ; suspicions++) {
    const seen = await look();
    const { delayed, trusted } = seen;
    const height = delayed.state.headBlockNumber;
    const { headBlockNumber: head, lastIrreversibleBlock: final, headTime, blockInterval } = trusted.state;
    const isLater = headTime >= delayed.state.headTime;
    if (height > 0 && head >= height && (await idAt(trusted, height)) !== delayed.state.headBlockId)
      return {
        seen,
        fault: notDelayed(`${delayed.endpoint} has another block ${height} than ${trusted.endpoint}`, true),
      };
    // A lower number at a later time is no delay: one of the two is not on the chain.
    if (head < height && !isLater && !isAtTip(trusted.state, clock.now()))
      return { seen, fault: trustedBehind(seen) };
    if (height - final < head - height || height <= final) return { seen, fault: null };
    if (suspicions === 1) first = { head, height };
    if (suspicions === suspicionsNeeded || signal?.aborted === true) {
      // A trusted node that stands still proves nothing against one that goes on.
      const isLive = head > first.head || (height === first.height && isAtTip(trusted.state, clock.now()));
      if (head >= height && !isLive) return { seen, fault: null };
      if (head < height && head === first.head) return { seen, fault: trustedBehind(seen) };
      const limit =
        head < height
          ? `${trusted.endpoint}, which is in sync, has no block above ${head}`
          : `only ${final} is irreversible`;
      return {
        seen,
        fault: notDelayed(`${delayed.endpoint} shows block ${height}, but ${limit}: it is a full node`),
      };
    }
    await clock.sleep(blockInterval * 1000, signal);
  }
}

async function idAt(trusted: TwoNodes['trusted'], number: number): Promise<string> {
  const { endpoint, state } = trusted;
  if (number === state.headBlockNumber) return state.headBlockId;
  const next = await trusted.block(number + 1);
  if (next !== null) return next.previous;
  throw new BitSharesError('INVALID_ANSWER', {
    message: `${endpoint} does not give block ${number + 1}, although its head is block ${state.headBlockNumber}`,
    fix: 'Use a node that has all blocks.',
  });
}

function trustedBehind({ delayed, trusted }: TwoNodes): BitSharesError {
  return new BitSharesError('NODE_OUT_OF_SYNC', {
    message: `The trusted node ${trusted.endpoint} (block ${trusted.state.headBlockNumber}) is behind the delayed node ${delayed.endpoint} (block ${delayed.state.headBlockNumber})`,
    fix: 'Wait until the trusted node has caught up.',
  });
}

function notDelayed(message: string, forked = false): BitSharesError {
  return new BitSharesError('NOT_A_DELAYED_NODE', {
    field: labels.delayedNodeUrls,
    message,
    data: { forked },
    fix: 'Start that node with --plugins "delayed_node account_history api_helper_indexes" and --trusted-node, or move its address to Trusted Node URLs and leave Delayed Node URLs empty: then only irreversible blocks of it are used.',
  });
}

/** A delayed node takes over an irreversible block within seconds; one that has not done so for this time stands still. */
const stoppedAfterSeconds = 120;

/**
 * A delayed node that stands still, although the trusted node has irreversible blocks that it lacks: most often at a block that
 * no delayed node gets past (bitshares-core `delayed_node_plugin.cpp` waits for it without a deadline).
 */
export class StoppedNode extends BitSharesError {
  /** The block that the delayed node does not get past. */
  readonly block: number;

  constructor({ delayed, trusted }: TwoNodes) {
    const head = delayed.state.headBlockNumber;
    const { endpoint, state } = trusted;
    super('STALE_NODE', {
      message: `The delayed node ${delayed.endpoint} stands still and does not get past block ${head + 1}, while on ${endpoint} blocks up to ${state.lastIrreversibleBlock} are irreversible`,
      fix: `A block with text that is not UTF-8 stops a delayed node for good, and a restart does not help: start it once on the same data folder as a plain p2p node (without delayed_node and --trusted-node) until its head is past block ${head + 1}, then as a delayed node again. Until it goes on, deposits and payments are final by the trusted node alone.`,
      data: { block: head + 1, headBlock: head, lastIrreversibleBlock: state.lastIrreversibleBlock },
    });
    this.block = head + 1;
  }
}

/** That a delayed node of which `StoppedNode` was reported follows the chain again. */
export function goesOnAgain(endpoint: string, stopped: StoppedNode): BitSharesError {
  return new BitSharesError('STALE_NODE', {
    message: `The delayed node ${endpoint} goes on: it is past block ${stopped.block}, at which it stood still`,
    fix: 'Nothing is to be done, and nothing was lost. What is final is read from the delayed node again.',
    data: { block: stopped.block },
  });
}

/** Whether the trusted node has irreversible blocks that the delayed one does not show yet. */
export function lacksFinalBlocks({ delayed, trusted }: TwoNodes): boolean {
  return trusted.state.lastIrreversibleBlock > delayed.state.headBlockNumber;
}

/**
 * The fault of a delayed node that lacks irreversible blocks of the trusted node for longer than it can take, by the times of
 * the blocks; null when it keeps up. Only for nodes between which `compareDelayed` found no fault.
 *
 * @param nowMs by the clock of this machine: blocks of the future, which a trusted node could make up, are no lag
 */
export function stoppedFault(
  seen: TwoNodes,
  lastIrreversibleTime: number | null,
  nowMs: number,
): StoppedNode | null {
  const lag = Math.min(lastIrreversibleTime ?? 0, nowMs / 1000) - seen.delayed.state.headTime;
  return lacksFinalBlocks(seen) && lag > stoppedAfterSeconds ? new StoppedNode(seen) : null;
}

/** A delayed node that is watched for so long without getting a block that is there for it stands still, in milliseconds. */
const watchedStoppedMs = 60_000;

/** Watches a delayed node over many looks: tells early, and whatever the times of the blocks are, that it stands still. */
export class StoppedWatch {
  private behind: { place: string; since: number } | null = null;

  /** @param nowMs by a clock that need not be right */
  fault(seen: TwoNodes, nowMs: number): StoppedNode | null {
    const { endpoint, state } = seen.delayed;
    const place = `${endpoint} ${state.headBlockNumber}`;
    if (!lacksFinalBlocks(seen)) this.behind = null;
    else if (this.behind?.place !== place || nowMs < this.behind.since) this.behind = { place, since: nowMs };
    else if (nowMs - this.behind.since >= watchedStoppedMs) return new StoppedNode(seen);
    return null;
  }
}
