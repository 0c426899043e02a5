/** The connection on which claims are built, sent and followed. */
import { judgedSession } from '../../../src/chain/furtherAddresses';
import { checkFit, paying } from '../../../src/chain/health';
import type { NodeEndpoints, NodeSession } from '../../../src/chain/interfaces';
import { systemClock } from '../clock';

/**
 * Gives the live session of a node. Each new one is judged first, and an address that is behind or on a fork is left.
 *
 * What it gives rejects with NODE_OUT_OF_SYNC when no address is fit, or as `session` of the node.
 */
export function payingSession(node: NodeEndpoints): () => Promise<NodeSession> {
  return judgedSession(
    () => node.session(),
    async (session) => {
      const state = await session.state();
      // A claim is followed until it is irreversible, so where nothing becomes irreversible it only stays open.
      checkFit({ endpoint: session.endpoint, state, lastIrreversibleTime: null }, paying, systemClock.now());
    },
  );
}
