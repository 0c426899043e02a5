/**
 * Claims that were made before. A balance object vanishes when it is claimed, so only the history of the account that
 * received it can tell a second run that the first one succeeded.
 */
import { HistoryPages, untilUnchanged } from '../chain/historyPages';
import type { Account, AssetAmount, ChainReader, HistoryOperation } from '../chain/interfaces';
import { isOperation, toBigInt, transactionId } from '../protocol';

/** A claim in a block. */
export interface EarlierClaim {
  balanceId: string;
  /** Public key as text. */
  ownerKey: string;
  amount: AssetAmount;
}

/** A transaction that claimed balances of our keys into the account. */
export interface EarlierTransaction {
  blockNumber: number;
  blockTime: number | null;
  trxInBlock: number;
  /** Null when its operations have no wire format here, or when a proposal executed it. */
  transactionId: string | null;
  irreversible: boolean;
  claims: EarlierClaim[];
}

type ClaimHistoryReader = Pick<ChainReader, 'endpoint' | 'statistics' | 'history' | 'block'>;

/**
 * Looks through the newest `mostOperations` operations of the account, as far back as the node keeps them, for claims with
 * these owner keys: all of the import, so that no transaction is told in part. Oldest first. Finding none proves nothing: the history may be pruned.
 */
export async function earlierClaims(
  reader: ClaimHistoryReader,
  account: Pick<Account, 'id' | 'name' | 'statisticsId'>,
  ownerKeys: ReadonlySet<string>,
  options: { prefix: string; mostOperations: number; lastIrreversibleBlock: number },
): Promise<EarlierTransaction[]> {
  const pages = new HistoryPages(reader, account);
  const found = await untilUnchanged(reader, account, async () => {
    const claims: HistoryOperation[] = [];
    for await (const page of pages.newest(options.mostOperations)) {
      for (const [, entry] of page) if (isClaimOf(entry.operation, account.id, ownerKeys)) claims.push(entry);
    }
    return claims;
  });
  const transactions = new Map<string, EarlierTransaction>();
  for (const entry of found.reverse()) {
    if (!isOperation(entry.operation, 'balance_claim')) continue;
    const key = `${entry.blockNumber}:${entry.trxInBlock}`;
    const transaction = transactions.get(key) ?? {
      blockNumber: entry.blockNumber,
      blockTime: entry.blockTime,
      trxInBlock: entry.trxInBlock,
      transactionId: null,
      irreversible: entry.blockNumber <= options.lastIrreversibleBlock,
      claims: [],
    };
    const [, claim] = entry.operation;
    transaction.claims.push({
      balanceId: claim.balance_to_claim,
      ownerKey: claim.balance_owner_key,
      amount: { amount: toBigInt(claim.total_claimed.amount), assetId: claim.total_claimed.asset_id },
    });
    transactions.set(key, transaction);
  }
  for (const transaction of transactions.values()) await identify(reader, transaction, options.prefix);
  return [...transactions.values()];
}

function isClaimOf(
  operation: HistoryOperation['operation'],
  accountId: string,
  ownerKeys: ReadonlySet<string>,
): boolean {
  return (
    isOperation(operation, 'balance_claim') &&
    operation[1].deposit_to_account === accountId &&
    ownerKeys.has(operation[1].balance_owner_key)
  );
}

async function identify(
  reader: ClaimHistoryReader,
  transaction: EarlierTransaction,
  prefix: string,
): Promise<void> {
  const block = await reader.block(transaction.blockNumber);
  const inBlock = block?.transactions[transaction.trxInBlock];
  if (block === null || inBlock === undefined) return;
  transaction.blockTime ??= block.timestamp;
  const holdsIt = inBlock.operations.some(
    (operation) =>
      isOperation(operation, 'balance_claim') &&
      operation[1].balance_to_claim === transaction.claims[0]?.balanceId,
  );
  if (!holdsIt) return;
  try {
    transaction.transactionId = transactionId(inBlock, prefix);
  } catch {
    // The claim stands beside an operation that has no wire format here. It counts all the same.
  }
}
