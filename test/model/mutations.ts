/** Rules that the model test can remove, to prove that each of them is needed. They exist in the test only. */
export const mutationNames = [
  'a fee in another asset, computed at every build',
  'the memo key taken from pending state',
  'the memo key taken from the delayed node without looking for changes',
  'the memo key with open proposals ignored',
  'no memo',
  'a random nonce',
  'absence proved by history',
  'state and fees read in two calls',
  'windows that do not end at maintenance',
  'an expiration counted from now',
  'the head as reference block',
  'no scan of irreversible blocks before the next window',
  'every execution chooses where the shared blocks begin',
  'the histories of two nodes taken for one',
  'a window and its scan taken from blocks that can still be replaced',
  'rejected on a failed balance check',
  'expired as soon as the time is over',
  'proposals ignored',
  'a second proposal once the first was seen to be over',
  'paid in a reversible block called final',
  'a refused history taken for an empty one',
  'the next maintenance and the fees taken from one node',
] as const;

export type Mutation = (typeof mutationNames)[number];

export const active: { mutation: Mutation | null } = { mutation: null };

export function is(...mutations: Mutation[]): boolean {
  return active.mutation !== null && mutations.includes(active.mutation);
}
