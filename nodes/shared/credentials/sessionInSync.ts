import { rethrow } from '../../../src/errors';
import type { NodeEndpoints, NodeSession } from '../../../src/chain/interfaces';
import { checkInSync } from '../../../src/withdrawals/sending/checks';
import { systemClock } from '../clock';

/**
 * Gives the live session of a node. Each new one is checked first: the next address may be behind, or on a fork.
 *
 * What it gives rejects with NODE_OUT_OF_SYNC, or as `session` of the node.
 */
export function sessionInSync(node: NodeEndpoints): () => Promise<NodeSession> {
  let checked: NodeSession | undefined;
  return async () => {
    const session = await node.session();
    if (session === checked) return session;
    try {
      checkInSync(session.endpoint, await session.state(), systemClock.now());
    } catch (error) {
      // The next question goes to the address after it.
      session.close();
      rethrow(error);
    }
    checked = session;
    return session;
  };
}
