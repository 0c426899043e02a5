/** Claimable balances and their claims as items: flat, every field always there. */
import type { IDataObject } from 'n8n-workflow';
import { totalsOf } from '../../../src/balances/claimPlan';
import type { ClaimOutcome } from '../../../src/balances/claimSettlement';
import type { FoundBalance } from '../../../src/balances/findBalances';
import type { SkippedBalance } from '../../../src/balances/importer';
import type { Account, AssetAmount } from '../../../src/chain/interfaces';
import { isBitSharesError, rethrow } from '../../../src/errors';
import { formatAmount, isoTime } from '../../../src/protocol';

interface AssetName {
  id: string;
  symbol: string;
  precision: number;
}

/** Anything that knows assets by their ids: a node, or a wallet. */
export interface AssetSource {
  assets(ids: string[]): Promise<(AssetName | null)[]>;
}

/** Symbols and precisions, asked once an asset. */
export class AssetNames {
  private constructor(private readonly names: ReadonlyMap<string, AssetName>) {}

  static async of(reader: AssetSource, assetIds: readonly string[]): Promise<AssetNames> {
    const ids = [...new Set(assetIds)];
    // Names are for people: what was sent must be told even when they cannot be read any more.
    const assets =
      ids.length === 0
        ? []
        : await reader.assets(ids).catch((error: unknown) => (isBitSharesError(error) ? [] : rethrow(error)));
    return new AssetNames(
      new Map(assets.flatMap((asset, i) => (asset === null ? [] : [[ids[i] ?? asset.id, asset] as const]))),
    );
  }

  /** `asset assetId precision amount amountRaw`, the amount null where the asset is unknown. */
  fields({ assetId, amount }: AssetAmount): IDataObject {
    const name = this.names.get(assetId);
    return {
      asset: name?.symbol ?? null,
      assetId,
      precision: name?.precision ?? null,
      amount: this.decimal(assetId, amount),
      amountRaw: amount.toString(),
    };
  }

  decimal(assetId: string, amount: bigint): string | null {
    const name = this.names.get(assetId);
    return name === undefined ? null : formatAmount(amount, name.precision);
  }

  totals(amounts: readonly AssetAmount[]): IDataObject[] {
    return totalsOf(amounts).map((total) => this.fields(total));
  }
}

const timeOrNull = (seconds: number | null): string | null => (seconds === null ? null : isoTime(seconds));

/** One balance, with what can be claimed of it now. */
export function balanceItem(
  { object, owner, claimable }: FoundBalance,
  names: AssetNames,
  prefix: string,
): IDataObject {
  return {
    balanceId: object.id,
    owner: object.owner,
    ownerForm: owner.form,
    ownerKey: owner.publicKey?.toString(prefix) ?? null,
    ...names.fields(object.balance),
    status: claimable.hindrance ?? 'claimable',
    claimable: names.decimal(object.balance.assetId, claimable.amount),
    claimableRaw: claimable.amount.toString(),
    claimableFrom: timeOrNull(claimable.claimableFrom),
    vesting: object.vesting !== null,
    fullyVestedAt: timeOrNull(claimable.fullyVestedAt),
    lastClaimAt: object.lastClaimTime === 0 ? null : isoTime(object.lastClaimTime),
  };
}

/** One claim inside a transaction. */
export interface ClaimLine {
  balanceId: string;
  owner: string | null;
  ownerKey: string | null;
  amount: AssetAmount;
  vesting: boolean | null;
}

/** What an import item is made of. */
export interface ImportItemParts {
  outcome: ClaimOutcome;
  claimed: boolean;
  final: boolean;
  nextStep: string;
  dryRun: boolean;
  account: Pick<Account, 'id' | 'name'>;
  transactionNumber: number | null;
  transactionCount: number;
  claims: ClaimLine[];
  /** Of all transactions of this run. */
  importAmounts: AssetAmount[];
  skipped: SkippedBalance[];
  keyCount: number;
  keysWithoutBalance: number | null;
  transactionId: string | null;
  expiration: number | null;
  blockNumber: number | null;
  blockTime: number | null;
  trxInBlock: number | null;
  transaction: object | null;
}

/** One transaction of an import, or the news that there is none. */
export function importItem(parts: ImportItemParts, names: AssetNames): IDataObject {
  return {
    outcome: parts.outcome,
    claimed: parts.claimed,
    final: parts.final,
    nextStep: parts.nextStep,
    dryRun: parts.dryRun,
    account: parts.account.name,
    accountId: parts.account.id,
    transactionNumber: parts.transactionNumber,
    transactionCount: parts.transactionCount,
    claimCount: parts.claims.length,
    totals: names.totals(parts.claims.map(({ amount }) => amount)),
    importTotals: names.totals(parts.importAmounts),
    claims: parts.claims.map(({ balanceId, owner, ownerKey, amount, vesting }) => ({
      balanceId,
      owner,
      ownerKey,
      ...names.fields(amount),
      vesting,
    })),
    skipped: parts.skipped.map(({ balance: { object, claimable }, reason }) => ({
      balanceId: object.id,
      owner: object.owner,
      ...names.fields(object.balance),
      reason,
      claimableFrom: timeOrNull(claimable.claimableFrom),
    })),
    keyCount: parts.keyCount,
    keysWithoutBalance: parts.keysWithoutBalance,
    transactionId: parts.transactionId,
    expiration: timeOrNull(parts.expiration),
    blockNumber: parts.blockNumber,
    blockTime: timeOrNull(parts.blockTime),
    trxInBlock: parts.trxInBlock,
    transaction: parts.transaction as IDataObject | null,
  };
}

/** What to do now, in one or two sentences. */
export function claimNextStep(outcome: ClaimOutcome, reason: string | null): string {
  const because = reason === null ? '' : ` ${reason}`;
  switch (outcome) {
    case 'dry_run':
      return 'Nothing was sent. Compare the totals, then run it with Dry Run off.';
    case 'already_claimed':
      return 'These balances were claimed into this account before, in the block given here.';
    case 'nothing_to_claim':
      return 'None of these keys owns a balance of which something can be claimed now. A claim that was sent minutes ago may still wait for a block: then run it again later. What waits to vest, and until when, is under skipped, but not through cli_wallet.';
    case 'irreversible':
      return 'Claimed for good.';
    case 'in_block':
      return 'In a block that is not irreversible yet. Run it again later: it then says "already claimed".';
    case 'in_mempool':
      return `Sent, and waiting for a block. Run it again later.${because}`;
    case 'expired':
      return `It was not included and never can be. Run it again.${because}`;
    case 'rejected':
      return `The node refused it.${because} Run it again: what can still be claimed is found anew.`;
    case 'unknown':
      return `Not known to be claimed.${because} Run it again: it claims what is left and shows what was claimed.`;
  }
}
