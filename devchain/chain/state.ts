/**
 * The state that operations read and change: objects, the indexes over them, balances, and what the block at work has
 * applied (database.hpp).
 */
import { at, assertion, check, framed } from '../wire/chainError';
import { maximumTime, timeSeconds, timeText } from '../wire/json';
import type {
  Account,
  AccountBalance,
  AccountStatistics,
  AssetDynamicData,
  AssetObject,
  ChainParameters,
  DynamicGlobalProperties,
  GlobalProperties,
} from './objects';
import { ObjectStore } from './store';
import type { Asset, Operation } from '../wire/operations';
import type { Wire } from '../wire/transaction';
import { coreAsset } from './fees';

/** An operation that was applied in the block (or pending transaction) at work, with its place in it. */
export interface AppliedOperation {
  operation: Operation;
  block: number;
  trxInBlock: number;
  opInTrx: number;
  virtualOp: number;
  isVirtual: boolean;
  result: OperationResult;
}

/** `[0, {}]` for nothing, `[1, id]` for a new object, `[2, asset]` for an amount. */
export type OperationResult =
  readonly [0, Record<string, never>] | readonly [1, string] | readonly [2, Asset];

export const nothing: OperationResult = [0, {}];

/** The state of one node: its objects, the indexes over them, and the place in the block at work. */
export class ChainState {
  readonly store = new ObjectStore();
  readonly accountsByName = this.store.table<string>();
  readonly assetsBySymbol = this.store.table<string>();
  readonly assetsOfOwner = this.store.table<readonly string[]>();
  readonly balanceIds = this.store.table<string>();
  /** Transactions in the chain or pending, by id: the duplicate check and get_recent_transaction_by_id. */
  readonly recent = this.store.table<{ packedSigned: Buffer; expiration: string }>();
  /** Block ids by the low 16 bits of the number, for reference blocks. */
  readonly blockSummaries = this.store.table<string>();

  applied: (AppliedOperation | null)[] = [];
  readonly cursor = { block: 0, time: '', trxInBlock: 0, opInTrx: 0, virtualOp: 0 };
  proposalDepth = 0;

  constructor(
    readonly wire: Wire,
    readonly chainId: string,
  ) {}

  /** The object, or the node's error for one that does not exist. */
  get<T extends { id: string }>(id: string): T {
    const object = this.store.find<T>(id);
    if (!object)
      throw assertion('maybe_found != nullptr', at('index.hpp', 113, 'get'), 'Unable to find Object ${id}', {
        id,
      });
    return object;
  }

  get dynamicProperties(): DynamicGlobalProperties {
    return this.get('2.1.0');
  }

  get globalProperties(): GlobalProperties {
    return this.get('2.0.0');
  }

  get parameters(): ChainParameters {
    return this.globalProperties.parameters;
  }

  get headTime(): string {
    return this.dynamicProperties.time;
  }

  get headSeconds(): number {
    return timeSeconds(this.headTime);
  }

  get headNumber(): number {
    return this.dynamicProperties.head_block_number;
  }

  /** The number of the block that is being built on the head. */
  get nextNumber(): number {
    return this.headNumber + 1;
  }

  /** The time of the block at work; between blocks, of the head. */
  get currentTime(): string {
    return this.cursor.time === '' ? this.headTime : this.cursor.time;
  }

  later(seconds: number): string {
    return timeText(this.headSeconds + seconds);
  }

  account(id: string): Account {
    return this.get<Account>(id);
  }

  accountByName(name: string): Account | undefined {
    const id = this.accountsByName.get(name);
    return id === undefined ? undefined : this.store.find<Account>(id);
  }

  /** An account by name or id, as the APIs take it. */
  accountByNameOrId(nameOrId: string): Account | undefined {
    return /^\d/.test(nameOrId) ? this.store.find<Account>(nameOrId) : this.accountByName(nameOrId);
  }

  statistics(account: Account): AccountStatistics {
    return this.get<AccountStatistics>(account.statistics);
  }

  asset(id: string): AssetObject {
    return this.get<AssetObject>(id);
  }

  assetBySymbolOrId(symbolOrId: string): AssetObject | undefined {
    const id = /^\d/.test(symbolOrId) ? symbolOrId : this.assetsBySymbol.get(symbolOrId);
    return id === undefined ? undefined : this.store.find<AssetObject>(id);
  }

  dynamicData(asset: AssetObject): AssetDynamicData {
    return this.get<AssetDynamicData>(asset.dynamic_asset_data_id);
  }

  balanceObject(owner: string, assetId: string): AccountBalance | undefined {
    const id = this.balanceIds.get(`${owner}:${assetId}`);
    return id === undefined ? undefined : this.store.find<AccountBalance>(id);
  }

  balance(owner: string, assetId: string): bigint {
    return this.balanceObject(owner, assetId)?.balance ?? 0n;
  }

  /** The balance objects of an account, in the order of assets. */
  balancesOf(owner: string): AccountBalance[] {
    return (this.assetsOfOwner.get(owner) ?? [])
      .map((id) => this.balanceObject(owner, id))
      .filter((b) => b !== undefined);
  }

  /** Adds (or, when negative, takes) an amount; throws the node's error when too little is there (db_balance.cpp). */
  adjustBalance(owner: string, delta: Asset): void {
    if (delta.amount === 0n) return;
    const place = at('db_balance.cpp', 58, 'adjust_balance');
    const object = this.balanceObject(owner, delta.asset_id);
    const balance = object?.balance ?? 0n;
    framed(
      () => {
        check(
          balance >= -delta.amount,
          'itr->get_balance() >= -delta',
          place,
          "Insufficient Balance: ${a}'s balance of ${b} is less than required ${r}",
          {
            a: this.account(owner).name,
            b: this.pretty({ amount: balance, asset_id: delta.asset_id }),
            r: this.pretty({ amount: -delta.amount, asset_id: delta.asset_id }),
          },
        );
      },
      'db_balance.cpp',
      72,
      'adjust_balance',
      () => ({ account: owner, delta: { ...delta } }),
    );
    if (object) {
      this.store.modify(object, {
        balance: balance + delta.amount,
        ...(delta.asset_id === coreAsset ? { maintenance_flag: true } : {}),
      });
      return;
    }
    const created = this.store.create<AccountBalance>('2.5', {
      owner,
      asset_type: delta.asset_id,
      balance: delta.amount,
      maintenance_flag: delta.asset_id === coreAsset,
    });
    this.balanceIds.set(`${owner}:${delta.asset_id}`, created.id);
    const assets = [...(this.assetsOfOwner.get(owner) ?? []), delta.asset_id];
    this.assetsOfOwner.set(
      owner,
      assets.sort((a, b) => Number(a.slice(4)) - Number(b.slice(4))),
    );
  }

  /** An amount with its symbol as the node prints it: no decimals when they are all zero. */
  pretty(amount: Asset): string {
    const asset = this.store.find<AssetObject>(amount.asset_id);
    return `${prettyAmount(amount.amount, asset?.precision ?? 0)} ${asset?.symbol ?? amount.asset_id}`;
  }

  isLifetimeMember(account: Account): boolean {
    return account.membership_expiration_date === maximumTime;
  }

  pushApplied(operation: Operation, isVirtual: boolean): number {
    const { block, trxInBlock, opInTrx, virtualOp } = this.cursor;
    this.applied.push({ operation, block, trxInBlock, opInTrx, virtualOp, isVirtual, result: nothing });
    this.cursor.virtualOp++;
    return this.applied.length - 1;
  }
}

/** asset_object::amount_to_pretty_string: the fraction is left out when it is zero. */
export function prettyAmount(amount: bigint, precision: number): string {
  const sign = amount < 0n ? '-' : '';
  const units = amount < 0n ? -amount : amount;
  const scale = 10n ** BigInt(precision);
  const rest = units % scale;
  return (
    sign + (units / scale).toString() + (rest === 0n ? '' : `.${rest.toString().padStart(precision, '0')}`)
  );
}
