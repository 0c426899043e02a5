/** Fills blocks with many transfers at once, for tests that need a backlog. */
import type { ChainNode, PreparedTransaction } from './chain/chainNode';
import { requiredCoreFee } from './chain/fees';
import { timeText } from './wire/json';
import { encryptMemo } from './wire/memo';
import type { Memo, Operation } from './wire/operations';
import type { SignedTransaction } from './wire/transaction';

export interface BulkTransfers {
  /** Account ids. */
  from: string;
  to: string;
  assetId: string;
  count: number;
  /** Base units of the nth transfer, from 0. */
  amount: (index: number) => bigint;
  /** Text of the nth memo; without it there are no memos. */
  memo?: (index: number) => string;
  /** WIF of the sender's memo key and the receiver's public memo key, for memos. */
  memoKeys?: { from: string; to: string };
  /** Operations in a transaction; default 10. */
  perTransaction?: number;
  /** Transactions in a block; default 200. */
  perBlock?: number;
}

/**
 * Transfers for a backlog, block by block, as transactions that skip only the signature check: fees, balances,
 * sizes, reference blocks and expirations are checked as always.
 */
export function* bulkBlocks(node: ChainNode, bulk: BulkTransfers): Generator<PreparedTransaction[]> {
  const perTransaction = bulk.perTransaction ?? 10;
  const perBlock = bulk.perBlock ?? 200;
  for (let done = 0; done < bulk.count;) {
    const block: PreparedTransaction[] = [];
    while (block.length < perBlock && done < bulk.count) {
      const size = Math.min(perTransaction, bulk.count - done);
      const operations = Array.from({ length: size }, (_, index) =>
        transferOperation(node, bulk, done + index),
      );
      block.push(node.prepare(unsigned(node, operations), true));
      done += size;
    }
    yield block;
  }
}

function transferOperation(node: ChainNode, bulk: BulkTransfers, index: number): Operation {
  const { parameters, wire } = node.state;
  const memo: Memo | undefined =
    bulk.memo && bulk.memoKeys
      ? encryptMemo({
          ...bulk.memoKeys,
          text: bulk.memo(index),
          nonce: 5_000_000_000n + BigInt(index),
          prefix: wire.prefix,
        })
      : undefined;
  const body = {
    from: bulk.from,
    to: bulk.to,
    amount: { amount: bulk.amount(index), asset_id: bulk.assetId },
    ...(memo ? { memo } : {}),
    extensions: [] as never[],
  };
  const free: Operation = [0, { fee: { amount: 0n, asset_id: '1.3.0' }, ...body }];
  return [0, { fee: { amount: requiredCoreFee(free, parameters, wire), asset_id: '1.3.0' }, ...body }];
}

function unsigned(node: ChainNode, operations: Operation[]): SignedTransaction {
  const { head_block_number: number, head_block_id: id } = node.state.dynamicProperties;
  return {
    ref_block_num: number & 0xffff,
    ref_block_prefix: Buffer.from(id.slice(8, 16), 'hex').readUInt32LE(0),
    expiration: timeText(node.state.headSeconds + 60),
    operations,
    extensions: [],
    signatures: [],
  };
}
