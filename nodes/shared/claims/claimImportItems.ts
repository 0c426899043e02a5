/** The items of an import, by either route: the transactions of this run, and those of earlier runs. */
import type { IDataObject } from 'n8n-workflow';
import { type BuiltClaim, settleClaim, type Sent } from '../../../src/balances/claimSettlement';
import type { ClaimTransaction, ImportResult, SkippedBalance } from '../../../src/balances/importer';
import type { EarlierTransaction } from '../../../src/balances/earlierClaims';
import type { Account, AssetAmount } from '../../../src/chain/interfaces';
import { placeOf } from '../../../src/payments/standing';
import {
  AssetNames,
  claimNextStep,
  type AssetSource,
  importItem,
  type ClaimLine,
  type ImportItemParts,
} from './claimItems';

/** A transaction as an item tells it. */
export interface ShownClaim extends BuiltClaim {
  claims: ClaimLine[];
  /** Null in a dry run. */
  sent: Sent | null;
}

/** An import as its items tell it. */
export interface ShownImport {
  transactions: ShownClaim[];
  skipped: SkippedBalance[];
  earlier: EarlierTransaction[];
  keyCount: number;
  /** Null where it is not known. */
  keysWithoutBalance: number | null;
}

/** What a native import found and did. */
export function shownImport(result: ImportResult, prefix: string): ShownImport {
  return {
    ...result,
    transactions: result.transactions.map((transaction) => ({
      ...transaction,
      claims: claimLines(transaction, prefix),
    })),
  };
}

/** One item a transaction; one item that says so when there is nothing to claim. */
export async function importItems(
  result: ShownImport,
  context: { reader: AssetSource; account: Pick<Account, 'id' | 'name'>; dryRun: boolean },
): Promise<IDataObject[]> {
  const { transactions, skipped, earlier, keyCount, keysWithoutBalance } = result;
  const { account, dryRun, reader } = context;
  const importAmounts = transactions.flatMap(({ claims }) => claims.map(({ amount }) => amount));
  const mentioned: AssetAmount[] = [
    ...importAmounts,
    ...skipped.map(({ balance }) => balance.object.balance),
    ...earlier.flatMap(({ claims }) => claims.map(({ amount }) => amount)),
  ];
  const names = await AssetNames.of(
    reader,
    mentioned.map(({ assetId }) => assetId),
  );
  const common = {
    dryRun,
    account,
    transactionCount: transactions.length,
    importAmounts,
    skipped,
    keyCount,
    keysWithoutBalance,
  };
  const parts: ImportItemParts[] = [
    ...earlier.map((found): ImportItemParts => ({
      ...common,
      outcome: 'already_claimed',
      claimed: found.irreversible,
      final: found.irreversible,
      nextStep: claimNextStep('already_claimed', null),
      transactionNumber: null,
      claims: found.claims.map((claim) => ({ ...claim, owner: null, vesting: null })),
      transactionId: found.transactionId,
      expiration: null,
      blockNumber: found.blockNumber,
      blockTime: found.blockTime,
      trxInBlock: found.trxInBlock,
      transaction: null,
    })),
    ...transactions.map((transaction, i) => ({
      ...common,
      ...ofTransaction(transaction),
      transactionNumber: i + 1,
      claims: transaction.claims,
    })),
  ];
  if (parts.length === 0) parts.push({ ...common, ...nothing });
  return parts.map((part) => importItem(part, names));
}

function claimLines({ balances }: ClaimTransaction, prefix: string): ClaimLine[] {
  return balances.map(({ object, owner, claimable }) => ({
    balanceId: object.id,
    owner: object.owner,
    ownerKey: owner.publicKey?.toString(prefix) ?? null,
    amount: { amount: claimable.amount, assetId: object.balance.assetId },
    vesting: object.vesting !== null,
  }));
}

const nothing = {
  outcome: 'nothing_to_claim',
  claimed: false,
  // A balance is gone as soon as a node has its claim, which may still expire, and what vests comes later.
  final: false,
  nextStep: claimNextStep('nothing_to_claim', null),
  transactionNumber: null,
  claims: [],
  transactionId: null,
  expiration: null,
  blockNumber: null,
  blockTime: null,
  trxInBlock: null,
  transaction: null,
} satisfies Partial<ImportItemParts>;

/** What differs from transaction to transaction. */
type TransactionParts = Pick<
  ImportItemParts,
  | 'outcome'
  | 'claimed'
  | 'final'
  | 'nextStep'
  | 'transactionId'
  | 'expiration'
  | 'blockNumber'
  | 'blockTime'
  | 'trxInBlock'
  | 'transaction'
>;

const dryRun = { outcome: 'dry_run', paid: false, final: true } as const;

function ofTransaction({ sent, transaction, transactionId, expiration }: ShownClaim): TransactionParts {
  const { outcome, paid, final } = sent === null ? dryRun : settleClaim({ expiration, sent });
  const place = sent === null ? null : placeOf(sent.standing);
  return {
    outcome,
    claimed: paid,
    final,
    nextStep: claimNextStep(outcome, sent === null ? null : reasonOf(sent)),
    transactionId,
    expiration,
    blockNumber: place?.blockNumber ?? null,
    blockTime: place?.blockTime ?? null,
    trxInBlock: place?.trxInBlock ?? null,
    transaction,
  };
}

function reasonOf({ copies, reason }: Sent): string | null {
  const text =
    reason === null ? null : `${reason.code}: ${reason.message}${/[.!?]$/.test(reason.message) ? '' : '.'}`;
  if (copies !== 'none') return text;
  return `Nothing was sent: ${text ?? 'the execution was stopped before.'}`;
}
