import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from '../../devchain/wire/json';
import type { Json } from '../../devchain/wire/json';
import {
  balanceAddresses,
  comparePublicKeys,
  isCanonical,
  publicKeyFromText,
  publicKeyText,
  recoverKey,
  secretFromWif,
  signDigest,
  sha256,
} from '../../devchain/wire/keys';
import { decryptMemo, encryptMemo } from '../../devchain/wire/memo';
import { blockId, merkleRoot, signingDigest, transactionId, Wire } from '../../devchain/wire/transaction';
import type { BlockHeader } from '../../devchain/wire/transaction';

interface Vector {
  name: string;
  tx: Record<string, unknown>;
  unsigned_hex: string;
  txid: string;
  sig_digest_bts_mainnet: string;
  suite_signature: string;
  suite_signature_recovers_to_signer_on_bts_mainnet: boolean;
}

const read = <T>(...path: string[]): T =>
  JSON.parse(readFileSync(join(__dirname, '..', ...path), 'utf8')) as T;
const wire = new Wire('BTS');
const plain = (value: unknown): unknown => JSON.parse(stringify(value as Json));

describe('the wire format', () => {
  const { vectors, chain_id: chainId } = read<{ vectors: Vector[]; chain_id: string }>(
    'vectors',
    'transactions.json',
  );

  it.each(vectors.map((vector) => [vector.name, vector] as const))(
    'packs, reads, identifies and digests %s as other libraries do',
    (_, vector) => {
      const transaction = wire.transactionFromJson(vector.tx);
      const packed = wire.pack(transaction);
      expect(packed.toString('hex')).toBe(vector.unsigned_hex);
      expect(transactionId(packed)).toBe(vector.txid);
      expect(signingDigest(chainId, packed).toString('hex')).toBe(vector.sig_digest_bts_mainnet);
      expect(wire.pack(wire.unpack(packed)).toString('hex')).toBe(vector.unsigned_hex);
      expect(plain(wire.unpack(packed))).toEqual(plain({ ...transaction, signatures: [] }));
    },
  );

  it('gives the merkle root and the block id that witness_node recorded', () => {
    const exchanges = read<{
      exchanges: {
        reply: { result: BlockHeader & { witness_signature: string; transactions: unknown[] } };
      }[];
    }>('transcripts', 'transactions.json').exchanges;
    const block = exchanges[9]?.reply.result;
    if (!block) throw new Error('the recording is not complete');
    expect(
      merkleRoot(block.transactions.map((json) => wire.packSigned(wire.transactionFromJson(json)))),
    ).toBe('6d6b06996cae03897f62aa9682c9a93aaa9d3fc2');
    // Transactions that refer to block 710 carried this prefix.
    const id = blockId(block, block.witness_signature);
    expect(id.slice(0, 8)).toBe('000002c6');
    expect(Buffer.from(id, 'hex').readUInt32LE(4)).toBe(3078758095);
  });

  it('orders the keys of an authority by address', () => {
    const recorded = [
      'BTS6Uvo51iTh3kFZ1vj2wgasaLS5cZHMen6r7obg2G7vbtNtMEiQG',
      'BTS7x5qt7TjsBDcCpPT8VrKhjyx2SavHuqqMaTzs3Wo3F8UjP9rNy',
      'BTS6WRGtAWC823AmckL11wBeqKWF3nyGBSNHvbQ3VZjU7526A1NyA',
      'BTS53gdc61cYC7naoQn5LuP1xZEd9HMwHk2QYYVqtBJAUi7joNaSK',
      'BTS6vMvWA3uD6HGVGXcz2YEmxfQVA5wGa6tamdL2T1ZPBR4xsNrbm',
    ];
    expect([...recorded].sort().sort(comparePublicKeys('BTS'))).toEqual(recorded);
  });

  it('refuses bytes that are too short or too long', () => {
    const packed = Buffer.from(vectors[0]?.unsigned_hex ?? '', 'hex');
    expect(() => wire.unpack(packed.subarray(0, packed.length - 1))).toThrow(RangeError);
    expect(() => wire.unpack(Buffer.concat([packed, Buffer.from([0, 7])]))).toThrow(RangeError);
  });
});

describe('keys and memos', () => {
  const keys = read<Record<string, { wif: string; pub: string; addr: string; pts: Record<string, string> }>>(
    'transcripts',
    'keys.json',
  );

  it('gives the five addresses of a key that the node knows', () => {
    for (const { pub, addr, pts } of Object.values(keys)) {
      expect(balanceAddresses(publicKeyFromText(pub, 'BTS'), 'BTS')).toEqual([
        addr,
        pts['unc56'],
        pts['cmp56'],
        pts['unc0'],
        pts['cmp0'],
      ]);
    }
  });

  it('signs canonically, deterministically, and so that the key is recovered', () => {
    const { wif, pub } = Object.values(keys)[0] as { wif: string; pub: string };
    for (let i = 0; i < 10; i++) {
      const digest = sha256(Buffer.from([i]));
      const signature = signDigest(digest, secretFromWif(wif));
      expect(signDigest(digest, secretFromWif(wif))).toBe(signature);
      expect(isCanonical(Buffer.from(signature, 'hex'))).toBe(true);
      expect(publicKeyText(recoverKey(signature, digest), 'BTS')).toBe(pub);
    }
  });

  it('recovers the key of a signature that another library made', () => {
    const { vectors } = read<{
      vectors: { unsigned_hex: string; bitsharesjs_signature: string; signer_public: string }[];
    }>('vectors', 'transfer_signed_bitsharesjs.json');
    const own = vectors.filter(({ bitsharesjs_signature: signature }) => signature !== undefined);
    expect(own.length).toBeGreaterThan(0);
    for (const { unsigned_hex: hex, bitsharesjs_signature: signature, signer_public: signer } of own) {
      const digest = signingDigest(
        '4018d7844c78f6a6c41c6a552b898022310fc5dec06da467ee7905a8dad512c8',
        Buffer.from(hex, 'hex'),
      );
      expect(publicKeyText(recoverKey(signature, digest), 'BTS')).toBe(signer);
    }
  });

  it('encrypts and decrypts the memos of another implementation', () => {
    const { memos } = read<{
      memos: { from: string; to: string; message: string; nonce: string; plain: string; wif: string }[];
    }>('vectors', 'memo_python.json');
    for (const { to, message, nonce, plain: text, wif } of memos) {
      const memo = encryptMemo({ from: wif, to, text, nonce: BigInt(nonce), prefix: 'GPH' });
      expect(memo.message).toBe(message);
      expect(decryptMemo(memo, wif, 'GPH')).toBe(text);
    }
  });
});

describe('64-bit integers in answers', () => {
  it('leave as numbers when they fit 32 bits with sign, else as strings', () => {
    expect(stringify([2147483647n, 2147483648n, -2147483648n, -2147483649n])).toBe(
      '[2147483647,"2147483648",-2147483648,"-2147483649"]',
    );
    const memo = wire.codecs.memo.fromJson({
      from: undefined,
      to: undefined,
      nonce: '4294967295',
      message: '',
    });
    expect([memo.nonce, wire.codecs.memo.fromJson({ nonce: '4294967296' }).nonce]).toEqual([
      4294967295,
      '4294967296',
    ]);
  });
});
