/** Finds the balance objects of addresses, and what of them can be claimed now. */
import type { BalanceObject, BalanceReader } from '../chain/interfaces';
import { isBitSharesError, rethrow } from '../errors';
import { FalseAnswer } from '../chain/falseAnswer';
import type { OwnedAddress } from './ownership';
import { claimableAt, type Claimable } from './vesting';

export interface FoundBalance {
  object: BalanceObject;
  owner: OwnedAddress;
  claimable: Claimable;
}

/**
 * The balances of these addresses, each once, in the order of the addresses. `headTime` is the node's.
 *
 * What vests is computed here, so that it belongs to one moment; the node's own figure can only lower it.
 */
export async function findBalances(
  reader: BalanceReader,
  addresses: readonly OwnedAddress[],
  headTime: number,
): Promise<FoundBalance[]> {
  for (let attempt = 1; ; attempt++) {
    const found = await lookOnce(reader, addresses, headTime).catch((error: unknown) =>
      attempt < 3 && isGone(error) ? null : rethrow(error),
    );
    if (found !== null) return found;
  }
}

/** A balance was claimed by somebody between the two questions about it. */
function isGone(error: unknown): boolean {
  return isBitSharesError(error, 'NODE_ERROR') && /Unable to find Object 1\.15\./.test(error.message);
}

async function lookOnce(
  reader: BalanceReader,
  addresses: readonly OwnedAddress[],
  headTime: number,
): Promise<FoundBalance[]> {
  const owners = new Map(addresses.map((owner) => [owner.address, owner]));
  const answered = owners.size === 0 ? [] : await reader.balanceObjects([...owners.keys()]);
  const objects = new Map(answered.map((object) => [object.id, object]));
  const found = [...objects.values()].flatMap((object) => {
    const owner = owners.get(object.owner);
    return owner === undefined ? [] : [{ object, owner, claimable: claimableAt(object, headTime) }];
  });
  const vesting = found.filter(({ object, claimable }) => object.vesting !== null && claimable.amount > 0n);
  if (vesting.length === 0) return found;
  const limits = await reader.vestedBalances(vesting.map(({ object }) => object.id));
  for (const [i, { object, claimable }] of vesting.entries()) {
    const { amount, assetId } = limits[i] ?? { amount: 0n, assetId: object.balance.assetId };
    if (assetId !== object.balance.assetId) {
      throw new FalseAnswer({
        asked: `get_vested_balances ${object.id}, which holds ${object.balance.assetId}`,
        answered: `${amount} of ${assetId}`,
      });
    }
    if (amount < claimable.amount) claimable.amount = amount;
  }
  return found;
}
