/** From balances to the operations that claim them, cut into transactions. */
import type { AssetAmount } from '../chain/interfaces';
import { chainInt64, encodeOperation, operationTypes, type BalanceClaimOperation } from '../protocol';
import type { FoundBalance } from './findBalances';

/** As cli_wallet does, so that both routes give the same transactions. */
const mostClaims = 30;

/** Transaction without operations (reference block, expiration, two counts) and the count of its signatures. */
const emptyTransactionBytes = 13;
const signatureBytes = 65;

/** What the chain allows for one transaction, and who signs besides the owners. */
export interface TransactionLimits {
  maximumTransactionSize: number;
  activeSignatures: number;
  prefix: string;
}

/** Balances of which something can be claimed now, grouped by asset as cli_wallet orders them. */
export function claimableBalances(found: readonly FoundBalance[]): FoundBalance[] {
  const instance = ({ object }: FoundBalance) => Number(object.balance.assetId.slice('1.3.'.length));
  // Sorting is stable: within an asset the order of the addresses stays.
  return found.filter(({ claimable }) => claimable.amount > 0n).sort((a, b) => instance(a) - instance(b));
}

/**
 * The operation that claims what can be claimed now. Its fee is always zero: the chain refuses any other (bitshares-core
 * `operations.cpp`, balance_claim_operation), so that no maximum is needed.
 */
export function claimOperation(
  balance: FoundBalance,
  accountId: string,
  prefix: string,
): BalanceClaimOperation {
  const { object, owner, claimable } = balance;
  if (owner.publicKey === null) throw new TypeError('A balance is claimed by its key');
  return {
    fee: { amount: 0, asset_id: '1.3.0' },
    deposit_to_account: accountId,
    balance_to_claim: object.id,
    balance_owner_key: owner.publicKey.toString(prefix),
    total_claimed: { amount: chainInt64(claimable.amount), asset_id: object.balance.assetId },
  };
}

/**
 * Cuts claims into transactions: at most 30 in one, and no more than the chain's transaction size holds with all
 * signatures (a chain with the smallest limit takes about a dozen).
 */
export function cutIntoTransactions(
  balances: readonly FoundBalance[],
  accountId: string,
  limits: TransactionLimits,
): FoundBalance[][] {
  const transactions: FoundBalance[][] = [];
  let current: FoundBalance[] = [];
  let owners = new Set<string>();
  let bytes = 0;
  const sizeWith = (more: number, keys: number): number =>
    emptyTransactionBytes + bytes + more + (limits.activeSignatures + keys) * signatureBytes;
  for (const balance of balances) {
    const operation = claimOperation(balance, accountId, limits.prefix);
    const length = encodeOperation([operationTypes.balance_claim, operation], limits.prefix).length;
    const keys = new Set(owners).add(operation.balance_owner_key);
    const full = current.length >= mostClaims || sizeWith(length, keys.size) > limits.maximumTransactionSize;
    if (full && current.length > 0) {
      transactions.push(current);
      current = [];
      owners = new Set();
      bytes = 0;
    }
    current.push(balance);
    owners.add(operation.balance_owner_key);
    bytes += length;
  }
  if (current.length > 0) transactions.push(current);
  return transactions;
}

/** Sums by asset, in the order in which the assets first occur. */
export function totalsOf(amounts: readonly AssetAmount[]): AssetAmount[] {
  const totals = new Map<string, bigint>();
  for (const { amount, assetId } of amounts) totals.set(assetId, (totals.get(assetId) ?? 0n) + amount);
  return [...totals].map(([assetId, amount]) => ({ assetId, amount }));
}
