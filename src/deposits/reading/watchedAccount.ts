/** Resolves the account that is watched. The history API answers nothing, without an error, for one that does not exist. */
import type { ChainReader } from '../../chain/interfaces';
import { BitSharesError } from '../../errors';
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
  throw new BitSharesError('UNKNOWN_ACCOUNT', {
    message: `there is no account ${nameOrId} on ${reader.endpoint}`,
    fix: 'Write the name exactly as on the chain, or its id (1.2.x), and look whether the node is on the right chain.',
    field: labels.account,
  });
}
