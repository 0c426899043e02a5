/** The chain as a test or the demo holds it: nodes, wallet, clock, accounts and faults in one object. */
import type { StoredBlock } from './chain/blockLog';
import type { BulkTransfers } from './bulk';
import { bulkBlocks } from './bulk';
import type { AppliedBlock, PreparedTransaction } from './chain/chainNode';
import { ChainError } from './wire/chainError';
import { ChainNode } from './chain/chainNode';
import { SlotTimer } from './clock';
import type {
  DevchainAccount,
  DevchainOptions,
  ForkOptions,
  SignOptions,
  TransactionJson,
  TransferRequest,
} from './devchainOptions';
import { genesisOf } from './devchainOptions';
import { Faults } from './rpc/faults';
import { coreAsset } from './chain/fees';
import type { Genesis, RoleKeys } from './chain/genesis';
import type { HistoryObject } from './chain/history';
import type { Json } from './wire/json';
import { timeSeconds } from './wire/json';
import type { HandleSetup, NodeOptions } from './rpc/nodeHandle';
import { NodeHandle, replayed } from './rpc/nodeHandle';
import type { ChainParameters } from './chain/objects';
import { Operator } from './operator';
import type { Poison, PoisonedBlock } from './poison';
import { poison, poisonAsset } from './poison';
import { asJson } from './rpc/api';
import type { WalletNode } from './wallet/wallet';
import { WalletServer } from './wallet/walletServer';
import type { Memo } from './wire/operations';
import type { SignedTransaction } from './wire/transaction';
import { transactionId } from './wire/transaction';
import { slotAtTime } from './chain/witnessSchedule';

/** A BitShares chain in memory with a trusted and a delayed node on loopback ports. */
export class Devchain {
  readonly faults = new Faults();
  readonly trusted: NodeHandle;
  readonly delayed: NodeHandle;
  private readonly followers: NodeHandle[] = [];
  private readonly waiting = new Map<string, ((notice: Json) => void)[]>();
  private readonly timer: SlotTimer | undefined;
  /** Signs for the accounts of the genesis. */
  readonly operator: Operator;
  private walletServer: WalletServer | undefined;
  private parameterChange: ((parameters: ChainParameters) => ChainParameters) | undefined;

  private constructor(
    readonly genesis: Genesis,
    readonly options: DevchainOptions,
  ) {
    const producer = new ChainNode(genesis, options.trusted?.history ?? {}, options.signBlocks ?? false);
    this.listen(producer);
    const host = options.host ?? '127.0.0.1';
    const setup = (name: string, node: NodeOptions | undefined, port: number | undefined): HandleSetup => ({
      name,
      host,
      faults: this.faults,
      ...node,
      port: port ?? node?.port ?? 0,
    });
    this.trusted = new NodeHandle(
      {
        ...setup('trusted', options.trusted, options.ports?.trusted),
        broadcast: (json, included) => this.accept(json, included),
      },
      producer,
      'producer',
    );
    this.trusted.onReplay((node) => this.listen(node));
    this.delayed = new NodeHandle(
      setup('delayed', options.delayed, options.ports?.delayed),
      new ChainNode(genesis, options.delayed?.history ?? {}),
      'irreversible',
    );
    this.followers.push(this.delayed);
    this.operator = new Operator(genesis, () => this.producer);
    if (options.clock === 'real')
      this.timer = new SlotTimer(genesis.parameters.block_interval, (now) => this.onSlot(now));
  }

  /** Builds the genesis, opens both endpoints and, on the real clock, starts to produce blocks. */
  static async start(options: DevchainOptions = {}): Promise<Devchain> {
    const chain = new Devchain(genesisOf(options), options);
    await chain.trusted.start();
    await chain.delayed.start();
    chain.timer?.start();
    return chain;
  }

  /** Closes all endpoints and stops the clock. */
  async stop(): Promise<void> {
    this.timer?.stop();
    this.faults.clear();
    await Promise.all([this.trusted, ...this.followers].map((handle) => handle.stop()));
    await this.walletServer?.stop();
  }

  /** Another node of the network: a full one (follows the head, takes transactions), or a delayed one. */
  async addNode(name: string, node: NodeOptions & { delayed?: boolean } = {}): Promise<NodeHandle> {
    const { delayed, ...rest } = node;
    const setup: HandleSetup = {
      name,
      host: this.options.host ?? '127.0.0.1',
      faults: this.faults,
      ...rest,
      ...(delayed === true
        ? {}
        : { broadcast: (json: unknown, included?: (notice: Json) => void) => this.accept(json, included) }),
    };
    const handle = new NodeHandle(
      setup,
      new ChainNode(this.genesis, node.history ?? {}),
      delayed === true ? 'irreversible' : 'head',
    );
    this.followers.push(handle);
    handle.sync(this.producer);
    await handle.start();
    return handle;
  }

  /** A cli_wallet over the trusted node. With a password it is set up and its file saved; it still starts locked. */
  async startWallet(options: { port?: number; password?: string } = {}): Promise<WalletServer> {
    const { faults } = this;
    const link: WalletNode = {
      node: () => this.producer,
      broadcast: (prepared) => void this.producer.push(prepared),
    };
    const now = () => (this.options.clock === 'real' ? Math.floor(Date.now() / 1000) : this.head.seconds);
    const server = new WalletServer(
      {
        host: this.options.host ?? '127.0.0.1',
        port: options.port ?? 0,
        faults,
        seed: this.genesis.seed,
        now,
      },
      link,
    );
    if (options.password !== undefined) {
      server.wallet.ring.setPassword(options.password);
      server.wallet.ring.save();
    }
    await server.start();
    // cli_wallet exits when its node goes away; a supervisor has to start and unlock it again.
    this.trusted.onStop(() => void server.stop());
    this.walletServer = server;
    return server;
  }

  get wallet(): WalletServer {
    if (!this.walletServer) throw new Error('call startWallet first');
    return this.walletServer;
  }

  get walletUrl(): string {
    return this.wallet.url;
  }

  get producer(): ChainNode {
    return this.trusted.node;
  }

  get chainId(): string {
    return this.genesis.chainId;
  }

  get trustedUrl(): string {
    return this.trusted.url;
  }

  get delayedUrl(): string {
    return this.delayed.url;
  }

  get head(): { number: number; id: string; time: string; seconds: number } {
    const { head_block_number: number, head_block_id: id, time } = this.producer.state.dynamicProperties;
    return { number, id, time, seconds: timeSeconds(time) };
  }

  get lastIrreversible(): number {
    return this.producer.state.dynamicProperties.last_irreversible_block_num;
  }

  /** A block with its transactions and their ids. */
  block(
    number: number,
  ): (StoredBlock & { transactions: { id: string; transaction: SignedTransaction }[] }) | undefined {
    const block = this.producer.blocks.get(number);
    if (!block) return undefined;
    const transactions = this.producer.blocks
      .transactions(block)
      .map((transaction) => ({ id: transactionId(this.producer.state.wire.pack(transaction)), transaction }));
    return { ...block, transactions };
  }

  /** Every block of the trusted node's branch, for checkers. */
  get blocks(): NonNullable<ReturnType<Devchain['block']>>[] {
    return Array.from({ length: this.producer.blocks.length }, (_, index) => this.block(index + 1)).filter(
      (block) => block !== undefined,
    );
  }

  /** All operations that concern an account, oldest first, whatever the nodes pruned. */
  history(account: string): HistoryObject[] {
    const options = this.producer.history.options;
    const complete = options.maxOpsPerAccount === undefined && options.trackAccounts === undefined;
    const { history, state } = complete ? this.producer : replayed(this.producer, {});
    const id = state.accountByNameOrId(account)?.id ?? account;
    return Array.from({ length: history.total(id) }, (_, index) =>
      history.object(history.at(id, index + 1) as number),
    ).filter((object) => object !== undefined);
  }

  balance(account: string, asset = 'BTS'): bigint {
    const { state } = this.producer;
    const owner = state.accountByNameOrId(account);
    const found = state.assetBySymbolOrId(asset);
    if (!owner || !found) throw new Error(`no account ${account} or no asset ${asset}`);
    return state.balance(owner.id, found.id);
  }

  /** Makes the next block; `miss` slots stay empty before it. */
  produceBlock(options: { miss?: number } = {}): StoredBlock {
    return this.generate(options.miss === undefined ? {} : { miss: options.miss }).block;
  }

  produceBlocks(count: number): StoredBlock {
    let block = this.produceBlock();
    for (let i = 1; i < count; i++) block = this.produceBlock();
    return block;
  }

  /** Makes blocks until this many seconds of chain time have passed. */
  advance(seconds: number): void {
    const end = this.head.seconds + seconds;
    while (this.head.seconds < end) this.produceBlock();
  }

  /** Makes blocks until a block (default: the present head) is irreversible, so that the delayed node shows it. */
  confirm(number = this.head.number): void {
    for (let i = 0; this.lastIrreversible < number; i++) {
      if (i > 10_000) throw new Error(`block ${number} does not become irreversible`);
      this.produceBlock();
    }
  }

  generate(options: Parameters<ChainNode['generateBlock']>[0] = {}): AppliedBlock {
    const change = this.parameterChange;
    this.parameterChange = undefined;
    const applied = this.producer.generateBlock({
      ...options,
      ...(change ? { parameterChange: change } : {}),
    });
    for (const follower of this.followers) follower.sync(this.producer);
    return applied;
  }

  /** Chain parameters as if the committee had decided: pending from the next block, in force from the next maintenance. */
  changeParameters(change: (parameters: ChainParameters) => ChainParameters): void {
    const earlier = this.parameterChange;
    this.parameterChange = earlier ? (parameters) => change(earlier(parameters)) : change;
  }

  /** Takes the newest reversible blocks back and gives their transactions, oldest first. */
  popBlocks(count: number): PreparedTransaction[] {
    const reversible = this.head.number - this.lastIrreversible;
    if (count > reversible) throw new Error(`only ${reversible} blocks are reversible, not ${count}`);
    let transactions: PreparedTransaction[] = [];
    for (let i = 0; i < count; i++) transactions = [...this.producer.popBlock(), ...transactions];
    return transactions;
  }

  /** A reorganisation: other blocks take the place of the last ones. The new branch misses its first slot. */
  fork({ depth, keep = 'pool', blocks = depth + 1 }: ForkOptions): { dropped: PreparedTransaction[] } {
    const popped = this.popBlocks(depth);
    const kept = popped.filter(({ transaction }) =>
      typeof keep === 'function' ? keep(transaction) : keep === 'pool',
    );
    this.producer.generateBlock({ miss: 1, transactions: [] });
    for (const prepared of kept) this.repush(prepared);
    for (let i = 1; i < blocks; i++) this.producer.generateBlock();
    for (const follower of this.followers) follower.sync(this.producer);
    return { dropped: popped.filter((prepared) => !kept.includes(prepared)) };
  }

  /** As in the node, a transaction that is not valid on the new branch is forgotten. */
  private repush(prepared: PreparedTransaction): void {
    try {
      this.producer.push(prepared);
    } catch (error) {
      if (!(error instanceof ChainError)) throw error;
    }
  }

  /** Lets a frozen node go on. */
  unfreeze(handle: NodeHandle): void {
    handle.unfreeze(this.producer);
  }

  /** Starts a delayed node that stopped at a block once as a plain node, so that it gets past that block. */
  async syncAsPlainNode(handle: NodeHandle): Promise<void> {
    await handle.syncAsPlainNode(this.producer);
  }

  /** A stranger puts a text that is not UTF-8 into the next block, under the names of other accounts (see poison.ts). */
  poison(options: Poison): PoisonedBlock {
    return poison(this, options);
  }

  /** The issuer of an asset puts one into its description; gives the number of the block. */
  poisonAsset(symbol: string): number {
    return poisonAsset(this, symbol);
  }

  /** Puts a transaction through the same checks as a broadcast; gives its id, or throws the node's error. */
  push(json: unknown): string {
    const prepared = this.producer.prepare(this.producer.state.wire.transactionFromJson(json));
    this.producer.push(prepared);
    for (const follower of this.followers) follower.relay(prepared.transaction);
    return prepared.id;
  }

  transactionId(json: unknown): string {
    const { wire } = this.producer.state;
    return transactionId(wire.pack(wire.transactionFromJson(json)));
  }

  /** Signs and pushes a transfer between genesis accounts; gives the transaction's id. */
  transfer(request: TransferRequest): string {
    return this.push(this.signTransfer(request));
  }

  /** Many transfers between genesis accounts in new blocks, without signatures (see bulk.ts); amounts in base units. */
  bulkTransfers(
    bulk: Omit<BulkTransfers, 'from' | 'to' | 'assetId' | 'memoKeys'> & {
      from: string;
      to: string;
      asset?: string;
    },
  ): void {
    const { state } = this.producer;
    const sender = this.account(bulk.from);
    const receiver = state.accountByNameOrId(bulk.to);
    const asset = state.assetBySymbolOrId(bulk.asset ?? coreAsset);
    if (!receiver || !asset) throw new Error(`no account ${bulk.to} or no asset ${bulk.asset}`);
    const memoKeys = { from: sender.keys.memo, to: receiver.options.memo_key };
    const blocks = bulkBlocks(this.producer, {
      ...bulk,
      from: sender.id,
      to: receiver.id,
      assetId: asset.id,
      memoKeys,
    });
    for (const transactions of blocks) this.generate({ transactions });
  }

  /** Id and keys of a genesis account, by name. */
  account(name: string): DevchainAccount {
    return this.operator.account(name);
  }

  /** Tells devchain new keys of an account, for transfer and sign to use after an account_update. */
  useKeys(name: string, keys: Partial<RoleKeys>): void {
    this.operator.useKeys(name, keys);
  }

  /** A signed transaction as JSON; a fee that is left out is the required one. The keys are WIF. */
  sign(
    operations: readonly (readonly [number, Readonly<Record<string, unknown>>])[],
    keys: readonly string[],
    options: SignOptions = {},
  ): TransactionJson {
    return this.operator.sign(operations, keys, options);
  }

  /** The signed transfer of `transfer`, without pushing it. */
  signTransfer(request: TransferRequest, options: SignOptions = {}): TransactionJson {
    return this.operator.signTransfer(request, options);
  }

  /** An encrypted memo between two accounts, to the receiver's present memo key; the nonce counts up. */
  encryptMemo(parts: { from: string; to: string; text: string; nonce?: bigint }): Memo {
    return this.operator.encryptMemo(parts);
  }

  private accept(json: unknown, included?: (notice: Json) => void): void {
    const prepared = this.producer.prepare(this.producer.state.wire.transactionFromJson(json));
    this.producer.push(prepared);
    for (const follower of this.followers) follower.relay(prepared.transaction);
    if (included) this.waiting.set(prepared.id, [...(this.waiting.get(prepared.id) ?? []), included]);
  }

  private listen(node: ChainNode): void {
    node.onBlock(({ block, included }) => {
      included.forEach(({ id, transaction, results }, index) => {
        const listeners = this.waiting.get(id);
        if (!listeners) return;
        this.waiting.delete(id);
        const notice = {
          id,
          block_num: block.number,
          trx_num: index,
          trx: asJson({ ...transaction, operation_results: results }),
        };
        for (const listener of listeners) listener(notice);
      });
    });
  }

  private onSlot(now: number): void {
    const slot = slotAtTime(this.producer.state, now);
    if (slot > 0) this.generate({ miss: slot - 1 });
  }
}
