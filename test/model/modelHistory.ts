/** One generated history: workers, nodes and the world interleave; then the world heals and the checker counts. */
import { isBitSharesError } from '../../src/errors';
import { customChain, type TransferOperation } from '../../src/protocol';
import type { WithdrawalContext } from '../../src/withdrawals/context';
import { runWithdrawals } from '../../src/withdrawals/runner';
import { withdrawalStatus } from '../../src/withdrawals/settleTransaction';
import type { TransferItem } from '../../src/withdrawals/transferItem';
import type { WithdrawalOrder } from '../../src/withdrawals/withdrawal';
import { alice, blockInterval, core, feeToken, hotWallet, vault, type OutsideChange } from './modelChain';
import type { ModelNode } from './modelNode';
import { is } from './mutations';
import { settled, WorkerProcess, type Delivery } from './workerProcess';
import { aliceMemoKeys, keys, Random, World } from './world';

const chain = customChain({ chainId: 'ab'.repeat(32), prefix: 'BTS' });

/** Amounts tell withdrawals apart on the chain, whatever became of their memos. */
interface Subject {
  withdrawalId: string;
  amount: number;
  mode: 'send' | 'propose';
  from: string;
  fields: { memo?: string; fee?: string; feeAsset?: string };
}

const subjects: Subject[] = [
  { withdrawalId: 'plain', amount: 1001, mode: 'send', from: hotWallet, fields: {} },
  { withdrawalId: 'plain twin', amount: 1001_0, mode: 'send', from: hotWallet, fields: {} },
  { withdrawalId: 'encrypted', amount: 1002, mode: 'send', from: hotWallet, fields: { memo: 'for alice' } },
  {
    withdrawalId: 'token fee',
    amount: 1003,
    mode: 'send',
    from: hotWallet,
    fields: { fee: '400', feeAsset: feeToken },
  },
  { withdrawalId: 'proposed', amount: 1004, mode: 'propose', from: vault, fields: {} },
];

export type Theme = 'any' | 'encrypted' | 'token fee' | 'proposed' | 'fees' | 'funds' | 'forks' | 'history';

interface Claim {
  subject: Subject;
  item: TransferItem;
}

export interface Violation {
  what: string;
  withdrawalId: string;
}

export interface HistoryOptions {
  seed: number;
  events: number;
  theme: Theme;
}

export async function runHistory(options: HistoryOptions): Promise<Violation[]> {
  return new History(options).run();
}

class History {
  private readonly random: Random;
  private readonly world: World;
  private readonly workers: WorkerProcess[];
  private readonly chosen: Subject[];
  private readonly started = new Set<Subject>();
  private readonly claims: Claim[] = [];
  private readonly requestedAt: number;

  constructor(private readonly options: HistoryOptions) {
    this.random = new Random(options.seed);
    // Short maintenance intervals make many maintenance blocks to stumble over.
    const maintenanceInterval = options.theme === 'fees' ? 390 : 1500;
    this.world = new World(this.random, 30 * this.random.below(40), maintenanceInterval);
    this.workers = Array.from(
      { length: 2 + this.random.below(3) },
      () => new WorkerProcess(this.world, this.random.below(121) - 60),
    );
    this.chosen = this.choose();
    this.requestedAt = this.world.head.time - this.random.below(300);
    if (options.theme === 'encrypted') this.aliceLaysTraps();
  }

  /** Key changes that are approved long before they happen, at the end of a block, where no operation shows them. */
  private aliceLaysTraps(): void {
    const { random, world } = this;
    for (let i = 0; i < 10; i++) {
      const change = world.memoKeyChange(aliceMemoKeys[i % 2] ?? '');
      const expiration = world.head.time + blockInterval * (8 + random.below(60));
      world.pool.push(world.outsider(world.propose([change], expiration, true)));
    }
    world.produce({});
    for (const [id] of world.head.proposals) world.pool.push(world.outsider(world.approve(id)));
    world.produce({});
  }

  private choose(): Subject[] {
    const { theme } = this.options;
    const named = subjects.filter(({ withdrawalId }) => withdrawalId === theme);
    if (named.length > 0) return named;
    if (theme !== 'any') return subjects.slice(0, 1);
    const first = this.random.below(subjects.length);
    return [...new Set([subjects[first], subjects[this.random.below(subjects.length)]])] as Subject[];
  }

  async run(): Promise<Violation[]> {
    for (let i = 0; i < this.options.events; i++) await this.event();
    await this.heal();
    return this.check();
  }

  private async event(): Promise<void> {
    const { random, world } = this;
    // Just after a window began, the last blocks of the one before can still be replaced.
    const intoWindow = world.head.time % 600;
    if (this.options.theme === 'forks' && intoWindow > 0 && intoWindow <= 60 && random.chance(15)) {
      world.fork(1 + random.below(2), false);
    }
    const dice = random.below(100);
    if (dice < 62) {
      const worker = random.pick(this.workers);
      if (!worker.busy) this.start(worker);
      else if (!worker.asleep) for (let i = random.below(20); i >= 0; i--) await this.step(worker);
    } else if (dice < 80) {
      const willing = this.options.theme === 'forks' || this.options.theme === 'encrypted' ? 30 : 75;
      world.produce(this.outside(), random.chance(8) ? random.below(5) : 0, () => random.chance(willing));
    } else if (dice < 83) {
      world.fork(1 + random.below(3), random.chance(50));
    } else if (dice < 87) {
      const node = random.pick(world.trusted);
      if (random.chance(70)) world.gossip(node);
      else node.pool = [];
    } else if (dice < 90) {
      this.unsettleNodes();
    } else if (dice < 92) {
      random.pick(this.workers).crash();
    } else if (dice < 97) {
      this.aliceActs();
    } else {
      this.signersAct();
    }
    await settled();
  }

  private unsettleNodes(): void {
    const { random, world } = this;
    const node: ModelNode = random.pick([...world.trusted, world.delayed]);
    node.stalled = random.chance(40);
    node.history = random.pick(['complete', 'untracked', 'pruned'] as const);
    world.followAll();
  }

  /** What else a block may bring: fee parameters that wait for maintenance, another exchange rate, money coming and going. */
  private outside(): OutsideChange {
    const { random, options } = this;
    const change: OutsideChange = {};
    if (random.chance(options.theme === 'fees' ? 30 : 5)) change.pendingFee = BigInt(900 + random.below(200));
    if (random.chance(options.theme === 'token fee' ? 30 : 5)) change.tokenRate = BigInt(8 + random.below(5));
    if (random.chance(options.theme === 'funds' ? 25 : 3)) {
      change.balances = [[`${hotWallet} ${core}`, random.pick([500n, 2_500n, 1_000_000n])]];
    }
    return change;
  }

  /** The receiver rotates its memo key on purpose: pending only, in a block, or through a proposal. */
  private aliceActs(): void {
    const { random, world } = this;
    const memoKey = random.pick(aliceMemoKeys);
    const pending = random.pick(world.trusted);
    const open = [...world.head.proposals].filter(([, { operations }]) =>
      operations.some(([type]) => type === 6),
    );
    switch (random.below(4)) {
      case 0:
        return pending.tryToPush(world.outsider(world.memoKeyChange(memoKey)));
      case 1:
        world.pool.push(world.outsider(world.memoKeyChange(memoKey)));
        return;
      case 2: {
        const expiration = world.head.time + blockInterval * (4 + random.below(30));
        world.pool.push(
          world.outsider(world.propose([world.memoKeyChange(memoKey)], expiration, random.chance(60))),
        );
        return;
      }
      default:
        if (open[0] !== undefined) world.pool.push(world.outsider(world.approve(open[0][0])));
    }
  }

  /** The signers of the vault approve what they are shown, as people do: late, twice, or before it is funded. */
  private signersAct(): void {
    const { random, world } = this;
    const open = [...world.head.proposals].filter(([, { operations }]) =>
      operations.some(([type]) => type === 0),
    );
    const proposal = open.length === 0 ? undefined : random.pick(open);
    if (proposal !== undefined) world.pool.push(world.outsider(world.approve(proposal[0])));
    if (random.chance(30)) {
      const amount = random.pick([500n, 1_000_000n]);
      world.produce({ balances: [[`${vault} ${core}`, amount]] });
    }
  }

  private start(worker: WorkerProcess): void {
    const { random } = this;
    const subject = random.pick(this.chosen);
    const earlier = this.claims.filter(
      (claim) => claim.subject === subject && claim.item.expiration !== null,
    );
    if (earlier.length > 0 && random.chance(25)) {
      this.ask(worker, subject, random.pick(earlier).item);
      return;
    }
    this.send(worker, subject, 30 * random.below(30), random.below(1800));
  }

  private send(worker: WorkerProcess, subject: Subject, maximumWait: number, drift: number): void {
    this.started.add(subject);
    worker.busy = true;
    const { fields } = subject;
    const fee = is('a fee in another asset, computed at every build')
      ? this.tokenFee()
      : (fields.fee ?? null);
    const order: WithdrawalOrder = {
      request: {
        kind: 'plain',
        withdrawalId: subject.withdrawalId,
        requestedAt: Math.min(this.requestedAt + drift, this.world.head.time + 200),
        to: alice,
        asset: core,
        amount: String(subject.amount),
        memo: fields.memo ?? '',
        memoType: 'encrypted',
        receiverMemoKey: null,
        fee: fields.feeAsset === undefined ? null : fee,
        feeAsset: fields.feeAsset ?? null,
      },
      allowedAssets: [],
      allowedReceivers: [],
      maximumAmount: null,
      waitFor: 'irreversible',
      maximumWait,
      maximumAge: 7 * 86_400,
    };
    const mode = subject.mode;
    void runWithdrawals([order], this.context(worker, subject), { mode, refuseBatchOnConflict: true }).then(
      ([result]) => {
        worker.busy = false;
        if (result !== undefined) this.claim(subject, this.asClaimed(result.item));
      },
      (error: unknown) => this.fail(worker, error),
    );
  }

  private claim(subject: Subject, item: TransferItem): void {
    this.claims.push({ subject, item });
  }

  private tokenFee(): string {
    return String(1200n / this.world.head.tokenRate + 1n);
  }

  private asClaimed(item: TransferItem): TransferItem {
    return is('rejected on a failed balance check') && item.nextStep.includes('INSUFFICIENT_BALANCE')
      ? { ...item, outcome: 'rejected', final: true }
      : item;
  }

  private ask(worker: WorkerProcess, subject: Subject, item: TransferItem): void {
    worker.busy = true;
    const expiration = Date.parse(String(item.expiration)) / 1000;
    const order = {
      withdrawalId: subject.withdrawalId,
      requestedAt: this.requestedAt,
      transaction: null,
      expiration,
      waitFor: 'broadcast' as const,
      maximumWait: 0,
    };
    void withdrawalStatus(order, this.context(worker, subject)).then(
      (answer) => {
        worker.busy = false;
        this.claim(subject, answer);
      },
      (error: unknown) => this.fail(worker, error),
    );
  }

  /** Before anything was signed a run may reject, but only with a known error. */
  private fail(worker: WorkerProcess, error: unknown): void {
    worker.busy = false;
    if (!isBitSharesError(error)) throw error;
  }

  private context(worker: WorkerProcess, subject: Subject): WithdrawalContext {
    const proposing = subject.mode === 'propose';
    return {
      chain,
      nodes: worker.nodes(() => this.random.pick(this.world.trusted)),
      clock: worker.clock,
      caches: worker.caches,
      keys: proposing
        ? { account: 'proposer', memoKeys: [keys.proposerMemo], activeKeys: [keys.proposerActive] }
        : { account: 'hot-wallet', memoKeys: [keys.hotMemo], activeKeys: [keys.hotActive] },
      ...(proposing ? { payingAccount: 'vault' } : {}),
    };
  }

  private async step(worker: WorkerProcess): Promise<void> {
    const delivery: Delivery = this.random.chance(94)
      ? 'answered'
      : this.random.pick(['lost', 'done but lost']);
    worker.step(delivery);
    await settled();
  }

  /** Every process starts anew, nodes catch up, money is there: now every withdrawal must end. */
  private async heal(): Promise<void> {
    const { world, random } = this;
    for (const worker of this.workers) worker.crash();
    for (const node of world.trusted) node.history = 'complete';
    world.followAll(true);
    world.produce({
      balances: [hotWallet, vault].map((account) => [`${account} ${core}`, 1_000_000n]),
    });
    const worker = new WorkerProcess(world, 0);
    for (const subject of this.started) {
      for (let attempt = 0; attempt < 5 && this.paymentsOf(subject) === 0; attempt++) {
        this.send(worker, subject, 1800, random.below(1800));
        for (let i = 0; i < 3000 && worker.busy; i++) {
          if (worker.asleep || !worker.waiting) {
            for (const node of world.trusted) world.gossip(node);
            world.produce({});
            const open = [...world.head.proposals].find(([, { operations }]) =>
              operations.some(([type]) => type === 0),
            );
            if (open !== undefined) world.pool.push(world.outsider(world.approve(open[0])));
          } else worker.step('answered');
          await settled();
        }
        if (subject.mode === 'propose' || worker.busy) for (let i = 0; i < 4; i++) world.produce({});
        if (this.paymentsOf(subject) === 0) for (let i = 0; i < 20; i++) world.produce({});
        worker.crash();
      }
    }
    // Whatever still waits somewhere gets its chance to be included.
    for (const node of world.trusted) world.gossip(node);
    for (let i = 0; i < 30; i++) {
      for (const [id, { operations }] of world.head.proposals) {
        if (operations.some(([type]) => type === 0)) world.pool.push(world.outsider(world.approve(id)));
      }
      world.produce({});
    }
  }

  private paymentsOf({ amount, from }: Subject): number {
    return this.world.head.history.filter(({ operation: [type, fields] }) => {
      if (type !== 0) return false;
      const transfer = fields as TransferOperation;
      return transfer.from === from && Number(transfer.amount.amount) === amount;
    }).length;
  }

  private check(): Violation[] {
    const violations: Violation[] = [];
    for (const subject of this.started) {
      const { withdrawalId } = subject;
      const payments = this.paymentsOf(subject);
      if (payments > 1) violations.push({ what: `paid ${payments} times`, withdrawalId });
      if (payments === 0) violations.push({ what: 'never paid', withdrawalId });
    }
    for (const claim of this.claims) {
      const { subject } = claim;
      const fault = this.faultOf(claim);
      if (fault !== undefined) violations.push({ what: fault, withdrawalId: subject.withdrawalId });
    }
    return violations;
  }

  /** Whether a proposal that was made in the window with this end ever paid. */
  private executed(expiration: string): boolean {
    const made = this.world.main.flatMap(({ block }) =>
      block.transactions.flatMap((transaction, i) =>
        transaction.expiration === expiration
          ? [JSON.stringify(block.operationResults?.[i]?.[0] ?? null)]
          : [],
      ),
    );
    return this.world.head.history.some(
      ({ operation: [type], result }) =>
        type === 0 && made.some((text) => text === JSON.stringify([1, result])),
    );
  }

  /** A final outcome must be true for ever. */
  private faultOf({ subject, item }: Claim): string | undefined {
    if (item.outcome === 'rejected') return 'called rejected, and paid';
    const blocks = this.world.main.map(({ block }) => block);
    if (item.outcome === 'irreversible') {
      const there = this.world.head.history.some(
        ({ operation: [type, fields], blockNumber }) =>
          type === 0 &&
          blockNumber === item.blockNumber &&
          Number((fields as TransferOperation).amount.amount) === subject.amount,
      );
      return there ? undefined : 'called irreversible, and not there';
    }
    if (item.outcome === 'expired') {
      const expiration = String(item.expiration).replace('Z', '');
      if (subject.mode === 'propose')
        return this.executed(expiration) ? 'called expired, and paid' : undefined;
      const there = blocks.some(({ transactions }) =>
        transactions.some(
          (transaction) =>
            transaction.expiration === expiration &&
            JSON.stringify(transaction.operations).includes(`"amount":${subject.amount},`),
        ),
      );
      return there ? 'called expired, and included' : undefined;
    }
    return undefined;
  }
}
