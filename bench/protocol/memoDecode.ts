/** Decoding memos: of new senders, and of known ones. */
import { mainnet, MemoKeyring, PublicKey, type Memo } from '../../src/protocol';
import { atLeastTimes, type Bench, type BenchContext, type Comparison } from '../bench';
import type { Contestant } from '../measure';
import { bitsharesJs } from '../peers/bitsharesjs';
import { inTurn, keyExchangeLimits } from '../peers/primitives';
import { pythonBitshares } from '../peers/pythonBitshares';
import { cipherLimit } from './cipherLimit';
import { exchangeKey, memosTo, memoText, sizes } from './memos';

const { prefix } = mainnet;

/** Each memo comes from a key that was not met before: the cache of shared secrets holds one pair only. */
export const memoDecodeCold: Bench = {
  name: 'memo-decode-cold',
  about: 'decoding memos of senders that were not met before',
  run: async (context) => {
    const results: Comparison[] = [];
    for (const length of context.quick ? [64] : sizes) {
      const memos = memosTo(exchangeKey, { count: 200, senders: 200, length });
      const points = memos.map(({ from }) => PublicKey.fromString(from, prefix).bytes);
      const keyring = new MemoKeyring([exchangeKey], prefix, { cacheSize: 1 });
      results.push(
        await compareDecoding(context, keyring, memos, length, {
          limits: await keyExchangeLimits(exchangeKey.secretBytes(), points),
          peerTimes: 11,
          pythonTimes: 1.1,
        }),
      );
    }
    return results;
  },
};

/** A few customers who pay again and again: what an exchange sees most of the time. */
export const memoDecodeRepeat: Bench = {
  name: 'memo-decode-repeat',
  about: 'decoding memos of senders whose shared secret is in the cache',
  run: async (context) => {
    const results: Comparison[] = [];
    for (const length of context.quick ? [64] : sizes) {
      const memos = memosTo(exchangeKey, { count: 200, senders: 20, length });
      const keyring = new MemoKeyring([exchangeKey], prefix);
      results.push(
        await compareDecoding(context, keyring, memos, length, {
          limits: [cipherLimit(memos)],
          peerTimes: 400,
        }),
      );
    }
    return results;
  },
};

async function compareDecoding(
  context: BenchContext,
  keyring: MemoKeyring,
  memos: Memo[],
  length: number,
  against: { limits: Contestant[]; peerTimes: number; pythonTimes?: number },
): Promise<Comparison> {
  const { Aes, PrivateKey } = bitsharesJs();
  const peerKey = PrivateKey.fromWif(exchangeKey.toWif());
  const ours = (memo: Memo) => keyring.decode(memo).details.text;
  const theirs = (memo: Memo) =>
    Aes.decrypt_with_checksum(peerKey, memo.from, String(memo.nonce), memo.message).toString('utf8');
  const [first] = memos;
  if (first === undefined || ours(first) !== memoText(length, 0) || theirs(first) !== memoText(length, 0)) {
    throw new Error('The two do not read the same text.');
  }
  return context.compare(
    `text of ${length} bytes`,
    'memos',
    [
      { name: 'ours', role: 'ours', run: inTurn(memos, ours) },
      { name: 'bitsharesjs', role: 'peer', run: inTurn(memos, theirs) },
      ...(against.pythonTimes === undefined
        ? []
        : await pythonBitshares<string>({
            work: 'memo_decode',
            input: {
              wif: exchangeKey.toWif(),
              prefix,
              memos: memos.map((memo) => ({ ...memo, nonce: String(memo.nonce) })),
            },
            isRight: (text) => text === ours(first),
          })),
      ...against.limits,
    ],
    (measured) => [
      // A target speaks of memos as people write them; a long text costs the same in every library.
      ...(length > 256 ? [] : atLeastTimes(measured, 'bitsharesjs', against.peerTimes)),
      ...(length > 256 || against.pythonTimes === undefined
        ? []
        : atLeastTimes(measured, 'python-bitshares', against.pythonTimes)),
    ],
  );
}
