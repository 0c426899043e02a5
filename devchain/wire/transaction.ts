/** Transactions and blocks: bytes, ids, digests and the merkle root (protocol/transaction.cpp, protocol/block.cpp). */
import { isRecord } from './json';
import { ripemd160, sha224, sha256 } from './keys';
import { Reader, Writer } from './bytes';
import { fixedHex, list, noExtensions, struct, time, u16, u32 } from './codec';
import type { Operation, OperationCodecs } from './operations';
import { instance, operationCodecs } from './operations';

export interface Transaction {
  ref_block_num: number;
  ref_block_prefix: number;
  expiration: string;
  operations: Operation[];
  extensions: never[];
}

export interface SignedTransaction extends Transaction {
  signatures: string[];
}

export interface BlockHeader {
  previous: string;
  timestamp: string;
  witness: string;
  transaction_merkle_root: string;
  extensions: never[];
}

/** The wire format of one chain: its address prefix, and from it ids, digests and sizes. */
export class Wire {
  readonly codecs: OperationCodecs;
  private readonly unsigned;
  private readonly signature = fixedHex(65);

  constructor(readonly prefix: string) {
    this.codecs = operationCodecs(prefix);
    this.unsigned = struct({
      ref_block_num: u16,
      ref_block_prefix: u32,
      expiration: time,
      operations: list(this.codecs.operation),
      extensions: noExtensions,
    });
  }

  /** A transaction from a client's JSON, every field present and in the node's order. */
  transactionFromJson(json: unknown): SignedTransaction {
    const record = isRecord(json) ? json : {};
    const body = this.unsigned.fromJson(record) as Transaction;
    const signatures = Array.isArray(record['signatures'])
      ? record['signatures'].map((s) => this.signature.fromJson(s))
      : [];
    return { ...body, signatures };
  }

  pack(transaction: Transaction): Buffer {
    const writer = new Writer();
    this.unsigned.write(writer, transaction);
    return writer.finish();
  }

  packSigned(transaction: SignedTransaction): Buffer {
    const writer = new Writer();
    this.unsigned.write(writer, transaction);
    writer.varint(transaction.signatures.length);
    for (const signature of transaction.signatures) writer.bytes(Buffer.from(signature, 'hex'));
    return writer.finish();
  }

  /** Reads packed bytes; a rest of 65-byte signatures is optional. */
  unpack(bytes: Buffer): SignedTransaction {
    const reader = new Reader(bytes);
    const body = this.unsigned.read(reader) as Transaction;
    const signatures =
      reader.remaining > 0
        ? Array.from({ length: reader.varint() }, () => reader.bytes(65).toString('hex'))
        : [];
    if (reader.remaining > 0) throw new RangeError(`${reader.remaining} bytes too many`);
    return { ...body, signatures };
  }

  packedOperation(operation: Operation): Buffer {
    const writer = new Writer();
    this.codecs.operation.write(writer, operation);
    return writer.finish();
  }
}

/** The id covers everything but the signatures: first 20 bytes of SHA-256 (transaction.cpp). */
export function transactionId(packed: Buffer): string {
  return sha256(packed).subarray(0, 20).toString('hex');
}

export function signingDigest(chainId: string, packed: Buffer): Buffer {
  return sha256(Buffer.from(chainId, 'hex'), packed);
}

/** The root over transactions packed with signatures and with no operation results (block.cpp calculate_merkle_root). */
export function merkleRoot(packedSigned: readonly Buffer[]): string {
  if (packedSigned.length === 0) return '00'.repeat(20);
  let level = packedSigned.map((packed) => sha256(packed, Buffer.from([0])));
  while (level.length > 1) {
    const next: Buffer[] = [];
    for (let i = 0; i + 1 < level.length; i += 2)
      next.push(sha256(level[i] as Buffer, level[i + 1] as Buffer));
    if (level.length % 2 === 1) next.push(level[level.length - 1] as Buffer);
    level = next;
  }
  return ripemd160(level[0] as Buffer).toString('hex');
}

function packHeader(header: BlockHeader): Writer {
  const writer = new Writer();
  writer.bytes(Buffer.from(header.previous, 'hex'));
  time.write(writer, header.timestamp);
  writer.varint(instance(header.witness));
  writer.bytes(Buffer.from(header.transaction_merkle_root, 'hex'));
  writer.varint(0);
  return writer;
}

export function headerDigest(header: BlockHeader): Buffer {
  return sha256(packHeader(header).finish());
}

/** SHA-224 of the signed header with the block number, big-endian, in its first 4 bytes (block.cpp id). */
export function blockId(header: BlockHeader, witnessSignature: string): string {
  const writer = packHeader(header);
  writer.bytes(Buffer.from(witnessSignature, 'hex'));
  const hash = sha224(writer.finish());
  hash.writeUInt32BE(blockNumber(header.previous) + 1, 0);
  return hash.subarray(0, 20).toString('hex');
}

/** The number in a block id's first 4 bytes. */
export function blockNumber(id: string): number {
  return parseInt(id.slice(0, 8), 16);
}
