/** Encrypting memos. */
import { encryptMemo, mainnet, type PrivateKey } from '../../src/protocol';
import { atLeastTimes, type Bench, type Comparison } from '../bench';
import { bitsharesJs } from '../peers/bitsharesjs';
import { inTurn, keyExchangeLimits } from '../peers/primitives';
import { pythonBitshares } from '../peers/pythonBitshares';
import { exchangeKey, memoText, nonceOf, senderKey, sizes } from './memos';

const { prefix } = mainnet;

interface Task {
  to: PrivateKey;
  nonce: bigint;
  text: string;
}

/** To receivers that were not met before; there is no cache for encoding. */
export const memoEncode: Bench = {
  name: 'memo-encode',
  about: 'encrypting memos to receivers that were not met before',
  run: async (context) => {
    const { Aes, PrivateKey, PublicKey } = bitsharesJs();
    const peerKey = PrivateKey.fromWif(exchangeKey.toWif());
    const results: Comparison[] = [];
    for (const length of context.quick ? [64] : sizes) {
      const tasks = Array.from({ length: 200 }, (_, index): Task => {
        return { to: senderKey(index), nonce: nonceOf(index), text: memoText(length, index) };
      });
      const ours = ({ to, nonce, text }: Task) =>
        encryptMemo({ from: exchangeKey, to: to.publicKey, nonce, text, prefix }).message;
      const theirs = ({ to, nonce, text }: Task) =>
        Aes.encrypt_with_checksum(
          peerKey,
          PublicKey.fromPublicKeyString(to.publicKey.toString(prefix), prefix),
          nonce.toString(),
          Buffer.from(text),
        ).toString('hex');
      const [first] = tasks;
      if (first === undefined || ours(first) !== theirs(first)) throw new Error('The two memos differ.');
      results.push(
        await context.compare(
          `text of ${length} bytes`,
          'memos',
          [
            { name: 'ours', role: 'ours', run: inTurn(tasks, ours) },
            { name: 'bitsharesjs', role: 'peer', run: inTurn(tasks, theirs) },
            ...(await pythonBitshares<string>({
              work: 'memo_encode',
              input: {
                wif: exchangeKey.toWif(),
                prefix,
                memos: tasks.map(({ to, nonce, text }) => ({
                  to: to.publicKey.toString(prefix),
                  nonce: nonce.toString(),
                  text,
                })),
              },
              isRight: (message) => message === ours(first),
            })),
            ...(await keyExchangeLimits(
              exchangeKey.secretBytes(),
              tasks.map(({ to }) => to.publicKey.bytes),
            )),
          ],
          (measured) => (length > 256 ? [] : atLeastTimes(measured, 'bitsharesjs', 11)),
        ),
      );
    }
    return results;
  },
};
