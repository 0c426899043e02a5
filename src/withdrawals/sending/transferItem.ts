/** The item of a transfer: flat, every field always there, the same names in all operations. */
import { formatAmount, isoTime, toBigInt, type TransferOperation } from '../../protocol';
import type { Place } from '../proof/senderIndex';
import type { Outcome, Settlement } from '../../payments/settlement';
import type { Fee } from '../transaction/transactionBuilder';

/** A type, not an interface, so that it is plain JSON for n8n. */
export type TransferItem = {
  withdrawalId: string | null;
  outcome: Outcome;
  paid: boolean;
  final: boolean;
  alreadyPaid: boolean;
  nextStep: string;
  requestedAt: string | null;
  from: string | null;
  fromId: string | null;
  to: string | null;
  toId: string | null;
  asset: string | null;
  assetId: string | null;
  precision: number | null;
  amount: string | null;
  amountRaw: string | null;
  fee: string | null;
  feeRaw: string | null;
  feeAsset: string | null;
  feeAssetId: string | null;
  transactionId: string | null;
  blockNumber: number | null;
  blockTime: string | null;
  trxInBlock: number | null;
  opInTrx: number | null;
  expiration: string | null;
  windowStart: string | null;
  windowEnd: string | null;
};

/** Name and id of an account, symbol, id and precision of an asset: as much as is known. */
export interface NamedParties {
  from: { name: string; id: string } | null;
  to: { name: string; id: string } | null;
  asset: { symbol: string; id: string; precision: number } | null;
  feeAsset: { symbol: string; id: string; precision: number } | null;
}

/** What is known of a transfer. */
export interface TransferFacts {
  parties?: NamedParties;
  /** Base units. */
  amount?: bigint;
  fee?: Fee;
  transactionId?: string;
  /** In seconds, as those of the window. */
  expiration?: number | null;
  window?: { start: number; end: number };
}

/** @param place Where it is paid; null where nothing shows that */
export function transferItem(
  { withdrawalId, requestedAt }: { withdrawalId: string; requestedAt: number },
  told: Settlement & { alreadyPaid: boolean; nextStep: string },
  place: Place | null,
  { parties, amount, fee, window, transactionId, expiration }: TransferFacts,
): TransferItem {
  const time = (seconds: number | null | undefined): string | null =>
    seconds == null ? null : isoTime(seconds);
  const decimal = (raw: bigint | undefined, precision: number | undefined): string | null =>
    raw === undefined || precision === undefined ? null : formatAmount(raw, precision);
  return {
    withdrawalId,
    ...told,
    requestedAt: time(requestedAt),
    from: parties?.from?.name ?? null,
    fromId: parties?.from?.id ?? null,
    to: parties?.to?.name ?? null,
    toId: parties?.to?.id ?? null,
    asset: parties?.asset?.symbol ?? null,
    assetId: parties?.asset?.id ?? null,
    precision: parties?.asset?.precision ?? null,
    amount: decimal(amount, parties?.asset?.precision),
    amountRaw: amount?.toString() ?? null,
    fee: decimal(fee?.amount, parties?.feeAsset?.precision),
    feeRaw: fee?.amount.toString() ?? null,
    feeAsset: fee === undefined ? null : (parties?.feeAsset?.symbol ?? null),
    feeAssetId: fee?.assetId ?? null,
    // Empty for a transaction whose id this package cannot compute.
    transactionId: (place === null ? transactionId : place.transactionId) || null,
    blockNumber: place?.blockNumber ?? null,
    blockTime: time(place?.blockTime),
    trxInBlock: place?.trxInBlock ?? null,
    opInTrx: place?.opInTrx ?? null,
    expiration: time(expiration),
    windowStart: time(window?.start),
    windowEnd: time(window?.end),
  };
}

/** Amount and fee of a transfer as the chain has it. */
export function amountsOf(operation: TransferOperation): { amount: bigint; fee: Fee } {
  return {
    amount: toBigInt(operation.amount.amount),
    fee: { amount: toBigInt(operation.fee.amount), assetId: operation.fee.asset_id },
  };
}
