/** Where a transaction stands in the chain, and how far a caller waits for it. */

/** What one look proves of a transaction, the strongest first that holds. A timeout is no fact. */
export type Standing<Place> =
  /** In a block that nothing can replace. */
  | { at: 'irreversible'; place: Place }
  /** In a block of the node's present chain, which a fork can still replace. */
  | { at: 'in block'; place: Place }
  /** A node holds it, or accepted it. */
  | { at: 'pending' }
  /** Through this time, in seconds, all blocks are irreversible and none holds it. */
  | { at: 'absent'; through: number }
  /** Nothing is proved: it may be on its way. */
  | { at: 'unseen' };

/** The place of what is in a block. */
export function placeOf<Place>(standing: Standing<Place> | { at: 'proposed' }): Place | null {
  return standing.at === 'irreversible' || standing.at === 'in block' ? standing.place : null;
}

/**
 * Whether it can never be included any more. A transaction can stand in a block whose predecessor is not past its expiration,
 * so it is dead only when an irreversible block with a later time exists and no block through that one holds it.
 *
 * @param expiration In seconds; null where no transaction is the last one
 */
export function isDead(standing: Standing<unknown> | { at: 'proposed' }, expiration: number | null): boolean {
  return standing.at === 'absent' && expiration !== null && standing.through > expiration;
}

/** `broadcast`: a node has it. `block`: it is in a block, which a fork can still replace. `irreversible`: nothing can. */
export type WaitFor = 'broadcast' | 'block' | 'irreversible';

/** How long a caller waits, and for what. */
export interface Waiting {
  waitFor: WaitFor;
  /** In seconds; 0 looks once. */
  maximumWait: number;
}

/** Whether it has come as far as the caller waits for. */
export function isReached(waitFor: WaitFor, at: Standing<unknown>['at']): boolean {
  switch (at) {
    case 'irreversible':
      return true;
    case 'in block':
      return waitFor !== 'irreversible';
    case 'pending':
      return waitFor === 'broadcast';
    case 'absent':
    case 'unseen':
      return false;
  }
}
