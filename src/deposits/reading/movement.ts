/**
 * Which operations move value to or from an account, and how they name it. The operation type and the receiver decide,
 * never only that an operation is in the account's history.
 */
import type { Memo, Operation } from '../../chain/interfaces';
import { BitSharesError } from '../../errors';
import { isObjectId } from '../../protocol/ids';
import { toBigInt } from '../../protocol/amounts';

/** What can be delivered, by the name that items carry in `kind`. Names are for ever. */
export const movementKinds = [
  'transfer',
  'asset_issue',
  'balance_claim',
  'htlc_redeemed',
  'override_transfer',
  'transfer_from_blind',
  'vesting_balance_withdraw',
  'withdraw_permission_claim',
] as const;

export type MovementKind = (typeof movementKinds)[number];

/** `self` is a movement from the account to itself: neither a deposit nor a payment. */
export type Direction = 'in' | 'out' | 'self';

export interface Movement {
  kind: MovementKind;
  direction: Direction;
  /** Null when the value comes from no account (a claimed balance). */
  fromId: string | null;
  toId: string;
  /** Base units. */
  amount: bigint;
  assetId: string;
  memo: Memo | null;
}

type Fields = Readonly<Record<string, unknown>>;

interface Shape {
  kind: MovementKind;
  from: string | null;
  to: string;
  amount: string;
}

/** The fields of each type (bitshares-core 7.0, `libraries/protocol/include/graphene/protocol`). */
const shapes: Readonly<Record<number, Shape>> = {
  0: { kind: 'transfer', from: 'from', to: 'to', amount: 'amount' },
  14: { kind: 'asset_issue', from: null, to: 'issue_to_account', amount: 'asset_to_issue' },
  27: {
    kind: 'withdraw_permission_claim',
    from: 'withdraw_from_account',
    to: 'withdraw_to_account',
    amount: 'amount_to_withdraw',
  },
  33: { kind: 'vesting_balance_withdraw', from: null, to: 'owner', amount: 'amount' },
  37: { kind: 'balance_claim', from: null, to: 'deposit_to_account', amount: 'total_claimed' },
  38: { kind: 'override_transfer', from: 'from', to: 'to', amount: 'amount' },
  41: { kind: 'transfer_from_blind', from: null, to: 'to', amount: 'amount' },
  51: { kind: 'htlc_redeemed', from: 'from', to: 'to', amount: 'amount' },
};

/** The numbers of the types that can move value to or from an account, as far as they are delivered. */
export const movementTypes: readonly number[] = Object.keys(shapes).map(Number);

/**
 * The value that an applied operation moved to or from the account; null when it moved none.
 *
 * @throws INVALID_ANSWER when the operation lacks what its type must have
 */
export function movementOf(operation: Operation, accountId: string): Movement | null {
  const shape = shapes[operation[0]];
  if (shape === undefined) return null;
  const fields = operation[1] as unknown as Fields;
  const fromId = shape.from === null ? null : account(fields, shape.from, shape.kind);
  const toId = account(fields, shape.to, shape.kind);
  const comes = toId === accountId;
  // The sender of an HTLC paid when it was created, not when it is redeemed.
  const goes = fromId === accountId && shape.kind !== 'htlc_redeemed';
  if (!comes && !goes) return null;
  const amount = fields[shape.amount] as { amount?: unknown; asset_id?: unknown } | undefined;
  if (typeof amount?.asset_id !== 'string' || !isObjectId(amount.asset_id, 'asset')) {
    throw malformed(shape.kind, shape.amount);
  }
  return {
    kind: shape.kind,
    direction: comes && goes ? 'self' : comes ? 'in' : 'out',
    fromId,
    toId,
    amount: units(amount.amount, shape),
    assetId: amount.asset_id,
    memo: (fields['memo'] as Memo | undefined) ?? null,
  };
}

function account(fields: Fields, name: string, kind: MovementKind): string {
  const value = fields[name];
  if (typeof value !== 'string' || !isObjectId(value, 'account')) throw malformed(kind, name);
  return value;
}

function units(value: unknown, shape: Shape): bigint {
  try {
    return toBigInt(value as number | string);
  } catch (cause) {
    throw malformed(shape.kind, `${shape.amount}.amount`, cause);
  }
}

function malformed(kind: MovementKind, field: string, cause?: unknown): BitSharesError {
  return new BitSharesError('INVALID_ANSWER', {
    message: `The node gave a ${kind} operation without a usable ${field}`,
    fix: 'Use a node of the chain that the credential names, version 7 if possible.',
    cause,
  });
}
