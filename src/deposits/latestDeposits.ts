/** The newest deposits of an account, for looking at them; nothing is remembered. */
import type { ChainReader } from '../chain';
import { fromHistory, type AccountOperation, type WatchedAccount } from './accountOperation';
import type { DepositItem } from './depositItem';
import type { FinalHeight } from './finality';
import type { ItemBuilder } from './itemBuilder';

const pageSize = 100;
const pagesSearched = 10;

/**
 * Up to `count` final deposits, oldest first, among the newest 1,000 operations.
 *
 * @param height read before this call
 */
export async function latestDeposits(
  reader: ChainReader,
  account: WatchedAccount,
  builder: ItemBuilder,
  count: number,
  height: FinalHeight,
): Promise<DepositItem[]> {
  const { totalOps, removedOps } = await reader.statistics(account.statisticsId, account.id);
  const items: DepositItem[] = [];
  let start = totalOps;
  for (let page = 0; page < pagesSearched && start > removedOps && items.length < count; page++) {
    const stop = Math.max(removedOps + 1, start - pageSize + 1);
    const newestFirst = await reader.history(account.id, { stop, start, limit: start - stop + 1 });
    const final: AccountOperation[] = newestFirst
      .filter(({ blockNumber }) => blockNumber <= height.final)
      .map((operation, index) => fromHistory(operation, start - index))
      .reverse();
    const built = await builder.build(reader, final);
    items.unshift(...built.map(({ item }) => item));
    start = stop - 1;
  }
  return items.slice(-count);
}
