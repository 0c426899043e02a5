/** How far a caller waits for a transaction that was sent. */

/** `broadcast`: a node has it. `block`: it is in a block, which a fork can still replace. `irreversible`: nothing can. */
export type WaitFor = 'broadcast' | 'block' | 'irreversible';

/** How far it has come; each holds for what comes after it too. */
export interface Progress {
  isBroadcast: boolean;
  isInBlock: boolean;
  isIrreversible: boolean;
}

/** Whether it has come as far as the caller waits for. */
export function isReached(waitFor: WaitFor, { isBroadcast, isInBlock, isIrreversible }: Progress): boolean {
  switch (waitFor) {
    case 'broadcast':
      return isBroadcast || isInBlock || isIrreversible;
    case 'block':
      return isInBlock || isIrreversible;
    case 'irreversible':
      return isIrreversible;
  }
}
