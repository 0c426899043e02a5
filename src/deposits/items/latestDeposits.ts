/** The newest deposits of an account, for looking at them; nothing is remembered. */
import type { ChainReader } from '../../chain/interfaces';
import {
  checkConcerned,
  fromHistory,
  highestBlock,
  type AccountOperation,
  type WatchedAccount,
} from '../reading/accountOperation';
import type { AssetSource } from '../reading/secondNode';
import type { DepositItem } from './depositItem';
import { checkNotAboveHead, type FinalHeight } from '../reading/finality';
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
  assetsOf?: AssetSource,
): Promise<DepositItem[]> {
  const { totalOps, removedOps } = await reader.statistics(account.statisticsId, account.id);
  const items: DepositItem[] = [];
  let start = totalOps;
  let known = height;
  for (let page = 0; page < pagesSearched && start > removedOps && items.length < count; page++) {
    const stop = Math.max(removedOps + 1, start - pageSize + 1);
    const newestFirst = await reader.history(account.id, { stop, start, limit: start - stop + 1 });
    const shown: AccountOperation[] = newestFirst
      .map((operation, index) => fromHistory(operation, start - index))
      .reverse();
    checkConcerned(reader.endpoint, account, shown);
    known = await checkNotAboveHead(reader, highestBlock(shown), known);
    const final = shown.filter(({ key }) => key.block <= height.final);
    const built = await builder.build(reader, final, assetsOf);
    items.unshift(...built.map(({ item }) => item));
    start = stop - 1;
  }
  return items.slice(-count);
}
