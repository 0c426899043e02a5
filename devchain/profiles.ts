/** Nodes as they are met in practice, as options of a devchain node. */
import type { DevchainOptions } from './devchainOptions';
import type { HistoryOptions } from './chain/historyOptions';
import type { NodeOptions } from './rpc/nodeHandle';
import type { ApiLimits } from './rpc/limits';

/** The configuration file that witness_node writes by itself: it forgets history (transcripts/pruned.json). */
export const generatedHistory: HistoryOptions = { partialOperations: true, maxOpsPerAccount: 100 };

/** An exchange's own nodes: its accounts tracked without a limit worth mentioning, and a higher page size. */
export function exchangeNode(accountIds: readonly string[], pageSize = 1000): NodeOptions {
  const limits: Partial<ApiLimits> = {
    getRelativeAccountHistory: pageSize,
    getAccountHistory: pageSize,
    getAccountHistoryByOperations: pageSize,
    getAccountHistoryOperations: pageSize,
  };
  return {
    history: { partialOperations: true, trackAccounts: accountIds, maxOpsPerAccount: 1_000_000_000 },
    limits,
  };
}

/** A node that was started without a thought for its configuration. */
export const generatedNode: NodeOptions = { history: generatedHistory };

/** Somebody else's node: 100 operations a page and little history, slow, and it drops who asks too often. */
export const publicNode: NodeOptions = {
  history: { partialOperations: true, maxOpsPerAccount: 100, minBlocksToKeep: 0 },
  limits: { getObjects: 100 },
  latency: 50,
  callsPerSecond: 50,
};

/** Both nodes of a devchain with one profile. */
export function bothNodes(node: NodeOptions): Pick<DevchainOptions, 'trusted' | 'delayed'> {
  return { trusted: node, delayed: node };
}
