/** An account and its history as items, whichever node they were read from. */
import type { IDataObject } from 'n8n-workflow';
import type { Account, AccountStatistics, Authority, HistoryOperation } from '../../../src/chain/interfaces';
import { isoTime, operationNames } from '../../../src/protocol';

/** An account as an item; without statistics, the size of its history is null. */
export function accountItem(account: Account, statistics: AccountStatistics | null): IDataObject {
  return {
    accountId: account.id,
    name: account.name,
    memoKey: account.memoKey,
    ...authorityFields('active', account.active),
    ...authorityFields('owner', account.owner),
    operations: statistics?.totalOps ?? null,
    operationsPrunedByNode: statistics?.removedOps ?? null,
  };
}

function authorityFields(role: string, authority: Authority): IDataObject {
  return {
    [`${role}Threshold`]: authority.threshold,
    [`${role}Keys`]: authority.keys.map(({ key, weight }) => ({ key, weight })),
    [`${role}Accounts`]: authority.accounts.map(({ accountId, weight }) => ({ accountId, weight })),
  };
}

/** An operation of an account's history as an item. */
export function historyItem(entry: HistoryOperation): IDataObject {
  const [type, fields] = entry.operation;
  return {
    operationId: entry.id,
    operationType: type,
    operationName: operationNames[type] ?? null,
    blockNumber: entry.blockNumber,
    blockTime: entry.blockTime === null ? null : isoTime(entry.blockTime),
    trxInBlock: entry.trxInBlock,
    opInTrx: entry.opInTrx,
    virtualOp: entry.virtualOp,
    isVirtual: entry.isVirtual,
    operation: fields as unknown as IDataObject,
  };
}
