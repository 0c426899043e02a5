/** The nodes of the credential, connected anew when somebody edited it: that does not restart a trigger. */
import type { ITriggerFunctions } from 'n8n-workflow';
import type { WatchedNodes } from '../../../src/deposits/trigger/watcher';
import type { Chain } from '../../../src/protocol';
import type { AddressObserver } from '../../../src/rpc/addresses';
import { triggerNodeSettingsOf } from '../credentials/credentials';
import { nodePool, openNode, type NodeSettings } from '../credentials/nodeCredential';

type Context = Pick<ITriggerFunctions, 'getCredentials' | 'getNode'>;

export interface ChainNodes extends WatchedNodes {
  chain: Chain;
}

/** Where a trigger gets its nodes from. */
export interface ChainNodeSource {
  nodes(): Promise<ChainNodes>;
  /** Tells from now on when an address is left for the next, and when it is used again. */
  observe?(observer: AddressObserver): void;
  /** Resolves when one more trigger may begin: those of a whole n8n do not ask their nodes all at once. */
  turn?(signal: AbortSignal): Promise<void>;
  close(): void;
}

export class NodeSource implements ChainNodeSource {
  private open: { settings: string; nodes: ChainNodes } | null = null;
  private closed = false;
  private observer: AddressObserver | undefined;

  constructor(
    private readonly context: Context,
    private readonly pool = nodePool,
  ) {}

  observe(observer: AddressObserver): void {
    this.observer = observer;
  }

  turn(signal: AbortSignal): Promise<void> {
    return this.pool.moments.turn(signal);
  }

  /** @throws what an unusable credential throws */
  async nodes(): Promise<ChainNodes> {
    const settings = await triggerNodeSettingsOf(this.context);
    const text = JSON.stringify(settings);
    if (this.open?.settings !== text) {
      this.disconnect();
      this.open = { settings: text, nodes: this.connect(settings) };
    }
    const { nodes } = this.open;
    if (this.closed) this.disconnect();
    return nodes;
  }

  close(): void {
    this.closed = true;
    this.disconnect();
  }

  private disconnect(): void {
    this.open?.nodes.reading.close();
    this.open?.nodes.trusted?.close();
    this.open = null;
  }

  private connect(settings: NodeSettings): ChainNodes {
    const { moments } = this.pool;
    const open = (urls: string[]) => openNode(urls, settings, (event) => this.observer?.(event), this.pool);
    const trusted = open(settings.trustedUrls);
    const { chain } = settings;
    return settings.delayedUrls.length === 0
      ? { chain, kind: 'full', reading: trusted, trusted: null, moments }
      : { chain, kind: 'delayed', reading: open(settings.delayedUrls), trusted, moments };
  }
}
