/** Finds one operation by its key: in the history where the node still has it, else in its block. */
import { compareKeys, keyOf, type OperationKey } from '../../chain/operationKey';
import { HistoryPages, untilUnchanged } from '../../chain/historyPages';
import type { ChainReader } from '../../chain/interfaces';
import { fromHistory, type AccountOperation, type WatchedAccount } from './accountOperation';
import { operationsOfBlock } from './blockRecovery';
import { firstBehind } from './locate';

type OperationReader = Pick<ChainReader, 'endpoint' | 'history' | 'statistics' | 'block'>;

/** The operation of the account with this key; null when there is none, or when it was virtual and is pruned. */
export async function findOperation(
  reader: OperationReader,
  account: WatchedAccount,
  key: OperationKey,
): Promise<AccountOperation | null> {
  return untilUnchanged(reader, account, async () => {
    const { totalOps, removedOps } = await reader.statistics(account.statisticsId, account.id);
    const inHistory = await inPresentHistory(reader, account, key, removedOps + 1, totalOps);
    if (inHistory !== null) return inHistory;
    const block = removedOps === 0 || key.block < 1 ? null : await reader.block(key.block);
    if (block === null) return null;
    return operationsOfBlock(block, account.id).find((found) => compareKeys(found.key, key) === 0) ?? null;
  });
}

async function inPresentHistory(
  reader: OperationReader,
  account: WatchedAccount,
  key: OperationKey,
  first: number,
  last: number,
): Promise<AccountOperation | null> {
  const pages = new HistoryPages(reader, account);
  const sequence = (await firstBehind(key, first, last, (number) => pages.at(number))) - 1;
  if (sequence < first) return null;
  const candidate = await pages.at(sequence);
  return compareKeys(keyOf(candidate), key) === 0 ? fromHistory(candidate, sequence) : null;
}
