/** Who has to sign a claim: every balance key, and enough of the account's active keys. */
import type { Account } from '../chain/interfaces';
import { BitSharesError } from '../errors';
import { labels } from '../labels';
import type { PrivateKey } from '../protocol';

/**
 * The active keys that have to sign beside the balance keys, as few as possible: the chain refuses a signature that is not
 * needed (4010004), and a balance key that is an active key as well counts already.
 *
 * @throws KEY_WITHOUT_AUTHORITY when none of the keys is in the authority; SEVERAL_SIGNATURES_NEEDED when they weigh too little
 */
export function activeSigners(
  account: Account,
  activeKeys: readonly PrivateKey[],
  balanceKeys: readonly PrivateKey[],
  prefix: string,
): PrivateKey[] {
  const weights = new Map(account.active.keys.map(({ key, weight }) => [key, weight]));
  const textOf = (key: PrivateKey) => key.publicKey.toString(prefix);
  const signing = new Set(balanceKeys.map(textOf));
  let total = [...signing].reduce((sum, text) => sum + (weights.get(text) ?? 0), 0);
  const usable = activeKeys
    .filter((key) => weights.has(textOf(key)))
    .sort((a, b) => (weights.get(textOf(b)) ?? 0) - (weights.get(textOf(a)) ?? 0));
  if (usable.length === 0 && total < account.active.threshold) {
    throw new BitSharesError('KEY_WITHOUT_AUTHORITY', {
      field: labels.activeKey,
      message:
        activeKeys.length === 0
          ? `no active key of ${account.name} is given`
          : `the active key of the credential is not in the active authority of ${account.name}`,
      fix: 'Enter the active key of the account that receives the balances in the keys credential.',
    });
  }
  const chosen: PrivateKey[] = [];
  for (const key of usable) {
    if (total >= account.active.threshold) break;
    if (signing.has(textOf(key))) continue;
    signing.add(textOf(key));
    chosen.push(key);
    total += weights.get(textOf(key)) ?? 0;
  }
  if (total < account.active.threshold) {
    throw new BitSharesError('SEVERAL_SIGNATURES_NEEDED', {
      field: labels.activeKey,
      message: `${account.name} needs signatures of weight ${account.active.threshold}, the given keys have ${total}`,
      fix: 'Import into an account that one key controls, and transfer from there.',
      data: { threshold: account.active.threshold, weight: total },
    });
  }
  return chosen;
}
