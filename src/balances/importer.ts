/**
 * Imports claimable balances into an account: finds them, builds the claims, and, when it is no dry run, sends them and
 * follows each to its outcome. Claiming twice is impossible: a balance object is used up by its claim.
 */
import { BlockStore } from '../chain/blocks';
import { broadcast, reasonOf } from '../payments/broadcast';
import type {
  Account,
  BalanceReader,
  Broadcaster,
  ChainReader,
  ChainState,
  Clock,
} from '../chain/interfaces';
import { BitSharesError, isBitSharesError, rethrow } from '../errors';
import type { WaitFor } from '../payments/waitFor';
import { transactionId, type Chain, type PrivateKey, type SignedTransaction } from '../protocol';
import { claimableBalances, cutIntoTransactions } from './claimPlan';
import { isWaitOver, look, type Sent } from './claimSettlement';
import { buildClaim, claimBasis, signClaim, type ClaimBasis, type ClaimKeys } from './claimTransaction';
import { earlierClaims, type EarlierTransaction } from './earlierClaims';
import { findBalances, type FoundBalance } from './findBalances';
import { addressesOf, type OwnedAddress } from './ownership';

/** One live connection to the trusted node. */
export type ClaimNode = ChainReader & BalanceReader & Broadcaster;

export interface ImportContext {
  chain: Chain;
  /** The live connection, or a new one: one session, because what one node calls irreversible says nothing about another's blocks. */
  node: () => Promise<ClaimNode>;
  clock: Clock;
  /** Aborts when n8n stops the execution. Nothing is sent after it. */
  signal?: AbortSignal | undefined;
}

export interface ImportRequest {
  account: Account;
  balanceKeys: readonly PrivateKey[];
  /** Empty in a dry run that shows transactions without signatures. */
  activeKeys: readonly PrivateKey[];
  dryRun: boolean;
  waitFor: WaitFor;
  /** Seconds. */
  maximumWait: number;
  /** How many operations of the account are searched for earlier claims. */
  historyOperations: number;
}

/** One transaction of the import. */
export interface ClaimTransaction {
  balances: FoundBalance[];
  /** Without signatures only in a dry run without an active key. */
  transaction: SignedTransaction;
  transactionId: string;
  expiration: number;
  /** Null in a dry run. */
  sent: Sent | null;
}

export type SkipReason = 'not_vested_yet' | 'claimed_within_a_day' | 'claimed_meanwhile';

export interface SkippedBalance {
  balance: FoundBalance;
  reason: SkipReason;
}

export interface ImportResult {
  transactions: ClaimTransaction[];
  skipped: SkippedBalance[];
  earlier: EarlierTransaction[];
  keyCount: number;
  /** Keys that own no balance object now. */
  keysWithoutBalance: number;
}

/** A balance that changed under a transaction is left out and the rest is sent anew, this many times. */
const mostRepairs = 3;
/** What the node says when a balance is gone, was claimed today, or has another amount (bitshares-core `balance_evaluator.cpp`). */
const balanceChanged =
  /Unable to find Object 1\.15\.|claimed too often|claimed more than once per day|invalid claim amount|total_claimed == balance|owner mismatch/i;

/**
 * Imports. Rejects only while nothing was sent: KEY_WITHOUT_AUTHORITY, SEVERAL_SIGNATURES_NEEDED, and what the node's
 * answers cause. Afterwards every transaction has its own outcome.
 */
export async function importBalances(request: ImportRequest, context: ImportContext): Promise<ImportResult> {
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
  const build = (balances: FoundBalance[]): ClaimTransaction =>
    claimTransaction(balances, request, keys, basis, chain);
  const cut = cutIntoTransactions(claimableBalances(found), request.account.id, {
    maximumTransactionSize: state.maximumTransactionSize,
    activeSignatures: Math.max(1, request.activeKeys.length),
    prefix: chain.prefix,
  });
  // All are built and signed before the first is sent.
  const transactions = cut.map(build);
  const result = {
    transactions,
    skipped,
    earlier,
    keyCount: keys.balanceKeys.size,
    keysWithoutBalance: without.length,
  };
  if (request.dryRun || transactions.length === 0) return result;
  for (const [i, transaction] of transactions.entries()) {
    transactions[i] = await send(transaction, build, skipped, context, state);
  }
  await follow(sentOf(transactions), request, context, basis.blockNumber);
  return { ...result, transactions: transactions.filter(({ balances }) => balances.length > 0) };
}

/** A claim that was built and signed elsewhere, by cli_wallet for one. */
export interface BuiltClaim {
  transaction: SignedTransaction;
  transactionId: string;
  /** Seconds. */
  expiration: number;
}

/**
 * Sends claims and follows each to its outcome; never rejects. `afterBlock` is a block that was irreversible before they
 * were built.
 */
export async function sendClaims(
  claims: readonly BuiltClaim[],
  options: Pick<ImportRequest, 'waitFor' | 'maximumWait'>,
  context: ImportContext,
  afterBlock: number,
): Promise<Sent[]> {
  const sent: Sent[] = [];
  for (const claim of claims) sent.push(await broadcastOnce(claim, context));
  await follow(sent, options, context, afterBlock);
  return sent;
}

function claimTransaction(
  balances: FoundBalance[],
  { account, activeKeys, dryRun }: ImportRequest,
  keys: ClaimKeys,
  basis: ClaimBasis,
  chain: Chain,
): ClaimTransaction {
  const unsigned = buildClaim(balances, account, basis, chain.prefix);
  const { expiration } = basis;
  if (dryRun && activeKeys.length === 0) {
    const transaction: SignedTransaction = { ...unsigned, signatures: [] };
    return {
      balances,
      transaction,
      transactionId: transactionId(unsigned, chain.prefix),
      expiration,
      sent: null,
    };
  }
  return { balances, ...signClaim(unsigned, balances, account, keys, chain), expiration, sent: null };
}

/** Sends one transaction; where a balance changed since it was read, without that balance. Never rejects. */
async function send(
  claim: ClaimTransaction,
  build: (balances: FoundBalance[]) => ClaimTransaction,
  skipped: SkippedBalance[],
  context: ImportContext,
  state: ChainState,
): Promise<ClaimTransaction> {
  let current = claim;
  for (let repair = 0; ; repair++) {
    const sent = await broadcastOnce(current, context);
    if (!sent.refused || repair >= mostRepairs || !balanceChanged.test(sent.reason?.message ?? '')) {
      return { ...current, sent };
    }
    const repaired = await withoutChanged(current, build, skipped, context, state).catch((error: unknown) =>
      isBitSharesError(error) ? null : rethrow(error),
    );
    if (repaired === null) return { ...current, sent };
    current = repaired;
    if (current.balances.length === 0) return current;
  }
}

async function broadcastOnce(claim: BuiltClaim, context: ImportContext): Promise<Sent> {
  const { transaction, transactionId, expiration } = claim;
  const sent: Sent = {
    transaction,
    transactionId,
    expiration,
    accepted: false,
    refused: false,
    reason: null,
    place: null,
    dead: false,
  };
  const node = await context.node().catch(reasonOfError);
  if (node instanceof BitSharesError) return { ...sent, reason: node };
  if (context.signal?.aborted === true) return sent;
  const answer = await broadcast(node, transaction);
  return {
    ...sent,
    accepted: answer.result === 'accepted',
    refused: answer.result === 'refused',
    reason: reasonOf(answer),
  };
}

function reasonOfError(error: unknown): BitSharesError {
  if (isBitSharesError(error)) return error;
  return new BitSharesError('INTERNAL', { message: 'Asking the node went wrong', cause: error });
}

/** The transaction without the balances that are gone, or null when the node shows none of them changed. */
async function withoutChanged(
  claim: ClaimTransaction,
  build: (balances: FoundBalance[]) => ClaimTransaction,
  skipped: SkippedBalance[],
  context: ImportContext,
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
  if (left.length === claim.balances.length && !changed) return null;
  return left.length === 0 ? { ...claim, balances: [], sent: null } : build(left);
}

function sentOf(transactions: readonly ClaimTransaction[]): Sent[] {
  return transactions.flatMap(({ sent }) => (sent === null ? [] : [sent]));
}

async function follow(
  sent: readonly Sent[],
  { waitFor, maximumWait }: Pick<ImportRequest, 'waitFor' | 'maximumWait'>,
  context: ImportContext,
  afterBlock: number,
): Promise<void> {
  const { clock, signal } = context;
  const until = clock.now() + maximumWait * 1000;
  const blocks = new BlockStore();
  const lookAgain = async (): Promise<void> =>
    look(await context.node(), sent, afterBlock, context.chain.prefix, blocks);
  while (sent.some((one) => !isWaitOver(one, waitFor))) {
    await lookAgain().catch((error: unknown) => {
      const reason = reasonOfError(error);
      for (const one of sent) if (one.place === null && !one.refused) one.reason = reason;
    });
    if (!sent.some((one) => !isWaitOver(one, waitFor))) return;
    const left = until - clock.now();
    // Negated, so that a wait that is no number ends at once instead of looking without a pause.
    if (!(left > 0) || signal?.aborted === true) return;
    await clock.sleep(Math.min(1000, left), signal);
  }
}
