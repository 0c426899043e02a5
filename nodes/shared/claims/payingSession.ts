/** The connection on which claims are built, sent and followed. */
import { judgedSession } from '../../../src/chain/furtherAddresses';
import { checkFit, irreversibleTimeOf, paying } from '../../../src/chain/health';
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
      const lastIrreversibleTime = await irreversibleTimeOf(session, state);
      checkFit({ endpoint: session.endpoint, state, lastIrreversibleTime }, paying, systemClock.now());
    },
  );
}
