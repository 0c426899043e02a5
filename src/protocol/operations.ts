/**
 * The operations that this package builds or reads in bytes: their JSON, as the node gives it, and their wire format,
 * declared once. Sources: libraries/protocol/include/graphene/protocol/*.hpp.
 */
import type { ChainInteger } from './amounts';
import { operationName, operationTypes, type OperationName } from './operationTypes';
import {
  array,
  byAddress,
  byAddressOfKey,
  byInstance,
  byVote,
  emptyWhenAbsent,
  encode,
  extension,
  flatMap,
  flatSet,
  futureExtensions,
  optional,
  staticVariant,
  struct,
} from './serialization';
import {
  address,
  bool,
  bytes,
  int64,
  objectIdOf,
  publicKey,
  time,
  uint16,
  uint32,
  uint64,
  uint8,
  voteId,
} from './values';
import type { Codec } from './wire';

/** An amount in base units of an asset, as the chain writes it. */
export interface WireAmount {
  amount: ChainInteger;
  asset_id: string;
}

/** A memo as it is on the chain: two public keys, a nonce and bytes as hexadecimal text. */
export interface Memo {
  from: string;
  to: string;
  nonce: ChainInteger;
  message: string;
}

/** Who can act: weights of accounts, keys and (unused today) addresses against a threshold. */
export interface WireAuthority {
  weight_threshold: number;
  account_auths: [string, number][];
  key_auths: [string, number][];
  address_auths: [string, number][];
}

export interface AccountOptions {
  memo_key: string;
  voting_account: string;
  num_witness: number;
  num_committee: number;
  votes: string[];
  extensions: never[];
}

export interface TransferOperation {
  fee: WireAmount;
  from: string;
  to: string;
  amount: WireAmount;
  memo?: Memo;
  extensions: never[];
}

/** Rules for an authority that follows the holders of an asset: `[0, {}]` or `[1, {...}]`. */
export type SpecialAuthority = [number, { asset?: string; num_top_holders?: number }];

export interface AccountUpdateExtensions {
  null_ext?: Record<string, never>;
  owner_special_authority?: SpecialAuthority;
  active_special_authority?: SpecialAuthority;
}

export interface AccountUpdateOperation {
  fee: WireAmount;
  account: string;
  owner?: WireAuthority;
  active?: WireAuthority;
  new_options?: AccountOptions;
  extensions: AccountUpdateExtensions;
}

export interface AssetIssueOperation {
  fee: WireAmount;
  issuer: string;
  asset_to_issue: WireAmount;
  issue_to_account: string;
  memo?: Memo;
  extensions: never[];
}

/** The number of an operation and its fields. */
export type Operation = [number, object];

export interface ProposalCreateOperation {
  fee: WireAmount;
  fee_paying_account: string;
  expiration_time: string;
  proposed_ops: { op: Operation }[];
  review_period_seconds?: number;
  extensions: never[];
}

export interface ProposalUpdateOperation {
  fee: WireAmount;
  fee_paying_account: string;
  proposal: string;
  active_approvals_to_add: string[];
  active_approvals_to_remove: string[];
  owner_approvals_to_add: string[];
  owner_approvals_to_remove: string[];
  key_approvals_to_add: string[];
  key_approvals_to_remove: string[];
  extensions: never[];
}

export interface ProposalDeleteOperation {
  fee: WireAmount;
  fee_paying_account: string;
  using_owner_authority: boolean;
  proposal: string;
  extensions: never[];
}

export interface CustomOperation {
  fee: WireAmount;
  payer: string;
  required_auths: string[];
  id: number;
  /** Bytes as hexadecimal text. */
  data: string;
}

export interface BalanceClaimOperation {
  fee: WireAmount;
  deposit_to_account: string;
  balance_to_claim: string;
  balance_owner_key: string;
  total_claimed: WireAmount;
}

export interface OverrideTransferOperation {
  fee: WireAmount;
  issuer: string;
  from: string;
  to: string;
  amount: WireAmount;
  memo?: Memo;
  extensions: never[];
}

/** The fields of each operation that has a wire format here. */
export interface SupportedOperations {
  transfer: TransferOperation;
  account_update: AccountUpdateOperation;
  asset_issue: AssetIssueOperation;
  proposal_create: ProposalCreateOperation;
  proposal_update: ProposalUpdateOperation;
  proposal_delete: ProposalDeleteOperation;
  custom: CustomOperation;
  balance_claim: BalanceClaimOperation;
  override_transfer: OverrideTransferOperation;
}

/** Whether an operation from the chain has this type. The node's answer is trusted to have the fields of its type. */
export function isOperation<N extends keyof SupportedOperations>(
  operation: Operation,
  name: N,
): operation is [number, SupportedOperations[N]] {
  return operation[0] === operationTypes[name];
}

const account = objectIdOf('account');
const accounts = flatSet(account, byInstance('account'));
const keys = flatSet(publicKey, byAddressOfKey);

const assetAmount = struct<WireAmount>({ amount: int64, asset_id: objectIdOf('asset') });

const memo = struct<Memo>({ from: publicKey, to: publicKey, nonce: uint64, message: bytes });

const authority = struct<WireAuthority>({
  weight_threshold: uint32,
  account_auths: flatMap(account, uint16, byInstance('account')),
  key_auths: flatMap(publicKey, uint16, byAddressOfKey),
  address_auths: emptyWhenAbsent(flatMap(address, uint16, byAddress)),
});

const accountOptions = struct<AccountOptions>({
  memo_key: publicKey,
  voting_account: account,
  num_witness: uint16,
  num_committee: uint16,
  votes: flatSet(voteId, byVote),
  extensions: futureExtensions,
});

const noFields = struct<Record<string, never>>({});

const specialAuthority: Codec<SpecialAuthority> = staticVariant<SpecialAuthority[1]>(
  new Map<number, Codec<SpecialAuthority[1]>>([
    [0, noFields],
    [
      1,
      struct<{ asset: string; num_top_holders: number }>({
        asset: objectIdOf('asset'),
        num_top_holders: uint8,
      }),
    ],
  ]),
  (tag) => `special authority ${tag}`,
);

/** Operations contain operations (proposals), so this codec refers to the table that is declared below. */
const operationCodec: Codec<Operation> = {
  write: (writer, value) => writer.nest(() => operationVariant.write(writer, value)),
  read: (reader) => reader.nest(() => operationVariant.read(reader)),
};

const codecs: { [N in keyof SupportedOperations]: Codec<SupportedOperations[N]> } = {
  transfer: struct<TransferOperation>({
    fee: assetAmount,
    from: account,
    to: account,
    amount: assetAmount,
    memo: optional(memo),
    extensions: futureExtensions,
  }),
  account_update: struct<AccountUpdateOperation>({
    fee: assetAmount,
    account,
    owner: optional(authority),
    active: optional(authority),
    new_options: optional(accountOptions),
    extensions: extension<AccountUpdateExtensions>({
      null_ext: noFields,
      owner_special_authority: specialAuthority,
      active_special_authority: specialAuthority,
    }),
  }),
  asset_issue: struct<AssetIssueOperation>({
    fee: assetAmount,
    issuer: account,
    asset_to_issue: assetAmount,
    issue_to_account: account,
    memo: optional(memo),
    extensions: futureExtensions,
  }),
  proposal_create: struct<ProposalCreateOperation>({
    fee: assetAmount,
    fee_paying_account: account,
    expiration_time: time,
    proposed_ops: array(struct<{ op: Operation }>({ op: operationCodec })),
    review_period_seconds: optional(uint32),
    extensions: futureExtensions,
  }),
  proposal_update: struct<ProposalUpdateOperation>({
    fee: assetAmount,
    fee_paying_account: account,
    proposal: objectIdOf('proposal'),
    active_approvals_to_add: accounts,
    active_approvals_to_remove: accounts,
    owner_approvals_to_add: accounts,
    owner_approvals_to_remove: accounts,
    key_approvals_to_add: keys,
    key_approvals_to_remove: keys,
    extensions: futureExtensions,
  }),
  proposal_delete: struct<ProposalDeleteOperation>({
    fee: assetAmount,
    fee_paying_account: account,
    using_owner_authority: bool,
    proposal: objectIdOf('proposal'),
    extensions: futureExtensions,
  }),
  custom: struct<CustomOperation>({
    fee: assetAmount,
    payer: account,
    required_auths: accounts,
    id: uint16,
    data: bytes,
  }),
  balance_claim: struct<BalanceClaimOperation>({
    fee: assetAmount,
    deposit_to_account: account,
    balance_to_claim: objectIdOf('balance'),
    balance_owner_key: publicKey,
    total_claimed: assetAmount,
  }),
  override_transfer: struct<OverrideTransferOperation>({
    fee: assetAmount,
    issuer: account,
    from: account,
    to: account,
    amount: assetAmount,
    memo: optional(memo),
    extensions: futureExtensions,
  }),
};

const codecsByType = new Map<number, Codec<object>>(
  Object.entries<Codec<object>>(codecs).map(([name, codec]) => [
    operationTypes[name as OperationName],
    codec,
  ]),
);

const operationVariant: Codec<Operation> = staticVariant(
  codecsByType,
  (tag) => `the operation ${operationName(tag)}`,
);

/** The wire format of one operation with its number. */
export const operation: Codec<Operation> = operationCodec;

/** Whether this package can encode operations of this number (a proposal may still contain one that it cannot). */
export function hasWireFormat(type: number): boolean {
  return codecsByType.has(type);
}

const optionalMemo = optional(memo);

/**
 * The bytes that the fee of a transfer counts for its memo: those of the optional field, so 1 without a memo. Rule:
 * `transfer_operation::calculate_fee` of libraries/protocol/transfer.cpp.
 */
export function packedMemoSize(value: Memo | undefined, prefix: string): number {
  return encode(optionalMemo, value, prefix).length;
}

/** The bytes of one operation with its number, as fees by size count them. */
export function encodeOperation(value: Operation, prefix: string): Uint8Array {
  return encode(operationCodec, value, prefix);
}
