/** The blocks of one branch, packed, so that a long backlog fits into memory (block_database.cpp, without its file). */
import type { ChainParameters } from './objects';
import type { Operation } from '../wire/operations';
import type { BlockHeader, SignedTransaction, Wire } from '../wire/transaction';

/** A block as it is kept: its header, and its transactions packed one after another. */
export interface StoredBlock extends BlockHeader {
  number: number;
  id: string;
  witness_signature: string;
  packed: Buffer;
  /** Where each transaction begins in `packed`. */
  offsets: number[];
  /** Chain parameters that a test changed in this block without a committee vote. */
  parameterChange?: (parameters: ChainParameters) => ChainParameters;
}

const emptyBytes = Buffer.alloc(0);

export function storeTransactions(packed: readonly Buffer[]): Pick<StoredBlock, 'packed' | 'offsets'> {
  if (packed.length === 0) return { packed: emptyBytes, offsets: [] };
  const offsets: number[] = [];
  let at = 0;
  for (const bytes of packed) {
    offsets.push(at);
    at += bytes.length;
  }
  return { packed: Buffer.concat(packed), offsets };
}

/** The blocks of one branch by number, with a small cache of read transactions. */
export class BlockLog {
  private readonly blocks: StoredBlock[] = [];
  private readonly decoded = new Map<string, SignedTransaction[]>();

  constructor(private readonly wire: Wire) {}

  get length(): number {
    return this.blocks.length;
  }

  get(number: number): StoredBlock | undefined {
    return this.blocks[number - 1];
  }

  push(block: StoredBlock): void {
    this.blocks.push(block);
  }

  pop(): StoredBlock | undefined {
    return this.blocks.pop();
  }

  transactions(block: StoredBlock): SignedTransaction[] {
    if (block.offsets.length === 0) return [];
    const known = this.decoded.get(block.id);
    if (known) return known;
    const transactions = block.offsets.map((offset, index) =>
      this.wire.unpack(block.packed.subarray(offset, block.offsets[index + 1] ?? block.packed.length)),
    );
    if (this.decoded.size >= 8) this.decoded.delete(this.decoded.keys().next().value as string);
    this.decoded.set(block.id, transactions);
    return transactions;
  }

  operationAt(number: number, trxInBlock: number, opInTrx: number): Operation {
    const block = this.get(number);
    const operation = block && this.transactions(block)[trxInBlock]?.operations[opInTrx];
    if (!operation) throw new RangeError(`no operation ${number}:${trxInBlock}:${opInTrx}`);
    return operation;
  }

  blockTime(number: number): string {
    return this.get(number)?.timestamp ?? '1970-01-01T00:00:00';
  }
}
