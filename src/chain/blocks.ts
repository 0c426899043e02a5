/**
 * Blocks read in order, each linked to the one before by its id, and kept as long as the connection over which they
 * came: what the head of one look is made of was mostly read for an earlier one.
 */
import { BitSharesError } from '../errors';
import { inOrder } from './inFlightWindow';
import type { Block, ChainReader, ChainState, NodeSession } from './interfaces';
import { Turns } from './turns';

/** A session, or what reads over a connection of its own. */
export type BlockReader = Pick<ChainReader, 'block' | 'endpoint'> & Partial<Pick<NodeSession, 'connection'>>;

/** A local node answers fastest with about this many requests in flight. */
const blocksInFlight = 16;

/** Reads one block; the answer for a number that the node has to have. */
type ReadBlock = (number: number) => Promise<Block | null>;

/**
 * The blocks `from..to` in order, several requests in flight.
 *
 * @throws INVALID_ANSWER when a block is missing or does not follow the one before it
 */
export async function* linkedBlocks(
  reader: BlockReader,
  from: number,
  to: number,
  read: ReadBlock = (number) => reader.block(number),
): AsyncGenerator<Block> {
  let before: Block | undefined;
  for await (const block of inOrder(numbersOf(from, to), blocksInFlight, (n) => present(reader, n, read))) {
    if (before !== undefined && !follows(block, before)) {
      throw new BitSharesError('INVALID_ANSWER', {
        message: `${reader.endpoint} gives a block ${block.number} that does not follow its block ${before.number}`,
        fix: 'It may have replaced its last blocks meanwhile. If this lasts, use another node.',
        data: { block: block.number },
      });
    }
    before = block;
    yield block;
  }
}

function* numbersOf(from: number, to: number): Generator<number> {
  for (let number = from; number <= to; number++) yield number;
}

async function present(reader: BlockReader, number: number, read: ReadBlock): Promise<Block> {
  const block = await read(number);
  if (block?.number === number) return block;
  throw new BitSharesError('INVALID_ANSWER', {
    message: `${reader.endpoint} does not give block ${number}, although its head is later`,
    fix: 'Use a node that has all blocks (without --block-log options that remove them).',
    data: { block: number },
  });
}

function follows(block: Block, before: Block): boolean {
  const isLinked = before.id === null || block.previous === before.id;
  return isLinked && block.timestamp > before.timestamp;
}

/**
 * Number of the first block with a time of at least `time`, in 1..highest; `highest + 1` when there is none.
 * Reads about twice as many blocks as the guess is binary digits off.
 */
export async function firstBlockSince(
  read: (number: number) => Promise<Block>,
  time: number,
  highest: number,
  guess: number,
): Promise<number> {
  // Invariant: blocks up to `before` are earlier, blocks from `since` on are not.
  let before = 0;
  let since = highest + 1;
  let probe = Math.min(Math.max(1, guess), highest);
  let step = 16;
  while (since - before > 1) {
    if ((await read(probe)).timestamp >= time) {
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

/** What a stretch of blocks hangs on: one answer of the node that is read. */
export type Tip = Pick<ChainState, 'headBlockNumber' | 'headBlockId' | 'lastIrreversibleBlock'>;

interface Kept {
  block: Block;
  id: string;
  bytes: number;
}

const defaultMostBytes = 32 * 1024 * 1024;

/**
 * Blocks that were read over each connection. None of them is ever used for another connection: the id of a block covers its
 * header and not the transactions that a node shows with it, and what one node calls irreversible binds no other. A cache:
 * without it they are read again.
 */
export class BlockStore {
  private connections = new WeakMap<object, BlocksOfConnection>();

  /** @param mostBytes About how much of memory may be used for one connection. */
  constructor(private readonly mostBytes = defaultMostBytes) {}

  /** About how much of memory is used for the connection of this reader, in bytes. */
  sizeFor(reader: BlockReader): number {
    return this.of(reader).size;
  }

  /**
   * The blocks from `from` through the head of `tip`, which this reader (one session) said: each is the one that the next
   * names, up to the id of the head.
   *
   * @throws INVALID_ANSWER; NODE_OUT_OF_SYNC when the node replaced its last blocks meanwhile
   */
  upToHead(reader: BlockReader, from: number, tip: Tip): Promise<Block[]> {
    return this.of(reader).upToHead(reader, from, tip);
  }

  /**
   * One irreversible block.
   *
   * @throws INVALID_ANSWER
   */
  async irreversible(reader: BlockReader, number: number): Promise<Block> {
    for await (const block of this.irreversibles(reader, number, number)) return block;
    throw new BitSharesError('INTERNAL', { message: `there is no block ${number} to read` });
  }

  /**
   * The blocks `from..to` in order, all of which are irreversible as this reader (one session) said.
   *
   * @throws INVALID_ANSWER
   */
  irreversibles(reader: BlockReader, from: number, to: number): AsyncGenerator<Block> {
    return this.of(reader).irreversibles(reader, from, to);
  }

  /** Two nodes called different blocks irreversible: neither is worth keeping. */
  clear(): void {
    this.connections = new WeakMap();
  }

  private of(reader: BlockReader): BlocksOfConnection {
    const connection = reader.connection ?? reader;
    const present = this.connections.get(connection);
    if (present !== undefined) return present;
    const added = new BlocksOfConnection(this.mostBytes);
    this.connections.set(connection, added);
    return added;
  }
}

/**
 * Blocks of one connection, by id. Nothing replaces a block under its id, so blocks of several forks lie side by side, and only
 * those that hang on the head of a look are used for it.
 */
class BlocksOfConnection {
  /** In the order in which they came; the first are let go first. */
  private readonly blocks = new Map<string, Kept>();
  /** The block read last under each number, on whichever fork: only says what need not be read. */
  private readonly latest = new Map<number, string>();
  /** Ids of irreversible blocks. */
  private readonly final = new Map<number, string>();
  private readonly turns = new Turns();
  private bytes = 0;

  constructor(private readonly mostBytes: number) {}

  get size(): number {
    return this.bytes;
  }

  async upToHead(reader: BlockReader, from: number, tip: Tip): Promise<Block[]> {
    const known = this.walk(from, tip.headBlockNumber, tip.headBlockId);
    const blocks =
      known.length === tip.headBlockNumber - from + 1
        ? known
        : // Many executions wait for the same new block: one reads it.
          await this.turns.take(() => this.readUpToHead(reader, from, tip));
    this.markFinal(from, blocks, tip);
    return blocks;
  }

  async *irreversibles(reader: BlockReader, from: number, to: number): AsyncGenerator<Block> {
    const read: ReadBlock = (number) => {
      const kept = this.blocks.get(this.final.get(number) ?? '');
      return kept === undefined ? reader.block(number) : Promise.resolve(kept.block);
    };
    for await (const block of linkedBlocks(reader, from, to, read)) {
      if (block.id !== null && this.final.get(block.number) === undefined) {
        this.keep(block, block.id);
        this.final.set(block.number, block.id);
      }
      yield block;
    }
  }

  /** Kept blocks from `last` downwards to `from` or the first that is missing, in ascending order. */
  private walk(from: number, last: number, lastId: string): Block[] {
    const blocks: Block[] = [];
    let id = lastId;
    for (let number = last; number >= from; number--) {
      const kept = this.blocks.get(id);
      if (kept?.block.number !== number) break;
      blocks.push(kept.block);
      id = kept.block.previous;
    }
    return blocks.reverse();
  }

  private async readUpToHead(reader: BlockReader, from: number, tip: Tip): Promise<Block[]> {
    let linked: Block[] = [];
    let missing = tip.headBlockNumber;
    let id = tip.headBlockId;
    for (let isFirst = true; ; isFirst = false) {
      linked = [...this.walk(from, missing, id), ...linked];
      const [lowest] = linked;
      missing = lowest === undefined ? missing : lowest.number - 1;
      id = lowest === undefined ? id : lowest.previous;
      if (missing < from) return linked;
      // Those below are of this fork, mostly. Where they are not, all is read.
      let first = missing;
      while (first > from && !(isFirst && this.latest.has(first - 1))) first -= 1;
      const read: Block[] = [];
      for await (const block of linkedBlocks(reader, first, missing)) {
        read.push(block);
        if (block.id !== null) this.keep(block, block.id);
      }
      if (read.at(-1)?.id !== id) throw replaced(reader, missing, read.at(-1)?.id ?? null);
      linked = [...read, ...linked];
      missing = first - 1;
      id = read[0]?.previous ?? id;
      if (missing < from) return linked;
    }
  }

  /** Irreversible are those at or below the number that the node named, on the chain of its head. */
  private markFinal(from: number, linked: readonly Block[], tip: Tip): void {
    let number = tip.lastIrreversibleBlock;
    let id = number === tip.headBlockNumber ? tip.headBlockId : linked[number + 1 - from]?.previous;
    for (; id !== undefined && !this.final.has(number); number--) {
      const kept: Kept | undefined = this.blocks.get(id);
      if (kept?.block.number !== number) return;
      this.final.set(number, id);
      id = kept.block.previous;
    }
  }

  private keep(block: Block, id: string): void {
    this.latest.set(block.number, id);
    if (this.blocks.has(id)) return;
    const bytes = sizeOf(block);
    this.blocks.set(id, { block, id, bytes });
    this.bytes += bytes;
    for (const oldest of this.blocks.values()) {
      if (this.bytes <= this.mostBytes) break;
      this.forget(oldest);
    }
  }

  private forget({ block: { number }, id, bytes }: Kept): void {
    this.blocks.delete(id);
    this.bytes -= bytes;
    if (this.latest.get(number) === id) this.latest.delete(number);
    if (this.final.get(number) === id) this.final.delete(number);
  }
}

function replaced({ endpoint }: BlockReader, number: number, id: string | null): BitSharesError {
  if (id === null) {
    return new BitSharesError('INVALID_ANSWER', {
      message: `${endpoint} does not give the whole header of block ${number}`,
      fix: 'Use another node.',
    });
  }
  return new BitSharesError('NODE_OUT_OF_SYNC', {
    message: `${endpoint} replaced its block ${number} while its blocks were read`,
    fix: 'This passes by itself. If it lasts, the node is on a fork: use another one.',
  });
}

/** About the memory that a block takes: twice its text, and what every block has. */
function sizeOf({ transactions, operationResults }: Block): number {
  return 500 + 2 * (JSON.stringify(transactions).length + JSON.stringify(operationResults ?? []).length);
}
