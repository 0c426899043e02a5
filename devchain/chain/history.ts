/** Account history with its sequences, operation ids and forgetting (account_history_plugin.cpp). */
import type { HistoryOptions } from './historyOptions';
import { defaultMaxOpsByMinBlocks, defaultMinBlocksToKeep } from './historyOptions';
import { impactedAccounts } from './impacted';
import type { AccountStatistics } from './objects';
import type { AppliedOperation, ChainState, OperationResult } from './state';
import type { Operation } from '../wire/operations';
import { instance } from '../wire/operations';
import { Reader } from '../wire/bytes';

/** One 1.11.x object, kept small: a real operation is read back from its block, a virtual one is kept packed. */
interface Entry {
  block: number;
  trxInBlock: number;
  opInTrx: number;
  virtualOp: number;
  isVirtual: boolean;
  result: OperationResult;
  packed?: Buffer;
  /** Account instances and their sequences, in turn. */
  holders: number[];
}

export interface HistoryObject {
  id: string;
  op: Operation;
  result: OperationResult;
  block_num: number;
  trx_in_block: number;
  op_in_trx: number;
  virtual_op: number;
  is_virtual: boolean;
  block_time: string;
}

interface AccountHistory {
  /** Operation instances by sequence; the first has sequence 1. */
  operations: number[];
  /** Sequences up to this one are pruned. */
  removed: number;
}

interface BlockMark {
  block: number;
  operations: number;
  nextInstance: number;
  nextHistory: number;
  accounts: Map<string, { length: number; removed: number }>;
}

/** Where the history finds what it does not keep: operations and times of blocks. */
export interface BlockSource {
  operationAt(block: number, trxInBlock: number, opInTrx: number): Operation;
  blockTime(block: number): string;
}

/** The account_history plugin of one node: sequences per account, pruning, and undo of popped blocks. */
export class History {
  private readonly entries = new Map<number, Entry>();
  private readonly accounts = new Map<string, AccountHistory>();
  private marks: BlockMark[] = [];
  private nextInstance: number;
  private nextHistory = 0;
  private blockIndex = new Map<number, number[]>();

  constructor(
    readonly options: HistoryOptions,
    private readonly state: ChainState,
    private readonly source: BlockSource,
  ) {
    this.nextInstance = options.firstOperationInstance ?? 0;
  }

  /** Takes the applied operations of a block in; null stands for an operation that was taken back, whose id is used up. */
  addBlock(block: number, applied: readonly (AppliedOperation | null)[]): void {
    const mark: BlockMark = {
      block,
      operations: 0,
      nextInstance: this.nextInstance,
      nextHistory: this.nextHistory,
      accounts: new Map(),
    };
    this.marks.push(mark);
    const ids: number[] = [];
    for (const operation of applied) {
      const number = this.nextInstance++;
      if (!operation) continue;
      const created =
        operation.operation[0] === 5 && operation.result[0] === 1 ? operation.result[1] : undefined;
      const tracked = this.options.trackAccounts;
      const impacted = impactedAccounts(operation.operation, created).filter(
        (id) => !tracked || tracked.includes(id),
      );
      const keeps = this.options.maxOpsPerAccount !== 0;
      if (this.options.partialOperations && (impacted.length === 0 || !keeps)) continue;
      const entry: Entry = {
        block: operation.block,
        trxInBlock: operation.trxInBlock,
        opInTrx: operation.opInTrx,
        virtualOp: operation.virtualOp,
        isVirtual: operation.isVirtual,
        result: operation.result,
        holders: [],
        ...(operation.isVirtual ? { packed: this.state.wire.packedOperation(operation.operation) } : {}),
      };
      this.entries.set(number, entry);
      ids.push(number);
      if (keeps) for (const account of impacted) this.addTo(mark, account, number, entry, block);
    }
    if (ids.length > 0) this.blockIndex.set(block, ids);
  }

  private addTo(mark: BlockMark, account: string, number: number, entry: Entry, head: number): void {
    let history = this.accounts.get(account);
    if (!history) {
      history = { operations: [], removed: 0 };
      this.accounts.set(account, history);
    }
    if (!mark.accounts.has(account))
      mark.accounts.set(account, { length: history.operations.length, removed: history.removed });
    history.operations.push(number);
    const sequence = history.operations.length;
    entry.holders.push(instance(account), sequence);
    this.prune(account, history, head);
    const statistics = this.state.store.find<AccountStatistics>(this.state.account(account).statistics);
    if (!statistics) return;
    this.state.store.modify(statistics, {
      most_recent_op: `2.9.${this.nextHistory++}`,
      total_ops: sequence,
      removed_ops: history.removed,
    });
  }

  /** The plugin's rule: above the maximum, the oldest go; but those of the latest blocks stay up to a second maximum. */
  private prune(account: string, history: AccountHistory, head: number): void {
    const { options } = this;
    if (options.maxOpsPerAccount === undefined) return;
    const extended =
      options.extendedHistoryByAccount?.includes(account) === true
        ? (options.extendedMaxOpsPerAccount ?? 0)
        : 0;
    const keep = Math.max(options.maxOpsPerAccount, extended);
    const byBlocks = Math.max(options.maxOpsPerAccountByMinBlocks ?? defaultMaxOpsByMinBlocks, keep);
    const oldestKept = head - (options.minBlocksToKeep ?? defaultMinBlocksToKeep);
    for (;;) {
      const count = history.operations.length - history.removed;
      if (count <= keep || count <= 1) return;
      const oldest = this.entries.get(history.operations[history.removed] as number);
      if (oldest && oldest.block > oldestKept && count <= byBlocks) return;
      history.removed++;
    }
  }

  /** Forgets the newest block (a popped one). */
  removeBlock(): void {
    const mark = this.marks.pop();
    if (!mark) return;
    for (const number of this.blockIndex.get(mark.block) ?? []) this.entries.delete(number);
    this.blockIndex.delete(mark.block);
    this.nextInstance = mark.nextInstance;
    this.nextHistory = mark.nextHistory;
    for (const [account, { length, removed }] of mark.accounts) {
      const history = this.accounts.get(account);
      if (!history) continue;
      history.operations.length = length;
      history.removed = removed;
    }
  }

  /** Blocks up to this one will never be popped: what would undo them can go. */
  forgetUndoUpTo(block: number): void {
    const first = this.marks.findIndex((mark) => mark.block > block);
    if (first > 0) this.marks = this.marks.slice(first);
    else if (first === -1) this.marks = [];
  }

  total(account: string): number {
    return this.accounts.get(account)?.operations.length ?? 0;
  }

  removed(account: string): number {
    return this.accounts.get(account)?.removed ?? 0;
  }

  /** The operation instance at a sequence, or undefined when it is pruned or not there. */
  at(account: string, sequence: number): number | undefined {
    const history = this.accounts.get(account);
    if (!history || sequence <= history.removed || sequence < 1) return undefined;
    return history.operations[sequence - 1];
  }

  /** The instances that a node with partial-operations still has: those that some account holds. */
  private isHeld(entry: Entry): boolean {
    if (this.options.partialOperations !== true) return true;
    for (let i = 0; i < entry.holders.length; i += 2) {
      const account = `1.2.${entry.holders[i]}`;
      if ((entry.holders[i + 1] as number) > this.removed(account)) return true;
    }
    return false;
  }

  object(number: number): HistoryObject | undefined {
    const entry = this.entries.get(number);
    if (!entry || !this.isHeld(entry)) return undefined;
    const op = entry.packed
      ? this.state.wire.codecs.operation.read(new Reader(entry.packed))
      : this.source.operationAt(entry.block, entry.trxInBlock, entry.opInTrx);
    return {
      id: `1.11.${number}`,
      op,
      result: entry.result,
      block_num: entry.block,
      trx_in_block: entry.trxInBlock,
      op_in_trx: entry.opInTrx,
      virtual_op: entry.virtualOp,
      is_virtual: entry.isVirtual,
      block_time: this.source.blockTime(entry.block),
    };
  }

  /** The operation tag and block of an instance, without reading the operation's body twice. */
  blockOf(number: number): number | undefined {
    return this.entries.get(number)?.block;
  }

  ofBlock(block: number, trxInBlock?: number): HistoryObject[] {
    const result: HistoryObject[] = [];
    for (const number of this.blockIndex.get(block) ?? []) {
      if (trxInBlock !== undefined && this.entries.get(number)?.trxInBlock !== trxInBlock) continue;
      const object = this.object(number);
      if (object) result.push(object);
    }
    return result;
  }
}
