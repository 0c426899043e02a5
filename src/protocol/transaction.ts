/** Transactions: bytes, ids, digests and signatures. */
import { hashes, recoverPublicKey, sign } from '@noble/secp256k1';
import { BitSharesError } from '../errors';
import type { Chain } from './chains';
import { hmacSha256, sha256 } from './hashes';
import { type PrivateKey, PublicKey } from './keys';
import { operation, type Operation } from './operations';
import { array, decode, encode, futureExtensions, struct } from './serialization';
import { fixedBytes, time, uint16, uint32 } from './values';

// The library wants these two before it signs without awaiting.
hashes.sha256 = (message) => Uint8Array.from(sha256(Uint8Array.from(message)));
hashes.hmacSha256 = (key, message) =>
  Uint8Array.from(hmacSha256(Uint8Array.from(key), Uint8Array.from(message)));

export interface Transaction {
  /** The low 16 bits of the reference block's number. */
  ref_block_num: number;
  /** Four bytes of the reference block's id: ties the transaction to its fork. */
  ref_block_prefix: number;
  /** Chain time without a zone. */
  expiration: string;
  operations: Operation[];
  extensions: never[];
}

export interface SignedTransaction extends Transaction {
  /** 65 bytes each, as hexadecimal text. */
  signatures: string[];
}

const signatureLength = 65;

const fields = {
  ref_block_num: uint16,
  ref_block_prefix: uint32,
  expiration: time,
  operations: array(operation),
  extensions: futureExtensions,
};
// A node adds these to a transaction; neither belongs to the bytes that are signed.
const outsideOfBytes = ['signatures', 'operation_results'];
const transactionCodec = struct<Transaction>(fields, outsideOfBytes);
const signedTransactionCodec = struct<SignedTransaction>(
  { ...fields, signatures: array(fixedBytes(signatureLength)) },
  outsideOfBytes,
);

/**
 * The bytes of a transaction without signatures: what is hashed and signed. Errors: INVALID_TRANSACTION with the path of
 * the value at fault, also for operations that have no wire format here.
 */
export function encodeTransaction(transaction: Transaction, prefix: string): Uint8Array {
  return encode(transactionCodec, transaction, prefix);
}

/** The transaction in bytes without signatures, in the JSON of the node. Strict: INVALID_TRANSACTION for any other spelling. */
export function decodeTransaction(bytes: Uint8Array, prefix: string): Transaction {
  return decode(transactionCodec, bytes, prefix);
}

/** The bytes of a transaction followed by its signatures. Errors as `encodeTransaction`. */
export function encodeSignedTransaction(transaction: SignedTransaction, prefix: string): Uint8Array {
  return encode(signedTransactionCodec, transaction, prefix);
}

/** The signed transaction in bytes. Strict, as `decodeTransaction`. */
export function decodeSignedTransaction(bytes: Uint8Array, prefix: string): SignedTransaction {
  return decode(signedTransactionCodec, bytes, prefix);
}

/** The id, 40 hexadecimal digits: the first 20 bytes of the SHA-256 of the bytes. Signatures do not change it. */
export function transactionId(transaction: Transaction, prefix: string): string {
  return sha256(encodeTransaction(transaction, prefix)).subarray(0, 20).toString('hex');
}

/** What a signature covers: the SHA-256 of the chain id and the bytes (libraries/protocol/transaction.cpp). */
export function signingDigest(transaction: Transaction, chain: Chain): Uint8Array {
  return sha256(
    Buffer.concat([Buffer.from(chain.chainId, 'hex'), encodeTransaction(transaction, chain.prefix)]),
  );
}

/**
 * Signs with each key once, in the order given; signatures that the transaction has already are replaced. The same
 * transaction, chain and keys give the same bytes. Errors: INVALID_TRANSACTION; INVALID_KEY without any key.
 */
export function signTransaction(
  transaction: Transaction,
  chain: Chain,
  keys: PrivateKey[],
): SignedTransaction {
  if (keys.length === 0) {
    throw new BitSharesError('INVALID_KEY', {
      message: 'There is no key to sign with',
      fix: 'Give the active key of the account that pays.',
    });
  }
  const digest = signingDigest(transaction, chain);
  // The chain refuses the same signature twice (4010005), so each key signs once.
  const distinct = keys.filter(
    (key, index) => keys.findIndex((other) => other.publicKey.equals(key.publicKey)) === index,
  );
  return {
    ref_block_num: transaction.ref_block_num,
    ref_block_prefix: transaction.ref_block_prefix,
    expiration: transaction.expiration,
    operations: transaction.operations,
    extensions: transaction.extensions,
    signatures: distinct.map((key) => Buffer.from(signDigest(digest, key)).toString('hex')),
  };
}

/** Adds the signatures of one transaction to those of another copy of it, each once, for accounts that need several. */
export function mergeSignatures(transaction: SignedTransaction, signatures: string[]): SignedTransaction {
  return { ...transaction, signatures: [...new Set([...transaction.signatures, ...signatures])] };
}

/**
 * A canonical signature of a digest: 31 + recovery id, r, s. Deterministic (RFC 6979); where the result is not canonical,
 * a counter joins as extra entropy until one is. About every second signature is canonical.
 */
export function signDigest(digest: Uint8Array, key: PrivateKey): Uint8Array {
  const secret = key.secretBytes();
  for (let attempt = 0; attempt < 1000; attempt += 1) {
    const entropy = Buffer.alloc(32);
    entropy.writeUInt32BE(attempt, 28);
    const signature = Buffer.from(
      sign(digest, secret, {
        prehash: false,
        lowS: true,
        format: 'recovered',
        ...(attempt === 0 ? {} : { extraEntropy: entropy }),
      }),
    );
    signature.writeUInt8(31 + signature.readUInt8(0), 0);
    if (isCanonicalSignature(signature)) return signature;
  }
  // 2^-1000: the curve arithmetic itself would be broken.
  throw new BitSharesError('INTERNAL', { message: 'No canonical signature was found.' });
}

/**
 * Whether 65 bytes are a signature in the form that the chain accepts: neither r nor s starts with its top bit set, nor
 * with a zero byte that is not needed. Rule: `public_key::is_canonical` of fc/crypto/elliptic_common.cpp.
 */
export function isCanonicalSignature(signature: Uint8Array): boolean {
  if (signature.length !== signatureLength) return false;
  const canonical = (first: number, second: number): boolean =>
    first < 0x80 && !(first === 0 && second < 0x80);
  const at = (index: number): number => signature[index] ?? 0;
  return canonical(at(1), at(2)) && canonical(at(33), at(34));
}

/**
 * The public keys that signed, in the order of the signatures. Errors: INVALID_TRANSACTION for a signature that is not
 * canonical or belongs to no key.
 */
export function recoverSigners(transaction: SignedTransaction, chain: Chain): PublicKey[] {
  const digest = signingDigest(transaction, chain);
  return transaction.signatures.map((text, index) => recoverSigner(digest, text, `signatures[${index}]`));
}

/** The public key that signed a digest. Errors as `recoverSigners`. */
export function recoverSigner(digest: Uint8Array, signature: string, field?: string): PublicKey {
  const refuse = (message: string): BitSharesError =>
    new BitSharesError('INVALID_TRANSACTION', {
      message,
      fix: 'Sign the transaction again.',
      ...(field === undefined ? {} : { field }),
    });
  if (typeof signature !== 'string' || !/^[0-9a-fA-F]{130}$/.test(signature)) {
    throw refuse('A signature has 65 bytes, written as 130 hexadecimal digits.');
  }
  const bytes = Buffer.from(signature, 'hex');
  const header = bytes.readUInt8(0);
  if (header < 27 || header > 34) throw refuse('The first byte of the signature is not a recovery id.');
  if (!isCanonicalSignature(bytes)) throw refuse('The signature is not canonical, so the chain refuses it.');
  bytes.writeUInt8((header - 27) & 3, 0);
  try {
    return PublicKey.fromBytes(recoverPublicKey(bytes, digest, { prehash: false }));
  } catch {
    throw refuse('The signature belongs to no key.');
  }
}

/** The number of a block, which its id starts with. Errors: INVALID_PARAMETER for another form. */
export function blockNumberOf(blockId: string): number {
  return blockIdBytes(blockId).readUInt32BE(0);
}

/**
 * What ties a transaction to a block: the low 16 bits of its number, and bytes 4 to 8 of its id as a little-endian number.
 * Errors: INVALID_PARAMETER. Rule: `set_reference_block` of libraries/protocol/transaction.cpp.
 */
export function referenceBlock(blockId: string): { ref_block_num: number; ref_block_prefix: number } {
  const id = blockIdBytes(blockId);
  return { ref_block_num: id.readUInt32BE(0) & 0xffff, ref_block_prefix: id.readUInt32LE(4) };
}

function blockIdBytes(blockId: string): Buffer {
  if (typeof blockId !== 'string' || !/^[0-9a-fA-F]{40}$/.test(blockId)) {
    throw new BitSharesError('INVALID_PARAMETER', {
      message: 'A block id has 40 hexadecimal digits',
      fix: 'Give the block_id that the node reports.',
    });
  }
  return Buffer.from(blockId, 'hex');
}
