/** Claimable balances: what older chains owe to the addresses of a key. */
export { claimOutcome, type ClaimOutcome, type WaitFor } from './claimSettlement';
export { totalsOf } from './claimPlan';
export { findBalances, type FoundBalance } from './findBalances';
export * from './importer';
export { addressesOf, addressFormNames, readOwners, type OwnedAddress } from './ownership';
