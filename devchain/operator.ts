/** The hand that signs for the accounts of the genesis, so that a test needs no wallet. */
import type { ChainNode } from './chain/chainNode';
import type { DevchainAccount, SignOptions, TransactionJson, TransferRequest } from './devchainOptions';
import { coreAsset, feeInAsset, requiredCoreFee } from './chain/fees';
import type { Genesis, RoleKeys } from './chain/genesis';
import { baseUnits, keysOf, publicText } from './chain/genesis';
import { isRecord, stringify, timeText } from './wire/json';
import { secretFromWif, signDigest } from './wire/keys';
import { encryptMemo } from './wire/memo';
import type { Account } from './chain/objects';
import { asJson } from './rpc/api';
import type { Memo, Operation } from './wire/operations';
import type { SignedTransaction } from './wire/transaction';
import { signingDigest } from './wire/transaction';

/** Signs for the accounts of the genesis: transactions, transfers and memos. */
export class Operator {
  private readonly rings = new Map<string, RoleKeys>();
  private counter = 0;

  constructor(
    private readonly genesis: Genesis,
    private readonly producerOf: () => ChainNode,
  ) {
    for (const account of genesis.accounts) this.rings.set(account.name, keysOf(genesis, account));
  }

  private get producer(): ChainNode {
    return this.producerOf();
  }

  /** Id and keys of a genesis account, by name. */
  account(name: string): DevchainAccount {
    const account = this.producer.state.accountByName(name);
    const keys = this.rings.get(name);
    if (!account || !keys) throw new Error(`no genesis account ${name}`);
    const text = (wif: string) => publicText(wif, this.genesis.prefix);
    return {
      id: account.id,
      name,
      keys,
      publicKeys: { owner: text(keys.owner), active: text(keys.active), memo: text(keys.memo) },
    };
  }

  /** Tells devchain new keys of an account, for transfer and sign to use after an account_update. */
  useKeys(name: string, keys: Partial<RoleKeys>): void {
    this.rings.set(name, { ...this.account(name).keys, ...keys });
  }

  /**
   * A signed transaction as JSON. A fee that is left out is the required one; the keys (WIF) are those of the
   * paying accounts when left out.
   */
  sign(
    operations: readonly (readonly [number, Readonly<Record<string, unknown>>])[],
    keys: readonly string[],
    options: SignOptions = {},
  ): TransactionJson {
    const { state, blocks } = this.producer;
    const { wire } = state;
    const number = options.referenceBlock ?? this.producer.blocks.length;
    const id = blocks.get(number)?.id ?? '00'.repeat(20);
    const body: SignedTransaction = {
      ref_block_num: number & 0xffff,
      ref_block_prefix: Buffer.from(id.slice(8, 16), 'hex').readUInt32LE(0),
      expiration: timeText(
        this.producer.state.headSeconds + (options.expiration ?? 60 + (this.counter++ % 3600)),
      ),
      operations: operations.map((operation) => this.withFee(operation)),
      extensions: [],
      signatures: [],
    };
    return this.signAgain(body, keys, wire.pack(body));
  }

  private signAgain(body: SignedTransaction, keys: readonly string[], packed: Buffer): TransactionJson {
    const digest = signingDigest(this.genesis.chainId, packed);
    const signatures = keys.map((wif) => signDigest(digest, secretFromWif(wif)));
    return JSON.parse(stringify(asJson({ ...body, signatures }))) as TransactionJson;
  }

  /** An operation with its fee filled in. */
  withFee(
    json: readonly [number, Readonly<Record<string, unknown>>],
    feeAsset: string = coreAsset,
  ): Operation {
    const { state } = this.producer;
    const operation = state.wire.codecs.operation.fromJson(json);
    const given = json[1]['fee'];
    if (isRecord(given) && given['amount'] !== undefined && String(given['amount']) !== '0') return operation;
    const asset = state.asset(feeAsset);
    const fee = feeInAsset(
      requiredCoreFee(operation, state.parameters, state.wire),
      feeAsset,
      asset.options.core_exchange_rate,
    );
    return [operation[0], { ...operation[1], fee }] as Operation;
  }

  /** The signed transfer of `transfer`, without pushing it. */
  signTransfer(
    { from, to, amount, asset = coreAsset, memo, feeAsset }: TransferRequest,
    options: SignOptions = {},
  ): TransactionJson {
    const { state } = this.producer;
    const found = state.assetBySymbolOrId(asset);
    const sender = state.accountByNameOrId(from);
    const receiver = state.accountByNameOrId(to);
    if (!found || !sender || !receiver)
      throw new Error(`no asset ${asset}, no account ${from} or no account ${to}`);
    const fields = {
      from: sender.id,
      to: receiver.id,
      amount: { amount: baseUnits(amount, found.precision), asset_id: found.id },
      ...(memo === undefined
        ? {}
        : { memo: typeof memo === 'string' ? this.encryptMemo({ from, to, text: memo }) : memo }),
    };
    const payWith = feeAsset === undefined ? coreAsset : (state.assetBySymbolOrId(feeAsset)?.id ?? feeAsset);
    const [tag, body] = this.withFee([0, fields], payWith);
    return this.sign(
      [[tag, body as unknown as Record<string, unknown>]],
      [this.account(sender.name).keys.active],
      options,
    );
  }

  /** An encrypted memo between two accounts, to the receiver's present memo key; the nonce counts up. */
  encryptMemo({ from, to, text, nonce }: { from: string; to: string; text: string; nonce?: bigint }): Memo {
    const receiver = this.producer.state.accountByNameOrId(to) as Account;
    const sender = this.producer.state.accountByNameOrId(from) as Account;
    const counted = 1_000_000_000_000n + BigInt(++this.counter);
    return encryptMemo({
      from: this.account(sender.name).keys.memo,
      to: receiver.options.memo_key,
      text,
      nonce: nonce ?? counted,
      prefix: this.genesis.prefix,
    });
  }
}
