/**
 * Reads an account's history forward from a position, with proof that nothing was skipped: page sizes and sequence numbers
 * are contiguous and keys ascend. What the node has pruned is read from blocks and counted. One reader belongs to one
 * connection: sequence numbers of another node may differ.
 */
import { alwaysChanging, HistoryChanged, HistoryPages, OtherHistory } from '../../chain/historyPages';
import type { AccountStatistics, NodeSession } from '../../chain/interfaces';
import { compareKeys, endOfBlock, keyOf, type OperationKey } from '../../chain/operationKey';
import { isTrouble, PageTrouble } from '../../chain/pageTrouble';
import { BitSharesError, rethrow } from '../../errors';
import {
  checkAscending,
  fromHistory,
  highestBlock,
  type AccountOperation,
  type WatchedAccount,
} from './accountOperation';
import { recoverFromBlocks } from './blockRecovery';
import { checkNotAboveHead, type FinalHeight } from './finality';
import type { HistoryGap } from './gap';
import { movesNothing } from './hiddenOperation';
import { locate, type FoundPosition, type PrunedPosition } from './locate';
import type { Position } from './position';

/** A piece of history, in order. */
export interface HistoryPage {
  operations: AccountOperation[];
  /** The position when all of them are handled. */
  position: Position;
  /** The endpoint that the sequence number of the position comes from; null while it is only a guess. */
  frame: string | null;
  /** A stretch that ended with this page and that could not be proved to be complete. */
  gap: HistoryGap | null;
}

type DepositSession = Pick<NodeSession, 'endpoint' | 'history' | 'state' | 'statistics' | 'block' | 'call'>;

const pagesInFlight = 8;
/** Histories that change under the reader again and again: after this many beginnings the node is at fault. */
const beginningsAllowed = 20;

export class HistoryReader {
  private readonly pages: HistoryPages;
  /** The position up to which this connection has shown an unbroken history, and the operation there. */
  private proved: FoundPosition | null = null;
  /** Whether the last `read` stopped at an operation that was not final yet. */
  reversibleAhead = false;
  /** What the last `read` gave from blocks without having come to the end of the stretch, where the count proves it. */
  unproved: HistoryGap | null = null;

  constructor(
    private readonly reader: DepositSession,
    private readonly account: WatchedAccount,
    /** Outlives the connection where somebody reads on after it was lost. */
    private readonly trouble = new PageTrouble(),
  ) {
    this.pages = new HistoryPages(reader, account, trouble);
  }

  /**
   * All final operations behind `from` that the node has now, page by page. It may be left at any page and called again.
   *
   * @param frame the endpoint that the sequence number of `from` comes from; null when it is unknown
   * @param height read before this call, so that no page is older than it
   * @throws NODE_OUT_OF_SYNC when the node is behind the position, HISTORY_MISMATCH when it is on another history,
   *   INVALID_ANSWER when its history has holes, or shows what cannot be true, and what the reader throws
   */
  async *read(from: Position, frame: string | null, height: FinalHeight): AsyncGenerator<HistoryPage> {
    if (height.reached < from.key.block) throw behind(this.reader.endpoint, from, height);
    this.reversibleAhead = false;
    this.unproved = null;
    let position = from;
    let frameNow = frame;
    for (let fruitless = 0; fruitless < beginningsAllowed; fruitless++) {
      const walk = this.walk(position, frameNow, height);
      try {
        for (;;) {
          const step = await walk.next();
          if (step.done === true) {
            if (step.value === 'complete') return;
            break;
          }
          ({ position, frame: frameNow } = step.value);
          fruitless = 0;
          yield step.value;
        }
      } catch (error) {
        if (!(error instanceof HistoryChanged)) rethrow(error);
        if (error instanceof OtherHistory) {
          // Its sequence numbers are others as well, until the position is found in it.
          frameNow = null;
          this.proved = null;
        }
      }
    }
    throw alwaysChanging(this.reader, this.account);
  }

  /**
   * Reads on from a position until there is nothing more.
   *
   * @throws HistoryChanged when what the node shows does not fit together any more
   */
  private async *walk(
    from: Position,
    frame: string | null,
    height: FinalHeight,
  ): AsyncGenerator<HistoryPage, 'complete' | 'changed'> {
    const statistics = await this.reader.statistics(this.account.statisticsId, this.account.id);
    const framed = frame === this.reader.endpoint || this.isProved(from);
    const place = this.stillProved(from, statistics) ?? (await this.locate(from, statistics, framed));
    if (place.kind === 'pruned') {
      const ended = yield* this.recover(from, place, framed, height);
      if (ended === null || place.first === null) return 'complete';
      // The end of the stretch counts on this node, so sequence numbers mean something again.
      this.proved = { kind: 'found', position: ended, known: null };
      return 'changed';
    }
    this.proved = place;
    yield* this.readPages(place, statistics.totalOps, height);
    return 'complete';
  }

  private async locate(from: Position, statistics: AccountStatistics, framed: boolean) {
    const { reader, account, trouble, pages } = this;
    const through = trouble.suspectedThrough(reader.endpoint);
    const isHidden = async (sequence: number) =>
      sequence <= through && (await movesNothing(reader, account, sequence));
    return locate(pages, account, from, statistics, framed, isHidden);
  }

  private isProved({ key }: Position): boolean {
    return this.proved !== null && compareKeys(this.proved.position.key, key) === 0;
  }

  private stillProved(position: Position, { totalOps, removedOps }: AccountStatistics): FoundPosition | null {
    const { proved } = this;
    if (proved?.position.sequence !== position.sequence || !this.isProved(position)) return null;
    if (removedOps > position.sequence || totalOps < position.sequence) return null;
    // The operation itself may be pruned since, and the next one is there.
    return removedOps === position.sequence ? { ...proved, known: null } : proved;
  }

  private async *readPages(
    { position: { sequence, key }, known }: FoundPosition,
    totalOps: number,
    height: FinalHeight,
  ): AsyncGenerator<HistoryPage> {
    const first = await this.firstReadable(sequence + 1, totalOps);
    const range = { first, last: totalOps };
    await this.pages.learnLimit(range);
    const pages = this.pages.forward(range, {
      known: first === sequence + 1 ? known : null,
      handedOver: sequence,
      inFlight: pagesInFlight,
    });
    let [last, head] = [key, height];
    for await (const page of pages) {
      const operations = page.map(([number, operation]) => fromHistory(operation, number));
      head = await checkNotAboveHead(this.reader, highestBlock(operations), head);
      const final = operations.filter(({ key: { block } }) => block <= height.final);
      checkAscending(this.reader.endpoint, this.account, final, last);
      const [end, shown] = page[final.length - 1] ?? [];
      if (end !== undefined && shown !== undefined) {
        last = keyOf(shown);
        const position = { sequence: end, key: last };
        this.proved = { kind: 'found', position, known: shown };
        yield { operations: final, position, frame: this.reader.endpoint, gap: null };
      }
      if (final.length < operations.length) {
        this.reversibleAhead = true;
        return;
      }
    }
  }

  /**
   * The first operation from `sequence` on that is to be read. What is in front of it cannot be had and moves no value; the
   * position passes it with the next operation that is final, since the node then is final there as well.
   */
  private async firstReadable(sequence: number, totalOps: number): Promise<number> {
    const through = Math.min(totalOps, this.trouble.suspectedThrough(this.reader.endpoint));
    let first = sequence;
    try {
      while (first <= through && (await movesNothing(this.reader, this.account, first))) first += 1;
    } catch (error) {
      rethrow(isTrouble(error) ? this.pages.unreadable(first, error) : error);
    }
    return first;
  }

  /**
   * What was pruned, from blocks; the last page says whether the count proves it complete. Returns the position at its end,
   * or null when the stretch goes on into blocks that are not final yet.
   */
  private async *recover(
    from: Position,
    place: PrunedPosition,
    framed: boolean,
    height: FinalHeight,
  ): AsyncGenerator<HistoryPage, Position | null> {
    const oldest = place.first === null ? beginningOfBlock(height.reached + 1) : keyOf(place.first);
    if (place.first !== null) await checkNotAboveHead(this.reader, oldest.block, height);
    this.reversibleAhead = oldest.block > height.final;
    const before = this.reversibleAhead ? beginningOfBlock(height.final + 1) : oldest;
    const frame = framed ? this.reader.endpoint : null;
    let found = 0;
    let position = from;
    for await (const operations of recoverFromBlocks(
      this.reader,
      this.account.id,
      { after: from.key, before },
      from.sequence + 1,
    )) {
      found += operations.length;
      const last = operations.at(-1) as AccountOperation;
      position = { sequence: last.sequence, key: last.key };
      this.unproved = unprovedStretch(from, last.key.block + 1, found);
      yield { operations, position, frame, gap: null };
    }
    if (this.reversibleAhead) {
      const isEmpty = compareKeys(endOfBlock(before.block - 1), from.key) <= 0;
      this.unproved = isEmpty ? null : unprovedStretch(from, before.block, found);
      return null;
    }
    this.unproved = null;
    const boundary = endOfBlock(before.block - 1);
    const end: Position = {
      sequence: place.removedOps,
      key: compareKeys(position.key, boundary) > 0 ? position.key : boundary,
    };
    const complete = place.missing !== null && place.missing === found;
    const gap: HistoryGap = {
      fromSequence: place.missing === null ? null : from.sequence + 1,
      toSequence: place.missing === null ? null : place.removedOps,
      fromBlock: from.key.block,
      toBlock: before.block,
      expected: place.missing,
      found,
    };
    yield { operations: [], position: end, frame: this.reader.endpoint, gap: complete ? null : gap };
    return end;
  }
}

function unprovedStretch(from: Position, toBlock: number, found: number): HistoryGap {
  const fromBlock = from.key.block;
  return { fromSequence: null, toSequence: null, fromBlock, toBlock, expected: null, found };
}

function beginningOfBlock(block: number): OperationKey {
  return { block, trxInBlock: 0, opInTrx: 0, virtualOp: 0 };
}

function behind(endpoint: string, position: Position, height: FinalHeight): BitSharesError {
  return new BitSharesError('NODE_OUT_OF_SYNC', {
    message: `The node ${endpoint} is behind: it is final up to block ${height.reached}, the position is in block ${position.key.block}`,
    fix: 'Wait until the node has caught up. Reading goes on by itself.',
    data: { reachedBlock: height.reached, positionBlock: position.key.block },
  });
}

/** One sentence for a gap, for errors and reports. */
export function describeGap(gap: HistoryGap): BitSharesError {
  const stretch =
    gap.fromSequence === null
      ? `between block ${gap.fromBlock} and block ${gap.toBlock}`
      : `with the sequence numbers ${gap.fromSequence} to ${gap.toSequence ?? gap.fromSequence}`;
  const count =
    gap.expected === null
      ? `${gap.found} operations were found in blocks, and how many there were is unknown`
      : `${gap.found} of ${gap.expected} operations were found in blocks`;
  return new BitSharesError('HISTORY_GAP', {
    message: `The node had pruned the history ${stretch}: ${count}. Deposits that a proposal executed may be missing`,
    fix: 'Compare the balance with BitShares > Deposit > Reconcile, or read the stretch from a node with complete history. Start your node with track-account for this account and max-ops-per-account = 1000000 (the config.ini that it wrote by itself says 100), once with --replay-blockchain.',
    data: { ...gap },
  });
}
