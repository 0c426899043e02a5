/** Fees from the chain's fee schedule, computed and never asked: a second call could see another schedule. */
import type { FeeSchedule } from '../chain/interfaces';
import { BitSharesError } from '../errors';
import { encodeOperation, operationTypes, type Operation } from '../protocol';

const fullScale = 10_000n;

/**
 * Fee of a transfer in base units of the core asset: `fee + floor(memo bytes * price_per_kbyte / 1024)`, then the scale.
 * `memoBytes` is the packed size of the optional memo. Rules: bitshares-core `transfer.cpp`, `fee_schedule_calc.cpp`.
 */
export function transferFee(fees: FeeSchedule, memoBytes: number): bigint {
  return feeBySize(fees, operationTypes.transfer, memoBytes);
}

/**
 * An operation with its own fee, in base units of the core asset, where its whole size counts (without its number). Rule:
 * bitshares-core `proposal.cpp`.
 */
export function withOwnFee(
  make: (fee: bigint) => Operation,
  fees: FeeSchedule,
  prefix: string,
): { operation: Operation; fee: bigint } {
  // The fee takes eight bytes whatever its size.
  const draft = make(0n);
  const fee = feeBySize(fees, draft[0], encodeOperation(draft, prefix).length - 1);
  return { operation: make(fee), fee };
}

/** What decides the fees of one type of operation, in base units of the core asset, before the scale. */
export interface FeeParameters {
  base: bigint;
  pricePerKilobyte: bigint;
}

/** @throws INVALID_ANSWER where the node's schedule lacks them */
export function feeParameters(fees: FeeSchedule, operationType: number): FeeParameters {
  const parameters = fees.parameters.get(operationType);
  return {
    base: parameter(parameters, 'fee', operationType),
    pricePerKilobyte: parameter(parameters, 'price_per_kbyte', operationType),
  };
}

function feeBySize(fees: FeeSchedule, operationType: number, bytes: number): bigint {
  const { base, pricePerKilobyte } = feeParameters(fees, operationType);
  return ((base + (BigInt(bytes) * pricePerKilobyte) / 1024n) * fees.scale) / fullScale;
}

function parameter(
  parameters: Readonly<Record<string, unknown>> | undefined,
  name: string,
  operationType: number,
): bigint {
  const value = parameters?.[name];
  const isInteger =
    typeof value === 'bigint' ||
    (typeof value === 'number' && Number.isSafeInteger(value)) ||
    (typeof value === 'string' && /^\d+$/.test(value));
  if (!isInteger) {
    throw new BitSharesError('INVALID_ANSWER', {
      message: `The node's fee schedule has no ${name} for operation ${operationType}`,
      fix: 'Use a node of version 6 or later that is in sync.',
    });
  }
  return BigInt(value);
}
