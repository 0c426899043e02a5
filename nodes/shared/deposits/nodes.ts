/** The nodes of the credential, connected anew when somebody edited it: that does not restart a trigger. */
import type { ITriggerFunctions } from 'n8n-workflow';
import type { WatchedNodes } from '../../../src/deposits/trigger/watcher';
import type { Chain } from '../../../src/protocol';
import type { AddressObserver } from '../../../src/rpc/addresses';
import { triggerNodeSettingsOf } from '../credentials/credentials';
import { openNode, type NodeSettings } from '../credentials/nodeCredential';

type Context = Pick<ITriggerFunctions, 'getCredentials' | 'getNode'>;

export interface ChainNodes extends WatchedNodes {
  chain: Chain;
}

/** Where a trigger gets its nodes from. */
export interface ChainNodeSource {
  nodes(): Promise<ChainNodes>;
  /** Tells from now on when an address is left for the next, and when it is used again. */
  observe?(observer: AddressObserver): void;
  close(): void;
}

export class NodeSource implements ChainNodeSource {
  private open: { settings: string; nodes: ChainNodes } | null = null;
  private closed = false;
  private observer: AddressObserver | undefined;

  constructor(private readonly context: Context) {}

  observe(observer: AddressObserver): void {
    this.observer = observer;
  }

  /** @throws what an unusable credential throws */
  async nodes(): Promise<ChainNodes> {
    const settings = await triggerNodeSettingsOf(this.context);
    const text = JSON.stringify(settings);
    if (this.open?.settings !== text) {
      this.disconnect();
      this.open = { settings: text, nodes: connect(settings, (event) => this.observer?.(event)) };
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
}

function connect(settings: NodeSettings, onAddress: AddressObserver): ChainNodes {
  const trusted = openNode(settings.trustedUrls, settings, onAddress);
  return settings.delayedUrls.length === 0
    ? { chain: settings.chain, kind: 'full', reading: trusted, trusted: null }
    : {
        chain: settings.chain,
        kind: 'delayed',
        reading: openNode(settings.delayedUrls, settings, onAddress),
        trusted,
      };
}
