/** Up to where a node is final, for what begins to read there. */
import type { Clock, NodeSession } from '../../../src/chain/interfaces';
import {
  checkFollows,
  compareWithTrusted,
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
  const isCompared = kind === 'delayed' && trusted !== null;
  const compared = isCompared ? await compareWithTrusted(session, trusted, clock, signal) : null;
  const state = compared?.state ?? (await session.state());
  await checkFollows(session, kind, state, clock.now(), staleAfterSeconds, compared?.seen);
  return finalHeight(kind, state, compared?.final);
}
