/** What an operation costs, in the core asset and in others, and who pays (protocol/fee_schedule.cpp). */
import type { ChainParameters } from './objects';
import type { Asset, Memo, Operation, Price } from '../wire/operations';
import { Writer } from '../wire/bytes';
import { optional } from '../wire/codec';
import type { Codec } from '../wire/codec';
import type { Wire } from '../wire/transaction';

export const coreAsset = '1.3.0';

function sizeOf<T>(codec: Codec<T>, value: T): number {
  const writer = new Writer();
  codec.write(writer, value);
  return writer.finish().length;
}

/** calculate_data_fee: whole base units, rounded down. */
function dataFee(bytes: number, pricePerKbyte: bigint): bigint {
  return (BigInt(bytes) * pricePerKbyte) / 1024n;
}

function isCheapName(name: string): boolean {
  return /[0-9\-./]/.test(name) || !/[aeiouy]/.test(name);
}

/** The fee of an operation in base units of the core asset, by the current schedule (protocol/fee_schedule.cpp). */
export function requiredCoreFee(operation: Operation, parameters: ChainParameters, wire: Wire): bigint {
  const table = parameters.current_fees.parameters.find(([tag]) => tag === operation[0])?.[1] ?? {};
  const value = (name: string): bigint => BigInt(table[name] ?? 0);
  const memoFee = (memo: Memo | undefined): bigint =>
    dataFee(sizeOf(optional(wire.codecs.memo), memo), value('price_per_kbyte'));
  const ownSize = (): bigint => dataFee(wire.packedOperation(operation).length - 1, value('price_per_kbyte'));
  return (base(operation) * BigInt(parameters.current_fees.scale)) / 10000n;

  function base([tag, op]: Operation): bigint {
    switch (tag) {
      case 0:
        return value('fee') + (op.memo ? memoFee(op.memo) : 0n);
      case 38:
      case 14:
      case 27:
        return value('fee') + memoFee(op.memo);
      case 5: {
        const { options, active, owner } = op;
        const size =
          sizeOf(wire.codecs.accountOptions, options) +
          sizeOf(wire.codecs.authority, active) +
          sizeOf(wire.codecs.authority, owner);
        return (
          (isCheapName(op.name) ? value('basic_fee') : value('premium_fee')) +
          dataFee(size, value('price_per_kbyte'))
        );
      }
      case 6:
        return value('fee') + (op.new_options ? ownSize() : 0n);
      case 8:
        return op.upgrade_to_lifetime_member
          ? value('membership_lifetime_fee')
          : value('membership_annual_fee');
      case 10: {
        const long = op.symbol.length;
        return (
          (long === 3 ? value('symbol3') : long === 4 ? value('symbol4') : value('long_symbol')) + ownSize()
        );
      }
      case 11:
      case 22:
      case 23:
      case 35:
        return value('fee') + ownSize();
      case 37:
        return 0n;
      default:
        return value('fee');
    }
  }
}

/** An amount at a price, rounded down; the price's other side gives the asset. */
export function convert(amount: Asset, price: Price): Asset {
  if (amount.asset_id === price.base.asset_id) {
    return {
      amount: (amount.amount * price.quote.amount) / price.base.amount,
      asset_id: price.quote.asset_id,
    };
  }
  return { amount: (amount.amount * price.base.amount) / price.quote.amount, asset_id: price.base.asset_id };
}

/** A core fee in another asset: the smallest amount that converts back to at least the fee. */
export function feeInAsset(coreFee: bigint, assetId: string, price: Price): Asset {
  if (assetId === coreAsset) return { amount: coreFee, asset_id: coreAsset };
  const [core, other] =
    price.base.asset_id === coreAsset ? [price.base, price.quote] : [price.quote, price.base];
  const amount = (coreFee * other.amount + core.amount - 1n) / core.amount;
  return { amount, asset_id: assetId };
}

/** The account that pays an operation's fee. */
export function feePayer([tag, op]: Operation): string {
  switch (tag) {
    case 0:
      return op.from;
    case 5:
      return op.registrar;
    case 6:
      return op.account;
    case 7:
      return op.authorizing_account;
    case 8:
      return op.account_to_upgrade;
    case 10:
    case 11:
    case 14:
    case 38:
      return op.issuer;
    case 15:
    case 35:
      return op.payer;
    case 34:
      return op.owner;
    case 16:
      return op.from_account;
    case 22:
    case 23:
    case 24:
      return op.fee_paying_account;
    case 25:
    case 28:
      return op.withdraw_from_account;
    case 27:
      return op.withdraw_to_account;
    case 37:
      return op.deposit_to_account;
  }
}
