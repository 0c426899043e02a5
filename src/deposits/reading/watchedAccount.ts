/** Resolves the account that is watched. The history API answers nothing, without an error, for one that does not exist. */
import type { ChainReader } from '../../chain/interfaces';
import { unknownAccount } from '../../chain/references';
import { labels } from '../../labels';
import type { WatchedAccount } from './accountOperation';

/**
 * @param nameOrId as the user gave it
 * @throws UNKNOWN_ACCOUNT
 */
export async function watchedAccount(
  reader: Pick<ChainReader, 'account' | 'endpoint'>,
  nameOrId: string,
): Promise<WatchedAccount> {
  const account = await reader.account(nameOrId);
  if (account !== null) {
    const { id, name, statisticsId, creationBlock } = account;
    return { id, name, statisticsId, creationBlock };
  }
  throw unknownAccount(nameOrId, labels.account, `on ${reader.endpoint}`);
}
