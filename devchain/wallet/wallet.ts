/** The work of cli_wallet: accounts, keys, memos, signing and builder transactions (wallet.cpp, wallet_sign.cpp, wallet_transfer.cpp). */
import { SignState, requiredKeys } from '../chain/authority';
import type { PreparedTransaction } from '../chain/chainNode';
import type { ChainNode } from '../chain/chainNode';
import { assertion, at, ChainError, check, failure, framed } from '../wire/chainError';
import { feeInAsset, requiredCoreFee } from '../chain/fees';
import type { Json } from '../wire/json';
import { isRecord, timeText } from '../wire/json';
import { publicKeyFromText, secretFromWif, sha256, signDigest } from '../wire/keys';
import { decryptMemo, encryptMemo } from '../wire/memo';
import type { Account, AssetObject } from '../chain/objects';
import { maxShareSupply } from '../chain/parameters';
import type { ChainState } from '../chain/state';
import type { Asset, Memo, Operation } from '../wire/operations';
import { compareIds } from '../wire/operations';
import type { SignedTransaction } from '../wire/transaction';
import { signingDigest, transactionId } from '../wire/transaction';
import { toText } from '../rpc/arguments';
import { NeverAnswered } from '../rpc/httpServer';
import { holdsOnlyUtf8 } from '../wire/text';
import { KeyRing } from './keyRing';

export interface WalletNode {
  /** The chain node behind the wallet; a replay puts another in its place. */
  node(): ChainNode;
  /** Hands a transaction to the network; throws the node's error. */
  broadcast(prepared: PreparedTransaction): void;
}

/** A builder transaction: operations that are collected before they are signed. */
interface Builder {
  operations: Operation[];
  built: SignedTransaction | undefined;
}

const expirationSeconds = 30;

/** What cli_wallet does, over one node. The methods of its API are in walletMethods.ts. */
export class Wallet {
  readonly ring: KeyRing;
  readonly builders = new Map<number, Builder>();
  private recent = new Map<string, number>();
  private nonces = 0;
  private nextBuilder = 0;
  private readonly accounts = new Map<string, Account>();

  constructor(
    readonly link: WalletNode,
    private readonly seed: string,
  ) {
    this.ring = new KeyRing(link.node().state.wire.prefix);
  }

  get node(): ChainNode {
    return this.link.node();
  }

  get state(): ChainState {
    return this.node.state;
  }

  restart(): void {
    this.ring.restart();
    this.builders.clear();
    this.nextBuilder = 0;
    this.recent.clear();
  }

  /**
   * What the node answered. cli_wallet asks its node over WebSocket and has no deadline: an answer that holds a text
   * which is not UTF-8 never comes, and so the wallet's own caller gets none either.
   */
  received<T>(answer: T): T {
    if (!holdsOnlyUtf8(answer)) throw new NeverAnswered();
    return answer;
  }

  checkUnlocked(file: string, line: number, name: string, self = true): void {
    check(!this.ring.locked, self ? '!self.is_locked()' : '!is_locked()', at(file, line, name));
  }

  account(nameOrId: unknown): Account {
    const account = this.state.accountByNameOrId(toText(nameOrId));
    check(
      account !== undefined,
      'rec && rec->name == account_name_or_id',
      at('wallet_account.cpp', 206, 'get_account'),
    );
    return account;
  }

  asset(symbolOrId: unknown): AssetObject {
    const asset = this.state.assetBySymbolOrId(toText(symbolOrId));
    check(asset !== undefined, 'opt', at('wallet_asset.cpp', 73, 'get_asset'));
    return this.received(asset);
  }

  /** An amount with its symbol, as texts for people show it. */
  pretty(amount: Asset): string {
    this.asset(amount.asset_id);
    return this.state.pretty(amount);
  }

  /** Decimal text as base units (asset_object::amount_from_string). */
  amount(text: string, asset: AssetObject): bigint {
    const place = (line: number) => at('asset_object.cpp', line, 'amount_from_string');
    return framed(
      () => {
        const match = /^(-?)(\d*)(?:\.(\d*))?$/.exec(text);
        check(match !== null && text !== '', 'found_decimal', place(160));
        const fraction = match[3] ?? '';
        check(fraction.length <= asset.precision, 'rhs.size() <= max_rhs_size', place(190));
        const units = BigInt((match[2] ?? '') + fraction.padEnd(asset.precision, '0') || '0');
        check(units <= maxShareSupply, 'satoshis <= GRAPHENE_MAX_SHARE_SUPPLY', place(199));
        return match[1] === '-' ? -units : units;
      },
      'asset_object.cpp',
      205,
      'amount_from_string',
      () => ({ amount_string: text }),
    );
  }

  /** A random-looking nonce: deterministic, so that a run can be repeated. */
  private nonce(): bigint {
    return sha256(Buffer.from(`${this.seed}:wallet:${this.nonces++}`)).readBigUInt64LE(0);
  }

  privateKey(publicKey: string): string {
    const wif = this.ring.find(publicKey);
    check(wif !== undefined, 'it != _keys.end()', at('wallet_sign.cpp', 60, 'get_private_key'));
    return wif;
  }

  /** A memo from one account or key to another; the sender's memo key must be in the wallet. */
  memo(from: unknown, to: unknown, text: string): Memo {
    const key = (who: unknown): string => {
      const account = this.state.accountByNameOrId(toText(who));
      if (account) return account.options.memo_key;
      try {
        publicKeyFromText(toText(who), this.state.wire.prefix);
        return toText(who);
      } catch {
        return this.account(who).options.memo_key;
      }
    };
    return encryptMemo({
      from: this.privateKey(key(from)),
      to: key(to),
      text,
      nonce: this.nonce(),
      prefix: this.state.wire.prefix,
    });
  }

  /** The text of a memo, or "" for every failure: cli_wallet does not tell them apart. */
  readMemo(memo: Memo): string {
    for (const key of [memo.to, memo.from]) {
      const wif = this.ring.find(key);
      if (wif === undefined) continue;
      try {
        return decryptMemo(memo, wif, this.state.wire.prefix);
      } catch {
        continue;
      }
    }
    return '';
  }

  withFees(operation: Operation, assetId = '1.3.0'): Operation {
    const rate = this.state.asset(assetId).options.core_exchange_rate;
    const fee = feeInAsset(requiredCoreFee(operation, this.state.parameters, this.state.wire), assetId, rate);
    return [operation[0], { ...operation[1], fee }] as Operation;
  }

  /** Signs with every key of the wallet that is needed; reference block and expiration come from the head (sign_transaction). */
  signed(operations: Operation[], extraKeys: readonly string[] = []): SignedTransaction {
    const { state } = this;
    const { wire } = state;
    const { head_block_id: head, head_block_number: number } = state.dynamicProperties;
    const body: SignedTransaction = {
      ref_block_num: number & 0xffff,
      ref_block_prefix: Buffer.from(head.slice(8, 16), 'hex').readUInt32LE(0),
      expiration: state.later(expirationSeconds),
      operations,
      extensions: [],
      signatures: [],
    };
    const now = state.headSeconds;
    for (const [id, expires] of this.recent) if (expires < now) this.recent.delete(id);
    for (let extra = 0; this.recent.has(transactionId(wire.pack(body))); extra++)
      body.expiration = timeText(now + expirationSeconds + extra + 1);
    const packed = wire.pack(body);
    this.recent.set(transactionId(packed), now + 3600);
    const digest = signingDigest(state.chainId, packed);
    const source = {
      active: (id: string) => state.account(id).active,
      owner: (id: string) => state.account(id).owner,
    };
    const keys = requiredKeys(
      operations,
      [],
      this.ring.publicKeys,
      source,
      state.parameters.max_authority_depth,
      wire.prefix,
    );
    const wifs = [...keys.map((key) => this.privateKey(key)), ...extraKeys];
    return { ...body, signatures: [...new Set(wifs.map((wif) => signDigest(digest, secretFromWif(wif))))] };
  }

  /** Adds the signatures that are needed and in the wallet; reference block and expiration stay (add_transaction_signature). */
  addSignatures(transaction: SignedTransaction): SignedTransaction {
    const { state } = this;
    const source = {
      active: (id: string) => state.account(id).active,
      owner: (id: string) => state.account(id).owner,
    };
    const { prefix } = state.wire;
    const depth = state.parameters.max_authority_depth;
    const keys = requiredKeys(transaction.operations, [], this.ring.publicKeys, source, depth, prefix);
    const digest = signingDigest(state.chainId, state.wire.pack(transaction));
    const added = keys.map((key) => signDigest(digest, secretFromWif(this.privateKey(key))));
    return { ...transaction, signatures: [...transaction.signatures, ...added] };
  }

  /** Sends; the node's error comes back as text, without its code (fc state.cpp handle_reply). */
  broadcast(transaction: SignedTransaction): string {
    try {
      const prepared = this.node.prepare(transaction);
      this.link.broadcast(prepared);
      return prepared.id;
    } catch (error) {
      if (!(error instanceof ChainError)) throw error;
      throw failure(0, 'exception', 'unspecified', at('state.cpp', 52, 'handle_reply'), '${error}', {
        error: `Execution error: ${error.text()}`,
        data: { code: error.code, name: error.exceptionName, message: error.what },
      });
    }
  }

  finish(operations: Operation[], broadcast: boolean, extraKeys: readonly string[] = []): SignedTransaction {
    const transaction = this.signed(operations, extraKeys);
    if (broadcast) this.broadcast(transaction);
    return transaction;
  }

  operation(json: unknown): Operation {
    return this.state.wire.codecs.operation.fromJson(json);
  }

  beginBuilder(): number {
    const handle = this.nextBuilder++;
    this.builders.set(handle, { operations: [], built: undefined });
    return handle;
  }

  builder(handle: unknown): Builder {
    const builder = this.builders.get(Number(handle));
    if (!builder)
      throw assertion(
        '_builder_transactions.count(transaction_handle)',
        at('wallet_builder.cpp', 46, 'builder'),
      );
    return builder;
  }

  /** Are these keys enough for the operations? Used to tell whether a key in hand is one of the account's. */
  canSign(account: Account, keys: readonly string[]): boolean {
    const state = new SignState(
      keys,
      { active: (id) => this.state.account(id).active, owner: (id) => this.state.account(id).owner },
      2,
      this.state.wire.prefix,
    );
    return state.account(account.id);
  }

  /** The wallet keeps an account as it was when a key of it was imported. */
  remember(account: Account): void {
    this.accounts.set(account.id, account);
  }

  myAccounts(): Account[] {
    return [...this.accounts.values()].sort((a, b) => compareIds(a.id, b.id));
  }

  memoFromJson(json: unknown): Memo {
    return this.state.wire.codecs.memo.fromJson(isRecord(json) ? json : {}) as Memo;
  }
}

export function flag(value: unknown): boolean {
  return value === true || value === 'true' || value === 1;
}

export function transactionJson(transaction: SignedTransaction): Json {
  return transaction as unknown as Json;
}
