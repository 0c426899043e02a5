/**
 * Reading blocks for proof: what the sender paid from some time on, through the last irreversible block and on to the
 * head. Absence is proved from irreversible blocks only; account history may prune, lag, or not track the account.
 */
import { BlockStore, firstBlockSince, type BlockReader } from '../../chain/blocks';
import type { Block } from '../../chain/interfaces';
import { Turns } from '../../chain/turns';
import { BitSharesError } from '../../errors';
import { SenderIndex } from './senderIndex';

/** Blocks are joined downwards in steps of this many, so that what was read stays after a lost connection. */
const downwards = 1000;

/** Nodes whose last irreversible blocks are further apart than this are not compared: the one is far behind. */
const mostIds = 1000;

/** Irreversible blocks of one stretch, already read for one sender. A cache: without it the blocks are read again. */
export class ScannedBlocks {
  index: SenderIndex;
  /** Both ends inclusive; `last < first` when nothing was read yet, and `first` is 0 until somebody reads. */
  first = 0;
  last = -1;
  private times: number[] = [];
  /** Ids of the blocks before the first one and of the last one; null where they are not known. */
  private idBefore: string | null = null;
  private lastId: string | null = null;
  /** Ids of the last ones, by number. */
  private ids = new Map<number, string>();
  /** Two nodes contradicted one another about these blocks. */
  isContradicted = false;
  private readonly turns = new Turns();
  /** What the blocks above these hold, as it was found last. */
  private above: { blocks: readonly Block[]; index: SenderIndex } | null = null;

  constructor(
    readonly senderId: string,
    private readonly prefix: string,
    private readonly blocks = new BlockStore(),
  ) {
    this.index = new SenderIndex(senderId, prefix);
  }

  /** The same from block `from` on, which is one of these or the next, without the rest. */
  since(from: number): ScannedBlocks {
    const rest = new ScannedBlocks(this.senderId, this.prefix, this.blocks);
    rest.index = this.index.since(from);
    rest.first = from;
    rest.last = this.last;
    rest.times = this.times.slice(from - this.first);
    rest.lastId = this.lastId;
    rest.ids = new Map(this.ids);
    return rest;
  }

  /** An index for blocks after these that may still be replaced. */
  forReversible(): SenderIndex {
    return new SenderIndex(this.senderId, this.prefix);
  }

  /**
   * Reads what is missing of `from..to`, all of which must be irreversible as this reader (one session) said.
   * Several callers may share these blocks: each block is taken in once, and what was read stays after a lost connection.
   *
   * @throws NODE_OUT_OF_SYNC when blocks between `to` and those that are here may still be replaced
   */
  async cover(reader: BlockReader, from: number, to: number): Promise<void> {
    if (this.first > 0 && this.first <= from && this.last >= to) return;
    await this.turns.take(() => this.read(reader, from, to));
  }

  /**
   * Checks that these blocks are of the chain on which `id` is the block `number`, the last irreversible one of this reader.
   * They may have been read from another node, and reach further.
   *
   * @throws NODE_OUT_OF_SYNC
   */
  checkHold(reader: BlockReader, number: number, id: string): void {
    if (number >= this.first && number <= this.last - mostIds) throw this.farBehind(reader, number);
    const known = number === this.first - 1 ? this.idBefore : this.ids.get(number);
    if (known !== undefined && known !== null && known !== id) throw this.contradiction(reader, number);
  }

  private async read(reader: BlockReader, from: number, to: number): Promise<void> {
    // Only the first caller chooses the place: moved under a caller that reads, it would leave that one's end uncovered.
    if (this.first === 0) {
      this.first = from;
      this.last = from - 1;
    }
    // What lies between is not irreversible for this reader: it may be on a fork, and these blocks are kept for all.
    if (to < this.first - 1) throw this.farBehind(reader, to);
    while (this.first > from) {
      const stepFrom = Math.max(from, this.first - downwards);
      const step: Block[] = [];
      for await (const block of this.blocks.irreversibles(reader, stepFrom, this.first - 1)) step.push(block);
      this.joinBefore(step, reader);
    }
    for await (const block of this.blocks.irreversibles(reader, this.last + 1, to)) {
      if (block.number !== this.last + 1) continue;
      if (this.lastId !== null && block.previous !== this.lastId)
        throw this.contradiction(reader, block.number);
      this.idBefore ??= block.previous;
      this.index.add(block);
      this.times.push(block.timestamp);
      this.last = block.number;
      this.lastId = block.id;
      if (block.id !== null) this.ids.set(block.number, block.id);
      this.ids.delete(block.number - mostIds);
    }
    // Absence is proved from these blocks, so a hole must never pass.
    if (this.first > from || this.last < to) {
      throw new BitSharesError('INTERNAL', {
        message: `blocks ${this.first} to ${this.last} were read instead of ${from} to ${to}`,
      });
    }
  }

  /** Another caller may have joined some of them meanwhile. */
  private joinBefore(step: Block[], reader: BlockReader): void {
    const joining = step.filter(({ number }) => number < this.first);
    const [lowest, highest] = [joining[0], joining.at(-1)];
    if (lowest === undefined || highest?.number !== this.first - 1) return;
    if (this.idBefore !== null && highest.id !== null && highest.id !== this.idBefore) {
      throw this.contradiction(reader, highest.number);
    }
    for (const block of joining) {
      this.index.add(block);
      if (block.id !== null && block.number > this.last - mostIds) this.ids.set(block.number, block.id);
    }
    this.times = [...joining.map(({ timestamp }) => timestamp), ...this.times];
    this.first = lowest.number;
    this.idBefore = lowest.previous;
    if (this.last === highest.number) this.lastId ??= highest.id;
  }

  private farBehind({ endpoint }: BlockReader, lastIrreversibleBlock: number): BitSharesError {
    return new BitSharesError('NODE_OUT_OF_SYNC', {
      message: `${endpoint} calls only block ${lastIrreversibleBlock} irreversible, while later ones were so on another node`,
      fix: 'This node is far behind, or on a fork that nobody follows. Wait until it has caught up, or take it out of the node credential.',
      data: { lastIrreversibleBlock },
    });
  }

  /** Nobody can tell which of the two is right, so nothing of either is kept. */
  private contradiction({ endpoint }: BlockReader, number: number): BitSharesError {
    this.isContradicted = true;
    this.blocks.clear();
    return new BitSharesError('NODE_OUT_OF_SYNC', {
      message: `${endpoint} calls a block ${number} irreversible that does not belong to the irreversible blocks of before`,
      fix: 'One of the trusted nodes is on a fork that nobody follows: take it out of the node credential.',
      data: { block: number },
    });
  }

  /** What the blocks of a look above its last irreversible one hold. */
  reversible(blocks: readonly Block[]): SenderIndex {
    // The very blocks: those of another node may have the same ids and hold something else.
    const isSame =
      blocks.length === this.above?.blocks.length && this.above.blocks.every((one, i) => one === blocks[i]);
    if (this.above !== null && isSame) return this.above.index;
    const index = this.forReversible();
    for (const block of blocks) index.add(block);
    this.above = { blocks, index };
    return index;
  }

  /**
   * Number of the first block with a time of at least `time`, in 1..highest; `highest + 1` when there is none. Blocks up to
   * `highest` must be irreversible as this reader (one session) said. Nothing is asked where these blocks tell it.
   */
  async firstSince(reader: BlockReader, time: number, highest: number, guess: number): Promise<number> {
    const covered = this.firstLaterThan(time - 1);
    const isTold = covered !== undefined && (covered > this.first || covered === 1);
    if (isTold) return Math.min(covered, highest + 1);
    return firstBlockSince((number) => this.blocks.irreversible(reader, number), time, highest, guess);
  }

  /** One irreversible block. */
  block(reader: BlockReader, number: number): Promise<Block> {
    return this.blocks.irreversible(reader, number);
  }

  /** Number of the first covered block later than `time`, or undefined. */
  firstLaterThan(time: number): number | undefined {
    let low = 0;
    let high = this.times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.times[middle] ?? Infinity) > time) high = middle;
      else low = middle + 1;
    }
    return low < this.times.length ? this.first + low : undefined;
  }
}
