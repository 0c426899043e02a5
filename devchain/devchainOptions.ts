/** What a devchain can be started with, and the shapes that its methods take and give. */
import type { Genesis, GenesisAccount, GenesisAsset, GenesisBalance, RoleKeys } from './chain/genesis';
import { stringify } from './wire/json';
import { sha256 } from './wire/keys';
import type { NodeOptions } from './rpc/nodeHandle';
import type { ChainParameters } from './chain/objects';
import { initialParameters } from './chain/parameters';
import { asJson } from './rpc/api';
import type { Memo } from './wire/operations';
import type { SignedTransaction } from './wire/transaction';

export interface DevchainOptions {
  /** Everything that is derived (keys, chain id) depends on it; default `devchain`. */
  seed?: string;
  /** `manual`: only produceBlock and advance make blocks. `real`: blocks come with wall time. */
  clock?: 'manual' | 'real';
  /** Seconds; default 3. */
  blockInterval?: number;
  /** Seconds; default 3600. */
  maintenanceInterval?: number;
  /** Default 11. */
  witnesses?: number;
  /** Default BTS. */
  prefix?: string;
  chainId?: string;
  /** Time of block 0: seconds, or ISO with Z; default 2026-01-01 for the manual clock, else now. */
  startTime?: number | string;
  accounts?: readonly GenesisAccount[];
  assets?: readonly GenesisAsset[];
  balanceObjects?: readonly GenesisBalance[];
  parameters?: Partial<ChainParameters>;
  /** Default 127.0.0.1. */
  host?: string;
  /** 0 or left out: a free port. */
  ports?: { trusted?: number; delayed?: number };
  trusted?: NodeOptions;
  delayed?: NodeOptions;
  /** Sign blocks with the witness keys; slow, and no client checks it. */
  signBlocks?: boolean;
}

export interface DevchainAccount {
  id: string;
  name: string;
  /** WIF keys from genesis. */
  keys: RoleKeys;
  publicKeys: RoleKeys;
}

export interface TransferRequest {
  from: string;
  to: string;
  /** Decimal text, `"12.5"`. */
  amount: string;
  /** Symbol or id; default the core asset. */
  asset?: string;
  /** A text is encrypted with the accounts' memo keys; an object is used as it is. */
  memo?: string | Memo;
  /** Symbol or id of the asset that pays the fee. */
  feeAsset?: string;
}

export interface SignOptions {
  /** Seconds from the head block's time; default 60 and a little, so that equal transactions differ. */
  expiration?: number;
  /** Block number to refer to; default the head. */
  referenceBlock?: number;
}

export interface ForkOptions {
  /** How many blocks are replaced; they must be reversible. */
  depth: number;
  /** `pool` (default): the transactions go back to the pending ones. `drop`: they are forgotten and expire. */
  keep?: 'pool' | 'drop' | ((transaction: SignedTransaction) => boolean);
  /** Blocks on the new branch; default one more than were dropped, as the longer fork wins. */
  blocks?: number;
}

/** A transaction as JSON: what a client sends. */
export type TransactionJson = { [key: string]: unknown };

/** The genesis that these options describe. */
export function genesisOf(options: DevchainOptions): Genesis {
  const seed = options.seed ?? 'devchain';
  const interval = options.blockInterval ?? 3;
  const start =
    options.startTime ??
    (options.clock === 'real' ? Math.floor(Date.now() / 1000) : Date.UTC(2026, 0, 1) / 1000);
  const seconds =
    typeof start === 'number' ? start : Date.parse(/Z$/.test(start) ? start : `${start}Z`) / 1000;
  const nathan: GenesisAccount = { name: 'nathan', balances: { BTS: '1000000000' } };
  const accounts = options.accounts ?? [];
  const genesis: Omit<Genesis, 'chainId'> = {
    seed,
    prefix: options.prefix ?? 'BTS',
    time: Math.floor(seconds / interval) * interval,
    parameters: {
      ...initialParameters(interval, options.maintenanceInterval ?? 3600),
      ...options.parameters,
    },
    witnesses: options.witnesses ?? 11,
    accounts: accounts.some(({ name }) => name === 'nathan') ? accounts : [nathan, ...accounts],
    assets: options.assets ?? [],
    balances: options.balanceObjects ?? [],
  };
  return {
    ...genesis,
    chainId: options.chainId ?? sha256(Buffer.from(stringify(asJson(genesis)))).toString('hex'),
  };
}
