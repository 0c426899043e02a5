/** The calls of a node about claimable balances, with their answers checked. */
import type { BalanceObject, BalanceReader } from '../chain';
import { Answer } from './answer';
import type { Call } from './chainReader';

/** One question stays far below the size at which a node closes the connection. */
const addressesPerCall = 100;

/** BalanceReader over a way to call a node. */
export function balanceReader(call: Call): BalanceReader {
  const askInParts = async (method: string, keys: string[]): Promise<Answer[][]> => {
    const parts: string[][] = [];
    for (let i = 0; i < keys.length; i += addressesPerCall) parts.push(keys.slice(i, i + addressesPerCall));
    const answers: Answer[][] = [];
    for (const part of parts) answers.push(new Answer(await call('database', method, [part]), method).list());
    return answers;
  };

  return {
    balanceObjects: async (addresses) =>
      (await askInParts('get_balance_objects', addresses)).flat().map(readBalanceObject),

    vestedBalances: async (balanceIds) => {
      const amounts = (await askInParts('get_vested_balances', balanceIds)).flat();
      return new Answer(
        amounts.map((answer) => answer.raw()),
        'get_vested_balances',
      )
        .tuple(balanceIds.length)
        .map(readAmount);
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

function readAmount(answer: Answer): { amount: bigint; assetId: string } {
  return { amount: answer.field('amount').bigint(), assetId: answer.field('asset_id').objectId('1.3') };
}
