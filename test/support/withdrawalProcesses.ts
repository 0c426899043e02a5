/**
 * Withdrawals run by workers that are processes of their own, against a devchain over real sockets. Chain time and the
 * workers' clocks are driven by hand and together: a block is made when every worker sleeps, has answered, or is held at a
 * call to its node. So nothing depends on how fast the machine is.
 */
import { Devchain, type DevchainOptions } from '../../devchain';
import { scheduledWitness } from '../../devchain/chain/witnessSchedule';
import type { PlainRequest } from '../../src/withdrawals/transaction/request';
import type { WithdrawalOrder } from '../../src/withdrawals/sending/order';
import type { WorkerOutcome, WorkerSettings } from './withdrawalWorkerMain';
import { Worker, type Held } from './withdrawalWorker';

export interface WorkerOptions {
  /** Name of the sending account; default `hot-wallet`. */
  account?: string;
  payingAccount?: string;
  /** Names of its nodes, in order of preference; default the trusted one. */
  nodes?: string[];
  clockOffset?: number;
}

/** A chain on which `hot-wallet` pays, its nodes, and the processes that pay. */
export class ExchangeOfProcesses {
  private readonly workers: Worker[] = [];
  private readonly nodeUrls = new Map<string, string>();
  private readonly start: number;
  private tick = 0;
  private wakeDriver: (() => void) | undefined;
  /** Witnesses that make no blocks. */
  readonly offline = new Set<string>();

  private constructor(readonly chain: Devchain) {
    this.start = chain.head.seconds;
    this.nodeUrls.set('trusted', chain.trustedUrl);
  }

  /** Chain time begins at a multiple of 600 s. */
  static async begin(options: Partial<DevchainOptions> = {}): Promise<ExchangeOfProcesses> {
    const balances = { BTS: '10000' };
    const chain = await Devchain.start({
      blockInterval: 5,
      maintenanceInterval: 86_400,
      accounts: ['hot-wallet', 'alice', 'bob'].map((name) => ({ name, balances })),
      ...options,
    });
    return new ExchangeOfProcesses(chain);
  }

  async end(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.kill()));
    await this.chain.stop();
  }

  /** Another full node of the network, which keeps history as the trusted one does. */
  async addNode(name: string): Promise<void> {
    this.nodeUrls.set(name, (await this.chain.addNode(name, this.chain.options.trusted)).url);
  }

  worker(options: WorkerOptions = {}): Worker {
    const { account = 'hot-wallet', payingAccount, nodes = ['trusted'], clockOffset = 0 } = options;
    const { keys } = this.chain.account(account);
    const settings: WorkerSettings = {
      trustedUrls: nodes.map((name) => this.nodeUrls.get(name) ?? ''),
      delayedUrl: this.chain.delayedUrl,
      chainId: this.chain.chainId,
      account,
      memoKey: keys.memo,
      activeKey: keys.active,
      payingAccount: payingAccount ?? null,
      clock: this.chain.options.clock === 'real' ? 'real' : 'driven',
      clockOffset,
    };
    const worker = new Worker(settings, this.chain.faults, nodes[0] ?? '', () => this.wakeDriver?.());
    worker.tellTime(this.tick, this.now);
    this.workers.push(worker);
    return worker;
  }

  /** A worker sends and is killed while its broadcast is on the way. The node has it when it is released. */
  async sendAndDie(
    order: WithdrawalOrder,
    { mode = 'send', ...options }: WorkerOptions & { mode?: 'send' | 'propose' } = {},
  ): Promise<Held> {
    const worker = this.worker(options);
    const held = worker.holdAt('broadcast_transaction');
    const outcome = worker[mode](order);
    await this.until(() => held.reached);
    await worker.kill();
    expect(await outcome).toBeNull();
    return held;
  }

  /** A worker pays and is killed before it hears of it. */
  async payAndDie(order: WithdrawalOrder): Promise<void> {
    const sent = await this.sendAndDie(order);
    await sent.release();
    expect(this.pending).toBe(1);
    this.makeBlock();
  }

  order(request: Partial<PlainRequest> = {}, more: Partial<WithdrawalOrder> = {}): WithdrawalOrder {
    return {
      request: {
        kind: 'plain',
        withdrawalId: 'W-1',
        requestedAt: this.chain.head.seconds,
        to: 'alice',
        asset: '1.3.0',
        amount: '1',
        memo: 'invoice 7',
        memoType: 'encrypted',
        receiverMemoKey: null,
        fee: null,
        feeAsset: null,
        ...request,
      },
      allowedAssets: [],
      allowedReceivers: [],
      maximumAmount: null,
      payingAccount: null,
      maximumAmounts: [],
      maximumFee: null,
      waitFor: 'irreversible',
      maximumWait: 3600,
      maximumAge: 7 * 86_400,
      ...more,
    };
  }

  /** In milliseconds, for the clocks of workers. */
  private get now(): number {
    return this.chain.head.seconds * 1000;
  }

  /** Chain time in seconds since its beginning. */
  get time(): number {
    return this.chain.head.seconds - this.start;
  }

  /** Time of the last irreversible block, as `time`. */
  get irreversibleTime(): number {
    const block = this.chain.block(this.chain.lastIrreversible);
    return block === undefined ? 0 : this.timeOf(block.timestamp);
  }

  private timeOf(timestamp: string): number {
    return Date.parse(`${timestamp}Z`) / 1000 - this.start;
  }

  /** ISO time of a moment that is given as `time`. */
  iso(time: number): string {
    return new Date((this.start + time) * 1000).toISOString().replace('.000', '');
  }

  /** Makes blocks, each when the workers are quiet, until the promise is settled. */
  async outcome<T>(promise: Promise<T>): Promise<T> {
    let settled = false;
    const note = () => {
      settled = true;
      this.wakeDriver?.();
    };
    promise.then(note, note);
    await this.until(() => settled);
    return promise;
  }

  /** The same for several at once. */
  outcomes<T>(promises: Promise<T>[]): Promise<T[]> {
    return this.outcome(Promise.all(promises));
  }

  /** Makes blocks through a time. */
  async reach(time: number): Promise<void> {
    await this.until(() => this.time >= time);
  }

  /** Makes blocks, each when the workers are quiet, until this holds. The workers are quiet then. */
  async until(holds: () => boolean): Promise<void> {
    for (let blocks = 0; ; blocks++) {
      await this.quiet();
      // What an outcome settles comes before the next block.
      await new Promise((resolve) => setImmediate(resolve));
      if (holds()) return;
      if (blocks === 5000) throw new Error(`nothing happened until ${this.iso(this.time)}`);
      this.makeBlock();
    }
  }

  /** Many slots pass without a block; then enough blocks follow for the chain to count as healthy again. */
  pause(seconds: number): void {
    this.chain.produceBlock({
      miss: Math.floor(seconds / this.chain.producer.state.parameters.block_interval),
    });
    this.chain.produceBlocks(140);
    this.tellTime();
  }

  /** One block by the next witness that is not offline. */
  makeBlock(): void {
    const { state } = this.chain.producer;
    let miss = 0;
    while (this.offline.has(scheduledWitness(state, miss + 1))) miss++;
    this.chain.produceBlock({ miss });
    this.tellTime();
  }

  /**
   * Another branch takes the place of the blocks after `time`. It begins with a transaction that somebody prepared, if one is
   * given; those of the old branch follow where they are valid.
   */
  reorganise(time: number, first?: WorkerOutcome | null): void {
    const { chain } = this;
    const depth = chain.blocks.filter(({ timestamp }) => this.timeOf(timestamp) > time).length;
    const dropped = chain.popBlocks(depth);
    if (first) chain.push(first.transaction);
    chain.produceBlock({ miss: 1 });
    for (const prepared of dropped) {
      if (!chain.producer.state.recent.has(prepared.id)) chain.producer.push(prepared);
    }
    for (let i = 0; i < depth; i++) chain.produceBlock();
    this.tellTime();
  }

  /** Resolves when no worker does anything before time goes on. */
  async quiet(): Promise<void> {
    while (this.workers.some((worker) => !worker.quiet)) {
      await new Promise<void>((resolve) => {
        // A call that reaches its hold is noticed by nobody; everything else wakes the driver.
        const timer = setTimeout(resolve, 5);
        this.wakeDriver = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  private tellTime(): void {
    this.tick += 1;
    for (const worker of this.workers) worker.tellTime(this.tick, this.now);
  }

  /** How often the sender paid this account in blocks of the present chain, through proposals as well. */
  paymentsTo(receiver: string, sender = 'hot-wallet'): number {
    const [from, to] = [this.chain.account(sender).id, this.chain.account(receiver).id];
    return this.chain.history(receiver).filter(({ op }) => {
      const [type, transfer] = op as unknown as [number, { from?: string; to?: string }];
      return type === 0 && transfer.from === from && transfer.to === to;
    }).length;
  }

  /** The same, once everything that the node holds is in a block. */
  async paid(receiver: string, sender?: string): Promise<number> {
    await this.quiet();
    if (this.pending > 0) this.makeBlock();
    return this.paymentsTo(receiver, sender);
  }

  /** From the next maintenance on every fee is half of what it is. */
  halveFees(): void {
    this.chain.changeParameters((parameters) => {
      const fees = parameters.current_fees;
      return { ...parameters, current_fees: { ...fees, scale: fees.scale / 2 } };
    });
  }

  /** How many transactions the trusted node holds and has not put into a block. */
  get pending(): number {
    return this.chain.producer.pending.length;
  }
}

/** Nodes whose history shows nothing of the accounts that pay and are paid. */
export const withoutHistory: Pick<DevchainOptions, 'trusted' | 'delayed'> = {
  trusted: { history: { partialOperations: true, trackAccounts: ['1.2.0'] } },
  delayed: { history: { partialOperations: true, trackAccounts: ['1.2.0'] } },
};
