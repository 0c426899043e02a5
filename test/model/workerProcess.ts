/** A worker that runs the real code against a node of the model, one scheduled answer at a time, and can die at any of them. */
import type { Broadcaster, Clock } from '../../src/chain';
import { WithdrawalCaches } from '../../src/withdrawals/evidence';
import type { WithdrawalReader } from '../../src/withdrawals/reader';
import type { WithdrawalNodes } from '../../src/withdrawals/view';
import { lost, sessionOf, type Line, type ModelNode } from './modelNode';
import { accounts, type World } from './world';

/** How the answers of one moment arrive. */
export type Delivery = 'answered' | 'lost' | 'done but lost';

type Entry = { until?: number; run: (delivery: Delivery) => void };

export class WorkerProcess {
  caches = new WithdrawalCaches();
  busy = false;
  private queue: Entry[] = [];
  private readonly sessions = new Set<{ lost: boolean }>();

  constructor(
    private readonly world: World,
    /** Seconds by which this machine's clock is off. */
    private readonly skew: number,
  ) {}

  /** Only waiting for time to pass. */
  get asleep(): boolean {
    return (
      this.queue.length > 0 && this.queue.every(({ until }) => until !== undefined && this.world.time < until)
    );
  }

  get waiting(): boolean {
    return this.queue.length > 0;
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

  /** Lets what is due happen now. */
  step(delivery: Delivery): void {
    const due = this.queue.filter(({ until }) => until === undefined || this.world.time >= until);
    this.queue = this.queue.filter((entry) => !due.includes(entry));
    if (delivery !== 'answered') for (const session of this.sessions) session.lost = true;
    for (const entry of due) entry.run(delivery);
  }

  /** kill -9: nothing that was awaited ever arrives, and what was kept in memory is gone. */
  crash(): void {
    this.queue = [];
    this.sessions.clear();
    this.caches = new WithdrawalCaches();
    this.busy = false;
  }

  private async open(node: ModelNode): Promise<WithdrawalReader & Broadcaster> {
    const session = { lost: false };
    this.sessions.add(session);
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

/** Lets everything run that does not wait for an answer. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
