/** Claims as cli_wallet builds and signs them. It is told not to send. */
import type { Account, AssetAmount } from '../../src/chain/interfaces';
import { BitSharesError } from '../../src/errors';
import {
  decodeSignedTransaction,
  encodeOperation,
  encodeSignedTransaction,
  isOperation,
  parseChainTime,
  toBigInt,
  transactionId,
  type Chain,
  type Operation,
  type PrivateKey,
  type SignedTransaction,
} from '../../src/protocol';
import { Answer } from '../../src/rpc/answer';
import { Secret, type Receiver } from '../../src/rpc/secretExit';
import type { WalletCall } from '../../src/rpc/walletSession';
import type { ShownClaim } from '../shared/claims/claimImportItems';
import type { ClaimLine } from '../shared/claims/claimItems';

/** A transaction without operations and signatures, with both counts. */
const emptyTransactionBytes = 13;
const signatureBytes = 65;

/** Private keys of balances, and who may receive them. */
export interface BalanceKeys {
  keys: readonly PrivateKey[];
  receiver: Receiver;
}

/**
 * The claims of these keys. cli_wallet puts up to 30 into a transaction without asking how large the chain allows it to be;
 * where that is too large, the keys are handed to it in smaller groups.
 *
 * @throws INVALID_ANSWER when the wallet wants to send anything but claims into the account; INVALID_PARAMETER when the keys
 * may not go to this wallet
 */
export async function walletClaims(
  call: WalletCall,
  account: Account,
  balanceKeys: BalanceKeys,
  chain: Chain,
): Promise<ShownClaim[]> {
  const all = await importBalance(call, account, balanceKeys, chain);
  const limit = new Answer(await call('get_global_properties'), 'get_global_properties')
    .field('parameters')
    .field('maximum_transaction_size')
    .integer();
  const largest = Math.max(
    0,
    ...all.map(({ transaction }) => encodeSignedTransaction(transaction, chain.prefix).length),
  );
  if (largest <= limit) return all;
  const claims: ShownClaim[] = [];
  for (const keys of groupsWithin(limit, balanceKeys.keys, all, chain)) {
    claims.push(...(await importBalance(call, account, { ...balanceKeys, keys }, chain)));
  }
  return claims;
}

async function importBalance(
  call: WalletCall,
  account: Account,
  { keys, receiver }: BalanceKeys,
  chain: Chain,
): Promise<ShownClaim[]> {
  const secrets = keys.map((key) => new Secret(key, receiver));
  const answer = new Answer(await call('import_balance', [account.name, secrets, false]), 'import_balance');
  // Through its bytes and back: nothing that is not a transaction, and one spelling whoever built it.
  const transactions = answer
    .list()
    .map((entry) => encodeSignedTransaction(entry.object() as unknown as SignedTransaction, chain.prefix))
    .map((bytes) => decodeSignedTransaction(bytes, chain.prefix));
  return transactions.map((transaction) => ({
    transactionId: transactionId(transaction, chain.prefix),
    transaction,
    expiration: parseChainTime(transaction.expiration),
    claims: transaction.operations.map((operation) => claimLine(operation, account)),
    sent: null,
  }));
}

/** Only claims into this account may stand in what the wallet wants to be sent. */
function claimLine(operation: Operation, account: Account): ClaimLine {
  if (!isOperation(operation, 'balance_claim') || operation[1].deposit_to_account !== account.id) {
    throw new BitSharesError('INVALID_ANSWER', {
      message: `The wallet built something else than claims into ${account.name}`,
      fix: 'Check that the Wallet URL is your own cli_wallet. Nothing was sent.',
    });
  }
  const [, claim] = operation;
  const amount: AssetAmount = {
    amount: toBigInt(claim.total_claimed.amount),
    assetId: claim.total_claimed.asset_id,
  };
  return {
    balanceId: claim.balance_to_claim,
    owner: null,
    ownerKey: claim.balance_owner_key,
    amount,
    vesting: null,
  };
}

/** Keys whose claims fit into one transaction together; at least one key each. */
function groupsWithin(
  limit: number,
  balanceKeys: readonly PrivateKey[],
  all: readonly ShownClaim[],
  { prefix }: Chain,
): PrivateKey[][] {
  const bytesOfKey = new Map<string, number>();
  for (const operation of all.flatMap(({ transaction }) => transaction.operations)) {
    if (!isOperation(operation, 'balance_claim')) continue;
    const { balance_owner_key: key } = operation[1];
    bytesOfKey.set(key, (bytesOfKey.get(key) ?? signatureBytes) + encodeOperation(operation, prefix).length);
  }
  const otherSignatures = all[0] === undefined ? 1 : signersBesides(all[0]);
  const groups: PrivateKey[][] = [];
  let bytes = Infinity;
  for (const key of balanceKeys) {
    const needed = bytesOfKey.get(key.publicKey.toString(prefix));
    if (needed === undefined) continue;
    if (bytes + needed > limit) {
      groups.push([]);
      bytes = emptyTransactionBytes + otherSignatures * signatureBytes;
    }
    groups.at(-1)?.push(key);
    bytes += needed;
  }
  return groups;
}

/** Signatures of the account itself, beside those of the balance keys. */
function signersBesides({ transaction, claims }: ShownClaim): number {
  return Math.max(1, transaction.signatures.length - new Set(claims.map(({ ownerKey }) => ownerKey)).size);
}
