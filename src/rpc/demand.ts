/** Comparing answers with questions: what fits no question of ours is refused with both of them. */
import type { KnownParameters } from './chainParameters';
import { FalseAnswer } from '../chain/falseAnswer';
import type { CoreAsset } from '../protocol';

/** What a reader knows of the node that it calls; without any of it, answers are compared with questions all the same. */
export interface KnownNode {
  /** The address that answers, without user and password; for messages. */
  endpoint?: () => string;
  /** The chain that the node is on. */
  chain?: { prefix?: string; coreAsset: CoreAsset };
  /** What is known of its parameters, where all questions go over one connection. */
  parameters?: KnownParameters;
}

/**
 * Refuses an answer that is not right (INVALID_ANSWER).
 *
 * @param asked the method first, then what it was asked for
 * @param answered what came instead, put into words only when it is told
 */
export type Demand = (isRight: boolean, asked: string, answered: () => string) => void;

export function demandOf(node: KnownNode): Demand {
  return (isRight, asked, answered) => {
    if (isRight) return;
    const endpoint = node.endpoint?.();
    throw new FalseAnswer({ ...(endpoint === undefined ? {} : { endpoint }), asked, answered: answered() });
  };
}
