/** A node with its endpoint, as a test holds it: stopped, started, frozen or replayed. */
import { ChainError } from '../wire/chainError';
import { ChainNode } from '../chain/chainNode';
import type { Faults } from './faults';
import type { HistoryOptions } from '../chain/historyOptions';
import type { Json } from '../wire/json';
import type { ApiLimits } from './limits';
import { NodeServer } from './nodeServer';
import type { Credentials } from './session';
import { holdsOnlyUtf8 } from '../wire/text';
import type { SignedTransaction } from '../wire/transaction';

export interface NodeOptions {
  history?: HistoryOptions;
  limits?: Partial<ApiLimits>;
  credentials?: Credentials;
  port?: number;
  /** Milliseconds before every answer, and the most calls a second of one connection. */
  latency?: number;
  callsPerSecond?: number;
  /** A node older than 6.1: history without is_virtual and block_time. */
  withoutVirtualMarks?: boolean;
}

export interface HandleSetup extends NodeOptions {
  name: string;
  host: string;
  faults: Faults;
  broadcast?: (json: unknown, included?: (notice: Json) => void) => void;
}

/** One node with its endpoint: stop and start it, freeze it, replay it with other options. */
export class NodeHandle {
  readonly server: NodeServer;
  private frozenAt = false;
  private unreadable: number | undefined;
  private readonly stopListeners: (() => void)[] = [];
  private readonly replayListeners: ((node: ChainNode) => void)[] = [];

  constructor(
    readonly setup: HandleSetup,
    private current: ChainNode,
    /** How far it follows the producer: not at all when it is the producer itself. */
    private readonly follows: 'producer' | 'head' | 'irreversible',
  ) {
    const { name, host, faults, limits, credentials, port, latency, callsPerSecond, broadcast } = setup;
    const { withoutVirtualMarks } = setup;
    this.server = new NodeServer(
      {
        name,
        host,
        faults,
        port: port ?? 0,
        ...(limits ? { limits } : {}),
        ...(credentials ? { credentials } : {}),
        ...(latency === undefined ? {} : { latency }),
        ...(callsPerSecond === undefined ? {} : { callsPerSecond }),
        ...(withoutVirtualMarks === undefined ? {} : { withoutVirtualMarks }),
        ...(broadcast ? { broadcast } : {}),
      },
      current,
    );
  }

  get name(): string {
    return this.setup.name;
  }

  get node(): ChainNode {
    return this.current;
  }

  get url(): string {
    return this.server.url;
  }

  get httpUrl(): string {
    return `http://${this.server.host}:${this.server.port}`;
  }

  /** Listens again, on the same port as before. */
  async start(): Promise<void> {
    await this.server.start();
  }

  /** Ends all connections and closes the port; the chain behind it goes on. */
  async stop(): Promise<void> {
    await this.server.stop();
    for (const listener of this.stopListeners) listener();
  }

  onReplay(listener: (node: ChainNode) => void): void {
    this.replayListeners.push(listener);
  }

  onStop(listener: () => void): void {
    this.stopListeners.push(listener);
  }

  /** Ends all connections; new ones are taken at once. */
  dropConnections(): void {
    this.server.dropConnections();
  }

  get frozen(): boolean {
    return this.frozenAt;
  }

  /** The node stops to follow the chain, keeps its connections, and answers what it knew. */
  freeze(): void {
    if (this.follows === 'producer')
      throw new Error(
        'the trusted node produces the blocks and cannot freeze: use the fault "out of sync" or addNode',
      );
    this.frozenAt = true;
  }

  /** The node goes on from where it stood; it catches up with the producer at once. */
  unfreeze(producer: ChainNode): void {
    this.frozenAt = false;
    this.sync(producer);
  }

  /**
   * The block that a delayed node waits for and will never get, because it holds a text that is not UTF-8; its head
   * is the block before. A restart does not help (see syncAsPlainNode). Undefined as long as it can go on.
   */
  get stoppedAt(): number | undefined {
    return this.unreadable;
  }

  /**
   * The operator's remedy for a delayed node that stopped: its data is started once as a plain node, which gets its
   * blocks from the network and not by get_block, and takes those that are reversible too; then it is a delayed node
   * again, and waits until the trusted node's last irreversible block is beyond its head. Connections end.
   */
  async syncAsPlainNode(producer: ChainNode): Promise<void> {
    if (this.follows !== 'irreversible') throw new Error(`${this.name} is a plain node already`);
    await this.stop();
    this.unreadable = undefined;
    this.takeBlocks(producer, producer.blocks.length, false);
    await this.start();
  }

  /** Hears of a transaction from the network: a full node has it among its pending ones, a delayed one does not. */
  relay(transaction: SignedTransaction): void {
    if (this.follows !== 'head' || this.frozenAt) return;
    try {
      this.node.push(this.node.prepare(transaction));
    } catch (error) {
      if (!(error instanceof ChainError)) throw error;
    }
  }

  /** Takes over what the producer has and this node may see. */
  sync(producer: ChainNode): void {
    if (this.frozenAt || this.follows === 'producer') return;
    if (this.follows === 'head') this.takeBlocks(producer, producer.blocks.length, false);
    else this.takeBlocks(producer, producer.state.dynamicProperties.last_irreversible_block_num, true);
  }

  /** Takes the producer's blocks up to a number; those that come by get_block over WebSocket only if they are UTF-8. */
  private takeBlocks(producer: ChainNode, target: number, overWebSocket: boolean): void {
    const { node } = this;
    while (
      node.blocks.length > 0 &&
      producer.blocks.get(node.blocks.length)?.id !== node.blocks.get(node.blocks.length)?.id
    )
      node.popBlock();
    for (let number = node.blocks.length + 1; number <= target; number++) {
      const block = producer.blocks.get(number);
      if (!block) continue;
      if (overWebSocket && !holdsOnlyUtf8(node.blocks.transactions(block))) {
        this.unreadable = number;
        return;
      }
      node.applyBlock(block);
    }
  }

  /** Builds the node's state again from all its blocks with other history options: sequences and 1.11.x ids can differ. */
  replay(history: HistoryOptions): ChainNode {
    const node = replayed(this.current, history);
    this.current = node;
    for (const listener of this.replayListeners) listener(node);
    this.server.replaceNode(node);
    return node;
  }
}

/** A new node with the blocks of another. */
export function replayed(of: ChainNode, history: HistoryOptions): ChainNode {
  const node = new ChainNode(of.genesis, history);
  for (let number = 1; number <= of.blocks.length; number++) {
    const block = of.blocks.get(number);
    if (block) node.applyBlock(block);
  }
  return node;
}
