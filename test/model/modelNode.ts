/** A node of the model: its own view of the chain, which may lag, and its own pending pool. */
import type { Account, Asset, Broadcaster, ChainState, HistoryOperation } from '../../src/chain/interfaces';
import { BitSharesError } from '../../src/errors';
import type { SignedTransaction } from '../../src/protocol';
import type { WithdrawalReader } from '../../src/withdrawals/proof/reader';
import {
  applyTransaction,
  chainStateOf,
  copyState,
  core,
  feeToken,
  hotWallet,
  idOf,
  proposer,
  vault,
  type ModelBlock,
  type ModelState,
} from './modelChain';

/**
 * A node may not track an account at all, keep only its latest operation, have begun to track it late (which gives every
 * operation another sequence number), or have no history any more.
 */
export const keptHistories = ['complete', 'untracked', 'pruned', 'begun late', 'off'] as const;
/** Those that show no payment of before. */
export const poorHistories = ['untracked', 'off'] as const;
type KeptHistory = (typeof keptHistories)[number];

export class ModelNode {
  blocks: ModelBlock[] = [];
  pool: SignedTransaction[] = [];
  stalled = false;
  /** What it says of the chain's parameters, which no block holds. Its blocks are true. */
  lie: ((state: ChainState) => ChainState) | null = null;
  /** Older than 6.1: its history tells neither the times of blocks nor what a proposal executed. */
  isOld = false;
  private history: KeptHistory = 'complete';
  /** Operations up to this block are not in a history that was begun late. */
  private begunAfter = 0;

  constructor(readonly name: string) {}

  get head(): ModelState {
    const last = this.blocks.at(-1);
    if (last === undefined) throw new Error('a node without blocks');
    return last.state;
  }

  keepHistory(history: KeptHistory): void {
    this.history = history;
    this.begunAfter = this.head.number;
  }

  /** What this node's history has of an account, oldest first, and how many operations before it were removed. */
  historyOf(owner: string): { kept: HistoryOperation[]; removed: number } {
    if (this.history === 'untracked') return { kept: [], removed: 0 };
    const all = this.head.history.filter(
      ({ operation, blockNumber }) =>
        (this.history !== 'begun late' || blockNumber > this.begunAfter) &&
        JSON.stringify(operation[1]).includes(`"${owner}"`),
    );
    const removed = this.history === 'pruned' ? Math.max(0, all.length - 1) : 0;
    const kept = all.slice(removed);
    return {
      removed,
      kept: this.isOld ? kept.map((operation) => ({ ...operation, isVirtual: null, blockTime: null })) : kept,
    };
  }

  /** @throws as a node does that runs without the history plugin */
  checkHistoryApi(): void {
    if (this.history === 'off') throw new BitSharesError('ACCESS_DENIED', { message: 'Access denied' });
  }

  /** Takes over the main chain through `height`, unless that would take back what is irreversible here. */
  follow(main: readonly ModelBlock[], height: number): void {
    const blocks = main.slice(0, height);
    const lib = this.blocks.at(-1)?.state.irreversible ?? 0;
    if (blocks.length < lib) return;
    this.blocks = blocks;
    const kept = this.pool;
    this.pool = [];
    for (const transaction of kept) this.tryToPush(transaction);
  }

  /** The state as this node shows it: its head with everything pending applied. */
  pendingState(): ModelState {
    let state = this.head;
    for (const [i, transaction] of this.pool.entries()) {
      const attempt = copyState(state);
      try {
        applyTransaction(attempt, transaction, this.blocks, i);
        state = attempt;
      } catch {
        // What is no longer valid is forgotten with the next block.
      }
    }
    return state;
  }

  push(transaction: SignedTransaction): void {
    applyTransaction(copyState(this.pendingState()), transaction, this.blocks, 0);
    this.pool.push(transaction);
  }

  tryToPush(transaction: SignedTransaction): void {
    try {
      this.push(transaction);
    } catch {
      // Refused: nothing happens.
    }
  }
}

/** Account names and keys that the model's nodes answer with. */
export interface ModelAccounts {
  activeKeys: Map<string, string[]>;
  memoKeys: Map<string, string>;
}

const names = new Map([
  [hotWallet, 'hot-wallet'],
  [vault, 'vault'],
  [proposer, 'proposer'],
  ['1.2.20', 'alice'],
]);

/** A distant block is one that a node does not have at hand: an old one, or one that it has not seen. */
export type About = 'history' | 'distant block';
const oldAfter = 135;

/** How a call travels: the scheduler runs it at some moment, or loses it. */
export interface Line {
  call<T>(answer: () => T, about?: About): Promise<T>;
  broadcast(deliver: () => void): Promise<void>;
}

export function sessionOf(
  node: ModelNode,
  line: Line,
  accounts: ModelAccounts,
): WithdrawalReader & Broadcaster {
  const accountAt = (state: ModelState, nameOrId: string): Account | null => {
    const id = [...names].find(([key, name]) => key === nameOrId || name === nameOrId)?.[0];
    if (id === undefined) return null;
    const keys = accounts.activeKeys.get(id) ?? [];
    const authority = { threshold: keys.length, keys: keys.map((key) => ({ key, weight: 1 })), accounts: [] };
    return {
      id,
      name: names.get(id) ?? id,
      memoKey: state.memoKeys.get(id) ?? accounts.memoKeys.get(id) ?? '',
      owner: authority,
      active: authority,
      statisticsId: `2.6.${id.slice(4)}`,
      whitelistingAccounts: [],
      blacklistingAccounts: [],
      whitelistedAccounts: [],
      blacklistedAccounts: [],
      allowedAssets: null,
    };
  };
  return {
    endpoint: node.name,

    state: () =>
      line.call(() => {
        const state = chainStateOf(node.head);
        return node.lie?.(state) ?? state;
      }),
    block: (number) => {
      const isDistant = number < node.head.number - oldAfter || number > node.head.number;
      return line.call(() => node.blocks[number - 1]?.block ?? null, isDistant ? 'distant block' : undefined);
    },
    account: (nameOrId) => line.call(() => accountAt(node.pendingState(), nameOrId)),
    accounts: (namesOrIds) => line.call(() => namesOrIds.map((one) => accountAt(node.pendingState(), one))),
    assets: (ids) => line.call(() => ids.map(assetOf)),

    balances: (accountId, assetIds) =>
      line.call(() => {
        const { balances } = node.pendingState();
        return assetIds.map((assetId) => ({
          assetId,
          amount: balances.get(`${accountId} ${assetId}`) ?? 0n,
        }));
      }),
    statistics: (statisticsId) =>
      line.call(() => {
        const ownerId = `1.2.${statisticsId.slice(4)}`;
        const { kept, removed } = node.historyOf(ownerId);
        return { id: statisticsId, ownerId, totalOps: removed + kept.length, removedOps: removed };
      }, 'history'),
    history: (accountId, { stop, start, limit }) =>
      line.call(() => {
        node.checkHistoryApi();
        const { kept, removed } = node.historyOf(accountId);
        return kept
          .slice(Math.max(0, stop - removed - 1), Math.max(0, start - removed))
          .reverse()
          .slice(0, limit);
      }, 'history'),
    recentTransaction: (id) =>
      line.call(() => {
        const pending = node.pool.find((transaction) => idOf(transaction) === id);
        if (pending !== undefined) return pending;
        return (
          node.blocks
            .flatMap(({ block }) => block.transactions)
            .find((transaction) => idOf(transaction) === id) ?? null
        );
      }),
    proposals: (accountId) =>
      line.call(() =>
        [...node.pendingState().proposals].flatMap(([id, { operations, expiration }]) =>
          JSON.stringify(operations).includes(`"${accountId}"`)
            ? [
                {
                  id,
                  proposer,
                  expirationTime: expiration,
                  operations,
                  requiredActive: [accountId],
                  requiredOwner: [],
                  availableActive: [],
                  availableOwner: [],
                  availableKeys: [],
                  failReason: '',
                },
              ]
            : [],
        ),
      ),
    broadcast: (transaction) => line.broadcast(() => node.push(transaction)),
  };
}

function assetOf(id: string): Asset | null {
  if (id !== core && id !== feeToken) return null;
  return {
    id,
    symbol: id === core ? 'BTS' : 'TOKEN',
    precision: 0,
    issuerId: '1.2.0',
    flags: 0,
    whitelistAuthorities: [],
    blacklistAuthorities: [],
    // Generous, so that only the chain decides about the fee.
    coreExchangeRate: { base: { amount: 1000n, assetId: core }, quote: { amount: 1n, assetId: feeToken } },
  };
}

export function lost(): BitSharesError {
  return new BitSharesError('CONNECTION_LOST', { message: 'The connection was lost' });
}

export function refused(): BitSharesError {
  return new BitSharesError('NODE_ERROR', { message: 'The node refused: not now' });
}
