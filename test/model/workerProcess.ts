/**
 * An n8n process that runs the real code in several executions at once, which share its caches. Each execution has
 * connections of its own to the nodes of the model; its answers arrive at scheduled moments, and it can die at any of them.
 */
import type { Broadcaster, Clock } from '../../src/chain';
import { WithdrawalCaches } from '../../src/withdrawals/evidence';
import type { WithdrawalReader } from '../../src/withdrawals/reader';
import type { WithdrawalNodes } from '../../src/withdrawals/view';
import { lost, sessionOf, type Line, type ModelNode } from './modelNode';
import { accounts, type World } from './world';

/** How the answers of one moment arrive. */
export type Delivery = 'answered' | 'lost' | 'done but lost';

type Entry = { until?: number; run: (delivery: Delivery) => void };

/** One execution of a workflow. */
export class Execution {
  private queue: Entry[] = [];
  private sessions: { lost: boolean }[] = [];

  constructor(
    private readonly world: World,
    /** Seconds by which this machine's clock is off. */
    private readonly skew: number,
    /** Answers arrive one at a time. */
    readonly slow: boolean,
  ) {}

  /** Whether something can arrive now; otherwise it waits for time to pass, or for another execution. */
  get awake(): boolean {
    return this.due.length > 0;
  }

  private get due(): Entry[] {
    return this.queue.filter(({ until }) => until === undefined || this.world.time >= until);
  }

  readonly clock: Clock = {
    now: () => (this.world.time + this.skew) * 1000,
    sleep: (milliseconds) =>
      new Promise((resolve) => {
        this.queue.push({ until: this.world.time + milliseconds / 1000, run: () => resolve() });
      }),
  };

  nodes(chooseTrusted: () => ModelNode): WithdrawalNodes {
    return {
      trusted: () => this.open(chooseTrusted()),
      delayed: () => this.open(this.world.delayed),
    };
  }

  /** Lets the first `most` answers that are due arrive; with anything else than 'answered' the connections are lost after them. */
  step(delivery: Delivery, most = Infinity): void {
    const due = this.due;
    const arriving = due.slice(0, most);
    const losing = delivery === 'answered' ? [] : due.slice(most);
    this.queue = this.queue.filter((entry) => !arriving.includes(entry) && !losing.includes(entry));
    for (const entry of arriving) entry.run('answered');
    if (delivery === 'answered') return;
    for (const session of this.sessions) session.lost = true;
    this.sessions = [];
    for (const entry of losing) entry.run(delivery);
  }

  /** kill -9: nothing that was awaited ever arrives. */
  kill(): void {
    this.queue = [];
  }

  private async open(node: ModelNode): Promise<WithdrawalReader & Broadcaster> {
    const session = { lost: false };
    this.sessions.push(session);
    const line: Line = {
      call: (answer) =>
        new Promise((resolve, reject) => {
          if (session.lost) return reject(lost());
          this.queue.push({
            run: (delivery) => {
              if (delivery !== 'answered') return reject(lost());
              try {
                resolve(answer());
              } catch (error) {
                reject(error as Error);
              }
            },
          });
        }),
      broadcast: (deliver) =>
        new Promise((resolve, reject) => {
          if (session.lost) return reject(lost());
          this.queue.push({
            run: (delivery) => {
              try {
                if (delivery !== 'lost') deliver();
              } catch (error) {
                if (delivery === 'answered') return reject(error as Error);
              }
              if (delivery === 'answered') resolve();
              else reject(lost());
            },
          });
        }),
    };
    return Promise.resolve(sessionOf(node, line, accounts));
  }
}

export interface WorkerOptions {
  /** Seconds by which this machine's clock is off. */
  skew: number;
  /** How many executions it runs at once. */
  concurrency: number;
  /** How many of them have a slow connection, in per cent. */
  slowness: number;
}

export class WorkerProcess {
  caches = new WithdrawalCaches();
  private running = new Set<Execution>();

  constructor(
    private readonly world: World,
    private readonly options: WorkerOptions,
  ) {}

  get busy(): boolean {
    return this.running.size > 0;
  }

  get hasRoom(): boolean {
    return this.running.size < this.options.concurrency;
  }

  get awake(): Execution[] {
    return [...this.running].filter(({ awake }) => awake);
  }

  /** Begins an execution; it counts until `work` has settled, or the process dies. */
  begin(work: (execution: Execution) => Promise<void>): void {
    const { skew, slowness } = this.options;
    const execution = new Execution(this.world, skew, this.world.random.chance(slowness));
    const { running } = this;
    running.add(execution);
    void work(execution).finally(() => running.delete(execution));
  }

  /** kill -9: what was kept in memory is gone. */
  crash(): void {
    for (const execution of this.running) execution.kill();
    this.running = new Set();
    this.caches = new WithdrawalCaches();
  }
}

/** Lets everything run that does not wait for an answer. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
