/** A node of the model: its own view of the chain, which may lag, and its own pending pool. */
import type { Account, Asset, Broadcaster } from '../../src/chain';
import { BitSharesError } from '../../src/errors';
import type { SignedTransaction } from '../../src/protocol';
import type { WithdrawalReader } from '../../src/withdrawals/reader';
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

export class ModelNode {
  blocks: ModelBlock[] = [];
  pool: SignedTransaction[] = [];
  /** A node may not track the account at all, or have pruned its history. */
  history: 'complete' | 'untracked' | 'pruned' = 'complete';
  stalled = false;

  constructor(readonly name: string) {}

  get head(): ModelState {
    const last = this.blocks.at(-1);
    if (last === undefined) throw new Error('a node without blocks');
    return last.state;
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

/** How a call travels: the scheduler runs it at some moment, or loses it. */
export interface Line {
  call<T>(answer: () => T): Promise<T>;
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
  const visibleHistory = (owner: string) => {
    if (node.history === 'untracked') return { all: [], removed: 0 };
    const all = node.head.history.filter(({ operation }) =>
      JSON.stringify(operation[1]).includes(`"${owner}"`),
    );
    return { all, removed: node.history === 'pruned' ? Math.max(0, all.length - 1) : 0 };
  };
  return {
    endpoint: node.name,

    state: () => line.call(() => chainStateOf(node.head)),
    block: (number) => line.call(() => node.blocks[number - 1]?.block ?? null),
    account: (nameOrId) => line.call(() => accountAt(node.pendingState(), nameOrId)),
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
        const { all, removed } = visibleHistory(ownerId);
        return { id: statisticsId, ownerId, totalOps: all.length, removedOps: removed };
      }),
    history: (accountId, { stop, start, limit }) =>
      line.call(() => {
        const { all, removed } = visibleHistory(accountId);
        const from = Math.max(stop, removed + 1);
        return all
          .slice(from - 1, start)
          .reverse()
          .slice(0, limit);
      }),
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
