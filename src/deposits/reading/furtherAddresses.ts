/** Work on one session that begins anew on the next address when a node gives an answer that cannot be used. */
import type { NodeEndpoints, NodeSession } from '../../chain/interfaces';
import { isBitSharesError, rethrow, type BitSharesError } from '../../errors';

/** An address that was left for the next one; both without user and password. */
export interface LeftAddress {
  kind: 'left';
  endpoint: string;
  reason: BitSharesError;
  next: string;
}

/**
 * Does `work` on a session of the node, and from the beginning on those of its further addresses while INVALID_ANSWER comes,
 * each address once. When none of them does better, the error is that of the last one.
 *
 * @param left is told of each address that is left for another one
 */
export async function onFurtherAddresses<Result>(
  node: Pick<NodeEndpoints, 'session'>,
  work: (session: NodeSession) => Promise<Result>,
  left: (event: LeftAddress) => void = () => undefined,
): Promise<Result> {
  const tried = new Set<string>();
  let refused: { endpoint: string; reason: BitSharesError } | null = null;
  for (;;) {
    const session = await node.session().catch((error: unknown) => rethrow(refused?.reason ?? error));
    if (refused !== null) {
      if (tried.has(session.endpoint)) throw refused.reason;
      left({ kind: 'left', ...refused, next: session.endpoint });
    }
    tried.add(session.endpoint);
    try {
      return await work(session);
    } catch (error) {
      if (!isBitSharesError(error, 'INVALID_ANSWER')) rethrow(error);
      refused = { endpoint: session.endpoint, reason: error };
      session.close();
    }
  }
}
