/** The nodes of the credential, connected anew when somebody edited it: that does not restart a trigger. */
import type { ITriggerFunctions } from 'n8n-workflow';
import type { WatchedNodes } from '../../src/deposits/watcher';
import type { Chain } from '../../src/protocol';
import { triggerNodeSettingsOf } from '../shared/credentials';
import { openNode, type NodeSettings } from '../shared/nodeCredential';

type Context = Pick<ITriggerFunctions, 'getCredentials' | 'getNode'>;

export interface ChainNodes extends WatchedNodes {
  chain: Chain;
}

/** Where a trigger gets its nodes from. */
export interface ChainNodeSource {
  nodes(): Promise<ChainNodes>;
  close(): void;
}

export class NodeSource implements ChainNodeSource {
  private open: { settings: string; nodes: ChainNodes } | null = null;
  private closed = false;

  constructor(private readonly context: Context) {}

  /** @throws what an unusable credential throws */
  async nodes(): Promise<ChainNodes> {
    const settings = await triggerNodeSettingsOf(this.context);
    const text = JSON.stringify(settings);
    if (this.open?.settings !== text) {
      this.disconnect();
      this.open = { settings: text, nodes: connect(settings) };
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

function connect(settings: NodeSettings): ChainNodes {
  const trusted = openNode(settings.trustedUrls, settings);
  return settings.delayedUrls.length === 0
    ? { chain: settings.chain, kind: 'full', reading: trusted, trusted: null }
    : { chain: settings.chain, kind: 'delayed', reading: openNode(settings.delayedUrls, settings), trusted };
}
