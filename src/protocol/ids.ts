/** Object ids (`1.2.17`), account names and asset symbols. */
import { BitSharesError } from '../errors';

/** Space and type of the objects that this package meets (libraries/protocol/types.hpp, libraries/chain/types.hpp). */
export const objectKinds = {
  account: [1, 2],
  asset: [1, 3],
  force_settlement: [1, 4],
  committee_member: [1, 5],
  witness: [1, 6],
  limit_order: [1, 7],
  call_order: [1, 8],
  proposal: [1, 10],
  operation_history: [1, 11],
  withdraw_permission: [1, 12],
  vesting_balance: [1, 13],
  worker: [1, 14],
  balance: [1, 15],
  htlc: [1, 16],
  custom_authority: [1, 17],
  ticket: [1, 18],
  liquidity_pool: [1, 19],
  samet_fund: [1, 20],
  credit_offer: [1, 21],
  credit_deal: [1, 22],
  global_property: [2, 0],
  dynamic_global_property: [2, 1],
  asset_dynamic_data: [2, 3],
  asset_bitasset_data: [2, 4],
  account_balance: [2, 5],
  account_statistics: [2, 6],
  block_summary: [2, 8],
  account_transaction_history: [2, 9],
  chain_property: [2, 11],
} as const satisfies Record<string, readonly [number, number]>;

export type ObjectKind = keyof typeof objectKinds;

export interface ObjectId {
  space: number;
  type: number;
  instance: bigint;
}

// An id is 64 bits: 8 for the space, 8 for the type, 48 for the instance (libraries/protocol/object_id.hpp).
const largestInstance = (1n << 48n) - 1n;
const objectIdPattern = /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,14})$/;

/** Reads `space.type.instance`. Errors: INVALID_OBJECT_ID. */
export function parseObjectId(text: string, field?: string): ObjectId {
  const id = readObjectId(text);
  if (id === undefined) {
    throw new BitSharesError('INVALID_OBJECT_ID', {
      message: 'This is not an object id',
      fix: 'Give three numbers with dots between them, such as 1.2.17.',
      ...(field === undefined ? {} : { field }),
    });
  }
  return id;
}

/** Whether a value is the id of an object of this kind. */
export function isObjectId(text: unknown, kind: ObjectKind): text is string {
  const id = readObjectId(text);
  const [space, type] = objectKinds[kind];
  return id !== undefined && id.space === space && id.type === type;
}

/** The instance of the id of an object of this kind. Errors: INVALID_OBJECT_ID for another form or kind. */
export function objectInstance(id: string, kind: ObjectKind, field?: string): bigint {
  const [space, type] = objectKinds[kind];
  const parsed = readObjectId(id);
  if (parsed === undefined || parsed.space !== space || parsed.type !== type) {
    throw new BitSharesError('INVALID_OBJECT_ID', {
      message: `This is not the id of an object of kind ${kind}`,
      fix: `Give an id that starts with ${space}.${type}., such as ${space}.${type}.17.`,
      ...(field === undefined ? {} : { field }),
    });
  }
  return parsed.instance;
}

/** The id of an object of this kind. Errors: INVALID_OBJECT_ID for an instance outside 48 bits. */
export function objectId(kind: ObjectKind, instance: bigint | number): string {
  const [space, type] = objectKinds[kind];
  const text = `${space}.${type}.${instance}`;
  parseObjectId(text);
  return text;
}

const accountLabel = /^[a-z](?:[a-z0-9-]*[a-z0-9])?$/;

/** Whether a text is a valid account name: `is_valid_name` of libraries/protocol/account.cpp, 1 to 63 characters. */
export function isAccountName(name: unknown): name is string {
  return (
    typeof name === 'string' &&
    name.length >= 1 &&
    name.length <= 63 &&
    name.split('.').every((label) => accountLabel.test(label))
  );
}

/** Returns the name where it is a valid account name. Errors: INVALID_ACCOUNT. */
export function validateAccountName(name: string, field?: string): string {
  if (!isAccountName(name)) {
    throw new BitSharesError('INVALID_ACCOUNT', {
      message: 'This is not an account name',
      fix: 'A name has 1 to 63 characters: small letters, digits and hyphens; each part between dots starts with a letter and ends with a letter or digit.',
      ...(field === undefined ? {} : { field }),
    });
  }
  return name;
}

const assetSymbol = /^[A-Z][A-Z0-9]*(?:\.[A-Z0-9]+)?$/;

/** Whether a text is a valid asset symbol: `is_valid_symbol` of libraries/protocol/asset_ops.cpp, 3 to 16 characters. */
export function isAssetSymbol(symbol: unknown): symbol is string {
  return typeof symbol === 'string' && symbol.length >= 3 && symbol.length <= 16 && assetSymbol.test(symbol);
}

/** Returns the symbol where it is a valid asset symbol. Errors: INVALID_ASSET. */
export function validateAssetSymbol(symbol: string, field?: string): string {
  if (!isAssetSymbol(symbol)) {
    throw new BitSharesError('INVALID_ASSET', {
      message: 'This is not an asset symbol',
      fix: 'A symbol has 3 to 16 characters: capital letters, digits and at most one dot. An id such as 1.3.0 is safer, because symbols can look alike.',
      ...(field === undefined ? {} : { field }),
    });
  }
  return symbol;
}

function readObjectId(text: unknown): ObjectId | undefined {
  if (typeof text !== 'string') return undefined;
  const match = objectIdPattern.exec(text);
  if (match === null) return undefined;
  const space = Number(match[1]);
  const type = Number(match[2]);
  const instance = BigInt(match[3] ?? '');
  return space > 255 || type > 255 || instance > largestInstance ? undefined : { space, type, instance };
}
