/** Claimable balances: what older chains owe to the addresses of a key. */
export { settleClaim, type BuiltClaim, type ClaimOutcome, type Sent } from './claimSettlement';
export { sendClaims, type ClaimContext, type ClaimNode } from './claimSending';
export { earlierClaims, type EarlierTransaction } from './earlierClaims';
export { totalsOf } from './claimPlan';
export { findBalances, type FoundBalance } from './findBalances';
export * from './importer';
export { addressesOf, addressFormNames, readOwners, type OwnedAddress } from './ownership';
