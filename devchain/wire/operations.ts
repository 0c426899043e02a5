/** Every operation's wire format, by tag (the protocol/*.hpp files with FC_REFLECT). */
import { assertion, at } from './chainError';
import {
  comparePublicKeys,
  nullKey,
  addressFromText,
  addressText,
  publicKeyFromText,
  publicKeyText,
} from './keys';
import type { Codec, Value } from './codec';
import type { Operation, OperationTag, WorkerInitializer, WrappedOperation } from './operationTypes';
import {
  bool,
  emptyExtension,
  hexBytes,
  i64,
  list,
  noExtensions,
  objectId,
  optional,
  sortedMap,
  sortedSet,
  struct,
  text,
  time,
  u16,
  u32,
  u64,
  u8,
  variant,
} from './codec';

/** The instance of an object id: what the node orders ids by. */
export function instance(id: string): number {
  return Number(id.slice(id.lastIndexOf('.') + 1));
}

export const compareIds = (a: string, b: string): number => instance(a) - instance(b);

const account = objectId('1.2');
const assetId = objectId('1.3');
const accounts = sortedSet(account, compareIds);
const assets = sortedSet(assetId, compareIds);
const asset = struct({ amount: i64, asset_id: assetId });

function publicKeyCodec(prefix: string): Codec<string> {
  const place = at('types.cpp', 49, 'public_key_type');
  const none = publicKeyText(nullKey, prefix);
  return {
    write: (w, v) => w.bytes(publicKeyFromText(v, prefix)),
    read: (r) => publicKeyText(r.bytes(33), prefix),
    fromJson: (j) => {
      if (j === undefined || j === null) return none;
      const value = String(j);
      try {
        publicKeyFromText(value, prefix);
      } catch (error) {
        throw assertion('base58str is a public key', place, error instanceof Error ? error.message : '', {
          base58str: value,
        });
      }
      return value;
    },
    initial: () => none,
  };
}

function addressCodec(prefix: string): Codec<string> {
  const none = addressText(Buffer.alloc(20), prefix);
  return {
    write: (w, v) => w.bytes(addressFromText(v, prefix)),
    read: (r) => addressText(r.bytes(20), prefix),
    fromJson: (j) => (j === undefined || j === null ? none : String(j)),
    initial: () => none,
  };
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** A vote id (`type:instance`): one u32 on the wire. */
const vote: Codec<string> = {
  write: (w, v) => {
    const [type, number] = v.split(':');
    w.u32(((Number(number) << 8) | Number(type)) >>> 0);
  },
  read: (r) => {
    const value = r.u32();
    return `${value & 0xff}:${value >>> 8}`;
  },
  fromJson: (j) => String(j),
  initial: () => '0:0',
};

/** Every operation that devchain knows, for one address prefix. */
export function operationCodecs(prefix: string) {
  const key = publicKeyCodec(prefix);
  const keys = sortedSet(key, comparePublicKeys(prefix));
  const memo = struct({ from: key, to: key, nonce: u64, message: hexBytes });
  const authority = struct({
    weight_threshold: u32,
    account_auths: sortedMap(account, u16, compareIds),
    key_auths: sortedMap(key, u16, comparePublicKeys(prefix)),
    address_auths: sortedMap(addressCodec(prefix), u16, compareText),
  });
  const accountOptions = struct({
    memo_key: key,
    voting_account: account,
    num_witness: u16,
    num_committee: u16,
    votes: sortedSet(vote, compareText),
    extensions: noExtensions,
  });
  const price = struct({ base: asset, quote: asset });
  const assetOptions = struct({
    max_supply: i64,
    market_fee_percent: u16,
    max_market_fee: i64,
    issuer_permissions: u16,
    flags: u16,
    core_exchange_rate: price,
    whitelist_authorities: accounts,
    blacklist_authorities: accounts,
    whitelist_markets: assets,
    blacklist_markets: assets,
    description: text,
    extensions: emptyExtension,
  });
  const workerInitializer = variant<WorkerInitializer>({
    0: struct({}),
    1: struct({ pay_vesting_period_days: u16 }),
    2: struct({}),
  });
  const fee = asset;
  const extensions = noExtensions;
  const byTag = {
    0: struct({ fee, from: account, to: account, amount: asset, memo: optional(memo), extensions }),
    5: struct({
      fee,
      registrar: account,
      referrer: account,
      referrer_percent: u16,
      name: text,
      owner: authority,
      active: authority,
      options: accountOptions,
      extensions: emptyExtension,
    }),
    6: struct({
      fee,
      account,
      owner: optional(authority),
      active: optional(authority),
      new_options: optional(accountOptions),
      extensions: emptyExtension,
    }),
    7: struct({ fee, authorizing_account: account, account_to_list: account, new_listing: u8, extensions }),
    8: struct({ fee, account_to_upgrade: account, upgrade_to_lifetime_member: bool, extensions }),
    10: struct({
      fee,
      issuer: account,
      symbol: text,
      precision: u8,
      common_options: assetOptions,
      bitasset_opts: optional(emptyExtension),
      is_prediction_market: bool,
      extensions,
    }),
    11: struct({
      fee,
      issuer: account,
      asset_to_update: assetId,
      new_issuer: optional(account),
      new_options: assetOptions,
      extensions: emptyExtension,
    }),
    14: struct({
      fee,
      issuer: account,
      asset_to_issue: asset,
      issue_to_account: account,
      memo: optional(memo),
      extensions,
    }),
    15: struct({ fee, payer: account, amount_to_reserve: asset, extensions }),
    16: struct({ fee, from_account: account, asset_id: assetId, amount: i64, extensions }),
    22: struct({
      fee,
      fee_paying_account: account,
      expiration_time: time,
      proposed_ops: list(wrapped(() => operation)),
      review_period_seconds: optional(u32),
      extensions,
    }),
    23: struct({
      fee,
      fee_paying_account: account,
      proposal: objectId('1.10'),
      active_approvals_to_add: accounts,
      active_approvals_to_remove: accounts,
      owner_approvals_to_add: accounts,
      owner_approvals_to_remove: accounts,
      key_approvals_to_add: keys,
      key_approvals_to_remove: keys,
      extensions,
    }),
    24: struct({
      fee,
      fee_paying_account: account,
      using_owner_authority: bool,
      proposal: objectId('1.10'),
      extensions,
    }),
    25: struct({
      fee,
      withdraw_from_account: account,
      authorized_account: account,
      withdrawal_limit: asset,
      withdrawal_period_sec: u32,
      periods_until_expiration: u32,
      period_start_time: time,
    }),
    27: struct({
      fee,
      withdraw_permission: objectId('1.12'),
      withdraw_from_account: account,
      withdraw_to_account: account,
      amount_to_withdraw: asset,
      memo: optional(memo),
    }),
    28: struct({
      fee,
      withdraw_from_account: account,
      authorized_account: account,
      withdrawal_permission: objectId('1.12'),
    }),
    34: struct({
      fee,
      owner: account,
      work_begin_date: time,
      work_end_date: time,
      daily_pay: i64,
      name: text,
      url: text,
      initializer: workerInitializer,
    }),
    35: struct({ fee, payer: account, required_auths: accounts, id: u16, data: hexBytes }),
    37: struct({
      fee,
      deposit_to_account: account,
      balance_to_claim: objectId('1.15'),
      balance_owner_key: key,
      total_claimed: asset,
    }),
    38: struct({
      fee,
      issuer: account,
      from: account,
      to: account,
      amount: asset,
      memo: optional(memo),
      extensions,
    }),
  };
  const operation: Codec<Operation> = {
    write: (w, [tag, value]) => {
      w.varint(tag);
      (byTag[tag] as unknown as Codec<unknown>).write(w, value);
    },
    read: (r) => {
      const tag = r.varint();
      return [tag, known(tag).read(r)] as Operation;
    },
    fromJson: (j) => {
      const pair = Array.isArray(j) ? (j as unknown[]) : [];
      const tag = Number(pair[0] ?? 0);
      return [tag, known(tag).fromJson(pair[1])] as Operation;
    },
    initial: () => [0, byTag[0].initial()],
  };
  const known = (tag: number): Codec<unknown> => {
    const codec = (byTag as unknown as Record<number, Codec<unknown>>)[tag];
    if (!codec)
      throw assertion(
        'tag < count',
        at('static_variant.hpp', 1, 'set_which'),
        'devchain does not know operation ${tag}',
        { tag },
      );
    return codec;
  };
  return { byTag, operation, memo, authority, accountOptions, assetOptions, publicKey: key };
}

function wrapped(operation: () => Codec<Operation>): Codec<WrappedOperation> {
  return {
    write: (w, v) => operation().write(w, v.op),
    read: (r) => ({ op: operation().read(r) }),
    fromJson: (j) => ({ op: operation().fromJson((j as { op?: unknown } | null)?.op) }),
    initial: () => ({ op: operation().initial() }),
  };
}

export type * from './operationTypes';
export type OperationCodecs = ReturnType<typeof operationCodecs>;
export type CodecValue<T extends OperationTag> = Value<OperationCodecs['byTag'][T]>;
