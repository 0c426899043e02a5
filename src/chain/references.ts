/** Accounts and assets as people refer to them: by name, symbol or id. */
import { BitSharesError } from '../errors';
import { isAssetSymbol, isObjectId, validateAccountName } from '../protocol';

/**
 * The name or id (`1.2.x`) of an account.
 *
 * @throws INVALID_ACCOUNT naming the field
 */
export function accountReference(text: string, field: string): string {
  const trimmed = text.trim();
  return isObjectId(trimmed, 'account') ? trimmed : validateAccountName(trimmed, field);
}

/**
 * The symbol or id (`1.3.x`) of an asset.
 *
 * @throws INVALID_ASSET naming the field
 */
export function assetReference(text: string, field: string): string {
  const trimmed = text.trim();
  if (isObjectId(trimmed, 'asset') || isAssetSymbol(trimmed)) return trimmed;
  throw new BitSharesError('INVALID_ASSET', {
    field,
    message: 'this is neither the symbol nor the id of an asset',
    fix: 'Give a symbol in capital letters, such as BTS, or an id, such as 1.3.0.',
  });
}

/**
 * The error for an account that a node does not have.
 *
 * @param field the parameter or credential field that names it
 * @param where `on this chain` unless one node alone was asked
 */
export function unknownAccount(nameOrId: string, field: string, where = 'on this chain'): BitSharesError {
  return new BitSharesError('UNKNOWN_ACCOUNT', {
    field,
    message: `there is no account ${nameOrId} ${where}`,
    fix: 'Enter the name as it is registered (lower case) or the id, such as 1.2.345, and check that the node is on the right chain.',
  });
}
