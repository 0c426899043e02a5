/** Reading signed transactions from their bytes. */
import {
  decodeSignedTransaction,
  encodeSignedTransaction,
  mainnet,
  signTransaction,
  type SignedTransaction,
} from '../../src/protocol';
import { atLeastTimes, type Bench, type Comparison } from '../bench';
import { bitsharesJs } from '../peers/bitsharesjs';
import { inTurn } from '../peers/primitives';
import { exchangeKey, memosTo, senderKey } from './memos';

export const transactionDecode: Bench = {
  name: 'transaction-decode',
  about: 'signed transactions with memos from bytes to JSON; growth with operations',
  run: async (context) => {
    const { ops } = bitsharesJs();
    const results: Comparison[] = [];
    for (const count of context.quick ? [1] : [1, 10, 100]) {
      const transactions = Array.from({ length: 20 }, (_, index) => signed(index, count));
      const bytes = transactions.map((transaction) =>
        Buffer.from(encodeSignedTransaction(transaction, mainnet.prefix)),
      );
      const ours = (packed: Buffer) => decodeSignedTransaction(packed, mainnet.prefix);
      const theirs = (packed: Buffer) =>
        ops.signed_transaction.toObject(ops.signed_transaction.fromBuffer(packed));
      const [first] = bytes;
      if (first === undefined || !sameTransfers(ours(first).operations, theirs(first).operations)) {
        throw new Error('The two do not read the same transaction.');
      }
      const texts = transactions.map((transaction) => JSON.stringify(transaction));
      results.push(
        await context.compare(
          count === 1 ? '1 operation' : `${count} operations`,
          'transactions',
          [
            { name: 'ours', role: 'ours', run: inTurn(bytes, ours) },
            { name: 'bitsharesjs', role: 'peer', run: inTurn(bytes, theirs) },
            {
              name: 'JSON.parse of the same transaction',
              role: 'limit',
              run: inTurn(texts, (text) => JSON.parse(text) as unknown),
            },
          ],
          (measured) => atLeastTimes(measured, 'bitsharesjs', 1),
        ),
      );
    }
    return results;
  },
};

function signed(index: number, operations: number): SignedTransaction {
  const [memo] = memosTo(exchangeKey, { count: 1, senders: 1, length: 32 });
  return signTransaction(
    {
      ref_block_num: index,
      ref_block_prefix: 3_000_000_000,
      expiration: '2030-01-01T00:10:00',
      operations: Array.from({ length: operations }, (_, position) => [
        0,
        {
          fee: { amount: 86_869, asset_id: '1.3.0' },
          from: '1.2.90742',
          to: '1.2.100',
          amount: { amount: 100_000 + position, asset_id: '1.3.0' },
          memo: { ...memo, nonce: String(memo?.nonce) },
          extensions: [],
        },
      ]),
      extensions: [],
    },
    mainnet,
    [senderKey(0)],
  );
}

/** Numbers may be written as text or not; the rest has to be the same. */
function sameTransfers(ours: readonly unknown[], theirs: readonly unknown[]): boolean {
  const plain = (value: unknown) => JSON.stringify(value).replace(/"(\d+)"/g, '$1');
  const sorted = (value: unknown): unknown =>
    typeof value !== 'object' || value === null || Array.isArray(value)
      ? Array.isArray(value)
        ? value.map(sorted)
        : value
      : Object.fromEntries(
          Object.entries(value)
            .sort(([left], [right]) => (left < right ? -1 : 1))
            .map(([name, content]) => [name, sorted(content)]),
        );
  return plain(sorted(ours)) === plain(sorted(theirs));
}
