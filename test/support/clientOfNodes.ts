/** Clients of scripted nodes over real sockets, with a clock that the test moves. */
import type { NodeEndpoints } from '../../src/chain/interfaces';
import type { AddressEvent } from '../../src/rpc/addresses';
import { openNodeClient, type NodeClientSettings } from '../../src/rpc/nodeClient';
import { ManualClock } from './manualClock';
import { ScriptedNode, type Reply, type Request } from './scriptedNode';

export const chainId = '4e4fc2ce5d32dbcaa22e776c8ef9a606e96684287027b44a54e43fa239d7a5fa';

/** A node of the right chain that answers everything else with null. */
export const rightChain = ({ params }: Request): Reply => ({
  result: params[1] === 'get_chain_id' ? chainId : null,
});

export class ClientOfNodes {
  readonly clock = new ManualClock(1_000_000);
  /** What the client said about its addresses. */
  readonly events: AddressEvent[] = [];
  private readonly nodes: ScriptedNode[] = [];
  private readonly clients: NodeEndpoints[] = [];

  async node(script: (request: Request, node: () => ScriptedNode) => Reply = rightChain) {
    const node: ScriptedNode = await ScriptedNode.start((request) => script(request, () => node));
    this.nodes.push(node);
    return node;
  }

  client(urls: string[], settings: Partial<NodeClientSettings> = {}): NodeEndpoints {
    const client = openNodeClient(
      { urls, chainId, ...settings },
      { clock: this.clock, random: () => 0.5, onAddress: (event) => this.events.push(event) },
    );
    this.clients.push(client);
    return client;
  }

  /** The events in short. */
  get told(): string[] {
    return this.events.map(({ kind, endpoint, reason }) => `${kind} ${endpoint}: ${reason.code}`);
  }

  async stop(): Promise<void> {
    for (const client of this.clients.splice(0)) client.close();
    for (const node of this.nodes.splice(0)) await node.stop();
  }
}
