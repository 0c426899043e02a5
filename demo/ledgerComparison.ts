/** The demo's proof: the ledger in n8n against the blocks of the chain. */
import type { Exchange } from './exchange';

export interface LedgerComparison {
  /** Deposits in irreversible blocks that have no row. */
  missed: string[];
  /** Rows without a deposit in an irreversible block. */
  invented: string[];
  /** Rows that hold another amount or other parties than the block. */
  different: string[];
  /** depositIds that have more than one row. */
  repeated: string[];
  /** How many deposits the irreversible blocks hold. */
  deposits: number;
}

/**
 * Compares the ledger that n8n's workflow wrote with the blocks of the chain.
 *
 * Blocks are read first: what becomes irreversible while the ledger is read could count as invented, never as missed. So the ledger is
 * judged by the blocks that are irreversible after it was read, and its gaps by those that were before.
 */
export async function compareLedger({ api, chain, projectId, tables }: Exchange): Promise<LedgerComparison> {
  const before = irreversibleDeposits(chain);
  const rows = await api.dataTableRows(projectId, tables.deposits.id);
  const after = irreversibleDeposits(chain);

  const counts = new Map<string, number>();
  for (const row of rows) {
    const depositId = String(row['depositId']);
    counts.set(depositId, (counts.get(depositId) ?? 0) + 1);
  }
  const different = rows.filter((row) => {
    const deposit = after.get(String(row['depositId']));
    if (deposit === undefined) return false;
    const amountRaw = String(row['amount']).replace('.', '');
    return BigInt(amountRaw) !== deposit.amountRaw || row['from'] !== deposit.from;
  });
  return {
    missed: [...before.keys()].filter((key) => !counts.has(key)),
    invented: [...counts.keys()].filter((key) => !after.has(key)),
    different: different.map((row) => String(row['depositId'])),
    repeated: [...counts].filter(([, count]) => count > 1).map(([key]) => key),
    deposits: before.size,
  };
}

function irreversibleDeposits(chain: Exchange['chain']) {
  const last = chain.lastIrreversible();
  const deposits = chain
    .transfers()
    .filter((transfer) => transfer.to === chain.accounts.deposits && transfer.blockNumber <= last);
  return new Map(deposits.map((deposit) => [deposit.key, deposit]));
}

/** Whether the ledger holds exactly the deposits of the blocks, each once. */
export function agrees({ missed, invented, different, repeated }: LedgerComparison): boolean {
  return missed.length + invented.length + different.length + repeated.length === 0;
}
