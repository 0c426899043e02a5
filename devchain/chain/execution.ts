/** Every operation that the chain knows, and how one is executed and its fee taken (evaluator.cpp, evaluator.hpp, db_block.cpp). */
import { at, check, failure, framed } from '../wire/chainError';
import { accountCreate, accountUpdate, accountUpgrade, accountWhitelist } from './evaluators/accounts';
import { assetCreate, assetFundFeePool, assetIssue, assetReserve, assetUpdate } from './evaluators/assets';
import { balanceClaim } from './evaluators/claims';
import type { Evaluator, Evaluators } from './evaluators/evaluator';
import {
  custom,
  withdrawPermissionClaim,
  withdrawPermissionCreate,
  withdrawPermissionDelete,
} from './evaluators/permissions';
import { proposalEvaluators } from './evaluators/proposals';
import { overrideTransfer, transfer } from './evaluators/transfers';
import { workerCreate } from './evaluators/workers';
import { convert, coreAsset, feePayer, requiredCoreFee } from './fees';
import type { Json } from '../wire/json';
import type { ChainState, OperationResult } from './state';
import type { Asset, Operation } from '../wire/operations';

const evaluators: Evaluators = {
  0: transfer,
  5: accountCreate,
  6: accountUpdate,
  7: accountWhitelist,
  8: accountUpgrade,
  10: assetCreate,
  11: assetUpdate,
  14: assetIssue,
  15: assetReserve,
  16: assetFundFeePool,
  25: withdrawPermissionCreate,
  27: withdrawPermissionClaim,
  28: withdrawPermissionDelete,
  34: workerCreate,
  35: custom,
  37: balanceClaim,
  38: overrideTransfer,
  ...proposalEvaluators({ validate: validateOperation, apply: applyOperation }),
};

function evaluatorOf(operation: Operation): Evaluator<Operation[1]> {
  return evaluators[operation[0]] as Evaluator<Operation[1]>;
}

/** The checks that need no chain: amounts, names, `from != to`. */
export function validateOperation(operation: Operation): void {
  evaluatorOf(operation).validate?.(operation[1]);
}

interface Fee {
  payer: string;
  paid: Asset;
  core: bigint;
}

/** What the fee is worth in the core asset; a fee in another asset must be in its pool (evaluator.cpp prepare_fee). */
function prepareFee(state: ChainState, operation: Operation): Fee {
  const payer = feePayer(operation);
  const paid = operation[1].fee;
  const place = (line: number) => at('evaluator.cpp', line, 'prepare_fee');
  check(paid.amount >= 0n, 'fee.amount >= 0', place(56));
  state.account(payer);
  const asset = state.asset(paid.asset_id);
  if (paid.asset_id === coreAsset) return { payer, paid, core: paid.amount };
  const fromPool = convert(paid, asset.options.core_exchange_rate);
  const pool = state.dynamicData(asset).fee_pool;
  check(
    fromPool.amount <= pool,
    'core_fee_paid <= fee_asset_dyn_data->fee_pool',
    place(75),
    "Fee pool balance of '${b}' is less than the ${r} required to convert ${c}",
    {
      r: state.pretty(fromPool),
      b: state.pretty({ amount: pool, asset_id: coreAsset }),
      c: state.pretty(paid),
    },
  );
  return { payer, paid, core: fromPool.amount };
}

function payFee(state: ChainState, fee: Fee, diverted: bigint): void {
  if (fee.paid.asset_id !== coreAsset) {
    const data = state.dynamicData(state.asset(fee.paid.asset_id));
    state.store.modify(data, {
      accumulated_fees: data.accumulated_fees + fee.paid.amount,
      fee_pool: data.fee_pool - fee.core,
    });
  }
  const statistics = state.statistics(state.account(fee.payer));
  const collected = fee.core - diverted;
  const vesting = collected > state.parameters.cashback_vesting_threshold;
  state.store.modify(
    statistics,
    vesting
      ? { pending_fees: statistics.pending_fees + collected }
      : { pending_vested_fees: statistics.pending_vested_fees + collected },
  );
}

/** Evaluates and applies one operation and takes its fee (generic_evaluator in evaluator.hpp). */
export function applyOperation(state: ChainState, operation: Operation, isVirtual = false): OperationResult {
  const index = state.pushApplied(operation, isVirtual);
  const evaluator = evaluatorOf(operation);
  const op = operation[1];
  const result = framed(
    () => {
      const fee = prepareFee(state, operation);
      const required = requiredCoreFee(operation, state.parameters, state.wire);
      if (fee.core < required) {
        throw failure(
          4010007,
          'insufficient_fee',
          'insufficient fee',
          at('evaluator.hpp', 156, 'evaluate'),
          'Insufficient Fee Paid',
          { core_fee_paid: fee.core, required },
        );
      }
      evaluator.evaluate?.(state, op);
      payFee(state, fee, evaluator.divertedFee?.(fee.core) ?? 0n);
      const outcome = evaluator.apply(state, op, fee.core);
      state.adjustBalance(fee.payer, { amount: -fee.paid.amount, asset_id: fee.paid.asset_id });
      return outcome;
    },
    'evaluator.cpp',
    49,
    'start_evaluate',
  );
  const applied = state.applied[index];
  if (applied) applied.result = result;
  return result;
}

/** applyOperation with the frame that the node adds around it. */
export function applyOperationFramed(state: ChainState, operation: Operation): OperationResult {
  return framed(
    () => applyOperation(state, operation),
    'db_block.cpp',
    797,
    'apply_operation',
    () => ({ op: operation as unknown as Json }),
  );
}
