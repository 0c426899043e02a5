/** Puts deposits with memos into a devchain in bulk: real blocks under the chain's own rules, but unsigned transactions. */
import { encryptMemo, type Devchain } from '../../devchain';
import { coreAsset, requiredCoreFee } from '../../devchain/chain/fees';
import type { Memo, Operation } from '../../devchain/wire/operations';
import { encryptMemo as encryptWithOurs, PrivateKey, PublicKey } from '../../src/protocol';

export interface DepositPlan {
  count: number;
  /** How many transfers each block holds; every one has a transaction of its own. */
  perBlock: number;
  /** Bytes of each memo's text. */
  memoLength: number;
  /** Each memo from a key of its own; otherwise from the sender's memo key. The chain asks for neither. */
  newKeys: boolean;
}

export const exchangeName = 'exchange';

export function senderName(index: number): string {
  return `sender${index}`;
}

/** From all the senders in turn; the last of them is irreversible when this returns. */
export function fillWithDeposits(
  chain: Devchain,
  senders: number,
  plan: DepositPlan,
  progress: (done: number) => void,
): void {
  const { producer } = chain;
  const { prefix } = chain.genesis;
  const receiver = chain.account(exchangeName);
  const from = Array.from({ length: senders }, (_, index) => chain.account(senderName(index)));
  for (let done = 0; done < plan.count;) {
    const transactions = Array.from({ length: Math.min(plan.perBlock, plan.count - done) }, (_, position) => {
      const index = done + position;
      const sender = from[index % senders] as (typeof from)[number];
      const content = {
        to: receiver.publicKeys.memo,
        text: `customer ${index} `.padEnd(plan.memoLength, 'x').slice(0, plan.memoLength),
        nonce: BigInt(producer.blocks.length) * 1_000_000n + BigInt(index),
        prefix,
      };
      const memo = plan.newKeys ? memoOfNewKey(content) : encryptMemo({ ...content, from: sender.keys.memo });
      const fields = {
        from: sender.id,
        to: receiver.id,
        amount: { amount: 100_000n + BigInt(index), asset_id: coreAsset },
        memo,
        extensions: [],
      };
      const free: Operation = [0, { ...fields, fee: { amount: 0n, asset_id: coreAsset } }];
      const amount = requiredCoreFee(free, producer.state.parameters, producer.state.wire);
      const transfer: Operation = [0, { ...fields, fee: { amount, asset_id: coreAsset } }];
      return producer.prepare(
        {
          ref_block_num: chain.head.number & 0xffff,
          ref_block_prefix: Buffer.from(chain.head.id.slice(8, 16), 'hex').readUInt32LE(0),
          expiration: new Date((chain.head.seconds + 600) * 1000).toISOString().slice(0, 19),
          operations: [transfer],
          extensions: [],
          signatures: [],
        },
        true,
      );
    });
    chain.generate({ transactions });
    done += transactions.length;
    progress(done);
  }
  chain.confirm();
}

let keysMade = 0;

/** Ours and not devchain's: that one multiplies in JavaScript, and would need minutes for thousands of keys. */
function memoOfNewKey(content: { to: string; text: string; nonce: bigint; prefix: string }): Memo {
  const memo = encryptWithOurs({
    ...content,
    from: PrivateKey.fromSeed(`bench new sender ${keysMade++}`),
    to: PublicKey.fromString(content.to, content.prefix),
  });
  return { ...memo, nonce: String(memo.nonce) };
}
