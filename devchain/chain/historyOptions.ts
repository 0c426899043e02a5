/** How a node keeps account history: the options of witness_node's account_history plugin. */
export interface HistoryOptions {
  /** track-account: only these accounts (by id); all when left out. */
  trackAccounts?: readonly string[];
  /** partial-operations: operations that no tracked account holds are forgotten. */
  partialOperations?: boolean;
  /** max-ops-per-account: unlimited when left out. */
  maxOpsPerAccount?: number;
  /** min-blocks-to-keep: operations of the latest blocks stay ... */
  minBlocksToKeep?: number;
  /** max-ops-per-acc-by-min-blocks: ... up to this number. */
  maxOpsPerAccountByMinBlocks?: number;
  /** extended-max-ops-per-account, for the accounts of extendedHistoryByAccount. */
  extendedMaxOpsPerAccount?: number;
  extendedHistoryByAccount?: readonly string[];
  /** The first 1.11.x instance: a replayed node can number its operations differently. */
  firstOperationInstance?: number;
}

export const defaultMinBlocksToKeep = 30000;
export const defaultMaxOpsByMinBlocks = 1000;
