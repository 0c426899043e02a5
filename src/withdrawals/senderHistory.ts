/**
 * What the sender's account history shows. It can prove that something was paid, also through a proposal, whose
 * execution no block shows; it can never prove that nothing was, unless it reaches back to a known operation.
 */
import type { Account, HistoryOperation } from '../chain';
import { isBitSharesError } from '../errors';
import { isObjectId, isOperation, toBigInt, type TransferOperation } from '../protocol';
import type { WithdrawalReader } from './reader';
import { rethrow } from './rethrow';

const pageLength = 100;
/** More operations than this are not read for what is only one more guard. */
const mostOperations = 20_000;

/** A transfer from the sender with a memo, in its history. */
export interface HistoryTransfer {
  operation: TransferOperation;
  blockNumber: number;
  blockTime: number | null;
  trxInBlock: number;
  opInTrx: number;
  virtualOp: number;
  /** Executed by a proposal: no block shows it as an operation of its own. */
  isVirtual: boolean;
}

interface ReadThrough {
  sequence: number;
  key: string;
}

/** The history of one sender on one endpoint, read back to some time. A cache, checked at each refresh. */
export class SenderHistory {
  private endpoint = '';
  private transfers = new Map<string, HistoryTransfer[]>();
  /** Those in blocks that may still be replaced; read anew each time. */
  private reversibleTransfers = new Map<string, HistoryTransfer[]>();
  /** Keys of everything irreversible that was read, to prove how far back the history reaches. */
  private readKeys = new Set<string>();
  /** Ids of proposals by the place of their creation; read with the history, because blocks do not tell them. */
  private proposalIds = new Map<string, string>();
  private newest: ReadThrough | undefined;

  constructor(private readonly senderId: string) {}

  /** Transfers with this nonce among what was read. */
  with(nonce: bigint): readonly HistoryTransfer[] {
    const key = nonce.toString();
    return [...(this.transfers.get(key) ?? []), ...(this.reversibleTransfers.get(key) ?? [])];
  }

  /** Whether what was read without a gap reaches back to this operation: then the node tracks the account since then. */
  reachesBackTo(place: { blockNumber: number; trxInBlock: number; opInTrx: number }): boolean {
    return this.readKeys.has(`${place.blockNumber}:${place.trxInBlock}:${place.opInTrx}:0`);
  }

  /** The id (`1.10.x`) of the proposal that was created at this place, or null when it was not read. */
  proposalIdAt(place: { blockNumber: number; trxInBlock: number; opInTrx: number }): string | null {
    return this.proposalIds.get(`${place.blockNumber}:${place.trxInBlock}:${place.opInTrx}:0`) ?? null;
  }

  /**
   * Reads what is new, back to `since` (seconds), as far as the node keeps it. Operations above `irreversibleBlock` are
   * read again the next time. A node without history, or with an odd one, leaves less read and is no error.
   */
  async refresh(
    reader: WithdrawalReader,
    sender: Account,
    since: number,
    irreversibleBlock: number,
  ): Promise<void> {
    try {
      await this.read(reader, sender, since, irreversibleBlock);
    } catch (error) {
      if (!isBitSharesError(error, 'NODE_ERROR', 'ACCESS_DENIED', 'INVALID_ANSWER', 'UNKNOWN_OBJECT'))
        rethrow(error);
      this.reset(reader.endpoint);
    }
  }

  private async read(
    reader: WithdrawalReader,
    sender: Account,
    since: number,
    irreversibleBlock: number,
  ): Promise<void> {
    if (this.endpoint !== reader.endpoint) this.reset(reader.endpoint);
    const { totalOps, removedOps } = await reader.statistics(sender.statisticsId);
    this.reversibleTransfers = new Map();
    if (this.newest !== undefined && !(await this.stillThere(reader, this.newest, totalOps))) {
      this.reset(reader.endpoint);
    }
    const stop = Math.max(this.newest?.sequence ?? 0, removedOps, totalOps - mostOperations) + 1;
    const found: [number, HistoryOperation][] = [];
    for (let start = totalOps; start >= stop; start -= pageLength) {
      const pageStop = Math.max(stop, start - pageLength + 1);
      const page = await reader.history(this.senderId, { stop: pageStop, start, limit: pageLength });
      page.forEach((operation, i) => found.push([start - i, operation]));
      const oldest = page.at(-1);
      if (page.length < start - pageStop + 1 || oldest === undefined) break;
      // What joins earlier reading is read whole, so that there never is a gap behind what counts as read.
      if (this.newest === undefined && oldest.blockTime !== null && oldest.blockTime < since) break;
    }
    for (const [sequence, operation] of found.reverse()) {
      if (operation.blockNumber > irreversibleBlock) {
        this.note(operation, this.reversibleTransfers);
        continue;
      }
      this.readKeys.add(keyOf(operation));
      this.note(operation, this.transfers);
      this.newest = { sequence, key: keyOf(operation) };
    }
  }

  /** Sequences belong to one node and move when its reversible blocks do; the key at the sequence tells. */
  private async stillThere(
    reader: WithdrawalReader,
    newest: ReadThrough,
    totalOps: number,
  ): Promise<boolean> {
    if (newest.sequence > totalOps || newest.sequence < totalOps - mostOperations) return false;
    const [operation] = await reader.history(this.senderId, {
      stop: newest.sequence,
      start: newest.sequence,
      limit: 1,
    });
    return operation !== undefined && keyOf(operation) === newest.key;
  }

  private note(operation: HistoryOperation, transfers: Map<string, HistoryTransfer[]>): void {
    if (isOperation(operation.operation, 'proposal_create')) {
      const { result } = operation;
      const id: unknown = Array.isArray(result) && result[0] === 1 ? result[1] : undefined;
      if (isObjectId(id, 'proposal')) this.proposalIds.set(keyOf(operation), id);
    }
    if (!isOperation(operation.operation, 'transfer')) return;
    const [, transfer] = operation.operation;
    if (transfer.from !== this.senderId || transfer.memo === undefined) return;
    const nonce = toBigInt(transfer.memo.nonce).toString();
    const { blockNumber, blockTime, trxInBlock, opInTrx, virtualOp } = operation;
    const isVirtual = operation.isVirtual ?? virtualOp > 0;
    const present = transfers.get(nonce) ?? [];
    present.push({ operation: transfer, blockNumber, blockTime, trxInBlock, opInTrx, virtualOp, isVirtual });
    transfers.set(nonce, present);
  }

  private reset(endpoint: string): void {
    this.endpoint = endpoint;
    this.transfers = new Map();
    this.reversibleTransfers = new Map();
    this.readKeys = new Set();
    this.proposalIds = new Map();
    this.newest = undefined;
  }
}

function keyOf({ blockNumber, trxInBlock, opInTrx, virtualOp }: HistoryOperation): string {
  return `${blockNumber}:${trxInBlock}:${opInTrx}:${virtualOp}`;
}
