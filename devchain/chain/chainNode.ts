/** One node's chain: pushes transactions, makes and applies blocks, and takes them back in a fork (db_block.cpp). */
import type { StoredBlock } from './blockLog';
import { BlockLog, storeTransactions } from './blockLog';
import { at, ChainError, check, framed } from '../wire/chainError';
import { payWitness } from './budget';
import { applyOperation } from './execution';
import type { Genesis } from './genesis';
import { derivedKey, genesisState } from './genesis';
import { History } from './history';
import type { HistoryOptions } from './historyOptions';
import type { Json } from '../wire/json';
import { secretFromWif, sha512, signDigest } from '../wire/keys';
import { performMaintenance } from './maintenance';
import type { ChainParameters, GlobalProperties, WithdrawPermission, Witness } from './objects';
import { clearExpiredProposals } from './proposalExecution';
import type { ChainState, OperationResult } from './state';
import { changedKeys, revert } from './store';
import type { Session } from './store';
import type { SignedTransaction } from '../wire/transaction';
import { blockId, blockNumber, headerDigest, merkleRoot } from '../wire/transaction';
import type { PreparedTransaction } from './transactionRules';
import { TransactionRules } from './transactionRules';
import {
  countMissedBlocks,
  nextSlotText,
  scheduledWitness,
  updateDynamicProperties,
  updateIrreversibleBlock,
  updateWitnessSchedule,
} from './witnessSchedule';

export type { PreparedTransaction } from './transactionRules';

export interface AppliedBlock {
  block: StoredBlock;
  /** Ids of the objects that the block changed; removed ones too. */
  changed: Set<string>;
  included: { id: string; transaction: SignedTransaction; results: OperationResult[] }[];
}

export interface GenerateOptions {
  /** Slots that nobody uses before this block. */
  miss?: number;
  /** Transactions to include instead of the pending ones; one that is not valid is an error. */
  transactions?: readonly PreparedTransaction[];
  parameterChange?: (parameters: ChainParameters) => ChainParameters;
}

const maximumUndo = 10000;

/** One node's chain: state, blocks, pending transactions and account history. It has no network. */
export class ChainNode {
  readonly state: ChainState;
  readonly blocks: BlockLog;
  readonly history: History;
  readonly rules: TransactionRules;
  private pendingTransactions: PreparedTransaction[] = [];
  private readonly undoable: { number: number; session: Session }[] = [];
  private readonly blockListeners = new Set<(applied: AppliedBlock) => void>();
  private recentQueue: { id: string; expiration: string }[] = [];

  constructor(
    readonly genesis: Genesis,
    historyOptions: HistoryOptions,
    private readonly signBlocks = false,
  ) {
    this.state = genesisState(genesis);
    this.rules = new TransactionRules(this.state);
    this.blocks = new BlockLog(this.state.wire);
    this.history = new History(historyOptions, this.state, this.blocks);
  }

  onBlock(listener: (applied: AppliedBlock) => void): () => void {
    this.blockListeners.add(listener);
    return () => this.blockListeners.delete(listener);
  }

  get pending(): readonly PreparedTransaction[] {
    return this.pendingTransactions;
  }

  prepare(transaction: SignedTransaction, skipSignatures = false): PreparedTransaction {
    return this.rules.prepare(transaction, skipSignatures);
  }

  /** The public keys of a transaction's signatures, in the node's order. */
  signatureKeys(transaction: SignedTransaction): string[] {
    return this.rules.signatureKeys(transaction);
  }

  /** Takes a transaction into the pending ones, or throws the node's error. */
  push(prepared: PreparedTransaction): OperationResult[] {
    return framed(
      () => {
        const { undo } = this.state.store;
        if (undo.depth === 0) undo.start();
        const results = this.applyInSession(prepared);
        this.pendingTransactions.push(prepared);
        return results;
      },
      'db_block.cpp',
      280,
      'push_transaction',
      () => ({ trx: prepared.transaction as unknown as Json }),
    );
  }

  /** Applies a transaction on top of the pending ones and takes it back. */
  validate(prepared: PreparedTransaction): OperationResult[] {
    const { undo } = this.state.store;
    undo.start();
    try {
      return this.rules.apply(prepared);
    } finally {
      undo.undo();
      this.state.applied.length = 0;
    }
  }

  private applyInSession(prepared: PreparedTransaction): OperationResult[] {
    const { undo } = this.state.store;
    const before = this.state.applied.length;
    undo.start();
    try {
      const results = this.rules.apply(prepared);
      undo.merge();
      return results;
    } catch (error) {
      undo.undo();
      this.state.applied.length = before;
      throw error;
    }
  }

  /** Builds the next block from the pending transactions and applies it; what is no longer valid is dropped. */
  generateBlock(options: GenerateOptions = {}): AppliedBlock {
    const { state } = this;
    const slot = 1 + (options.miss ?? 0);
    const witness = scheduledWitness(state, slot);
    const timestamp = nextSlotText(state, slot);
    const candidates = options.transactions ?? this.takePending();
    const waiting = options.transactions ? this.takePending() : [];
    const postponed: PreparedTransaction[] = [];
    return this.inBlock(() => {
      this.startBlock(timestamp, options.parameterChange);
      const chosen: PreparedTransaction[] = [];
      const included: AppliedBlock['included'] = [];
      let size = 300;
      for (const prepared of candidates) {
        size += prepared.packed.length + 2 + prepared.transaction.signatures.length * 65;
        if (size >= state.parameters.maximum_block_size) {
          postponed.push(prepared);
          continue;
        }
        try {
          const results = this.applyInSession(prepared);
          included.push({ id: prepared.id, transaction: prepared.transaction, results });
          chosen.push(prepared);
          state.cursor.trxInBlock++;
        } catch (error) {
          if (options.transactions || !(error instanceof ChainError)) throw error;
        }
      }
      const packed = chosen.map(({ transaction }) => state.wire.packSigned(transaction));
      const header = {
        previous: state.dynamicProperties.head_block_id,
        timestamp,
        witness,
        transaction_merkle_root: merkleRoot(packed),
        extensions: [] as never[],
      };
      const signature = this.witnessSignature(header);
      const id = blockId(header, signature);
      const block: StoredBlock = {
        ...header,
        number: blockNumber(id),
        id,
        witness_signature: signature,
        ...storeTransactions(packed),
        ...(options.parameterChange ? { parameterChange: options.parameterChange } : {}),
      };
      return { block, included };
    }, [...postponed, ...waiting]);
  }

  /** Applies another node's block. Its signatures were checked where it was made. */
  applyBlock(block: StoredBlock): AppliedBlock {
    const { state } = this;
    check(
      block.previous === state.dynamicProperties.head_block_id,
      'head_block_id() == next_block.previous',
      at('db_block.cpp', 830, 'validate_block_header'),
    );
    const waiting = this.takePending();
    return this.inBlock(() => {
      this.startBlock(block.timestamp, block.parameterChange);
      const included = this.blocks.transactions(block).map((transaction) => {
        const prepared = this.rules.prepare(transaction, true);
        const results = this.rules.apply(prepared);
        state.cursor.trxInBlock++;
        return { id: prepared.id, transaction, results };
      });
      return { block, included };
    }, waiting);
  }

  private takePending(): PreparedTransaction[] {
    const { undo } = this.state.store;
    while (undo.depth > 0) undo.undo();
    const taken = this.pendingTransactions;
    this.pendingTransactions = [];
    this.state.applied.length = 0;
    return taken;
  }

  private startBlock(time: string, parameterChange: GenerateOptions['parameterChange']): void {
    const { state } = this;
    Object.assign(state.cursor, { block: state.nextNumber, time, trxInBlock: 0, opInTrx: 0, virtualOp: 0 });
    state.applied.length = 0;
    if (parameterChange) {
      const properties = state.globalProperties;
      state.store.modify<GlobalProperties>(properties, {
        pending_parameters: parameterChange(properties.pending_parameters ?? properties.parameters),
      });
    }
  }

  private inBlock(
    build: () => Pick<AppliedBlock, 'block' | 'included'>,
    repush: readonly PreparedTransaction[],
  ): AppliedBlock {
    const { state } = this;
    const { undo } = state.store;
    undo.start();
    let built: Pick<AppliedBlock, 'block' | 'included'>;
    try {
      built = build();
      this.finishBlock(built.block);
    } catch (error) {
      while (undo.depth > 0) undo.undo();
      state.applied.length = 0;
      throw error;
    }
    const session = undo.take();
    this.undoable.push({ number: built.block.number, session });
    this.forgetUndo();
    for (const { id, transaction } of built.included)
      this.recentQueue.push({ id, expiration: transaction.expiration });
    const applied: AppliedBlock = { ...built, changed: changedKeys(session, state.store.objects) };
    this.repush(repush);
    for (const listener of this.blockListeners) listener(applied);
    return applied;
  }

  private repush(transactions: readonly PreparedTransaction[]): void {
    for (const prepared of transactions) {
      try {
        this.push(prepared);
      } catch (error) {
        if (!(error instanceof ChainError)) throw error;
      }
    }
  }

  /** What the node does after a block's transactions, in its order (db_block.cpp _apply_block). */
  private finishBlock(block: StoredBlock): void {
    const { state } = this;
    Object.assign(state.cursor, { opInTrx: 0, virtualOp: 0 });
    const maintenance = state.dynamicProperties.next_maintenance_time <= block.timestamp;
    const missed = countMissedBlocks(state, block.timestamp);
    updateDynamicProperties(state, block, missed);
    const witness = payWitness(state, state.get<Witness>(block.witness));
    state.store.modify(witness, {
      last_aslot: state.dynamicProperties.current_aslot,
      last_confirmed_block_num: block.number,
    });
    updateIrreversibleBlock(state);
    if (maintenance) performMaintenance(state, block.number);
    state.blockSummaries.set(String(block.number & 0xffff), block.id);
    clearExpiredProposals(state, applyOperation);
    for (const permission of state.store.all<WithdrawPermission>('1.12'))
      if (permission.expiration <= block.timestamp) state.store.remove(permission.id);
    state.store.modify(state.dynamicProperties, { dynamic_flags: maintenance ? 1 : 0 });
    updateWitnessSchedule(state);
    this.blocks.push(block);
    this.history.addBlock(block.number, state.applied);
    state.applied.length = 0;
    state.cursor.time = '';
    check(
      block.number - state.dynamicProperties.last_irreversible_block_num < maximumUndo,
      '_dgp.head_block_number - _dgp.last_irreversible_block_num < GRAPHENE_MAX_UNDO_HISTORY',
      at('db_update.cpp', 66, 'update_global_dynamic_data'),
    );
  }

  private forgetUndo(): void {
    const irreversible = this.state.dynamicProperties.last_irreversible_block_num;
    let count = 0;
    while ((this.undoable[count]?.number ?? Infinity) <= irreversible) count++;
    if (count > 0) this.undoable.splice(0, count);
    this.history.forgetUndoUpTo(irreversible);
    if (this.recentQueue.length < 5000) return;
    const finalTime = this.blocks.blockTime(Math.max(irreversible, 1));
    this.recentQueue = this.recentQueue.filter(({ id, expiration }) => {
      if (expiration >= finalTime) return true;
      this.state.recent.forget(id);
      return false;
    });
  }

  /** Takes the newest block back; an irreversible one cannot be. Gives its transactions. */
  popBlock(): PreparedTransaction[] {
    const last = this.undoable.pop();
    const block = this.blocks.get(this.blocks.length);
    if (!last || !block) throw new Error(`block ${this.blocks.length} is irreversible and cannot be popped`);
    const waiting = this.takePending();
    const transactions = this.blocks.transactions(block);
    revert(last.session);
    this.blocks.pop();
    this.history.removeBlock();
    this.repush(waiting);
    return transactions.map((transaction) => this.rules.prepare(transaction));
  }

  /** A signature by the witness key, or (by default, because signing is slow and nobody checks it) bytes that only look like one. */
  private witnessSignature(header: Parameters<typeof headerDigest>[0]): string {
    const digest = headerDigest(header);
    if (this.signBlocks) {
      const name = this.state.account(this.state.get<Witness>(header.witness).witness_account).name;
      return signDigest(digest, secretFromWif(derivedKey(this.genesis.seed, name, 'witness')));
    }
    const bytes = Buffer.concat([Buffer.from([31]), sha512(digest, Buffer.from(this.genesis.seed))]);
    bytes[1] = 1 + ((bytes[1] ?? 0) & 0x3f);
    bytes[33] = 1 + ((bytes[33] ?? 0) & 0x3f);
    return bytes.toString('hex');
  }
}
