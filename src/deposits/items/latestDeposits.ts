/** The newest deposits of an account, for looking at them; nothing is remembered. */
import { HistoryPages, untilUnchanged } from '../../chain/historyPages';
import type { ChainReader } from '../../chain/interfaces';
import { fromHistory, highestBlock, type WatchedAccount } from '../reading/accountOperation';
import type { AssetSource } from '../reading/secondNode';
import type { DepositItem } from './depositItem';
import { checkNotAboveHead, type FinalHeight } from '../reading/finality';
import type { ItemBuilder } from './itemBuilder';

const mostSearched = 1000;

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
  const pages = new HistoryPages(reader, account);
  return untilUnchanged(reader, account, async () => {
    const items: DepositItem[] = [];
    let known = height;
    for await (const page of pages.newest(mostSearched)) {
      const shown = page.map(([sequence, operation]) => fromHistory(operation, sequence)).reverse();
      known = await checkNotAboveHead(reader, highestBlock(shown), known);
      const final = shown.filter(({ key }) => key.block <= height.final);
      const built = await builder.build(reader, final, assetsOf);
      items.unshift(...built.map(({ item }) => item));
      if (items.length >= count) break;
    }
    return items.slice(-count);
  });
}
