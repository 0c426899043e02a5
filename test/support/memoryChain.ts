/**
 * A chain in memory for tests of what the trigger does with answers: blocks, histories and their sequence numbers, pruning,
 * forks, delayed and full views. It checks no rules and no signatures; devchain does that.
 */
import type {
  Account,
  AccountStatistics,
  Asset,
  Block,
  ChainState,
  Clock,
  HistoryOperation,
  NodeEndpoints,
  NodeSession,
  Operation,
  SignedTransaction,
} from '../../src/chain/interfaces';
import { BitSharesError } from '../../src/errors';
import { Addresses, type AddressObserver } from '../../src/rpc/addresses';

export const chainId = '4e4fc2ce5d32dbcaa22e776c8ef9a606e96684287027b44a54e43fa239d7a5fa';
const blockInterval = 3;
const genesisTime = Date.parse('2026-11-22T10:00:00Z') / 1000;

export interface Applied {
  operation: Operation;
  /** Whose histories list it. */
  accounts: string[];
  trxInBlock: number;
  opInTrx: number;
  virtualOp: number;
  isVirtual: boolean;
}

export interface MemoryBlock {
  number: number;
  id: string;
  previous: string;
  timestamp: number;
  transactions: SignedTransaction[];
  applied: Applied[];
}

const names = ['committee', 'exchange', 'alice', 'bob', 'issuer'];
export const exchange = '1.2.1';
export const alice = '1.2.2';
export const bob = '1.2.3';

/** A transfer as the node shows it. */
export function transfer(
  from: string,
  to: string,
  amount: number,
  extra: { assetId?: string; memo?: object } = {},
): Operation {
  return [
    0,
    {
      fee: { amount: 2000000, asset_id: '1.3.0' },
      from,
      to,
      amount: { amount, asset_id: extra.assetId ?? '1.3.0' },
      ...(extra.memo === undefined ? {} : { memo: extra.memo }),
      extensions: [],
    },
  ];
}

export interface TransactionParts {
  operations: Operation[];
  /** Operations that the transaction's last operation caused. */
  caused?: Operation[];
}

export class MemoryChain {
  readonly blocks: MemoryBlock[] = [];
  /** Public memo keys by account id. */
  readonly memoKeys = new Map<string, string>();
  /** Blocks that a fork replaced, by the last number that both share. */
  private forks = 0;

  get head(): number {
    return this.blocks.length;
  }

  /** Time of the head block in milliseconds, for a clock that agrees with it. */
  get time(): number {
    return (this.blocks.at(-1)?.timestamp ?? genesisTime) * 1000;
  }

  /** Adds a block; `atEnd` are operations that run when all transactions are done. */
  produce(transactions: TransactionParts[] = [], atEnd: Operation[] = []): MemoryBlock {
    const number = this.head + 1;
    const applied: Applied[] = [];
    const signed = transactions.map(({ operations, caused }, trxInBlock): SignedTransaction => {
      operations.forEach((operation, opInTrx) =>
        applied.push(entry(operation, trxInBlock, opInTrx, 0, false)),
      );
      caused?.forEach((operation, index) =>
        applied.push(entry(operation, trxInBlock, operations.length - 1, index + 1, true)),
      );
      return {
        ref_block_num: number & 0xffff,
        ref_block_prefix: trxInBlock,
        expiration: '2026-11-22T13:00:00',
        operations,
        extensions: [],
        signatures: [],
      };
    });
    atEnd.forEach((operation, index) => applied.push(entry(operation, transactions.length, 0, index, true)));
    const block = {
      number,
      id: this.idOf(number),
      previous: this.blocks.at(-1)?.id ?? '0'.repeat(40),
      timestamp: genesisTime + number * blockInterval,
      transactions: signed,
      applied,
    };
    this.blocks.push(block);
    return block;
  }

  /** Empty blocks. */
  produceMany(count: number): void {
    for (let i = 0; i < count; i++) this.produce();
  }

  /** One deposit in a block of its own. */
  deposit(amount: number, extra: { assetId?: string; memo?: object } = {}): MemoryBlock {
    return this.produce([{ operations: [transfer(alice, exchange, amount, extra)] }]);
  }

  /** Drops the newest blocks; what comes next is another fork. */
  fork(depth: number): void {
    this.blocks.splice(this.head - depth, depth);
    this.forks += 1;
  }

  /** The account gets another memo key, by an operation in a block of its own. */
  rotateMemoKey(account: string, memoKey: string): MemoryBlock {
    this.memoKeys.set(account, memoKey);
    const fields = { account, new_options: { memo_key: memoKey }, extensions: {} };
    return this.produce([{ operations: [[6, fields]] }]);
  }

  private idOf(number: number): string {
    return number.toString(16).padStart(8, '0') + this.forks.toString(16).padStart(8, '0') + '0'.repeat(24);
  }
}

function entry(
  operation: Operation,
  trxInBlock: number,
  opInTrx: number,
  virtualOp: number,
  isVirtual: boolean,
): Applied {
  const fields = operation[1] as Record<string, unknown>;
  const mentioned = [
    'from',
    'to',
    'issuer',
    'issue_to_account',
    'account',
    'fee_paying_account',
    'deposit_to_account',
  ];
  const accounts = [...new Set(mentioned.map((name) => fields[name]).filter((id) => typeof id === 'string'))];
  return { operation, accounts, trxInBlock, opInTrx, virtualOp, isVirtual };
}

/** What is asked for comes second: a block number, a name, a range of the history. */
export type Lie = (answer: never, asked: never) => unknown;

export interface MemoryNodeOptions {
  name?: string;
  kind?: 'full' | 'delayed';
  /** Blocks between the head and the last irreversible one. */
  lag?: number;
  /** Operations kept for each account; all when left out. */
  keeps?: number;
  /** The node began to track accounts with this block, so its sequence numbers are others. */
  tracksSince?: number;
  pageLimit?: number;
  clock: Clock;
}

/** A node on a MemoryChain, with what can go wrong with one. */
export class MemoryNode {
  readonly name: string;
  readonly kind: 'full' | 'delayed';
  lag: number;
  keeps: number | undefined;
  tracksSince: number;
  pageLimit: number;
  /** Stops to follow the chain at this height. */
  frozenAt: number | null = null;
  reachable = true;
  chainId = chainId;
  /** Answers with more operations than this are too large: the connection breaks. */
  largestPage = Number.POSITIVE_INFINITY;
  /** Blocks that hold text which cannot be sent: an answer with something of them never comes. */
  readonly unsendable = new Set<number>();
  /** The same for the block alone: the account's history has nothing of it. */
  readonly unsendableBlocks = new Set<number>();
  /** Of those blocks, the ones in which the deposit's own transaction holds the text. */
  readonly unsendableTransactions = new Set<number>();
  /** Lies: what becomes of the true answer to a method. */
  readonly lies: Partial<Record<string, Lie>> = {};
  /** Subscriptions that never give a notice. */
  silent = false;
  /** Called before every answer; may throw, wait, or change the chain. */
  beforeAnswer: (method: string) => void | Promise<void> = () => undefined;
  calls: Record<string, number> = {};
  private readonly clock: Clock;
  private readonly watchers = new Set<{ objectId: string; wake: () => void }>();
  private readonly sessions = new Set<AbortController>();
  private readonly indexes = new Map<string, { through: MemoryBlock | undefined; entries: IndexEntry[] }>();

  constructor(
    readonly chain: MemoryChain,
    options: MemoryNodeOptions,
  ) {
    this.name = options.name ?? 'ws://node';
    this.kind = options.kind ?? 'full';
    this.lag = options.lag ?? 5;
    this.keeps = options.keeps;
    this.tracksSince = options.tracksSince ?? 1;
    this.pageLimit = options.pageLimit ?? 100;
    this.clock = options.clock;
  }

  get head(): number {
    const head = this.kind === 'delayed' ? this.chain.head - this.lag : this.chain.head;
    return Math.max(0, Math.min(head, this.frozenAt ?? Number.POSITIVE_INFINITY));
  }

  /** Tells subscribers that something changed, whether it did or not. */
  notify(objectId = '2.6.1'): void {
    if (this.silent) return;
    for (const watcher of [...this.watchers]) if (watcher.objectId === objectId) watcher.wake();
  }

  /** A replay: histories are made anew. */
  forgetHistory(): void {
    this.indexes.clear();
  }

  cutConnections(): void {
    for (const session of [...this.sessions]) session.abort();
  }

  session(): NodeSession {
    const lost = new AbortController();
    this.sessions.add(lost);
    const answer = async <T>(method: string, make: () => T, asked?: unknown): Promise<T> => {
      this.calls[method] = (this.calls[method] ?? 0) + 1;
      if (lost.signal.aborted) throw connectionLost(this.name);
      await this.clock.sleep(0.2);
      await this.beforeAnswer(method);
      if (lost.signal.aborted || !this.reachable) throw connectionLost(this.name);
      const lie = this.lies[method];
      return lie === undefined ? make() : (lie(structuredClone(make()) as never, asked as never) as T);
    };
    const close = () => {
      lost.abort();
      this.sessions.delete(lost);
    };
    const session: Omit<NodeSession, 'balanceObjects' | 'vestedBalances'> = {
      endpoint: this.name,
      connection: lost,
      lost: lost.signal,
      close,
      leave: () => false,
      chainId: () => answer('chainId', () => this.chainId),
      state: () => answer('state', () => this.state()),
      block: async (number) => {
        if (this.unsendable.has(number) || this.unsendableBlocks.has(number)) await this.drop(lost);
        return answer('block', () => this.block(number), number);
      },
      transaction: async (number, index) => {
        // A text of another transaction that cannot be sent is not in this answer.
        if (this.unsendable.has(number) || this.unsendableTransactions.has(number)) await this.drop(lost);
        return answer('transaction', () => this.block(number)?.transactions[index] ?? null);
      },
      account: (nameOrId) => answer('account', () => this.account(nameOrId), nameOrId),
      accounts: (wanted) => answer('accounts', () => wanted.map((one) => this.account(one)), wanted),
      assets: (wanted) => answer('assets', () => wanted.map(asset)),
      accountNames: (ids) =>
        answer('accountNames', () => ids.map((id) => names[Number(id.slice(4))] ?? null)),
      balances: () => answer('balances', () => []),
      statistics: (id) => answer('statistics', () => this.statistics(id)),
      history: async (accountId, range) => {
        const found = await answer('history', () => this.history(accountId, range), range);
        const unsendable = found.some(({ blockNumber }) => this.unsendable.has(blockNumber));
        if (unsendable || found.length > this.largestPage) await this.drop(lost);
        return found;
      },
      recentTransaction: () => answer('recentTransaction', () => null),
      transactionHex: () => answer('transactionHex', () => '00'),
      proposals: () => answer('proposals', () => []),
      broadcast: () => Promise.reject(new Error('not used')),
      call: (_api, method, args) => answer(method, () => this.historyByOperations(args)),
      listAccounts: () => answer('listAccounts', () => []),
      listAssets: () => answer('listAssets', () => []),
      watchObject: (objectId, wake, signal) => {
        const watcher = { objectId, wake };
        this.watchers.add(watcher);
        signal.addEventListener('abort', () => this.watchers.delete(watcher), { once: true });
      },
    };
    return session as NodeSession;
  }

  private state(): ChainState {
    const block = this.chain.blocks[this.head - 1];
    return {
      headBlockNumber: this.head,
      headBlockId: block?.id ?? '0'.repeat(40),
      headTime: block?.timestamp ?? genesisTime,
      lastIrreversibleBlock: Math.max(0, this.head - this.lag),
      nextMaintenanceTime: genesisTime + 86400,
      maintenanceInterval: 86400,
      blockInterval,
      maximumTimeUntilExpiration: 86400,
      maximumTransactionSize: 2048,
      maximumProposalLifetime: 2419200,
      participation: 100,
      fees: { scale: 10000n, parameters: new Map() },
    };
  }

  private block(number: number): Block | null {
    const block = number > this.head ? undefined : this.chain.blocks[number - 1];
    if (block === undefined) return null;
    const { previous, timestamp, transactions } = block;
    return { number, id: null, previous, timestamp, transactions };
  }

  private account(nameOrId: string): Account | null {
    const id = nameOrId.startsWith('1.2.') ? nameOrId : `1.2.${names.indexOf(nameOrId)}`;
    const name = names[Number(id.slice(4))];
    if (name === undefined) return null;
    const authority = { threshold: 1, keys: [], accounts: [] };
    return {
      id,
      name,
      memoKey: this.chain.memoKeys.get(id) ?? '',
      owner: authority,
      active: authority,
      statisticsId: id.replace('1.2.', '2.6.'),
      whitelistingAccounts: [],
      blacklistingAccounts: [],
      whitelistedAccounts: [],
      blacklistedAccounts: [],
      allowedAssets: null,
    };
  }

  private statistics(id: string): AccountStatistics {
    const ownerId = id.replace('2.6.', '1.2.');
    const totalOps = this.entries(ownerId).length;
    return { id, ownerId, totalOps, removedOps: this.removed(totalOps) };
  }

  /** `get_account_history_by_operations`. */
  private historyByOperations([accountId, types, first, limit]: unknown[]): unknown {
    const start = (first as number) + (limit as number) - 1;
    const found = this.history(accountId as string, { stop: first as number, start, limit: limit as number });
    return {
      total_count: found.length,
      operation_history_objs: found.filter(({ operation: [type] }) => (types as number[]).includes(type)),
    };
  }

  /** The client gives the connection up after its time for an answer. */
  private async drop(session: AbortController): Promise<never> {
    await this.clock.sleep(15_000);
    session.abort();
    throw new BitSharesError('REQUEST_TIMEOUT', { message: `${this.name} did not answer within 15 s` });
  }

  private removed(totalOps: number): number {
    return this.keeps === undefined ? 0 : Math.max(0, totalOps - this.keeps);
  }

  private history(
    accountId: string,
    { stop, start, limit }: { stop: number; start: number; limit: number },
  ): HistoryOperation[] {
    if (limit > this.pageLimit) {
      throw new BitSharesError('NODE_ERROR', {
        message: `The node refused: limit can not be greater than ${this.pageLimit}`,
      });
    }
    const entries = this.entries(accountId);
    const newest = start === 0 || start > entries.length ? entries.length : start;
    const oldest = Math.max(stop, this.removed(entries.length) + 1, newest - limit + 1);
    const found: HistoryOperation[] = [];
    for (let sequence = newest; sequence >= oldest; sequence--) {
      const { block, applied } = entries[sequence - 1] as IndexEntry;
      found.push({
        id: `1.11.${sequence + this.tracksSince}`,
        operation: applied.operation,
        result: [0, {}],
        blockNumber: block.number,
        trxInBlock: applied.trxInBlock,
        opInTrx: applied.opInTrx,
        virtualOp: applied.virtualOp,
        isVirtual: applied.isVirtual,
        blockTime: block.timestamp,
      });
    }
    return found;
  }

  /** The account's history on this node, kept up to date block by block and made anew after a fork. */
  private entries(accountId: string): IndexEntry[] {
    const index = this.indexes.get(accountId) ?? { through: undefined, entries: [] };
    const { through } = index;
    const follows =
      through === undefined ||
      (this.chain.blocks[through.number - 1] === through && through.number <= this.head);
    const from = follows ? (through?.number ?? this.tracksSince - 1) : this.tracksSince - 1;
    if (!follows) index.entries = [];
    for (const block of this.chain.blocks.slice(from, this.head)) {
      for (const applied of block.applied) {
        if (applied.accounts.includes(accountId)) index.entries.push({ block, applied });
      }
    }
    index.through = this.chain.blocks[this.head - 1];
    this.indexes.set(accountId, index);
    return index.entries;
  }
}

interface IndexEntry {
  block: MemoryBlock;
  applied: Applied;
}

const assets: Asset[] = [
  ['1.3.0', 'BTS', 5],
  ['1.3.1', 'GOLD', 3],
  ['1.3.2', 'BTS.', 5],
].map(([id, symbol, precision]) => ({
  id: id as string,
  symbol: symbol as string,
  precision: precision as number,
  issuerId: '1.2.4',
  flags: 0,
  whitelistAuthorities: [],
  blacklistAuthorities: [],
  coreExchangeRate: { base: { amount: 1n, assetId: '1.3.0' }, quote: { amount: 1n, assetId: '1.3.0' } },
}));

function asset(symbolOrId: string): Asset | null {
  return assets.find(({ id, symbol }) => id === symbolOrId || symbol === symbolOrId) ?? null;
}

function connectionLost(name: string): BitSharesError {
  return new BitSharesError('CONNECTION_LOST', { message: `The connection to ${name} was lost` });
}

/** Several nodes behind one list of endpoints, as the socket client uses them. */
export class MemoryEndpoints implements Pick<NodeEndpoints, 'session' | 'close'> {
  private live: NodeSession | undefined;
  private next = 0;
  private closed = false;

  private readonly addresses: Addresses;
  private openedAt = 0;

  constructor(
    private readonly nodes: MemoryNode[],
    private readonly clock: Clock,
    observe: AddressObserver = () => undefined,
    private readonly expectedChainId = chainId,
  ) {
    this.addresses = new Addresses(
      nodes.map(({ name }) => name),
      clock,
      observe,
    );
  }

  get endpoint(): string {
    return this.live?.endpoint ?? this.nodes[0]?.name ?? '';
  }

  async session(): Promise<NodeSession> {
    if (this.closed) throw connectionLost('a closed client');
    this.returnToFirst();
    if (this.live !== undefined && !this.live.lost.aborted) return this.live;
    for (let attempt = 0; attempt < this.nodes.length; attempt++) {
      const node = this.nodes[this.next % this.nodes.length] as MemoryNode;
      this.next += 1;
      if (!node.reachable) continue;
      const session = node.session();
      if ((await session.chainId()) !== this.expectedChainId) {
        session.close();
        throw new BitSharesError('WRONG_CHAIN', { message: `${node.name} is on another chain` });
      }
      const leave = (reason: BitSharesError, tried = new Set<string>()): boolean => {
        if (this.nodes.length === 1) return false;
        if (!session.lost.aborted) this.addresses.failed(node.name, reason, true);
        if (this.nodes.every((other) => other === node || tried.has(other.name))) return false;
        session.close();
        return true;
      };
      this.live = Object.assign(session, { leave });
      this.openedAt = this.clock.now();
      this.addresses.opened(node.name);
      return session;
    }
    throw new BitSharesError('NODE_UNREACHABLE', { message: 'No endpoint answers' });
  }

  close(): void {
    this.closed = true;
    this.live?.close();
  }

  /** As the socket client does: now and then the first node is tried again, while the session in use lives on. */
  private returnToFirst(): void {
    const [first] = this.nodes as [MemoryNode];
    if (this.live === undefined || this.live.endpoint === first.name || !first.reachable) return;
    if (this.clock.now() - this.openedAt < 300_000) return;
    Object.assign(this.live, { outdated: true });
    this.live = undefined;
    this.next = 0;
  }

  /** As the socket client does: reads go to the live session. */
  asEndpoints(): NodeEndpoints {
    const forward =
      (name: string) =>
      async (...args: unknown[]): Promise<unknown> => {
        const session = (await this.session()) as unknown as Record<string, (...given: unknown[]) => unknown>;
        return session[name]?.(...args);
      };
    return new Proxy(this as unknown as NodeEndpoints, {
      get: (_, name) => {
        if (name === 'then') return undefined;
        if (name === 'session') return () => this.session();
        if (name === 'close') return () => this.close();
        if (name === 'endpoint') return this.endpoint;
        return typeof name === 'string' ? forward(name) : undefined;
      },
    });
  }
}
