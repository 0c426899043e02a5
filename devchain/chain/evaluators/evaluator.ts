/** The form in which every operation's rules are written down (evaluator.hpp). */
import type { ChainState, OperationResult } from '../state';
import type { OperationByTag, OperationTag } from '../../wire/operations';

/**
 * One operation's rules, in the node's three steps: validate looks at the operation alone, evaluate at the
 * chain without changing it, apply changes it and gives the result.
 */
export interface Evaluator<Op> {
  validate?(op: Op): void;
  evaluate?(state: ChainState, op: Op): void;
  /** `coreFee` is what the fee is worth in base units of the core asset. */
  apply(state: ChainState, op: Op, coreFee: bigint): OperationResult;
  /** What of the fee goes another way than to the payer's statistics: half of an asset's creation fee is its pool. */
  divertedFee?(coreFee: bigint): bigint;
}

export type Evaluators = { [T in OperationTag]: Evaluator<OperationByTag[T]> };
