/** Finds one operation by its key: in the history where the node still has it, else in its block. */
import type { ChainReader } from '../../chain/interfaces';
import { fromHistory, keyOf, type AccountOperation, type WatchedAccount } from './accountOperation';
import { operationsOfBlock } from './blockRecovery';
import { compareKeys, type OperationKey } from './depositKey';
import { firstBehind } from './locate';

type Reader = Pick<ChainReader, 'history' | 'statistics' | 'block'>;

/** The operation of the account with this key; null when there is none, or when it was virtual and is pruned. */
export async function findOperation(
  reader: Reader,
  account: WatchedAccount,
  key: OperationKey,
): Promise<AccountOperation | null> {
  const { totalOps, removedOps } = await reader.statistics(account.statisticsId, account.id);
  const inHistory = await inPresentHistory(reader, account, key, removedOps + 1, totalOps);
  if (inHistory !== null) return inHistory;
  const block = removedOps === 0 || key.block < 1 ? null : await reader.block(key.block);
  if (block === null) return null;
  return operationsOfBlock(block, account.id).find((found) => compareKeys(found.key, key) === 0) ?? null;
}

async function inPresentHistory(
  reader: Reader,
  account: WatchedAccount,
  key: OperationKey,
  first: number,
  last: number,
): Promise<AccountOperation | null> {
  if (last < first) return null;
  const at = async (sequence: number) => {
    const [operation] = await reader.history(account.id, { stop: sequence, start: sequence, limit: 1 });
    return operation;
  };
  // A number that is pruned during the search is behind nothing that is wanted.
  const behind = await firstBehind(key, first, last, async (sequence) => {
    const operation = await at(sequence);
    return operation ?? { ...pruned };
  });
  if (behind === first) return null;
  const candidate = await at(behind - 1);
  return candidate !== undefined && compareKeys(keyOf(candidate), key) === 0
    ? fromHistory(candidate, behind - 1)
    : null;
}

/** Stands in front of everything. */
const pruned = {
  id: '1.11.0',
  operation: [0, {}] as [number, object],
  result: null,
  blockNumber: 0,
  trxInBlock: 0,
  opInTrx: 0,
  virtualOp: 0,
  isVirtual: null,
  blockTime: null,
};
