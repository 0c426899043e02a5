/** The first state of a chain: accounts, assets, balances, witnesses and parameters (db_genesis.cpp). */
import { createAccount, makeLifetimeMember } from './evaluators/accounts';
import { createAsset } from './evaluators/assets';
import { coreAsset } from './fees';
import { epoch, timeText } from '../wire/json';
import { publicKeyBytes, publicKeyText, secretFromWif, sha256, wifFromSecret } from '../wire/keys';
import type {
  AssetDynamicData,
  BalanceObject,
  ChainParameters,
  DynamicGlobalProperties,
  GlobalProperties,
  LinearVestingPolicy,
  Witness,
} from './objects';
import { maxShareSupply } from './parameters';
import { ChainState } from './state';
import type { AccountOptions, Authority } from '../wire/operations';
import { Wire } from '../wire/transaction';
import { createSchedule, fullSlots } from './witnessSchedule';

export interface RoleKeys {
  owner: string;
  active: string;
  memo: string;
}

export interface GenesisAccount {
  name: string;
  /** Decimal amounts by symbol. */
  balances?: Readonly<Record<string, string>>;
  /** WIF keys; those left out are derived from the seed. */
  keys?: Partial<RoleKeys>;
  /** Lifetime member (default true): may register accounts and keep lists. */
  lifetime?: boolean;
}

export interface GenesisAsset {
  symbol: string;
  precision: number;
  /** Account name, default nathan. */
  issuer?: string;
  flags?: number;
  permissions?: number;
  maxSupply?: bigint;
  /** Base units of this asset for one 100,000 base units of the core asset; default: one whole unit. */
  ratePerCore?: bigint;
  /** Base units of the core asset in the fee pool. */
  feePool?: bigint;
}

export interface GenesisBalance {
  /** Address text: any of the five forms of a key. */
  owner: string;
  symbol?: string;
  /** Base units. */
  amount: bigint;
  vesting?: { beginTime?: number; durationSeconds: number; cliffSeconds?: number; beginBalance?: bigint };
}

/** Everything that the state of block 0 depends on. */
export interface Genesis {
  seed: string;
  prefix: string;
  chainId: string;
  /** Seconds since the epoch. */
  time: number;
  parameters: ChainParameters;
  witnesses: number;
  accounts: readonly GenesisAccount[];
  assets: readonly GenesisAsset[];
  balances: readonly GenesisBalance[];
}

/** The WIF of an account's role: SHA-256 of seed, name and role. */
export function derivedKey(seed: string, name: string, role: string): string {
  return wifFromSecret(sha256(Buffer.from(`${seed}${name}${role}`)));
}

const publicTexts = new Map<string, string>();

export function publicText(wif: string, prefix: string): string {
  const name = prefix + wif;
  let text = publicTexts.get(name);
  if (text === undefined) {
    text = publicKeyText(publicKeyBytes(secretFromWif(wif)), prefix);
    publicTexts.set(name, text);
  }
  return text;
}

/** The keys of a genesis account; nathan has the key of the development genesis in every role. */
export function keysOf(genesis: Pick<Genesis, 'seed'>, account: GenesisAccount): RoleKeys {
  if (account.name === 'nathan' && !account.keys) {
    const wif = wifFromSecret(sha256(Buffer.from('nathan')));
    return { owner: wif, active: wif, memo: wif };
  }
  const derived = (role: string) => derivedKey(genesis.seed, account.name, role);
  return {
    owner: account.keys?.owner ?? derived('owner'),
    active: account.keys?.active ?? derived('active'),
    memo: account.keys?.memo ?? derived('memo'),
  };
}

/** A decimal text as base units; throws an Error for anything else, it never rounds. */
export function baseUnits(text: string, precision: number): bigint {
  const match = /^(\d+)(?:\.(\d+))?$/.exec(text);
  if (!match || (match[2] ?? '').length > precision)
    throw new Error(`not an amount with at most ${precision} decimals: ${text}`);
  return BigInt((match[1] ?? '') + (match[2] ?? '').padEnd(precision, '0'));
}

const nobody: Authority = { weight_threshold: 1, account_auths: [], key_auths: [], address_auths: [] };

function single(key: string): Authority {
  return { weight_threshold: 1, account_auths: [], key_auths: [[key, 1]], address_auths: [] };
}

function options(memoKey: string): AccountOptions {
  return {
    memo_key: memoKey,
    voting_account: '1.2.5',
    num_witness: 0,
    num_committee: 0,
    votes: [],
    extensions: [],
  };
}

/** Builds the state of block 0: special accounts, witnesses, assets, then the given accounts and balance objects. */
export function genesisState(genesis: Genesis): ChainState {
  const wire = new Wire(genesis.prefix);
  const state = new ChainState(wire, genesis.chainId);
  const time = timeText(genesis.time);
  const witnesses = Array.from({ length: genesis.witnesses }, (_, index) => `1.6.${index + 1}`);
  state.store.create<GlobalProperties>('2.0', {
    parameters: genesis.parameters,
    next_available_vote_id: genesis.witnesses * 2,
    active_committee_members: witnesses.map((_, index) => `1.5.${index}`),
    active_witnesses: witnesses,
  });
  state.store.create<DynamicGlobalProperties>('2.1', {
    head_block_number: 0,
    head_block_id: '00'.repeat(20),
    time,
    current_witness: '1.6.0',
    next_maintenance_time: epoch,
    last_vote_tally_time: epoch,
    last_budget_time: epoch,
    witness_budget: 0n,
    total_pob: 0n,
    total_inactive: 0n,
    accounts_registered_this_interval: 0,
    recently_missed_count: 0,
    current_aslot: 0,
    recent_slots_filled: fullSlots,
    dynamic_flags: 0,
    last_irreversible_block_num: 0,
  });
  createSchedule(state, witnesses);

  const none = publicKeyText(Buffer.alloc(33), genesis.prefix);
  for (const name of [
    'committee-account',
    'witness-account',
    'relaxed-committee-account',
    'null-account',
    'temp-account',
    'proxy-to-self',
  ]) {
    const open = name === 'temp-account' ? { ...nobody, weight_threshold: 0 } : nobody;
    createAccount(state, { name, owner: open, active: open, options: options(none) });
  }
  state.store.create<Witness>('1.6', newWitness('1.2.0', none));
  for (let i = 0; i < genesis.witnesses; i++) {
    const name = `init${i}`;
    const key = publicText(derivedKey(genesis.seed, name, 'active'), genesis.prefix);
    const account = createAccount(state, {
      name,
      owner: single(key),
      active: single(key),
      options: options(key),
    });
    makeLifetimeMember(state, account);
    state.store.create<Witness>(
      '1.6',
      newWitness(account.id, publicText(derivedKey(genesis.seed, name, 'witness'), genesis.prefix)),
    );
  }
  createCoreAsset(state);
  // In the genesis of witness_node 2.5.0 is taken before the first balance of an account.
  state.store.skipId('2.5');
  for (const account of genesis.accounts) addAccount(state, genesis, account);
  for (const asset of genesis.assets) addAsset(state, asset);
  for (const account of genesis.accounts) addBalances(state, account);
  for (const balance of genesis.balances) addBalanceObject(state, genesis, balance);
  return state;
}

function newWitness(account: string, key: string): Omit<Witness, 'id'> {
  return {
    witness_account: account,
    last_aslot: 0,
    signing_key: key,
    vote_id: '1:0',
    total_votes: 0,
    url: '',
    total_missed: 0,
    last_confirmed_block_num: 0,
  };
}

function createCoreAsset(state: ChainState): void {
  const one = { amount: 1n, asset_id: coreAsset };
  createAsset(state, {
    symbol: 'BTS',
    precision: 5,
    issuer: '1.2.3',
    options: {
      max_supply: maxShareSupply,
      market_fee_percent: 0,
      max_market_fee: maxShareSupply,
      issuer_permissions: 0,
      flags: 0,
      core_exchange_rate: { base: one, quote: one },
      whitelist_authorities: [],
      blacklist_authorities: [],
      whitelist_markets: [],
      blacklist_markets: [],
      description: '',
      extensions: {},
    },
  });
}

function addAccount(state: ChainState, genesis: Genesis, account: GenesisAccount): void {
  const keys = keysOf(genesis, account);
  const text = (wif: string) => publicText(wif, genesis.prefix);
  const created = createAccount(state, {
    name: account.name,
    owner: single(text(keys.owner)),
    active: single(text(keys.active)),
    options: options(text(keys.memo)),
  });
  if (account.lifetime === false)
    state.store.modify(created, { registrar: '1.2.4', referrer: '1.2.0', lifetime_referrer: '1.2.0' });
  else makeLifetimeMember(state, created);
}

function addAsset(state: ChainState, asset: GenesisAsset): void {
  const issuer = state.accountByName(asset.issuer ?? 'nathan');
  if (!issuer) throw new Error(`the issuer of ${asset.symbol} is not in the genesis`);
  createAsset(
    state,
    {
      symbol: asset.symbol,
      precision: asset.precision,
      issuer: issuer.id,
      options: {
        max_supply: asset.maxSupply ?? maxShareSupply,
        market_fee_percent: 0,
        max_market_fee: 0n,
        issuer_permissions: asset.permissions ?? 79,
        flags: asset.flags ?? 0,
        core_exchange_rate: {
          base: { amount: 100000n, asset_id: coreAsset },
          quote: { amount: asset.ratePerCore ?? 10n ** BigInt(asset.precision), asset_id: '1.3.1' },
        },
        whitelist_authorities: [],
        blacklist_authorities: [],
        whitelist_markets: [],
        blacklist_markets: [],
        description: '',
        extensions: {},
      },
    },
    asset.feePool ?? 0n,
  );
}

function issue(state: ChainState, assetId: string, amount: bigint): void {
  const data = state.dynamicData(state.asset(assetId));
  state.store.modify<AssetDynamicData>(data, { current_supply: data.current_supply + amount });
}

function addBalances(state: ChainState, account: GenesisAccount): void {
  const owner = state.accountByName(account.name);
  if (!owner) return;
  for (const [symbol, text] of Object.entries(account.balances ?? {})) {
    const asset = state.assetBySymbolOrId(symbol);
    if (!asset) throw new Error(`${account.name} has a balance in ${symbol}, which is not in the genesis`);
    const amount = baseUnits(text, asset.precision);
    issue(state, asset.id, amount);
    state.adjustBalance(owner.id, { amount, asset_id: asset.id });
  }
}

function addBalanceObject(state: ChainState, genesis: Genesis, balance: GenesisBalance): void {
  const asset = state.assetBySymbolOrId(balance.symbol ?? 'BTS');
  if (!asset) throw new Error(`a balance object in ${balance.symbol}, which is not in the genesis`);
  const policy: LinearVestingPolicy | undefined = balance.vesting && {
    begin_timestamp: timeText(balance.vesting.beginTime ?? genesis.time),
    vesting_cliff_seconds: balance.vesting.cliffSeconds ?? 0,
    vesting_duration_seconds: balance.vesting.durationSeconds,
    begin_balance: balance.vesting.beginBalance ?? balance.amount,
  };
  issue(state, asset.id, balance.amount);
  state.store.create<BalanceObject>('1.15', {
    owner: balance.owner,
    balance: { amount: balance.amount, asset_id: asset.id },
    ...(policy ? { vesting_policy: policy } : {}),
    last_claim_date: epoch,
  });
}
