/** The flat item of one movement: the same fields in the trigger and in the queries, always all of them. */
import type { Operation } from '../../chain/interfaces';
import type { DecodedMemo, MemoStatus } from '../../protocol';
import { formatAmount } from '../../protocol/amounts';
import { isoTime } from '../../protocol/time';
import type { AccountOperation, WatchedAccount } from '../reading/accountOperation';
import { depositIdOf } from '../reading/depositKey';
import type { Direction, Movement, MovementKind } from '../reading/movement';

export interface DepositItem {
  depositId: string;
  kind: MovementKind;
  direction: Direction;
  /** The watched account. */
  account: string;
  accountId: string;
  from: string | null;
  fromId: string | null;
  to: string | null;
  toId: string;
  /** The symbol, which other assets can imitate: decide by `assetId`. */
  asset: string | null;
  assetId: string;
  precision: number | null;
  /** Decimal text with all decimals; null only when the node does not know the asset. */
  amount: string | null;
  /** Base units as text. */
  amountRaw: string;
  /** The trimmed text, null without one. */
  memo: string | null;
  memoStatus: MemoStatus;
  memoDetails: DecodedMemo['details'];
  blockNumber: number;
  /** ISO 8601 with `Z`. */
  blockTime: string | null;
  /** The transaction that holds or caused it; null for what runs at the end of a block, or in one that the node cannot show. */
  transactionId: string | null;
  trxInBlock: number;
  opInTrx: number;
  virtualOp: number;
  /** Executed by a proposal. */
  viaProposal: boolean;
  /** `1.11.x` of the node that was read: for looking it up there, never a key. */
  operationId: string | null;
  source: 'history' | 'blocks';
  attempt: number;
  redelivered: boolean;
  /** Only with Include Raw Operation. */
  operation?: Operation;
}

/** What an item needs and the operation does not hold. */
export interface ItemFacts {
  chainId: string;
  account: WatchedAccount;
  from: string | null;
  to: string | null;
  asset: { symbol: string; precision: number } | null;
  memo: DecodedMemo;
  blockTime: number | null;
  transactionId: string | null;
  viaProposal: boolean;
  includeOperation: boolean;
}

/** The item of a movement at its first delivery. */
export function depositItem(read: AccountOperation, movement: Movement, facts: ItemFacts): DepositItem {
  return {
    depositId: depositIdOf(facts.chainId, read.key),
    kind: movement.kind,
    direction: movement.direction,
    account: facts.account.name,
    accountId: facts.account.id,
    from: facts.from,
    fromId: movement.fromId,
    to: facts.to,
    toId: movement.toId,
    asset: facts.asset?.symbol ?? null,
    assetId: movement.assetId,
    precision: facts.asset?.precision ?? null,
    amount: facts.asset === null ? null : formatAmount(movement.amount, facts.asset.precision),
    amountRaw: movement.amount.toString(),
    memo: facts.memo.memo,
    memoStatus: facts.memo.status,
    memoDetails: { ...facts.memo.details },
    blockNumber: read.key.block,
    blockTime: facts.blockTime === null ? null : isoTime(facts.blockTime),
    transactionId: facts.transactionId,
    trxInBlock: read.key.trxInBlock,
    opInTrx: read.key.opInTrx,
    virtualOp: read.key.virtualOp,
    viaProposal: facts.viaProposal,
    operationId: read.operationId,
    source: read.source,
    attempt: 1,
    redelivered: false,
    ...(facts.includeOperation ? { operation: read.operation } : {}),
  };
}
