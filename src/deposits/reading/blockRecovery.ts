/**
 * Reads from blocks what a node has already pruned from an account's history. Blocks are never pruned; what they cannot
 * show are virtual operations, such as a transfer that a proposal executed. The caller therefore compares the number of
 * operations found with the number that the node counted.
 */
import { linkedBlocks } from '../../chain/blocks';
import { compareKeys, type OperationKey } from '../../chain/operationKey';
import type { Block, ChainReader } from '../../chain/interfaces';
import type { AccountOperation } from './accountOperation';
import { concernsAccount } from './concerns';

/** A stretch of the chain: behind `after`, before `before`. */
export interface BlockStretch {
  after: OperationKey;
  before: OperationKey;
}

/**
 * The operations of each block of the stretch that concern the account, in order; blocks without any are left out.
 * Sequence numbers begin with `firstSequence` and are right as long as nothing is missing.
 *
 * @throws INVALID_ANSWER when the node lacks a block of the stretch or replaces it meanwhile, and what the reader throws
 */
export async function* recoverFromBlocks(
  reader: Pick<ChainReader, 'block' | 'endpoint'>,
  accountId: string,
  stretch: BlockStretch,
  firstSequence: number,
): AsyncGenerator<AccountOperation[]> {
  let sequence = firstSequence;
  const blocks = linkedBlocks(reader, Math.max(1, stretch.after.block), stretch.before.block);
  for await (const block of blocks) {
    const operations = operationsOfBlock(block, accountId).filter(
      ({ key }) => compareKeys(key, stretch.after) > 0 && compareKeys(key, stretch.before) < 0,
    );
    for (const operation of operations) operation.sequence = sequence++;
    if (operations.length > 0) yield operations;
  }
}

/** The operations that the transactions of a block hold and that concern the account. */
export function operationsOfBlock(block: Block, accountId: string): AccountOperation[] {
  return block.transactions.flatMap((transaction, trxInBlock) =>
    transaction.operations.flatMap((operation, opInTrx): AccountOperation[] => {
      const result = block.operationResults?.[trxInBlock]?.[opInTrx];
      if (!concernsAccount(operation, result, accountId)) return [];
      return [
        {
          key: { block: block.number, trxInBlock, opInTrx, virtualOp: 0 },
          sequence: 0,
          operation,
          result,
          operationId: null,
          blockTime: block.timestamp,
          isVirtual: false,
          source: 'blocks',
          transaction,
        },
      ];
    }),
  );
}
