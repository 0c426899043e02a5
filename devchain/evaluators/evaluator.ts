import type { ChainState, OperationResult } from '../state';
import type { OperationByTag, OperationTag } from '../wire/operations';

/**
 * One operation's rules, in the node's three steps: validate looks at the operation alone, evaluate at the
 * chain without changing it, apply changes it and gives the result.
 */
export interface Evaluator<Op> {
  validate?(op: Op): void;
  evaluate?(state: ChainState, op: Op): void;
  apply(state: ChainState, op: Op): OperationResult;
}

export type Evaluators = { [T in OperationTag]: Evaluator<OperationByTag[T]> };
