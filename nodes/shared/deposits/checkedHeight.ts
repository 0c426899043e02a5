import type { Clock, NodeSession } from '../../../src/chain/interfaces';
import {
  checkDelayedNode,
  checkFinality,
  checkFreshness,
  finalHeight,
  type FinalHeight,
} from '../../../src/deposits/reading/finality';
import type { ChainNodes } from './nodes';

/** The height up to which the node is final, after the checks that a start from it needs. */
export async function checkedHeight(
  session: NodeSession,
  { kind, trusted }: ChainNodes,
  clock: Clock,
  staleAfterSeconds: number,
  signal: AbortSignal,
): Promise<FinalHeight> {
  const state = await session.state();
  checkFreshness(session.endpoint, state, clock.now(), staleAfterSeconds);
  if (kind === 'full') await checkFinality(session, state, clock.now(), staleAfterSeconds);
  if (kind === 'delayed' && trusted !== null) await checkDelayedNode(session, trusted, clock, signal);
  return finalHeight(kind, state);
}
