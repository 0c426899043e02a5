/**
 * What an applied operation changed in an account's balances. Source of the rules: the evaluators of bitshares-core 7.0.
 * What this file does not know is not guessed: it is named, so that a difference can be explained.
 */
import type { Operation } from '../../chain/interfaces';
import { operationName } from '../../protocol/operationTypes';
import { toBigInt } from '../../protocol/amounts';
import type { AccountOperation } from '../reading/accountOperation';
import { feePayerOf } from '../reading/concerns';
import { movementOf } from '../reading/movement';

export interface BalanceEffect {
  assetId: string;
  /** Base units; negative for what leaves the account. */
  amount: bigint;
  /** What it is: `fee`, or the name of the operation. */
  cause: string;
}

export interface Effects {
  effects: BalanceEffect[];
  /** False when the operation may move value in a way that is not known here. */
  known: boolean;
}

type Fields = Readonly<Record<string, unknown>>;

/** Operations that the chain makes by itself: their fee field is not paid by the account's balance. */
const virtualTypes = new Set([4, 42, 44, 46, 51, 53, 74]);
/** Types whose only effect on balances is their fee. */
const feeOnly = new Set([
  5, 6, 7, 8, 9, 10, 11, 12, 13, 18, 19, 20, 21, 22, 23, 24, 25, 26, 28, 29, 30, 31, 34, 35, 36, 48, 50, 52,
  54, 55, 56,
]);
/** Types that take one amount out of the balance of the fee payer, by the field that holds it. */
const outgoing: Readonly<Record<number, string>> = {
  1: 'amount_to_sell',
  15: 'amount_to_reserve',
  17: 'amount',
  32: 'amount',
  39: 'amount',
  45: 'additional_collateral',
  49: 'amount',
};
/** Types that put one amount into the balance of the fee payer, by the field that holds it. */
const incoming: Readonly<Record<number, string>> = {
  42: 'amount',
  43: 'amount_to_claim',
  47: 'amount_to_claim',
};

export function balanceEffects({ operation, result }: AccountOperation, accountId: string): Effects {
  const [type] = operation;
  const fields = operation[1] as unknown as Fields;
  const payer = feePayerOf(operation);
  const effects: BalanceEffect[] = [];
  const add = (value: unknown, sign: bigint, cause = operationName(type)): boolean => {
    const amount = amountOf(value);
    if (amount === null) return false;
    if (amount.amount !== 0n) effects.push({ assetId: amount.assetId, amount: sign * amount.amount, cause });
    return true;
  };

  // A blinded sender pays the fee from what it blinded.
  if (payer === accountId && !virtualTypes.has(type) && type !== 41) add(fields['fee'], -1n, 'fee');

  const movement = movementOf(operation, accountId);
  if (movement !== null) {
    if (movement.direction === 'in') {
      effects.push({ assetId: movement.assetId, amount: movement.amount, cause: movement.kind });
    } else if (movement.direction === 'out') {
      effects.push({ assetId: movement.assetId, amount: -movement.amount, cause: movement.kind });
    }
    return { effects, known: true };
  }
  if (feeOnly.has(type) || payer !== accountId)
    return { effects, known: feeOnly.has(type) || knownForOthers(operation) };
  if (outgoing[type] !== undefined) return { effects, known: add(fields[outgoing[type]], -1n) };
  if (incoming[type] !== undefined) return { effects, known: add(fields[incoming[type]], 1n) };
  switch (type) {
    case 2:
      // The refund of what was not sold is the result.
      return { effects, known: Array.isArray(result) && result[0] === 2 && add(result[1], 1n) };
    case 3:
      return { effects, known: add(fields['delta_collateral'], -1n) && add(fields['delta_debt'], 1n) };
    case 4:
      // What was sold left the balance when the order was made; the market fee is taken from what is received.
      return { effects, known: add(fields['receives'], 1n) && add(fields['fee'], -1n, 'market fee') };
    case 16:
      return { effects, known: add({ amount: fields['amount'], asset_id: '1.3.0' }, -1n) };
    default:
      return { effects, known: false };
  }
}

/** Types that move nothing for anybody but their fee payer. */
function knownForOthers([type]: Operation): boolean {
  return [0, 14, 27, 32, 37, 38, 49, 51].includes(type);
}

function amountOf(value: unknown): { amount: bigint; assetId: string } | null {
  const { amount, asset_id: assetId } = (typeof value === 'object' && value !== null ? value : {}) as {
    amount?: unknown;
    asset_id?: unknown;
  };
  if (typeof assetId !== 'string' || (typeof amount !== 'number' && typeof amount !== 'string')) return null;
  return { amount: toBigInt(amount), assetId };
}
