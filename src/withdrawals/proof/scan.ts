/**
 * Reading blocks for proof: what the sender paid from some time on, through the last irreversible block and on to the
 * head. Absence is proved from irreversible blocks only; account history may prune, lag, or not track the account.
 */
import type { Block } from '../../chain/interfaces';
import { BitSharesError } from '../../errors';
import { SenderIndex } from './senderIndex';
import type { WithdrawalReader } from './reader';
import { Turns } from '../../chain/turns';

/** A local node answers fastest with about this many requests in flight. */
const blocksInFlight = 8;

/** Irreversible blocks of one stretch, already read for one sender. A cache: without it the blocks are read again. */
export class ScannedBlocks {
  readonly index: SenderIndex;
  /** Both ends inclusive; `last < first` when nothing was read yet, and `first` is 0 until somebody reads. */
  first = 0;
  last = -1;
  private readonly times: number[] = [];
  private readonly turns = new Turns();

  constructor(
    readonly senderId: string,
    private readonly prefix: string,
  ) {
    this.index = new SenderIndex(senderId, prefix);
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
  async cover(reader: WithdrawalReader, from: number, to: number): Promise<void> {
    await this.turns.take(() => this.read(reader, from, to));
  }

  private async read(reader: WithdrawalReader, from: number, to: number): Promise<void> {
    // Only the first caller chooses the place: moved under a caller that reads, it would leave that one's end uncovered.
    if (this.first === 0) {
      this.first = from;
      this.last = from - 1;
    }
    // What lies between is not irreversible for this reader: it may be on a fork, and these blocks are kept for all.
    if (to < this.first - 1) {
      throw new BitSharesError('NODE_OUT_OF_SYNC', {
        message: `${reader.endpoint} calls only block ${to} irreversible, while block ${this.first - 1} was so on another node`,
        fix: 'This node is far behind, or on a fork that nobody follows. Wait until it has caught up, or take it out of the node credential.',
        data: { lastIrreversibleBlock: to },
      });
    }
    // Downwards in steps, so that each step joins what is there.
    while (this.first > from) {
      const stepFrom = Math.max(from, this.first - 1000);
      const blocks: Block[] = [];
      await readBlocks(reader, stepFrom, this.first - 1, (block) => blocks.push(block));
      for (const block of blocks.reverse()) {
        if (block.number !== this.first - 1) continue;
        this.index.add(block);
        this.times.unshift(block.timestamp);
        this.first = block.number;
      }
    }
    await readBlocks(reader, this.last + 1, to, (block) => {
      if (block.number !== this.last + 1) return;
      this.index.add(block);
      this.times.push(block.timestamp);
      this.last = block.number;
    });
    // Absence is proved from these blocks, so a hole must never pass.
    if (this.first > from || this.last < to) {
      throw new BitSharesError('INTERNAL', {
        message: `blocks ${this.first} to ${this.last} were read instead of ${from} to ${to}`,
      });
    }
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

/**
 * Reads blocks in order, several requests in flight.
 *
 * @throws INVALID_ANSWER when a block is missing or does not follow the one before it
 */
export async function readBlocks(
  reader: WithdrawalReader,
  from: number,
  to: number,
  visit: (block: Block) => void,
): Promise<void> {
  let previous: Block | undefined;
  for (let start = from; start <= to; start += blocksInFlight) {
    const numbers = Array.from({ length: Math.min(blocksInFlight, to - start + 1) }, (_, i) => start + i);
    for (const [i, block] of (await Promise.all(numbers.map((number) => reader.block(number)))).entries()) {
      const number = numbers[i] as number;
      if (block === null || Number.parseInt(block.previous.slice(0, 8), 16) !== number - 1) {
        throw new BitSharesError('INVALID_ANSWER', {
          message: `${reader.endpoint} does not give block ${number}, although its head is later`,
          fix: 'Blocks are needed to prove what was paid. Use a node that has all blocks.',
          data: { block: number },
        });
      }
      if (previous !== undefined && block.timestamp <= previous.timestamp) {
        throw new BitSharesError('INVALID_ANSWER', {
          message: `${reader.endpoint} gives block ${number} with a time that is not after that of the block before`,
        });
      }
      previous = block;
      visit(block);
    }
  }
}

/**
 * Number of the first block with a time of at least `time`, in 1..highest; `highest + 1` when there is none.
 * Reads about twice as many blocks as the guess is binary digits off.
 */
export async function firstBlockSince(
  reader: WithdrawalReader,
  time: number,
  highest: number,
  guess: number,
): Promise<number> {
  const isSince = async (number: number): Promise<boolean> => {
    let found = false;
    await readBlocks(reader, number, number, (block) => (found = block.timestamp >= time));
    return found;
  };
  // Invariant: blocks up to `before` are earlier, blocks from `since` on are not.
  let before = 0;
  let since = highest + 1;
  let probe = Math.min(Math.max(1, guess), highest);
  let step = 16;
  while (since - before > 1) {
    if (await isSince(probe)) {
      since = probe;
      probe = Math.max(before + 1, probe - step);
    } else {
      before = probe;
      probe = Math.min(since - 1, probe + step);
    }
    step *= 2;
    if (step > 2 * (since - before)) probe = (before + since) >> 1;
    if (probe <= before || probe >= since) probe = (before + since) >> 1;
  }
  return since;
}
