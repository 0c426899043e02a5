/** One generated history: executions, nodes and the world interleave; then the world heals and the checker counts. */
import { check, paymentsOf, type Violation } from './checker';
import { Exchange } from './exchange';
import { blockInterval, chainStateOf, core, hotWallet, vault, type OutsideChange } from './modelChain';
import { keptHistories, poorHistories, type ModelNode } from './modelNode';
import { crowd, subjects, type Subject, type Theme } from './subjects';
import { settled, WorkerProcess } from './workerProcess';
import { aliceMemoKeys, Random, World } from './world';

export interface HistoryOptions {
  seed: number;
  events: number;
  theme: Theme;
}

export async function runHistory(options: HistoryOptions): Promise<Violation[]> {
  return new History(options).run();
}

/** So many of the crowd are paid before anything else happens. */
const longAgo = 8;

class History {
  private readonly random: Random;
  private readonly world: World;
  private readonly workers: WorkerProcess[];
  private readonly exchange: Exchange;
  /** Rounds of large batches fail while answers that were asked for in them are still to come. */
  private readonly isLate: boolean;
  /** Requests say another time each time, also one that the blocks of the payment lie far before. */
  private readonly isAnew: boolean;
  private readonly chosen: Subject[];

  constructor(private readonly options: HistoryOptions) {
    const random = new Random(options.seed);
    this.random = random;
    // One process that runs a lot at once on shared caches, or several that run a little.
    const crowded = options.theme === 'shared';
    this.isAnew = options.theme === 'requested anew';
    this.isLate = options.theme === 'late answers';
    // Short maintenance intervals make many maintenance blocks to stumble over.
    const maintenanceInterval = options.theme === 'fees' ? 390 : 1500;
    this.world = new World(random, 30 * random.below(40), maintenanceInterval, crowded ? 24 : 2);
    this.workers = Array.from({ length: crowded ? 1 : 2 + random.below(3) }, () => {
      const skew = random.below(121) - 60;
      if (this.isLate) return new WorkerProcess(this.world, { skew: 0, concurrency: 1, slowness: 15 });
      return crowded
        ? new WorkerProcess(this.world, {
            skew,
            concurrency: 8,
            slowness: 12,
            sharesConnections: random.chance(50),
          })
        : new WorkerProcess(this.world, {
            skew,
            concurrency: 1 + random.below(2),
            slowness: this.isAnew ? 20 : 5,
          });
    });
    this.chosen = this.choose();
    this.exchange = new Exchange(this.world, this.chosen, {
      asking: crowded ? 50 : 25,
      batching: this.isAnew ? 60 : 20,
      part: this.isLate ? 50 : 100,
      mostDrift: this.isAnew ? 4 * 3600 : 1800,
    });
    this.world.restsOnHistory = this.isAnew || this.isLate;
    this.world.historyRefusals = this.isAnew ? 4 : 0;
    if (options.theme === 'encrypted') this.aliceLaysTraps();
    if (crowded) for (const node of this.world.trusted) this.changeHistory(node);
  }

  /** Key changes that are approved long before they happen, at the end of a block, where no operation shows them. */
  private aliceLaysTraps(): void {
    const { random, world } = this;
    // While one is open no memo key is proved, so some histories have none, and others a change every few blocks.
    const traps = random.pick([0, 8, 20]);
    for (let i = 0; i < traps; i++) {
      const change = world.memoKeyChange(aliceMemoKeys[i % 2] ?? '');
      const expiration = world.head.time + blockInterval * (8 + 3 * i + random.below(3));
      world.pool.push(world.outsider(world.propose([change], expiration, true)));
    }
    world.produce({});
    for (const [id] of world.head.proposals) world.pool.push(world.outsider(world.approve(id)));
    world.produce({});
  }

  private choose(): Subject[] {
    const { theme } = this.options;
    // Later than by an hour only a payment is found, in the history, and not a proposal.
    if (theme === 'requested anew') return subjects.slice(0, 4);
    if (theme === 'late answers') return crowd;
    if (theme === 'shared') {
      return subjects.filter(({ withdrawalId }) => ['plain', 'encrypted', 'proposed'].includes(withdrawalId));
    }
    const named = subjects.filter(({ withdrawalId }) => withdrawalId === theme);
    if (named.length > 0) return named;
    if (theme !== 'any') return subjects.slice(0, 1);
    const first = this.random.below(subjects.length);
    return [...new Set([subjects[first], subjects[this.random.below(subjects.length)]])] as Subject[];
  }

  async run(): Promise<Violation[]> {
    if (this.isLate) {
      this.world.delayed.stalled = this.random.chance(20);
      await this.payLongAgo([crowd.slice(0, longAgo)]);
    }
    if (this.isAnew) {
      await this.payLongAgo(this.chosen.filter(() => this.random.chance(50)).map((subject) => [subject]));
    }
    for (let i = 0; i < this.options.events; i++) {
      if (this.isLate && this.random.chance(10)) await this.payElsewhere();
      await this.event();
    }
    await this.heal();
    return check(this.world, this.exchange.started, this.exchange.claims);
  }

  /** Requests that are made anew are not searched for in the blocks of this time: only the history shows what was paid. */
  private async payLongAgo(batches: Subject[][]): Promise<void> {
    await this.payAll(batches);
    for (let i = 0; i < 140; i++) this.world.produce({});
  }

  /**
   * While one process works on a batch another one pays a withdrawal of it, near the end of a window. One node has not seen
   * this block, and is asked after those that have; then the next window begins.
   */
  private async payElsewhere(): Promise<void> {
    const { world, random, exchange } = this;
    const unpaid = crowd.filter((one) => paymentsOf(world, one) === 0);
    const [first, last] = [unpaid[0], unpaid.at(-1)];
    if (first === undefined) return;
    for (const node of world.trusted) node.stalled = false;
    world.followAll();
    const left = (): number =>
      Math.min(600 - (world.head.time % 600), world.head.nextMaintenance - world.head.time);
    for (let i = 0; i < 40 && (left() < 150 || left() > 240); i++) world.produce({});
    const behind = random.pick(world.trusted);
    behind.stalled = true;

    const elsewhere = new WorkerProcess(world, { skew: 0, concurrency: 1, slowness: 0 });
    exchange.send(elsewhere, [first], { maximumWait: 0, drift: Infinity });
    await settled();
    for (let i = 0; i < 200 && elsewhere.busy; i++) {
      elsewhere.awake[0]?.step('answered');
      await settled();
    }
    for (const node of world.trusted) world.gossip(node);
    world.produce({});

    const worker = random.pick(this.workers);
    worker.crash();
    // Those that were paid long ago first, and all in one group of questions.
    const batch = [
      ...crowd
        .slice(0, longAgo)
        .filter(() => random.chance(60))
        .slice(0, 6),
      first,
    ];
    // Once it has signed something itself, a run goes on for longer than its patience.
    if (last !== undefined && last !== first) batch.push(last);
    exchange.send(worker, batch, { maximumWait: 1800, drift: Infinity });
    await settled();
    const goOnWith = async (node: ModelNode | undefined, lateness: number, times: number): Promise<void> => {
      world.onlyTrusted = node ?? null;
      world.lateness = lateness;
      for (let i = 0; i < times; i++) await this.goOn(worker);
    };
    const ahead = world.trusted.find((node) => node !== behind);
    await goOnWith(ahead, 3, 2 + random.below(3));
    for (const node of world.trusted) world.gossip(node);
    for (let i = Math.ceil(left() / blockInterval) + 3 + random.below(3); i >= 0; i--) world.produce({});
    await goOnWith(behind, 40, 1 + random.below(2));
    await goOnWith(ahead, 40, 4 + random.below(6));
    await goOnWith(undefined, 0, 0);
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
      if (worker.hasRoom && (!worker.busy || random.chance(25))) this.exchange.beginAnything(worker);
      else await this.goOn(worker);
    } else if (dice < 80) {
      const willing = this.options.theme === 'forks' || this.options.theme === 'encrypted' ? 30 : 75;
      world.produce(this.outside(), random.chance(8) ? random.below(5) : 0, () => random.chance(willing));
    } else if (dice < 83) {
      world.fork(1 + random.below(3), random.chance(50));
      // The chain stands still for up to an hour and a half.
      if (this.options.theme === 'requested anew') world.produce({}, random.below(180));
    } else if (dice < 87) {
      const node = random.pick(world.trusted);
      if (random.chance(70)) world.gossip(node);
      else node.pool = [];
    } else if (dice < 90) {
      this.unsettleNodes();
    } else if (dice < (this.options.theme === 'shared' ? 96 : 92)) {
      this.restart(random.pick(this.workers));
    } else if (dice < 97) {
      // Keys of the receiver concern no proposal; the end of one rests on what nodes kept of the vault's history.
      if (this.options.theme === 'proposed') this.unsettleNodes();
      else if (this.options.theme === 'one lying node') this.nodeLies();
      else this.aliceActs();
    } else {
      this.signersAct();
    }
    await settled();
  }

  /** Some answers arrive, at one execution of a process after the other, or at all of them in step. */
  private async goOn(worker: WorkerProcess): Promise<void> {
    const { random, world } = this;
    const inStep = random.chance(50);
    // With more trouble hardly any round of that many questions would come to its end.
    const troubles = this.isLate ? 1 : this.isAnew ? 50 : 120;
    for (let i = random.below(this.isLate || this.isAnew ? 100 : 20); i >= 0; i--) {
      if (this.isLate && (worker.awake.length === 0 || random.chance(35))) world.pass();
      if (worker.awake.length === 0) continue;
      for (const execution of inStep ? worker.awake : [random.pick(worker.awake)]) {
        if (random.below(2000) >= troubles)
          execution.step('answered', random.chance(80) ? Infinity : 1 + random.below(8));
        else execution.step(random.pick(['refused', 'lost', 'done but lost'] as const), random.below(9));
      }
      await settled();
    }
  }

  /** Some processes go on at once with everything that was queued, all of it with empty caches. */
  private restart(worker: WorkerProcess): void {
    worker.crash();
    if (this.random.chance(80)) while (worker.hasRoom) this.exchange.beginAnything(worker);
  }

  private unsettleNodes(): void {
    const { random, world } = this;
    const node = random.pick([...world.trusted, world.delayed]);
    node.stalled = random.chance(40);
    this.changeHistory(node);
    world.followAll();
  }

  /**
   * One of the trusted nodes says, and keeps saying, that the window ends or began at another time, or that a transfer costs
   * more, while the other one and the delayed node are honest.
   */
  private nodeLies(): void {
    const { random, world } = this;
    const [liar, other] = random.chance(50) ? world.trusted : [...world.trusted].reverse();
    if (liar === undefined || other === undefined) return;
    other.lie = null;
    if (random.chance(30)) {
      liar.lie = null;
      return;
    }
    const next = world.head.time + blockInterval * (4 + random.below(12));
    const last = world.head.time - blockInterval * random.below(8);
    const fees = new Map([
      ...chainStateOf(world.head).fees.parameters,
      [0, { fee: String(1000 + random.below(200)), price_per_kbyte: '1024' }] as const,
    ]);
    liar.lie = random.chance(70)
      ? (state) => ({ ...state, nextMaintenanceTime: next, maintenanceInterval: next - last })
      : (state) => ({ ...state, fees: { ...state.fees, parameters: fees } });
  }

  private changeHistory(node: ModelNode): void {
    const { random, world } = this;
    // A request that says another time each time rests on history.
    if (world.restsOnHistory) return;
    // History shows payments too; where it is poor, everything rests on the blocks.
    const poor = this.options.theme === 'shared' && random.chance(80);
    node.keepHistory(random.pick(poor ? poorHistories : keptHistories));
    node.isOld = random.chance(30);
  }

  /** What else a block may bring: fee parameters that wait for maintenance, another exchange rate, money coming and going. */
  private outside(): OutsideChange {
    const { random, options } = this;
    const change: OutsideChange = {};
    if (random.chance(options.theme === 'fees' ? 30 : 5)) change.pendingFee = BigInt(900 + random.below(200));
    if (random.chance(options.theme === 'token fee' ? 30 : 5)) change.tokenRate = BigInt(8 + random.below(5));
    if (!this.isLate && random.chance(options.theme === 'funds' ? 25 : 3)) {
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

  /** The signers of the vault approve what they are shown, as people do: late, twice, or before it is funded; some they delete. */
  private signersAct(): void {
    const { random, world } = this;
    const open = [...world.head.proposals].filter(([, { operations }]) =>
      operations.some(([type]) => type === 0),
    );
    const proposal = open.length === 0 ? undefined : random.pick(open);
    if (proposal !== undefined) {
      const act = random.chance(80) ? world.approve(proposal[0]) : world.delete(proposal[0]);
      world.pool.push(world.outsider(act));
    }
    if (random.chance(30)) {
      const amount = random.pick([500n, 1_000_000n]);
      world.produce({ balances: [[`${vault} ${core}`, amount]] });
    }
  }

  /** A process that nothing disturbs sends each batch until all of it is paid. */
  private async payAll(batches: Subject[][]): Promise<void> {
    const { world, random, exchange } = this;
    const worker = new WorkerProcess(world, { skew: 0, concurrency: 1, slowness: 0 });
    for (const batch of batches) {
      const isPaid = (): boolean => batch.every((subject) => paymentsOf(world, subject) > 0);
      for (let attempt = 0; attempt < 5 && !isPaid(); attempt++) {
        exchange.send(worker, batch, { maximumWait: 1800, drift: random.below(1800) });
        for (let i = 0; i < 3000 && worker.busy; i++) {
          const [execution] = worker.awake;
          if (execution === undefined) {
            for (const node of world.trusted) world.gossip(node);
            world.produce({});
            const open = [...world.head.proposals].find(([, { operations }]) =>
              operations.some(([type]) => type === 0),
            );
            if (open !== undefined) world.pool.push(world.outsider(world.approve(open[0])));
          } else execution.step('answered');
          await settled();
        }
        if (batch[0]?.mode === 'propose' || worker.busy) for (let i = 0; i < 4; i++) world.produce({});
        if (!isPaid()) for (let i = 0; i < 20; i++) world.produce({});
        worker.crash();
      }
    }
  }

  /** Every process starts anew, nodes catch up, money is there: now every withdrawal must end. */
  private async heal(): Promise<void> {
    const { world, exchange } = this;
    for (const worker of this.workers) worker.crash();
    for (const node of world.trusted) {
      node.keepHistory('complete');
      node.lie = null;
    }
    world.followAll(true);
    world.produce({
      balances: [hotWallet, vault].map((account) => [`${account} ${core}`, 1_000_000n]),
    });
    await this.payAll([...exchange.started].map((subject) => [subject]));
    // Whatever still waits somewhere gets its chance to be included.
    for (const node of world.trusted) world.gossip(node);
    for (let i = 0; i < 30; i++) {
      for (const [id, { operations }] of world.head.proposals) {
        if (operations.some(([type]) => type === 0)) world.pool.push(world.outsider(world.approve(id)));
      }
      world.produce({});
    }
  }
}
