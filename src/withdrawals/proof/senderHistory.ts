/**
 * What the sender's account history shows. It can prove that something was paid, also through a proposal, whose
 * execution no block shows; it can never prove that nothing was, unless it reaches back to a known operation.
 */
import type { Account, HistoryOperation } from '../../chain/interfaces';
import { isBitSharesError, type BitSharesError, rethrow } from '../../errors';
import { isObjectId, isOperation, toBigInt, type TransferOperation } from '../../protocol';
import { statedLimit } from '../../chain/statedLimit';
import { HeldTransfer, Texts } from './heldTransfer';
import type { WithdrawalReader } from './reader';
import { Turns } from '../../chain/turns';

/** Most operations of one answer: the limit of a node that was not configured otherwise. */
const longestPage = 100;
/** More operations than this are not read for what is only one more guard. */
const mostOperations = 20_000;

/** A transfer from the sender with a memo, in its history. */
export interface HistoryTransfer {
  operation: TransferOperation;
  blockNumber: number;
  trxInBlock: number;
  opInTrx: number;
  /** Executed by a proposal: no block shows it as an operation of its own. Null where an old node does not tell. */
  isVirtual: boolean | null;
  /** Read from a block that cannot be replaced any more. */
  isIrreversible: boolean;
}

type HeldHistoryTransfer = Omit<HistoryTransfer, 'operation' | 'isIrreversible'> & { held: HeldTransfer };

/** Where something stands in the chain, as blocks tell it. */
interface PlaceInBlock {
  blockNumber: number;
  trxInBlock: number;
  opInTrx: number;
}

/** Transfers by memo nonce, and ids of proposals by the place of their creation, which blocks do not tell. */
class Notes {
  private readonly transfers = new Map<string, HeldHistoryTransfer[]>();
  private readonly texts = new Texts();
  private readonly proposalIds = new Map<string, string>();
  private readonly keys = new Set<string>();

  constructor(
    private readonly senderId: string,
    private readonly areIrreversible: boolean,
  ) {}

  get size(): number {
    return this.keys.size;
  }

  with(nonce: bigint): readonly HistoryTransfer[] {
    const key = nonce.toString();
    return (this.transfers.get(key) ?? []).map(({ held, ...rest }) => ({
      ...rest,
      operation: held.operation(this.senderId, key),
      isIrreversible: this.areIrreversible,
    }));
  }

  proposalIdAt(key: string): string | undefined {
    return this.proposalIds.get(key);
  }

  /** Takes in one operation, however often it is read. */
  add(historyOperation: HistoryOperation): void {
    const key = keyOf(historyOperation);
    if (this.keys.has(key)) return;
    this.keys.add(key);
    const { operation, result, blockNumber, trxInBlock, opInTrx, virtualOp } = historyOperation;
    if (isOperation(operation, 'proposal_create')) {
      const id: unknown = Array.isArray(result) && result[0] === 1 ? result[1] : undefined;
      if (isObjectId(id, 'proposal')) this.proposalIds.set(key, id);
    }
    if (!isOperation(operation, 'transfer')) return;
    const [, transfer] = operation;
    if (transfer.from !== this.senderId || transfer.memo === undefined) return;
    const nonce = toBigInt(transfer.memo.nonce).toString();
    const isVirtual = historyOperation.isVirtual ?? (virtualOp > 0 ? true : null);
    const held = new HeldTransfer(transfer, transfer.memo, this.texts);
    const entry = { held, blockNumber, trxInBlock, opInTrx, isVirtual };
    const present = this.transfers.get(nonce);
    if (present === undefined) this.transfers.set(nonce, [entry]);
    else present.push(entry);
  }
}

/** Irreversible operations that one node showed without a gap, from some time on. It only ever grows at its end. */
interface Stretch {
  keys: Set<string>;
  newest: { sequence: number; key: string };
}

/**
 * What one look at the history showed. Its holder decides by it: nothing that other executions read, on this node or on
 * another, takes anything away from it or closes a gap in it.
 */
export class HistoryReading {
  constructor(
    private readonly irreversible: Notes,
    private readonly reversible: Notes,
    private readonly reached: ReadonlySet<string>,
    /** Why the node did not answer this time; what it has is not known then. */
    readonly refusal: BitSharesError | null = null,
  ) {}

  /**
   * Transfers with this nonce: all that any node showed in irreversible blocks, and the rest of this look.
   *
   * @throws the refusal when there is one and nothing else shows any
   */
  with(nonce: bigint): readonly HistoryTransfer[] {
    const found = [...this.irreversible.with(nonce), ...this.reversible.with(nonce)];
    if (found.length === 0 && this.refusal !== null) throw this.refusal;
    return found;
  }

  /** Whether what this look showed reaches back to this operation without a gap: then the node tracks the account since then. */
  reachesBackTo(place: PlaceInBlock): boolean {
    return this.reached.has(placeKey(place));
  }

  /** The id (`1.10.x`) of the proposal that was created at this place, or null when it was not read. */
  proposalIdAt(place: PlaceInBlock): string | null {
    const key = placeKey(place);
    return this.irreversible.proposalIdAt(key) ?? this.reversible.proposalIdAt(key) ?? null;
  }
}

/** The history of one sender, read back to some time. A cache, checked at each look. */
export class SenderHistory {
  /** True whichever node said so, and for ever. */
  private readonly irreversible: Notes;
  /** By endpoint, because each node has its own history and its own sequence numbers. */
  private readonly stretches = new Map<string, Stretch>();
  /** How many operations are asked for at once, by endpoint: less after an answer that did not come. */
  private readonly pageLengths = new Map<string, number>();
  private readonly turns = new Turns();

  constructor(private readonly senderId: string) {
    this.irreversible = new Notes(senderId, true);
  }

  /** How much is remembered, to bound memory. */
  get size(): number {
    return this.irreversible.size;
  }

  /**
   * Reads what is new, back to `since` (seconds), as far as the node keeps it. Operations above `irreversibleBlock`, which
   * is what this reader (one session) said before, are read again the next time. A node that lets nobody ask for history shows
   * nothing new. Any other refusal stays in the reading: what was not read this time may be what shows a payment.
   *
   * @throws REQUEST_TIMEOUT, CONNECTION_LOST
   */
  async read(
    reader: WithdrawalReader,
    sender: Account,
    since: number,
    irreversibleBlock: number,
  ): Promise<HistoryReading> {
    try {
      return await this.turns.take(() => this.look(reader, sender, since, irreversibleBlock));
    } catch (error) {
      if (!isBitSharesError(error, 'NODE_ERROR', 'ACCESS_DENIED', 'INVALID_ANSWER', 'UNKNOWN_OBJECT'))
        rethrow(error);
      const refusal = error.code === 'ACCESS_DENIED' ? null : error;
      return new HistoryReading(this.irreversible, new Notes(this.senderId, false), new Set(), refusal);
    }
  }

  private async look(
    reader: WithdrawalReader,
    sender: Account,
    since: number,
    irreversibleBlock: number,
  ): Promise<HistoryReading> {
    const { totalOps, removedOps } = await reader.statistics(sender.statisticsId);
    const known = await this.knownOf(reader, totalOps);
    const oldest = Math.max(known?.end ?? 0, removedOps, totalOps - mostOperations) + 1;
    // What joins earlier reading is read whole, so that there never is a gap behind what counts as read.
    const { operations, isWhole } = await this.pages(reader, totalOps, oldest, known === null ? since : null);
    const reversible = new Notes(this.senderId, false);
    const read = new Map<number, string>();
    for (const [sequence, operation] of operations.reverse()) {
      if (operation.blockNumber > irreversibleBlock) {
        reversible.add(operation);
        continue;
      }
      this.irreversible.add(operation);
      read.set(sequence, keyOf(operation));
    }
    const joins = known !== null && isWhole && oldest === known.end + 1;
    const reached = joins ? extended(known.stretch, read) : new Set(read.values());
    if (known === null) this.remember(reader.endpoint, reached, read);
    return new HistoryReading(this.irreversible, reversible, reached);
  }

  /** The stretch of this node, and its end, if the node still has the same operation there. */
  private async knownOf(
    reader: WithdrawalReader,
    totalOps: number,
  ): Promise<{ stretch: Stretch; end: number } | null> {
    const stretch = this.stretches.get(reader.endpoint);
    if (stretch === undefined) return null;
    const { sequence, key } = stretch.newest;
    if (sequence > totalOps || sequence < totalOps - mostOperations) return null;
    const [operation] = await reader.history(this.senderId, { stop: sequence, start: sequence, limit: 1 });
    return operation !== undefined && keyOf(operation) === key ? { stretch, end: sequence } : null;
  }

  /** Operations from `newest` down to `oldest`, or to the first before `since`; whole when none of them was missing. */
  private async pages(
    reader: WithdrawalReader,
    newest: number,
    oldest: number,
    since: number | null,
  ): Promise<{ operations: [number, HistoryOperation][]; isWhole: boolean }> {
    const operations: [number, HistoryOperation][] = [];
    let pageLength = this.pageLengths.get(reader.endpoint) ?? longestPage;
    let isWhole = true;
    let start = newest;
    while (start >= oldest) {
      const stop = Math.max(oldest, start - pageLength + 1);
      const limit = start - stop + 1;
      const page = await reader
        .history(this.senderId, { stop, start, limit })
        .catch((error: unknown) => this.pageRefused(reader.endpoint, error, limit, pageLength));
      if (typeof page === 'number') {
        pageLength = page;
        continue;
      }
      for (const [i, operation] of page.entries()) operations.push([start - i, operation]);
      const last = page.at(-1);
      // The node removed operations meanwhile, and has none before these; or replaced blocks, and has all before these.
      isWhole &&= page.length === limit;
      if (last === undefined) break;
      if (since !== null && last.blockTime !== null && last.blockTime < since) break;
      start = stop - 1;
    }
    this.pageLengths.set(reader.endpoint, Math.min(longestPage, 2 * pageLength));
    return { operations, isWhole };
  }

  /** How many operations are asked for instead, where the node says how many it gives; otherwise rejects with the error. */
  private pageRefused(
    endpoint: string,
    error: unknown,
    asked: number,
    pageLength: number,
  ): number | Promise<never> {
    const stated = statedLimit(error);
    if (stated !== null && stated < asked) return stated;
    // It may be more than can be received: the round that is made again asks for less. One is never too much. So something
    // else was wrong, and a history read one by one may never come to its end.
    this.pageLengths.set(endpoint, pageLength === 1 ? longestPage : Math.max(1, Math.floor(pageLength / 10)));
    return Promise.reject(error);
  }

  private remember(endpoint: string, keys: Set<string>, read: Map<number, string>): void {
    const newest = [...read].at(-1);
    if (newest === undefined) return;
    this.stretches.set(endpoint, { keys, newest: { sequence: newest[0], key: newest[1] } });
  }
}

/** Adds what follows without a gap. Another execution may have moved the end meanwhile. */
function extended(stretch: Stretch, read: Map<number, string>): Set<string> {
  for (const [sequence, key] of read) {
    stretch.keys.add(key);
    if (sequence > stretch.newest.sequence) stretch.newest = { sequence, key };
  }
  return stretch.keys;
}

function keyOf(operation: HistoryOperation): string {
  return `${operation.blockNumber}:${operation.trxInBlock}:${operation.opInTrx}:${operation.virtualOp}`;
}

/** The key of an operation that a block shows. */
function placeKey({ blockNumber, trxInBlock, opInTrx }: PlaceInBlock): string {
  return `${blockNumber}:${trxInBlock}:${opInTrx}:0`;
}
