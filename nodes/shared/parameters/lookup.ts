/** Looking up what users name: an account, an asset. What does not exist is an error that names the field. */
import type { Account, Asset, ChainReader } from '../../../src/chain/interfaces';
import { BitSharesError } from '../../../src/errors';
import { accountField, assetField } from './parameters';

/**
 * The account of that name or id.
 *
 * @throws UNKNOWN_ACCOUNT
 */
export async function requireAccount(
  reader: Pick<ChainReader, 'account'>,
  nameOrId: string,
  field = accountField.label,
): Promise<Account> {
  const account = await reader.account(nameOrId);
  if (account !== null) return account;
  throw new BitSharesError('UNKNOWN_ACCOUNT', {
    field,
    message: `there is no account ${nameOrId} on this chain`,
    fix: 'Enter the name as it is registered (lower case) or the id, such as 1.2.345.',
  });
}

/**
 * The asset of that symbol or id.
 *
 * @throws UNKNOWN_ASSET
 */
export async function requireAsset(reader: ChainReader, symbolOrId: string): Promise<Asset> {
  const [asset] = await reader.assets([symbolOrId]);
  if (asset !== null && asset !== undefined) return asset;
  throw new BitSharesError('UNKNOWN_ASSET', {
    field: assetField.label,
    message: `there is no asset ${symbolOrId} on this chain`,
    fix: 'Enter the symbol in capitals (BTS) or the id (1.3.0). Ids are safer: symbols can look alike.',
  });
}
