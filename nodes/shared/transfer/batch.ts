/** What Send and Prepare do with all items at once, whatever signs for them. */
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { BitSharesError, rethrow } from '../../../src/errors';
import { labels } from '../../../src/labels';
import type { WithdrawalContext } from '../../../src/withdrawals/sending/context';
import { otherPayerByText } from '../../../src/withdrawals/transaction/request';
import { runWithdrawals, type RunOptions } from '../../../src/withdrawals/sending/runner';
import { identityOf, type WithdrawalOrder } from '../../../src/withdrawals/sending/order';
import type { WithdrawalResult } from '../../../src/withdrawals/sending/withdrawal';
import { errorItem, toNodeError } from '../items/nodeErrors';
import { forEachItem } from '../items/operation';
import * as fields from './fields';
import { identity } from './orders';
import type { ItemWithdrawals } from './withdrawals';

/** An item whose parameters were understood. */
interface ReadItem {
  itemIndex: number;
  withdrawalId: string;
  group: string;
}

/**
 * Refuses a withdrawalId of several items with different credentials: its nonce, and with it the proof that it is
 * paid once, belongs to one paying account on one chain.
 *
 * @returns the error of each item that is refused, by its index
 */
function idsOfSeveralCredentials(items: readonly ReadItem[]): ReadonlyMap<number, BitSharesError> {
  const refused = new Map<number, BitSharesError>();
  for (const [withdrawalId, same] of grouped(items, (item) => item.withdrawalId)) {
    if (new Set(same.map(({ group }) => group)).size === 1) continue;
    const error = new BitSharesError('WITHDRAWAL_CONFLICT', {
      field: fields.withdrawalId.label,
      message: `${same.length} items of this batch have the id ${withdrawalId} and different credentials, so each would be paid`,
      fix: 'Nothing was sent for these items. Give every withdrawal its own id, and the same credentials on every retry.',
    });
    for (const { itemIndex } of same) refused.set(itemIndex, error);
  }
  return refused;
}

/**
 * Refuses items without Paying Account where several of them would pay from different keys credentials: then the credential
 * comes from an expression, and only the request can say who pays it.
 *
 * @returns the error of each item that is refused, by its index
 */
function payersNotNamed(items: readonly OrderedItem[]): ReadonlyMap<number, BitSharesError> {
  if (new Set(items.map(({ withdrawals }) => withdrawals.signer)).size <= 1) return new Map();
  const error = new BitSharesError('INVALID_PARAMETER', {
    field: fields.payingAccount.label,
    message: 'the items have different keys credentials, and no account is named that pays',
    fix: 'Set Paying Account from the request, such as {{ $json.payingAccount }}: one withdrawal has one payer for ever.',
  });
  const unnamed = items.filter(({ order }) => order.payingAccount === null);
  return new Map(unnamed.map(({ itemIndex }) => [itemIndex, error]));
}

/**
 * Refuses items whose credential is of another account than the one that must pay, before items with other credentials are sent.
 *
 * @returns the error of each item that is refused, by its index
 */
function wrongPayers(items: readonly OrderedItem[]): ReadonlyMap<number, BitSharesError> {
  return new Map(
    items.flatMap(({ itemIndex, order, withdrawals }) => {
      const error = otherPayerByText(order.payingAccount, withdrawals.context.keys.account);
      return error === null ? [] : [[itemIndex, error] as const];
    }),
  );
}

interface OrderedItem extends ReadItem {
  withdrawals: ItemWithdrawals;
  order: WithdrawalOrder;
}

/**
 * Runs all items: those with the same credentials as one batch, different ones side by side and never mixed. A parameter
 * that cannot be understood, and a withdrawalId that was used for something else, is an error of its item before anything
 * is sent; everything later is an outcome in an item.
 */
export async function runBatch(
  context: IExecuteFunctions,
  items: INodeExecutionData[],
  withdrawalsOf: (itemIndex: number) => ItemWithdrawals,
  mode: RunOptions['mode'],
  readOrder: (itemIndex: number, withdrawals: WithdrawalContext) => WithdrawalOrder,
  toJson: (result: WithdrawalResult) => IDataObject,
): Promise<INodeExecutionData[]> {
  const goOn = context.continueOnFail();
  const output = new Map<number, IDataObject>();
  const fail = (error: unknown, itemIndex: number): void => {
    if (!goOn) throw toNodeError(context.getNode(), error, itemIndex);
    output.set(itemIndex, errorItem(context.getNode(), error));
  };
  let ordered: OrderedItem[] = [];
  for (let itemIndex = 0; itemIndex < items.length; itemIndex++) {
    try {
      const withdrawals = withdrawalsOf(itemIndex);
      requireKey(withdrawals.context);
      const order = readOrder(itemIndex, withdrawals.context);
      const { group } = withdrawals;
      const { withdrawalId } = identityOf(order.request);
      ordered.push({ itemIndex, group, withdrawals, order, withdrawalId });
    } catch (error) {
      fail(error, itemIndex);
    }
  }
  for (const refusals of [idsOfSeveralCredentials, payersNotNamed, wrongPayers]) {
    const refused = refusals(ordered);
    refused.forEach(fail);
    ordered = ordered.filter(({ itemIndex }) => !refused.has(itemIndex));
  }
  const groups = [...grouped(ordered, ({ group }) => group).values()];
  const ended = await Promise.allSettled(
    groups.map((group) =>
      runWithdrawals(
        group.map(({ order }) => order),
        (group[0] as OrderedItem).withdrawals.context,
        { mode, refuseBatchOnConflict: !goOn },
      ),
    ),
  );
  // Thrown, the error of one group would hide what the others signed.
  const signedAnything = ended.some(
    (end) => end.status === 'fulfilled' && end.value.some(({ signedInRun }) => signedInRun),
  );
  const report = (error: unknown, itemIndex: number): void => {
    if (signedAnything) output.set(itemIndex, errorItem(context.getNode(), error));
    else fail(error, itemIndex);
  };
  ended.forEach((end, i) => {
    groups[i]?.forEach(({ itemIndex }, j) => {
      if (end.status === 'rejected') {
        report(end.reason, itemIndex);
        return;
      }
      const result = end.value[j] as WithdrawalResult;
      if (result.conflict === null || (signedAnything && !goOn)) output.set(itemIndex, toJson(result));
      else fail(result.conflict, itemIndex);
    });
  });
  return items.map((_, item) => ({ json: output.get(item) ?? {}, pairedItem: { item } }));
}

/**
 * As `forEachItem`, for work that begins or sends a withdrawal: an id of several items with different credentials is
 * refused before the first item.
 *
 * @param groupOf What tells the withdrawals of one payer from those of another, by the index of the item
 */
export async function forEachWithdrawal(
  context: IExecuteFunctions,
  items: INodeExecutionData[],
  groupOf: (itemIndex: number) => string,
  work: (itemIndex: number) => Promise<IDataObject | IDataObject[]>,
): Promise<INodeExecutionData[]> {
  const read: ReadItem[] = [];
  for (let itemIndex = 0; itemIndex < items.length; itemIndex++) {
    try {
      const { withdrawalId } = identity(context, itemIndex);
      read.push({ itemIndex, withdrawalId, group: groupOf(itemIndex) });
    } catch {
      // What cannot be read begins nothing: the work on its item says why.
    }
  }
  const refused = idsOfSeveralCredentials(read);
  for (const [itemIndex, error] of refused) {
    if (!context.continueOnFail()) throw toNodeError(context.getNode(), error, itemIndex);
  }
  return forEachItem(context, items, async (itemIndex) => {
    const error = refused.get(itemIndex);
    return error === undefined ? work(itemIndex) : rethrow(error);
  });
}

/** @throws KEY_WITHOUT_AUTHORITY where nothing can sign */
function requireKey({ keys: { activeKeys, signer } }: WithdrawalContext): void {
  if (activeKeys.length > 0 || signer !== undefined) return;
  throw new BitSharesError('KEY_WITHOUT_AUTHORITY', {
    field: labels.activeKey,
    message: 'the keys credential has no active key, so nothing can be signed',
    fix: 'Enter the active key of the account that pays, or use another keys credential.',
  });
}

function grouped<T>(entries: readonly T[], keyOf: (entry: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const entry of entries) groups.set(keyOf(entry), [...(groups.get(keyOf(entry)) ?? []), entry]);
  return groups;
}
