/** A worker process of `test/support/withdrawalWorkerMain.ts`, as its parent sees it: what it is told, what it does, its death. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Fault, Faults } from '../../devchain/rpc/faults';
import type { WithdrawalOrder } from '../../src/withdrawals/sending/order';
import type { FromWorker, ToWorker, WorkerOutcome, WorkerSettings } from './withdrawalWorkerMain';

let folder: string;
let workerFile: string;

// One file with everything, because a process that loads it starts several times faster than from the sources.
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'withdrawal-worker-'));
  workerFile = path.join(folder, 'worker.cjs');
  const root = path.join(__dirname, '../..');
  execFileSync(path.join(root, 'node_modules/.bin/esbuild'), [
    path.join(root, 'test/support/withdrawalWorkerMain.ts'),
    ...['--bundle', '--platform=node', '--log-level=warning', `--outfile=${workerFile}`],
  ]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A call to a node that is not answered before it is released. */
export interface Held {
  readonly reached: boolean;
  /** Lets the node carry out the call, also when the caller is dead by now. */
  release(): Promise<void>;
}

export class Worker {
  private readonly child: ChildProcess;
  private readonly ended: Promise<unknown>;
  private readonly open = new Map<number, (outcome: WorkerOutcome | null, failure?: string) => void>();
  private nextRun = 1;
  private tick = 0;
  private asleep = 0;
  private hold: Fault | undefined;
  private dead = false;

  /**
   * @param nodeName The server in whose faults its calls can be held.
   * @param changed Called when it may have become quiet.
   */
  constructor(
    settings: WorkerSettings,
    private readonly faults: Faults,
    private readonly nodeName: string,
    private readonly changed: () => void,
  ) {
    this.child = spawn(process.execPath, [workerFile], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.ended = once(this.child, 'exit');
    this.child.on('message', (message: FromWorker) => this.hear(message));
    this.child.on('exit', () => {
      const failure = this.dead ? undefined : 'the worker process ended by itself';
      this.dead = true;
      for (const settle of [...this.open.values()]) settle(null, failure);
      changed();
    });
    this.tell({ kind: 'start', settings });
  }

  /** Null when the process was killed before it had an outcome. */
  send(order: WithdrawalOrder): Promise<WorkerOutcome | null> {
    return this.run('send', order);
  }

  /** Signs, and sends nothing. */
  prepare(order: WithdrawalOrder): Promise<WorkerOutcome | null> {
    return this.run('prepare', order);
  }

  propose(order: WithdrawalOrder): Promise<WorkerOutcome | null> {
    return this.run('propose', order);
  }

  /** Holds this worker at a call that it is going to make. No other worker may make such calls to the same node meanwhile. */
  holdAt(method: string): Held {
    const fault = this.faults.add({ kind: 'stall', node: this.nodeName, method });
    this.hold = fault;
    return {
      get reached() {
        return fault.hits > 0;
      },
      release: async () => {
        this.hold = undefined;
        fault.remove();
        fault.release();
        await new Promise((resolve) => setImmediate(resolve));
      },
    };
  }

  /** `kill -9`. */
  async kill(): Promise<void> {
    this.dead = true;
    this.child.kill('SIGKILL');
    await this.ended;
  }

  /** Whether nothing comes from this worker before time goes on. */
  get quiet(): boolean {
    return this.dead || this.open.size === this.asleep || (this.hold?.hits ?? 0) > 0;
  }

  /** Tells the time in milliseconds, and so wakes the worker. */
  tellTime(tick: number, now: number): void {
    if (this.dead) return;
    this.tick = tick;
    this.asleep = 0;
    this.tell({ kind: 'time', tick, now });
  }

  private run(mode: 'send' | 'prepare' | 'propose', order: WithdrawalOrder): Promise<WorkerOutcome | null> {
    const run = this.nextRun++;
    return new Promise((resolve, reject) => {
      this.open.set(run, (outcome, failure) => {
        this.open.delete(run);
        if (failure === undefined) resolve(outcome);
        else reject(new Error(failure));
      });
      this.tell({ kind: 'run', run, mode, order });
    });
  }

  private tell(message: ToWorker): void {
    this.child.send(message);
  }

  private hear(message: FromWorker): void {
    if (message.kind === 'outcome') this.open.get(message.run)?.(message.outcome);
    else if (message.kind === 'failure') this.open.get(message.run)?.(null, message.message);
    // Whoever fell asleep before the last tick is woken by a message that is on its way.
    else if (message.tick === this.tick) this.asleep += 1;
    this.changed();
  }
}
