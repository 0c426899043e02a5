/** A chain, a node, a host and a ledger, put together, with the few moves that most tests make. */
import type { WorkflowActivateMode } from 'n8n-workflow';
import type { DepositItem } from '../../src/deposits/items/depositItem';
import {
  chainId,
  exchange,
  MemoryChain,
  MemoryNode,
  type MemoryBlock,
  type MemoryNodeOptions,
} from './memoryChain';
import { ManualClock } from './manualClock';
import { TriggerHost, type HostOptions, type Outcome } from './triggerHost';

export interface ScenarioOptions extends Partial<Omit<HostOptions, 'nodes' | 'trusted'>> {
  node?: Partial<Omit<MemoryNodeOptions, 'clock'>>;
  /** Further endpoints of the same credential field. */
  others?: Partial<Omit<MemoryNodeOptions, 'clock'>>[];
  /** The trusted nodes beside delayed ones. */
  trusted?: Partial<Omit<MemoryNodeOptions, 'clock'>>[];
  /** Blocks before anything happens. */
  blocks?: number;
}

/** What the exchange's own database would hold. It decides by depositId, as the documentation tells consumers. */
export class Ledger {
  /** Executions by depositId, whatever became of them. */
  readonly runs = new Map<string, number>();
  readonly credited = new Map<string, bigint>();
  /** In the order of crediting. */
  readonly order: string[] = [];
  /** What the workflow does with a deposit after it was written down. */
  outcome: (item: DepositItem) => Outcome = () => 'success';

  consume = (items: DepositItem[]): Outcome => {
    let result: Outcome = 'success';
    for (const item of items) {
      this.runs.set(item.depositId, (this.runs.get(item.depositId) ?? 0) + 1);
      const outcome = this.outcome(item);
      if (outcome !== 'success') result = outcome;
      if (outcome === 'error' || this.credited.has(item.depositId)) continue;
      this.credited.set(item.depositId, BigInt(item.amountRaw));
      this.order.push(item.depositId);
    }
    return result;
  };
}

export class Scenario {
  readonly chain = new MemoryChain();
  readonly clock: ManualClock;
  readonly nodes: MemoryNode[];
  readonly trusted: MemoryNode[];
  readonly host: TriggerHost;
  readonly ledger = new Ledger();

  constructor(options: ScenarioOptions = {}) {
    this.chain.produceMany(options.blocks ?? 20);
    this.clock = new ManualClock(this.chain.time);
    this.nodes = [options.node ?? {}, ...(options.others ?? [])].map(
      (node, index) =>
        new MemoryNode(this.chain, { name: `ws://node-${index + 1}`, ...node, clock: this.clock }),
    );
    const { trusted, ...rest } = options;
    this.trusted = (trusted ?? []).map((node) => new MemoryNode(this.chain, { ...node, clock: this.clock }));
    // The chain goes on without transactions while nobody produces blocks.
    for (const node of this.nodes) {
      node.beforeAnswer = (method) => {
        if (method !== 'state') return;
        while (this.chain.time < this.clock.now() - 3000) this.chain.produce();
      };
    }
    this.host = new TriggerHost(this.clock, {
      consumer: this.ledger.consume,
      ...rest,
      nodes: this.nodes,
      ...(trusted === undefined ? {} : { trusted: this.trusted }),
    });
  }

  get node(): MemoryNode {
    return this.nodes[0] as MemoryNode;
  }

  async start(mode: WorkflowActivateMode = 'activate'): Promise<void> {
    await this.during(this.host.start(mode));
    await this.clock.pass(20);
  }

  async stop(): Promise<void> {
    await this.during(this.host.stop());
  }

  /** kill -9 and start again. */
  async crash(): Promise<void> {
    this.host.kill();
    await this.start('init');
  }

  /** Time passes while `work` is under way. */
  async during<T>(work: Promise<T>): Promise<T> {
    let over = false;
    const settled = work.finally(() => (over = true));
    settled.catch(() => undefined);
    await this.clock.until(() => over);
    return settled;
  }

  /** Makes everything so far irreversible and tells the subscribers. */
  confirm(): void {
    this.chain.produceMany(6);
    this.nodes.forEach((node) => node.notify());
  }

  deposits(count: number, firstAmount = 1): MemoryBlock[] {
    return Array.from({ length: count }, (_, i) => this.chain.deposit(firstAmount + i));
  }

  async untilCredited(count: number, limitMs?: number): Promise<void> {
    await this.clock.until(() => this.ledger.credited.size >= count, limitMs);
    // The last execution still has to end.
    await this.clock.pass(50);
  }

  /** The depositIds of all transfers to the account that the chain holds, read from its blocks. */
  onChain(after = 0): string[] {
    return this.chain.blocks
      .filter(({ number }) => number > after)
      .flatMap(({ number, applied }) =>
        applied
          .filter(({ operation }) => operation[0] === 0 && (operation[1] as { to?: string }).to === exchange)
          .map(
            (entry) =>
              `${chainId.slice(0, 8)}:${number}:${entry.trxInBlock}:${entry.opInTrx}:${entry.virtualOp}`,
          ),
      );
  }

  /** Compares the chain with the ledger: nothing of the trigger's own is asked. */
  check(after = 0): { lost: string[]; unexpected: string[]; repeated: string[] } {
    const expected = new Set(this.onChain(after));
    return {
      lost: [...expected].filter((id) => !this.ledger.credited.has(id)),
      unexpected: [...this.ledger.credited.keys()].filter((id) => !expected.has(id)),
      repeated: [...this.ledger.runs].filter(([, runs]) => runs > 1).map(([id]) => id),
    };
  }
}

export const codes = (host: TriggerHost): string[] =>
  host.failures.map(({ description }) => /(?:\(|Code )([A-Z_]+)\)?$/.exec(description)?.[1] ?? description);
