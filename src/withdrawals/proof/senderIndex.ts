/**
 * What blocks say about one sending account: its transfers and proposals by memo nonce, and which accounts changed
 * their keys. Filled from blocks only, in any order, once a block.
 */
import type { Block, SignedTransaction } from '../../chain/interfaces';
import {
  isOperation,
  parseChainTime,
  toBigInt,
  transactionId,
  type Operation,
  type ProposalCreateOperation,
  type TransferOperation,
} from '../../protocol';
import { withdrawalNonce } from '../transaction/nonce';
import { HeldTransfer, Texts } from './heldTransfer';

/** Where an operation is in the chain, as its block shows it. */
export interface OperationPlace {
  blockNumber: number;
  trxInBlock: number;
  opInTrx: number;
}

/** The same, with what else the block tells of it. */
export interface Place extends OperationPlace {
  blockTime: number;
  transactionId: string;
}

/** An applied transfer from the sender that carries a memo. */
export interface FoundTransfer extends Place {
  kind: 'transfer';
  operation: TransferOperation;
  expiration: number;
}

/** A proposal, in a block, whose operations hold a transfer from the sender with a memo. */
export interface FoundProposal extends Place {
  kind: 'proposal';
  operation: TransferOperation;
  /** When the chain tries it, and every proposal that it would create, a last time and removes it. */
  expirationTime: number;
}

/** A sign in a block that the memo key of an account may have changed. */
export interface KeyChange {
  blockNumber: number;
  /** `1.2.x`, or `any` when the accounts concerned cannot be told. */
  accountId: string;
}

/** Accounts whose keys some operations would change. */
interface Concerned {
  accounts: string[];
  any: boolean;
}

/** A FoundTransfer under its nonce. */
class Entry implements Place {
  readonly blockNumber: number;
  readonly blockTime: number;
  readonly trxInBlock: number;
  readonly opInTrx: number;
  readonly transactionId: string;

  constructor(
    place: Place,
    readonly transfer: HeldTransfer,
    readonly expiration: number,
  ) {
    this.blockNumber = place.blockNumber;
    this.blockTime = place.blockTime;
    this.trxInBlock = place.trxInBlock;
    this.opInTrx = place.opInTrx;
    this.transactionId = place.transactionId;
  }
}

export class SenderIndex {
  /** By nonce; a list only where it was used more than once. */
  private readonly transfers = new Map<string, Entry | Entry[]>();
  private readonly texts = new Texts();
  private readonly proposalsByNonce = new Map<string, FoundProposal[]>();
  private readonly proposedByOthers: { payerId: string; nonce: bigint; blockNumber: number }[] = [];
  private readonly deletions = new Map<string, number>();
  private readonly changes: KeyChange[] = [];
  private count = 0;

  constructor(
    readonly senderId: string,
    private readonly prefix: string,
  ) {}

  /** How much is remembered, to bound memory. */
  get size(): number {
    return this.count;
  }

  transfersWith(nonce: bigint): readonly FoundTransfer[] {
    const key = nonce.toString();
    return [this.transfers.get(key) ?? []].flat().map((entry) => {
      const { blockNumber, blockTime, trxInBlock, opInTrx, transactionId: id, expiration } = entry;
      const operation = entry.transfer.operation(this.senderId, key);
      const place = { blockNumber, blockTime, trxInBlock, opInTrx, transactionId: id };
      return { kind: 'transfer', ...place, operation, expiration };
    });
  }

  /** The same of blocks from `fromBlock` on, without the rest. */
  since(fromBlock: number): SenderIndex {
    const rest = new SenderIndex(this.senderId, this.prefix);
    const isIn = ({ blockNumber }: { blockNumber: number }): boolean => blockNumber >= fromBlock;
    for (const [nonce, entries] of this.transfers) {
      for (const entry of [entries].flat().filter(isIn)) rest.hold(nonce, entry);
    }
    for (const [nonce, proposals] of this.proposalsByNonce) {
      if (proposals.some(isIn)) rest.proposalsByNonce.set(nonce, proposals.filter(isIn));
    }
    rest.proposedByOthers.push(...this.proposedByOthers.filter(isIn));
    for (const [id, blockNumber] of this.deletions) {
      if (blockNumber >= fromBlock) rest.deletions.set(id, blockNumber);
    }
    rest.changes.push(...this.changes.filter(isIn));
    rest.count = rest.transfers.size + rest.proposalsByNonce.size + rest.deletions.size + rest.changes.length;
    return rest;
  }

  private hold(nonce: string, entry: Entry): void {
    const present = this.transfers.get(nonce);
    this.transfers.set(nonce, present === undefined ? entry : [present, entry].flat());
  }

  proposalsWith(nonce: bigint): readonly FoundProposal[] {
    return this.proposalsByNonce.get(nonce.toString()) ?? [];
  }

  /** The account from which a proposal lets the withdrawal be paid, when it is not this one, or undefined. */
  otherPayerOf(withdrawalId: string): string | undefined {
    return this.proposedByOthers.find(
      ({ payerId, nonce }) => nonce === withdrawalNonce(payerId, withdrawalId),
    )?.payerId;
  }

  /** The block in which a proposal_delete removed the proposal, or undefined. */
  deletionOf(proposalId: string): number | undefined {
    return this.deletions.get(proposalId);
  }

  /** The first sign, in blocks from `fromBlock` on, that the account's memo key may have changed. */
  keyChangeOf(accountId: string, fromBlock: number): KeyChange | undefined {
    return this.changes.find(
      (change) =>
        change.blockNumber >= fromBlock && (change.accountId === accountId || change.accountId === 'any'),
    );
  }

  /** Takes in one block. */
  add(block: Block): void {
    block.transactions.forEach((transaction, trxInBlock) => {
      transaction.operations.forEach((operation, opInTrx) => {
        this.addOperation(operation, block, transaction, trxInBlock, opInTrx);
      });
    });
  }

  private addOperation(
    operation: Operation,
    block: Block,
    transaction: SignedTransaction,
    trxInBlock: number,
    opInTrx: number,
  ): void {
    const place = (): Place => ({
      blockNumber: block.number,
      blockTime: block.timestamp,
      trxInBlock,
      opInTrx,
      transactionId: this.idOf(transaction),
    });
    if (isOperation(operation, 'transfer')) {
      const [, transfer] = operation;
      const nonce = this.nonceOf(transfer);
      if (nonce === undefined || transfer.memo === undefined) return;
      const held = new HeldTransfer(transfer, transfer.memo, this.texts);
      this.hold(nonce, new Entry(place(), held, parseChainTime(transaction.expiration)));
      this.count += 1;
    } else if (isOperation(operation, 'account_update')) {
      this.change(block.number, operation[1].account);
    } else if (isOperation(operation, 'proposal_create')) {
      const [, create] = operation;
      const operations = create.proposed_ops.map(({ op }) => op);
      const concerned = concernedBy(operations);
      for (const accountId of concerned.accounts) this.change(block.number, accountId);
      if (concerned.any) this.change(block.number, 'any');
      for (const proposed of transfersIn(operations)) {
        const { from: payerId, memo } = proposed;
        if (payerId !== this.senderId && memo !== undefined) {
          this.proposedByOthers.push({ payerId, nonce: toBigInt(memo.nonce), blockNumber: block.number });
        }
        const nonce = this.nonceOf(proposed);
        if (nonce === undefined) continue;
        append(this.proposalsByNonce, nonce, {
          kind: 'proposal',
          ...place(),
          operation: proposed,
          expirationTime: lastExpiration(create),
        });
      }
      this.count += 1;
    } else if (isOperation(operation, 'proposal_update')) {
      // Blocks do not say what the proposal holds. It can change an account's keys only with that account's approval,
      // given as an account or by one of its keys.
      const [, update] = operation;
      for (const accountId of [...update.active_approvals_to_add, ...update.owner_approvals_to_add]) {
        this.change(block.number, accountId);
      }
      if (update.key_approvals_to_add.length > 0) this.change(block.number, 'any');
    } else if (isOperation(operation, 'proposal_delete')) {
      this.deletions.set(operation[1].proposal, block.number);
      this.count += 1;
    }
  }

  private change(blockNumber: number, accountId: string): void {
    this.changes.push({ blockNumber, accountId });
    this.count += 1;
  }

  private nonceOf(transfer: TransferOperation): string | undefined {
    if (transfer.from !== this.senderId || transfer.memo === undefined) return undefined;
    return toBigInt(transfer.memo.nonce).toString();
  }

  private idOf(transaction: SignedTransaction): string {
    try {
      return transactionId(transaction, this.prefix);
    } catch {
      // Somebody may put our transfer beside an operation that has no wire format here; it counts all the same.
      return '';
    }
  }
}

/** Transfers in operations of a proposal, also in proposals that would be created by it. */
export function transfersIn(operations: Operation[]): TransferOperation[] {
  return operations.flatMap((operation) => {
    if (isOperation(operation, 'transfer')) return [operation[1]];
    if (isOperation(operation, 'proposal_create')) {
      return transfersIn(operation[1].proposed_ops.map(({ op }) => op));
    }
    return [];
  });
}

/** Whether operations of a proposal hold a transfer from this account with this memo nonce. */
export function pays(operations: Operation[], senderId: string, nonce: bigint): boolean {
  return transfersIn(operations).some(
    ({ from, memo }) => from === senderId && memo !== undefined && toBigInt(memo.nonce) === nonce,
  );
}

/** A proposal that another one creates can outlive it. */
function lastExpiration({ expiration_time, proposed_ops }: ProposalCreateOperation): number {
  const nested = proposed_ops.flatMap(({ op }) =>
    isOperation(op, 'proposal_create') ? [lastExpiration(op[1])] : [],
  );
  return Math.max(parseChainTime(expiration_time), ...nested);
}

/**
 * Whose keys these operations would change if they were executed. A proposed proposal_update could execute anything, so
 * it concerns everybody.
 */
export function concernedBy(operations: Operation[]): Concerned {
  const concerned: Concerned = { accounts: [], any: false };
  for (const operation of operations) {
    if (isOperation(operation, 'account_update')) concerned.accounts.push(operation[1].account);
    else if (isOperation(operation, 'proposal_update')) concerned.any = true;
    else if (isOperation(operation, 'proposal_create')) {
      const nested = concernedBy(operation[1].proposed_ops.map(({ op }) => op));
      concerned.accounts.push(...nested.accounts);
      concerned.any ||= nested.any;
    }
  }
  return concerned;
}

function append<T>(map: Map<string, T[]>, key: string, value: T): void {
  const present = map.get(key);
  if (present === undefined) map.set(key, [value]);
  else present.push(value);
}
