/**
 * Imports claimable balances into an account: finds them, builds the claims, and, when it is no dry run, sends them and
 * follows each to its outcome. Claiming twice is impossible: a balance object is used up by its claim.
 */
import type { Account, ChainState } from '../chain/interfaces';
import { isBitSharesError, rethrow } from '../errors';
import type { Waiting } from '../payments/standing';
import { transactionId, type PrivateKey } from '../protocol';
import { claimableBalances, cutIntoTransactions } from './claimPlan';
import { sendClaims, type ClaimContext } from './claimSending';
import type { BuiltClaim, Sent } from './claimSettlement';
import { buildClaim, claimBasis, signClaim, type ClaimKeys } from './claimTransaction';
import { earlierClaims, type EarlierTransaction } from './earlierClaims';
import { findBalances, type FoundBalance } from './findBalances';
import { addressesOf, type OwnedAddress } from './ownership';

export interface ImportRequest extends Waiting {
  account: Account;
  balanceKeys: readonly PrivateKey[];
  /** Empty in a dry run that shows transactions without signatures. */
  activeKeys: readonly PrivateKey[];
  dryRun: boolean;
  /** How many operations of the account are searched for earlier claims. */
  historyOperations: number;
}

/** One transaction of the import; without signatures only in a dry run without an active key. */
export interface ClaimTransaction extends BuiltClaim {
  balances: FoundBalance[];
}

export type SkipReason = 'not_vested_yet' | 'claimed_within_a_day' | 'claimed_meanwhile';

export interface SkippedBalance {
  balance: FoundBalance;
  reason: SkipReason;
}

export interface ImportResult {
  /** `sent` is null in a dry run. */
  transactions: (ClaimTransaction & { sent: Sent | null })[];
  skipped: SkippedBalance[];
  earlier: EarlierTransaction[];
  keyCount: number;
  /** Keys that own no balance object now. */
  keysWithoutBalance: number;
}

/** What the node says when a balance is gone, was claimed today, or has another amount (bitshares-core `balance_evaluator.cpp`). */
const balanceChanged =
  /Unable to find Object 1\.15\.|claimed too often|claimed more than once per day|invalid claim amount|total_claimed == balance|owner mismatch/i;

/**
 * Imports. Rejects only while nothing was sent: KEY_WITHOUT_AUTHORITY, SEVERAL_SIGNATURES_NEEDED, and what the node's
 * answers cause. Afterwards every transaction has its own outcome.
 */
export async function importBalances(request: ImportRequest, context: ClaimContext): Promise<ImportResult> {
  const { chain } = context;
  const node = await context.node();
  const state = await node.state();
  const addresses = addressesOf(
    request.balanceKeys.map((key) => key.publicKey),
    chain.prefix,
  );
  const found = await findBalances(node, addresses, state.headTime);
  const withBalance = new Set(found.map(({ owner }) => owner.publicKey?.toString(chain.prefix)));
  const keys: ClaimKeys = {
    balanceKeys: new Map(request.balanceKeys.map((key) => [key.publicKey.toString(chain.prefix), key])),
    activeKeys: request.activeKeys,
  };
  const without = [...keys.balanceKeys.keys()].filter((key) => !withBalance.has(key));
  const earlier =
    without.length === 0
      ? []
      : await earlierClaims(node, request.account, new Set(keys.balanceKeys.keys()), {
          prefix: chain.prefix,
          mostOperations: request.historyOperations,
          lastIrreversibleBlock: state.lastIrreversibleBlock,
        });
  const skipped: SkippedBalance[] = found.flatMap((balance) =>
    balance.claimable.hindrance === null ? [] : [{ balance, reason: balance.claimable.hindrance }],
  );
  const basis = await claimBasis(node, state);
  const isUnsigned = request.dryRun && request.activeKeys.length === 0;
  const build = (balances: FoundBalance[]): ClaimTransaction => {
    const unsigned = buildClaim(balances, request.account, basis, chain.prefix);
    return {
      balances,
      transaction: isUnsigned
        ? { ...unsigned, signatures: [] }
        : signClaim(unsigned, balances, request.account, keys, chain),
      transactionId: transactionId(unsigned, chain.prefix),
      expiration: basis.expiration,
    };
  };
  const cut = cutIntoTransactions(claimableBalances(found), request.account.id, {
    maximumTransactionSize: state.maximumTransactionSize,
    activeSignatures: Math.max(1, request.activeKeys.length),
    prefix: chain.prefix,
  });
  // All are built and signed before the first is sent.
  const transactions = cut.map(build);
  const result = { skipped, earlier, keyCount: keys.balanceKeys.size, keysWithoutBalance: without.length };
  if (request.dryRun) return { ...result, transactions: transactions.map((one) => ({ ...one, sent: null })) };
  const sent = await sendClaims(transactions, request, context, basis.blockNumber, async (refused) => {
    if (!balanceChanged.test(refused.sent.reason?.message ?? '')) return null;
    return withoutChanged(refused, build, skipped, context, state).catch((error: unknown) =>
      isBitSharesError(error) ? null : rethrow(error),
    );
  });
  const isLeftOut = ({ object }: FoundBalance) =>
    skipped.some(({ balance }) => balance.object.id === object.id);
  return { ...result, transactions: sent.filter(({ balances }) => !balances.every(isLeftOut)) };
}

/** The transaction without the balances that changed since they were read; null when none did, and when none is left. */
async function withoutChanged(
  claim: ClaimTransaction,
  build: (balances: FoundBalance[]) => ClaimTransaction,
  skipped: SkippedBalance[],
  context: ClaimContext,
  { headTime }: ChainState,
): Promise<ClaimTransaction | null> {
  const node = await context.node();
  const owners = new Map<string, OwnedAddress>(claim.balances.map(({ owner }) => [owner.address, owner]));
  const now = await findBalances(node, [...owners.values()], headTime);
  const left = claim.balances.flatMap((balance) => {
    const present = now.find(({ object }) => object.id === balance.object.id);
    if (present !== undefined && present.claimable.amount > 0n) return [present];
    skipped.push({
      balance: present ?? balance,
      reason: present?.claimable.hindrance ?? 'claimed_meanwhile',
    });
    return [];
  });
  const changed = left.some(
    ({ object, claimable }) =>
      claimable.amount !==
      claim.balances.find((balance) => balance.object.id === object.id)?.claimable.amount,
  );
  const isSame = left.length === claim.balances.length && !changed;
  return isSame || left.length === 0 ? null : build(left);
}
