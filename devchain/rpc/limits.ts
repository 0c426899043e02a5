/** The api-limit options of witness_node (application_options in application.hpp). */
import { at, check } from '../wire/chainError';

/** The api-limit options of a node that devchain has, with the node's own defaults. */
export interface ApiLimits {
  getAccountHistory: number;
  getAccountHistoryByOperations: number;
  getAccountHistoryOperations: number;
  getRelativeAccountHistory: number;
  getAssets: number;
  getFullAccounts: number;
  getFullAccountsLists: number;
  getFullAccountsSubscribe: number;
  getKeyReferences: number;
  lookupAccounts: number;
  /** One limit for get_objects-like lists of a public node; unlimited by default. */
  getObjects: number;
}

export const defaultLimits: ApiLimits = {
  getAccountHistory: 100,
  getAccountHistoryByOperations: 100,
  getAccountHistoryOperations: 100,
  getRelativeAccountHistory: 100,
  getAssets: 101,
  getFullAccounts: 50,
  getFullAccountsLists: 500,
  getFullAccountsSubscribe: 100,
  getKeyReferences: 100,
  lookupAccounts: 1000,
  getObjects: Number.POSITIVE_INFINITY,
};

/** Asserts `limit <= configured_limit` as the node words it. */
export function checkLimit(
  limit: number,
  configured: number,
  file: string,
  line: number,
  name: string,
): void {
  check(
    limit <= configured,
    'limit <= configured_limit',
    at(file, line, name),
    'limit can not be greater than ${configured_limit}',
    { configured_limit: configured },
  );
}
