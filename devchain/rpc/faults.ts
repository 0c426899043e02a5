/** Faults that a test asks for: which calls they meet, how often, and whether one was hit. */
import type { Json } from '../wire/json';

/** What a fault does to a call; see devchain/README.md for the table. */
export type FaultKind =
  | 'count'
  | 'drop'
  | 'stall'
  | 'slow'
  | 'cut'
  | 'answer lost'
  | 'malformed'
  | 'truncated'
  | 'error'
  | 'wrong chain id'
  | 'out of sync'
  | 'change'
  | 'refuse';

/** How a call came to a server. */
export type Transport = 'WebSocket' | 'HTTP';

export interface FaultSpec {
  kind: FaultKind;
  /** The server's name: trusted, delayed, wallet, or one given to addNode; every server when left out. */
  node?: string;
  /** Method name or pattern; every method when left out. For `refuse` it means connections. */
  method?: string | RegExp;
  /** Only calls that come this way; both when left out. */
  over?: Transport;
  /** How many calls are hit; default 1, and all for `count`. */
  times?: number;
  /** How many matching calls pass before the first hit; default 0. */
  after?: number;
  /** Milliseconds of `slow`. */
  milliseconds?: number;
  /** Seconds by which `out of sync` sets the head time back; default 3600. */
  seconds?: number;
  /** The text of `malformed`; the message of `error`. */
  text?: string;
  /** For `change`: makes another result of the true one. */
  change?: (result: Json, params: readonly unknown[]) => Json;
}

/** A fault that is set: how often it hit, and the ways to end it. */
export class Fault {
  hits = 0;
  private passed = 0;
  private removed = false;
  private readonly releases: (() => void)[] = [];

  constructor(readonly spec: FaultSpec) {}

  /** Ends the fault: later calls pass. Stalled calls stay stalled until release. */
  remove(): void {
    this.removed = true;
  }

  /** Lets the stalled calls go on. */
  release(): void {
    for (const release of this.releases.splice(0)) release();
  }

  get active(): boolean {
    return !this.removed && this.hits < (this.spec.times ?? (this.spec.kind === 'count' ? Infinity : 1));
  }

  /** Does this call meet the fault? Counts it when it does. */
  take(node: string, method: string, over: Transport | undefined): boolean {
    if (!this.active) return false;
    if (this.spec.over !== undefined && this.spec.over !== over) return false;
    if (this.spec.node !== undefined && this.spec.node !== node) return false;
    const wanted = this.spec.method;
    if (wanted !== undefined && (typeof wanted === 'string' ? wanted !== method : !wanted.test(method)))
      return false;
    if (this.passed < (this.spec.after ?? 0)) {
      this.passed++;
      return false;
    }
    this.hits++;
    return true;
  }

  stalled(): Promise<void> {
    return new Promise((resolve) => this.releases.push(resolve));
  }
}

/** The faults of a devchain, in the order in which they were set; the first that matches a call hits it; `count` only looks on. */
export class Faults {
  private readonly faults = new Set<Fault>();

  add(spec: FaultSpec): Fault {
    const fault = new Fault(spec);
    this.faults.add(fault);
    return fault;
  }

  clear(): void {
    for (const fault of this.faults) {
      fault.remove();
      fault.release();
    }
    this.faults.clear();
  }

  /** The fault that hits this call, if any. Connections are the method `connect`, met only by `refuse`; they have no transport yet. */
  hit(node: string, method: string, over?: Transport): Fault | undefined {
    for (const fault of this.faults) {
      if ((fault.spec.kind === 'refuse') !== (method === 'connect')) continue;
      if (fault.take(node, method, over) && fault.spec.kind !== 'count') return fault;
    }
    return undefined;
  }
}
