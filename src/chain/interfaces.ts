/**
 * What the domain rooms (deposits, withdrawals, balances) need of a BitShares node, as small interfaces: they take
 * these and not a socket client, so that they can be tested without a server. `src/rpc` implements them.
 *
 * All times are whole seconds since the Unix epoch, in chain time. All amounts are bigint base units.
 */
import type { BitSharesError } from '../errors';
import type { Memo, Operation, SignedTransaction } from '../protocol';

/** Time as the package sees it. Tests drive it by hand. */
export interface Clock {
  /** Milliseconds since the Unix epoch, by this machine. */
  now(): number;
  /** Resolves after `ms`, or at once when `signal` aborts (it never rejects). */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** An amount of one asset. */
export interface AssetAmount {
  /** Base units. */
  amount: bigint;
  /** `1.3.x` */
  assetId: string;
}

/**
 * Head, irreversibility and parameters, all from ONE answer of `get_objects(["2.1.0","2.0.0"])`; parameters that cannot have
 * changed since an earlier one of the same connection are those of that one.
 */
export interface ChainState {
  headBlockNumber: number;
  headBlockId: string;
  /** Time of the head block. */
  headTime: number;
  /** On a delayed node this lags behind the head and says nothing about finality (see `operating nodes`). */
  lastIrreversibleBlock: number;
  nextMaintenanceTime: number;
  maintenanceInterval: number;
  blockInterval: number;
  maximumTimeUntilExpiration: number;
  maximumTransactionSize: number;
  maximumProposalLifetime: number;
  /** Slots of the last 128 that were filled, in per cent. */
  participation: number;
  fees: FeeSchedule;
}

/** `parameters.current_fees`: the raw parameters by operation type, and the scale (10000 = 100 %). */
export interface FeeSchedule {
  scale: bigint;
  parameters: ReadonlyMap<number, Readonly<Record<string, unknown>>>;
}

export interface Block {
  number: number;
  /** Of this block, computed from its header; null where the answer does not hold the whole header. */
  id: string | null;
  previous: string;
  timestamp: number;
  transactions: SignedTransaction[];
  /** What each operation of each transaction resulted in, as the node says it. */
  operationResults?: unknown[][];
}

export interface Authority {
  threshold: number;
  keys: { key: string; weight: number }[];
  accounts: { accountId: string; weight: number }[];
}

export interface Account {
  id: string;
  name: string;
  memoKey: string;
  owner: Authority;
  active: Authority;
  /** `2.6.x` */
  statisticsId: string;
  whitelistingAccounts: string[];
  blacklistingAccounts: string[];
  whitelistedAccounts: string[];
  blacklistedAccounts: string[];
  /** Empty when any asset is allowed; null when the account has no such restriction. */
  allowedAssets: string[] | null;
  /** `creation_block_num`: the block that created the account; null or absent on nodes older than 6.1. */
  creationBlock?: number | null;
}

export interface Asset {
  id: string;
  symbol: string;
  precision: number;
  issuerId: string;
  /** Bits of bitshares-core `asset_ops.hpp`: white_list 0x02, override_authority 0x04, transfer_restricted 0x08. */
  flags: number;
  whitelistAuthorities: string[];
  blacklistAuthorities: string[];
  /** The core exchange rate: `base` and `quote` of `options.core_exchange_rate`. */
  coreExchangeRate: { base: AssetAmount; quote: AssetAmount };
}

export interface AccountStatistics {
  id: string;
  ownerId: string;
  totalOps: number;
  removedOps: number;
  /** `lifetime_fees_paid` is not 0: operations of the account are in blocks. Absent when the node does not say. */
  hasPaidFees?: boolean;
}

/** One element of an account's history, as the node returned it. */
export interface HistoryOperation {
  /** `1.11.x`: belongs to one node's plugin, never a key. */
  id: string;
  operation: Operation;
  result: unknown;
  blockNumber: number;
  trxInBlock: number;
  opInTrx: number;
  virtualOp: number;
  /** Null on nodes older than 6.1. */
  isVirtual: boolean | null;
  /** Null on nodes older than 6.1. */
  blockTime: number | null;
}

export interface Proposal {
  id: string;
  proposer: string;
  expirationTime: number;
  operations: Operation[];
  requiredActive: string[];
  requiredOwner: string[];
  availableActive: string[];
  availableOwner: string[];
  availableKeys: string[];
  failReason: string;
}

/**
 * Reads one node. Every method rejects with a BitSharesError; an answer of the wrong shape, or to another question than the
 * one asked, is INVALID_ANSWER.
 */
export interface ChainReader {
  /** The endpoint that answers now, without user name and password; for messages. */
  readonly endpoint: string;
  chainId(): Promise<string>;
  state(): Promise<ChainState>;
  /** Null when the node does not have it (yet). */
  block(number: number): Promise<Block | null>;
  /**
   * One transaction of a block, for a block that the node cannot hand over whole; null when the block has fewer. Nothing in
   * it tells that it is the one asked for.
   */
  transaction(blockNumber: number, trxInBlock: number): Promise<SignedTransaction | null>;
  /** By name or `1.2.x`; null when there is none. */
  account(nameOrId: string): Promise<Account | null>;
  /** The same for many in few calls, in the order asked; null where there is none. */
  accounts(namesOrIds: string[]): Promise<(Account | null)[]>;
  /** By symbol or `1.3.x`, in the order asked; null where there is none. */
  assets(symbolsOrIds: string[]): Promise<(Asset | null)[]>;
  /** Names of accounts by id, in the order asked; null where there is none. */
  accountNames(ids: string[]): Promise<(string | null)[]>;
  balances(accountId: string, assetIds: string[]): Promise<AssetAmount[]>;
  /** @param ownerId the account of which they must be; not compared when left out */
  statistics(statisticsId: string, ownerId?: string): Promise<AccountStatistics>;
  /**
   * `get_relative_account_history`: newest first, both ends inclusive, by the account's sequence numbers. Element i
   * has sequence `start - i` when `stop <= start <= totalOps` and nothing in the range is pruned.
   */
  history(
    accountId: string,
    range: { stop: number; start: number; limit: number },
  ): Promise<HistoryOperation[]>;
  /** Pending or included, until it expires. Null proves nothing. */
  recentTransaction(transactionId: string): Promise<SignedTransaction | null>;
  /** The bytes of a transaction without its signatures, in hexadecimal: for operations that `protocol` cannot write. */
  transactionHex(transaction: SignedTransaction): Promise<string>;
  /** Accounts in the order of their names, from `from` on. */
  listAccounts(from: string, limit: number): Promise<{ name: string; id: string }[]>;
  /** Assets in the order of their symbols, from `from` on. */
  listAssets(from: string, limit: number): Promise<Asset[]>;
  /** Open proposals that concern the account. */
  proposals(accountId: string): Promise<Proposal[]>;
}

/** What an older chain owes to an address (`1.15.x`). */
export interface BalanceObject {
  id: string;
  /** The owner's address, in any of the five forms of a key. */
  owner: string;
  /** What is left of it. */
  balance: AssetAmount;
  /** When a part was claimed last; 0 for never. */
  lastClaimTime: number;
  /** Null for a plain balance, which is claimed whole. */
  vesting: { beginTime: number; cliffSeconds: number; durationSeconds: number; beginBalance: bigint } | null;
}

/** Reads claimable balances from a node. Errors as ChainReader. */
export interface BalanceReader {
  /** `get_balance_objects`. An address that is asked twice is answered twice. */
  balanceObjects(addresses: string[]): Promise<BalanceObject[]>;
  /** `get_vested_balances`: what each of these can give at the node's head, in the order asked. */
  vestedBalances(balanceIds: string[]): Promise<AssetAmount[]>;
}

/** What a waking node says: the hint that something changed. Never a source of truth. */
export interface Notices {
  /**
   * Calls `wake` when the object changes, after every reconnection too, and possibly without reason. Ends with
   * `signal`.
   */
  watchObject(objectId: string, wake: () => void, signal: AbortSignal): void;
}

/** Sends transactions. */
export interface Broadcaster {
  /**
   * Resolves when the node accepted the transaction. Rejects with NODE_ERROR (`data.nodeCode`, `data.nodeMessage`)
   * when it refused it, and with REQUEST_TIMEOUT or CONNECTION_LOST when nothing is known.
   */
  broadcast(transaction: SignedTransaction): Promise<void>;
}

/**
 * One connection to one endpoint. Everything that must come from the same node and the same view (a position and the
 * pages after it, a window and its scan) is read through one session; when it is lost, start over with the next.
 */
export interface NodeSession extends ChainReader, BalanceReader, Notices, Broadcaster {
  /** `api.method(...args)` as it is, for what the other methods do not cover. The answer is not checked. */
  call(api: string, method: string, args: unknown[]): Promise<unknown>;
  /** The same object for all sessions that share one connection. */
  readonly connection: object;
  /** Aborts when the connection is gone. Calls that were open reject with CONNECTION_LOST. */
  readonly lost: AbortSignal;
  /** Ends this connection; the next `session()` connects anew. */
  close(): void;
  /**
   * Ends this connection because the node is unfit, so that the next `session()` goes to the address after it, and whoever
   * observes the addresses is told why. Does nothing and returns false where there is no other address.
   *
   * @param tried endpoints that are no better: without another one, this connection is kept
   */
  leave(reason: BitSharesError, tried?: ReadonlySet<string>): boolean;
  /** True once an address that comes before this one can be used again: what begins anew should begin on `session()`. */
  readonly outdated?: boolean;
}

/**
 * A node by its list of endpoints. Its own ChainReader methods use whatever session is live and try once more on a
 * new one when the connection is lost under a read; `broadcast` is never repeated. Watched objects are watched again on
 * every new session, and while something is watched a lost connection is opened again with backoff.
 */
export interface NodeEndpoints extends ChainReader, BalanceReader, Notices, Broadcaster {
  /**
   * The live session, or a new one: endpoints are tried in order, beginning after the one that was left last. The chain id
   * and the login are checked before it is handed out. Every few minutes an endpoint that comes before the one in use is
   * tried again, and a session of it is handed out instead while the earlier one still lives. Rejects with
   * NODE_UNREACHABLE, WRONG_CHAIN or ACCESS_DENIED when no endpoint can be used; the caller decides when to try again.
   */
  session(): Promise<NodeSession>;
  close(): void;
}

export type { Memo, Operation, SignedTransaction };
