/**
 * An n8n process that runs the real code in several executions at once, which share its caches, and in some processes the
 * connections to the nodes of the model too. Answers arrive at scheduled moments, and the process can die at any of them.
 */
import type { Broadcaster, Clock } from '../../src/chain/interfaces';
import { WithdrawalCaches } from '../../src/withdrawals/proof/evidence';
import type { WithdrawalReader } from '../../src/withdrawals/proof/reader';
import type { WithdrawalNodes } from '../../src/withdrawals/proof/view';
import { lost, refused, sessionOf, type About, type Line, type ModelNode } from './modelNode';
import { accounts, type World } from './world';

/** How an answer arrives: the node may refuse one question alone, and a connection takes all that are open with it. */
export type Delivery = 'answered' | 'refused' | 'lost' | 'done but lost';

interface Session {
  lost: boolean;
  /** Each answer takes its own time, while others are refused and other connections go on. */
  slow: boolean;
}

interface Entry {
  until?: number;
  session?: Session;
  /** It arrives long after what was asked with it. */
  isLate?: boolean;
  run: (delivery: Delivery) => void;
}

/** One execution of a workflow. */
export class Execution {
  private queue: Entry[] = [];
  private readonly opened = new Map<
    ModelNode,
    { session: Session; reader: Promise<WithdrawalReader & Broadcaster> }
  >();

  constructor(
    private readonly world: World,
    /** Seconds by which this machine's clock is off. */
    private readonly skew: number,
    /** How many of its connections are slow, in per cent. */
    private readonly slowness: number,
    /** Whose connections it uses, where they are not its own. */
    private readonly connections: Execution | null = null,
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
      trusted: () => this.connect(chooseTrusted()),
      delayed: () => this.connect(this.world.delayed),
    };
  }

  private connect(node: ModelNode): Promise<WithdrawalReader & Broadcaster> {
    return this.connections === null ? this.open(node) : this.connections.live(node);
  }

  /** One connection to a node, until it is lost. */
  private live(node: ModelNode): Promise<WithdrawalReader & Broadcaster> {
    const present = this.opened.get(node);
    if (present?.session.lost === false) return present.reader;
    const session: Session = { lost: false, slow: this.world.random.chance(this.slowness) };
    const reader = this.open(node, session);
    this.opened.set(node, { session, reader });
    return reader;
  }

  /** Lets the first `most` answers that are due arrive, and the next one, or all of its connection, in the other way. */
  step(delivery: Delivery, most = Infinity): void {
    const { random } = this.world;
    const due = this.due.filter(
      ({ session, isLate }) =>
        (session?.slow !== true || random.chance(15)) && (isLate !== true || random.chance(1)),
    );
    // One answer at least comes in the other way, also where a single question is open.
    const arriving = due.slice(0, delivery === 'answered' ? most : Math.min(most, due.length - 1));
    const next = due[arriving.length];
    const { session } = next ?? {};
    const others =
      delivery === 'answered' || next === undefined
        ? []
        : delivery === 'refused' || session === undefined
          ? [next]
          : this.queue.filter((entry) => entry.session === session && !arriving.includes(entry));
    this.queue = this.queue.filter((entry) => !arriving.includes(entry) && !others.includes(entry));
    for (const entry of arriving) entry.run('answered');
    if (session !== undefined && delivery !== 'answered' && delivery !== 'refused') session.lost = true;
    for (const entry of others) entry.run(delivery);
  }

  /** kill -9: nothing that was awaited ever arrives. */
  kill(): void {
    this.queue = [];
  }

  private async open(node: ModelNode, of?: Session): Promise<WithdrawalReader & Broadcaster> {
    const { world } = this;
    const { random } = world;
    const session: Session = of ?? { lost: false, slow: random.chance(this.slowness) };
    const ask = <T>(act: () => T, about?: About): Promise<T> =>
      new Promise((resolve, reject) => {
        if (session.lost) return reject(lost());
        const isHard = world.lateness > 0 && about === 'distant block';
        const isRefused =
          (isHard && node.stalled && random.chance(20)) ||
          (about === 'history' && random.chance(world.historyRefusals));
        this.queue.push({
          session,
          isLate: isHard && random.chance(world.lateness),
          run: (delivery) => {
            if (delivery === 'refused' || (delivery === 'answered' && isRefused)) return reject(refused());
            try {
              const result = delivery === 'lost' ? undefined : act();
              if (delivery === 'answered') return resolve(result as T);
            } catch (error) {
              if (delivery === 'answered') return reject(error as Error);
            }
            reject(lost());
          },
        });
      });
    const line: Line = { call: ask, broadcast: ask };
    return Promise.resolve(sessionOf(node, line, accounts));
  }
}

export interface WorkerOptions {
  /** Seconds by which this machine's clock is off. */
  skew: number;
  /** How many executions it runs at once. */
  concurrency: number;
  /** How many of their connections are slow, in per cent. */
  slowness: number;
  /** Its executions share one connection to each node, and so their looks. */
  sharesConnections?: boolean;
}

export class WorkerProcess {
  caches = new WithdrawalCaches();
  private running = new Set<Execution>();
  private connections: Execution | null;

  constructor(
    private readonly world: World,
    private readonly options: WorkerOptions,
  ) {
    this.connections = this.newConnections();
  }

  private newConnections(): Execution | null {
    const { skew, slowness, sharesConnections } = this.options;
    return sharesConnections === true ? new Execution(this.world, skew, slowness) : null;
  }

  get busy(): boolean {
    return this.running.size > 0;
  }

  get hasRoom(): boolean {
    return this.running.size < this.options.concurrency;
  }

  get awake(): Execution[] {
    const all = this.connections === null ? [...this.running] : [this.connections, ...this.running];
    return all.filter(({ awake }) => awake);
  }

  /** Begins an execution; it counts until `work` has settled, or the process dies. */
  begin(work: (execution: Execution) => Promise<void>): void {
    const { skew, slowness } = this.options;
    const execution = new Execution(this.world, skew, slowness, this.connections);
    const { running } = this;
    running.add(execution);
    void work(execution).finally(() => running.delete(execution));
  }

  /** kill -9: what was kept in memory is gone. */
  crash(): void {
    for (const execution of this.running) execution.kill();
    this.connections?.kill();
    this.connections = this.newConnections();
    this.running = new Set();
    this.caches = new WithdrawalCaches();
  }
}

/** Lets everything run that does not wait for an answer. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
