/** Block ids against consecutive blocks of a real node: each block names the id of the one before. */
import vectors from '../vectors/block_headers.json';
import { blockIdOf, blockNumberOf, parseChainTime } from '../../src/protocol';

const idOf = (header: (typeof vectors.headers)[number], change: { witness?: string } = {}): string =>
  blockIdOf({
    previous: header.previous,
    timestamp: parseChainTime(header.timestamp),
    witness: header.witness,
    merkleRoot: header.transaction_merkle_root,
    witnessSignature: header.witness_signature,
    ...change,
  });

test('the id computed from a header is the one that the next block of the chain names', () => {
  expect(vectors.headers.length).toBeGreaterThan(10);
  vectors.headers.slice(1).forEach(({ previous }, i) => {
    const before = vectors.headers[i] as (typeof vectors.headers)[number];
    expect(idOf(before)).toBe(previous);
    expect(blockNumberOf(idOf(before))).toBe(before.number);
    expect(idOf(before, { witness: '1.6.999' })).not.toBe(previous);
  });
});
