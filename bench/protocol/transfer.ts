/** Building and signing transfers, with and without a memo. */
import {
  encryptMemo,
  mainnet,
  recoverSigners,
  signTransaction,
  transactionId,
  type Operation,
  type SignedTransaction,
  type Transaction,
} from '../../src/protocol';
import { signingDigest } from '../../src/protocol';
import { atLeastTimes, type Bench, type BenchContext, type Comparison } from '../bench';
import { bitsharesJs } from '../peers/bitsharesjs';
import { inTurn, signatureLimits } from '../peers/primitives';
import { pythonBitshares } from '../peers/pythonBitshares';
import { exchangeKey, memoText, nonceOf, senderKey } from './memos';

const activeKey = senderKey(1_000_000);

/** The id and the signed transaction, as a withdrawal needs both. */
export const transfer: Bench = {
  name: 'transfer',
  about: 'transfers without a memo, built, identified and signed; growth with operations',
  run: async (context) => {
    const results: Comparison[] = [];
    for (const operations of context.quick ? [1] : [1, 10, 100]) {
      results.push(await compareTransfers(context, operations, false));
    }
    return results;
  },
};

export const transferWithMemo: Bench = {
  name: 'transfer-memo',
  about: 'transfers with a memo, encrypted, built, identified and signed',
  run: async (context) => [await compareTransfers(context, 1, true)],
};

interface Task {
  index: number;
  fields: Omit<Transaction, 'operations'>;
  operations: number;
  withMemo: boolean;
}

async function compareTransfers(
  context: BenchContext,
  operations: number,
  withMemo: boolean,
): Promise<Comparison> {
  const tasks = Array.from({ length: 50 }, (_, index): Task => {
    const fields = {
      ref_block_num: 1 + index,
      ref_block_prefix: 3_000_000_000 + index,
      expiration: '2030-01-01T00:10:00',
      extensions: [],
    };
    return { index, fields, operations, withMemo };
  });
  const transactions = tasks.map(build);
  const peer = peerSigner();
  const [first] = tasks;
  if (first === undefined) throw new Error('There is nothing to measure.');
  const [ours, theirs] = [buildAndSign(first), await peer(first)];
  const isRight = ({ id, signatures }: { id: string; signatures: string[] }) =>
    id === ours.id &&
    recoverSigners({ ...ours.signed, signatures }, mainnet)[0]?.equals(activeKey.publicKey) === true;
  if (!isRight(theirs)) throw new Error('The two do not sign the same transaction.');
  let next = 0;
  return context.compare(
    `${operations === 1 ? '1 operation' : `${operations} operations`}${withMemo ? ' with memo' : ''}`,
    'transactions',
    [
      { name: 'ours', role: 'ours', run: inTurn(tasks, buildAndSign) },
      {
        name: 'bitsharesjs',
        role: 'peer',
        run: async (count) => {
          for (let done = 0; done < count; done += 1) await peer(tasks[next++ % tasks.length] as Task);
        },
      },
      ...(withMemo
        ? []
        : await pythonBitshares<{ id: string; signature: string }>({
            work: 'transfer',
            input: { wif: activeKey.toWif(), chain: mainnet.prefix, transactions },
            isRight: ({ id, signature }) => isRight({ id, signatures: [signature] }),
          })),
      ...(await signatureLimits(
        activeKey.secretBytes(),
        transactions.map((transaction) => signingDigest(transaction, mainnet)),
      )),
    ],
    (measured) =>
      operations > 1
        ? []
        : withMemo
          ? atLeastTimes(measured, 'bitsharesjs', 40)
          : [
              ...atLeastTimes(measured, 'bitsharesjs', 100),
              ...atLeastTimes(measured, 'python-bitshares', 15),
            ],
  );
}

function build(task: Task): Transaction {
  return { ...task.fields, operations: operationsOf(task) };
}

function operationsOf({ index, operations, withMemo }: Task): Operation[] {
  return Array.from({ length: operations }, (_, position) => [
    0,
    {
      fee: { amount: 86_869, asset_id: '1.3.0' },
      from: '1.2.100',
      to: `1.2.${90_742 + index}`,
      amount: { amount: 100_000 + position, asset_id: '1.3.0' },
      ...(withMemo ? { memo: memoOf(index) } : {}),
      extensions: [],
    },
  ]);
}

function memoOf(index: number): object {
  const to = senderKey(index).publicKey;
  return encryptMemo({
    from: exchangeKey,
    to,
    nonce: nonceOf(index),
    text: memoText(32, index),
    prefix: mainnet.prefix,
  });
}

function buildAndSign(task: Task): { id: string; signed: SignedTransaction } {
  const transaction = build(task);
  return {
    id: transactionId(transaction, mainnet.prefix),
    signed: signTransaction(transaction, mainnet, [activeKey]),
  };
}

function peerSigner(): (task: Task) => Promise<{ id: string; signatures: string[] }> {
  const { Aes, PrivateKey, PublicKey, TransactionBuilder } = bitsharesJs();
  const key = PrivateKey.fromWif(activeKey.toWif());
  const publicKey = key.toPublicKey();
  const memoKey = PrivateKey.fromWif(exchangeKey.toWif());
  const from = exchangeKey.publicKey.toString(mainnet.prefix);
  const receivers = Array.from({ length: 50 }, (_, index) =>
    senderKey(index).publicKey.toString(mainnet.prefix),
  );
  return async ({ index, fields, operations, withMemo }) => {
    const builder = new TransactionBuilder();
    builder.ref_block_num = fields.ref_block_num;
    builder.ref_block_prefix = fields.ref_block_prefix;
    builder.expiration = fields.expiration;
    for (const [, content] of operationsOf({ index, fields, operations, withMemo: false })) {
      const to = receivers[index] ?? '';
      const nonce = nonceOf(index).toString();
      builder.add_type_operation('transfer', {
        ...content,
        ...(withMemo
          ? {
              memo: {
                from,
                to,
                nonce,
                message: Aes.encrypt_with_checksum(
                  memoKey,
                  PublicKey.fromPublicKeyString(to, mainnet.prefix),
                  nonce,
                  Buffer.from(memoText(32, index)),
                ),
              },
            }
          : {}),
      });
    }
    builder.add_signer(key, publicKey);
    await builder.finalize();
    const id = builder.id();
    builder.sign(mainnet.chainId);
    return { id, signatures: builder.toObject().signatures };
  };
}
