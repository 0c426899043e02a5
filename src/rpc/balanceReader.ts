/** The calls of a node about claimable balances, with their answers checked. */
import type { AssetAmount, BalanceObject, BalanceReader } from '../chain/interfaces';
import { shortQuote } from '../chain/falseAnswer';
import { Answer } from './answer';
import type { Call } from './call';
import { demandOf, type Demand } from './demand';

/** One question stays far below the size at which a node closes the connection. */
const addressesPerCall = 100;

/**
 * BalanceReader over a way to call a node.
 *
 * @param demand refuses an answer to another question
 */
export function balanceReader(call: Call, demand: Demand = demandOf({})): BalanceReader {
  const askInParts = async (
    method: string,
    keys: string[],
  ): Promise<{ asked: string[]; answers: Answer[] }[]> => {
    const parts: { asked: string[]; answers: Answer[] }[] = [];
    for (let i = 0; i < keys.length; i += addressesPerCall) {
      const asked = keys.slice(i, i + addressesPerCall);
      parts.push({ asked, answers: new Answer(await call('database', method, [asked]), method).list() });
    }
    return parts;
  };

  return {
    balanceObjects: async (addresses) => {
      const method = 'get_balance_objects';
      const parts = await askInParts(method, addresses);
      return parts.flatMap(({ asked, answers }) => {
        const times = new Map<string, number>();
        return answers.map((answer) => {
          const object = readBalanceObject(answer);
          const count = (times.get(object.id) ?? 0) + 1;
          times.set(object.id, count);
          demand(
            count <= asked.filter((address) => address === object.owner).length,
            `${method} of ${asked.length} addresses`,
            () =>
              asked.includes(object.owner)
                ? `${object.id} ${count} times`
                : `${object.id}, which belongs to ${shortQuote(object.owner)}`,
          );
          demand(object.balance.amount >= 0n, `${method} ${object.id}`, () => `${object.balance.amount}`);
          return object;
        });
      });
    },

    vestedBalances: async (balanceIds) => {
      const method = 'get_vested_balances';
      const parts = await askInParts(method, balanceIds);
      const amounts = parts.flatMap(({ answers }) => answers.map((answer) => answer.raw()));
      return new Answer(amounts, method).tuple(balanceIds.length).map((answer, i) => {
        const vested = readAmount(answer);
        demand(vested.amount >= 0n, `${method} ${balanceIds[i]}`, () => `${vested.amount}`);
        return vested;
      });
    },
  };
}

function readBalanceObject(answer: Answer): BalanceObject {
  const policy = answer.field('vesting_policy');
  return {
    id: answer.field('id').objectId('1.15'),
    owner: answer.field('owner').text(),
    balance: readAmount(answer.field('balance')),
    lastClaimTime: answer.field('last_claim_date').time(),
    vesting: policy.isNull
      ? null
      : {
          beginTime: policy.field('begin_timestamp').time(),
          cliffSeconds: policy.field('vesting_cliff_seconds').integer(),
          durationSeconds: policy.field('vesting_duration_seconds').integer(),
          beginBalance: policy.field('begin_balance').bigint(),
        },
  };
}

/** `{amount, asset_id}`: 64-bit numbers come as text when they need more than 32 bits. */
export function readAmount(answer: Answer): AssetAmount {
  return { amount: answer.field('amount').bigint(), assetId: answer.field('asset_id').objectId('1.3') };
}
