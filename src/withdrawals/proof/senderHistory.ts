/**
 * What the sender's account history shows. It can prove that something was paid, also through a proposal, whose
 * execution no block shows; it can never prove that nothing was, unless it reaches back to a known operation.
 */
import { HistoryPages, isSame, untilUnchanged, type Numbered } from '../../chain/historyPages';
import type { Account, HistoryOperation } from '../../chain/interfaces';
import { formatKey, keyOf } from '../../chain/operationKey';
import { PageTrouble, type SequenceRange } from '../../chain/pageTrouble';
import { isBitSharesError, rethrow, type BitSharesError } from '../../errors';
import { isObjectId, isOperation, toBigInt, type TransferOperation } from '../../protocol';
import { HeldTransfer, Texts } from './heldTransfer';
import type { WithdrawalReader } from './reader';
import type { OperationPlace } from './senderIndex';
import { Turns } from '../../chain/turns';

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
    const key = formatKey(keyOf(historyOperation));
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
  newest: Numbered;
}

/**
 * What one look at the history showed. Its holder decides by it: nothing that other executions read, on this node or on
 * another, takes anything away from it or closes a gap in it.
 */
export class HistoryReading {
  constructor(
    private readonly irreversible: Notes,
    private readonly reversible: Notes,
    private readonly keys: ReadonlySet<string>,
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
  reachesBackTo(place: OperationPlace): boolean {
    return this.keys.has(placeKey(place));
  }

  /** The id (`1.10.x`) of the proposal that was created at this place, or null when it was not read. */
  proposalIdAt(place: OperationPlace): string | null {
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
  /** Answers that did not come, by endpoint: less is asked for at once in the round that is made again. */
  private readonly troubles = new Map<string, PageTrouble>();
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
      return await this.turns.take(() =>
        untilUnchanged(reader, sender, () => this.look(reader, sender, since, irreversibleBlock)),
      );
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
    const { totalOps, removedOps } = await reader.statistics(sender.statisticsId, sender.id);
    const earliest = Math.max(removedOps, totalOps - mostOperations) + 1;
    const stretch = this.stretchOf(reader.endpoint, earliest, totalOps);
    const pages = this.pagesOf(reader, sender);
    // What joins earlier reading is read whole, so that there never is a gap behind what counts as read.
    const operations =
      stretch === null
        ? await readBack(pages, { first: earliest, last: totalOps }, since)
        : await readBack(pages, { first: stretch.newest[0], last: totalOps }, null);
    const joins = stretch !== null && isSame(operations.at(-1)?.[1], stretch.newest[1]);
    if (stretch !== null && !joins) {
      // Another history, or one that the node prunes now.
      this.stretches.delete(reader.endpoint);
      return this.look(reader, sender, since, irreversibleBlock);
    }
    const reversible = new Notes(this.senderId, false);
    const read: Numbered[] = [];
    for (const numbered of operations.reverse()) {
      const [, operation] = numbered;
      if (operation.blockNumber > irreversibleBlock) {
        reversible.add(operation);
        continue;
      }
      this.irreversible.add(operation);
      read.push(numbered);
    }
    const keys = stretch === null ? keysOf(read) : extended(stretch, read);
    const newest = read.at(-1);
    if (stretch === null && newest !== undefined) this.stretches.set(reader.endpoint, { keys, newest });
    return new HistoryReading(this.irreversible, reversible, keys);
  }

  /** What this node showed before, where it can still have the newest operation of it. */
  private stretchOf(endpoint: string, earliest: number, totalOps: number): Stretch | null {
    const stretch = this.stretches.get(endpoint);
    if (stretch === undefined) return null;
    const [sequence] = stretch.newest;
    return sequence >= earliest && sequence <= totalOps ? stretch : null;
  }

  private pagesOf(reader: WithdrawalReader, sender: Account): HistoryPages {
    const trouble = this.troubles.get(reader.endpoint) ?? new PageTrouble();
    this.troubles.set(reader.endpoint, trouble);
    return new HistoryPages(reader, sender, trouble);
  }
}

/** Operations of the range, newest first, down to its beginning or to the first page that reaches `since` (seconds). */
async function readBack(
  pages: HistoryPages,
  range: SequenceRange,
  since: number | null,
): Promise<Numbered[]> {
  const operations: Numbered[] = [];
  for await (const page of pages.backward(range)) {
    operations.push(...page);
    const time = page.at(-1)?.[1].blockTime ?? null;
    if (since !== null && time !== null && time < since) break;
  }
  return operations;
}

/** Adds what follows without a gap. Another execution may have moved the end meanwhile. */
function extended(stretch: Stretch, read: readonly Numbered[]): Set<string> {
  for (const key of keysOf(read)) stretch.keys.add(key);
  const newest = read.at(-1);
  if (newest !== undefined && newest[0] > stretch.newest[0]) stretch.newest = newest;
  return stretch.keys;
}

function keysOf(operations: readonly Numbered[]): Set<string> {
  return new Set(operations.map(([, operation]) => formatKey(keyOf(operation))));
}

/** The key of an operation that a block shows. */
function placeKey({ blockNumber, trxInBlock, opInTrx }: OperationPlace): string {
  return `${blockNumber}:${trxInBlock}:${opInTrx}:0`;
}
