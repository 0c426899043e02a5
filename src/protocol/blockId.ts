/** The id of a block, computed from its header as the chain computes it. */
import { sha224 } from './hashes';
import { blockNumberOf } from './transaction';
import { ByteWriter } from './wire';

/** What a block's id is made of, as `get_block` answers it. */
export interface BlockHeader {
  /** Id of the block before, 40 hexadecimal digits. */
  previous: string;
  /** Seconds. */
  timestamp: number;
  /** `1.6.x` */
  witness: string;
  /** 40 hexadecimal digits. */
  merkleRoot: string;
  /** 130 hexadecimal digits. */
  witnessSignature: string;
}

/**
 * 40 hexadecimal digits: the block's number, and SHA-224 of the signed header (bitshares-core `block.cpp`
 * `signed_block_header::id`). A header with extensions has none here: the chain allows none.
 */
export function blockIdOf({
  previous,
  timestamp,
  witness,
  merkleRoot,
  witnessSignature,
}: BlockHeader): string {
  const writer = new ByteWriter('');
  writer.bytes(Buffer.from(previous, 'hex'));
  writer.uint32(timestamp);
  writer.varint(Number(witness.slice('1.6.'.length)));
  writer.bytes(Buffer.from(merkleRoot, 'hex'));
  writer.varint(0);
  writer.bytes(Buffer.from(witnessSignature, 'hex'));
  const number = (blockNumberOf(previous) + 1).toString(16).padStart(8, '0');
  return number + sha224(writer.result()).toString('hex', 4, 20);
}
