/** Builds and signs the transactions that claim balances. */
import type { Account, ChainReader, ChainState } from '../chain/interfaces';
import { signingKeys } from '../payments/signing';
import {
  formatChainTime,
  operationTypes,
  referenceBlock,
  signTransaction,
  type Chain,
  type PrivateKey,
  type SignedTransaction,
  type Transaction,
} from '../protocol';
import { claimOperation } from './claimPlan';
import type { FoundBalance } from './findBalances';

/** Long enough for a node that is slow to answer, short enough to know the outcome soon. In seconds. */
const lifetime = 300;

/** What ties a transaction to the chain: an irreversible block, so that no fork can make it invalid. */
export interface ClaimBasis {
  referenceBlockId: string;
  /** The irreversible block; transactions built on it can only be in later ones. */
  blockNumber: number;
  expiration: number;
}

export async function claimBasis(reader: Pick<ChainReader, 'block'>, state: ChainState): Promise<ClaimBasis> {
  const blockNumber = state.lastIrreversibleBlock;
  const next = blockNumber === 0 ? null : await reader.block(blockNumber + 1);
  return {
    referenceBlockId: next === null ? state.headBlockId : next.previous,
    blockNumber,
    expiration: state.headTime + Math.min(lifetime, state.maximumTimeUntilExpiration),
  };
}

/** The keys at hand, by public key as text for those that own balances. */
export interface ClaimKeys {
  balanceKeys: ReadonlyMap<string, PrivateKey>;
  activeKeys: readonly PrivateKey[];
}

/** The transaction that claims these balances into the account, without signatures. */
export function buildClaim(
  balances: readonly FoundBalance[],
  account: Pick<Account, 'id'>,
  basis: ClaimBasis,
  prefix: string,
): Transaction {
  return {
    ...referenceBlock(basis.referenceBlockId),
    expiration: formatChainTime(basis.expiration),
    operations: balances.map((balance) => [
      operationTypes.balance_claim,
      claimOperation(balance, account.id, prefix),
    ]),
    extensions: [],
  };
}

/**
 * Signs with every balance key once, and with the active keys that are needed besides.
 *
 * @throws KEY_WITHOUT_AUTHORITY, SEVERAL_SIGNATURES_NEEDED
 */
export function signClaim(
  transaction: Transaction,
  balances: readonly FoundBalance[],
  account: Account,
  keys: ClaimKeys,
  chain: Chain,
): SignedTransaction {
  const owners = new Map<string, PrivateKey>();
  for (const { owner } of balances) {
    const text = owner.publicKey?.toString(chain.prefix) ?? '';
    const key = keys.balanceKeys.get(text);
    if (key !== undefined) owners.set(text, key);
  }
  const balanceKeys = [...owners.values()];
  const activeKeys = signingKeys(account, keys.activeKeys, chain.prefix, {
    keys: balanceKeys,
    advice: 'Import into an account that one key controls, and transfer from there.',
  });
  return signTransaction(transaction, chain, [...activeKeys, ...balanceKeys]);
}
