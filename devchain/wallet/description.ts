/** What cli_wallet says of an operation in its history (operation_printer.cpp). */
import type { HistoryObject } from '../chain/history';
import type { Json } from '../wire/json';
import { feePayer } from '../chain/fees';
import type { Memo } from '../wire/operations';
import type { Wallet } from './wallet';

const operationNames: Readonly<Record<number, string>> = {
  5: 'account_create_operation',
  6: 'account_update_operation',
  7: 'account_whitelist_operation',
  8: 'account_upgrade_operation',
  10: 'asset_create_operation',
  11: 'asset_update_operation',
  15: 'asset_reserve_operation',
  16: 'asset_fund_fee_pool_operation',
  22: 'proposal_create_operation',
  23: 'proposal_update_operation',
  24: 'proposal_delete_operation',
  25: 'withdraw_permission_create_operation',
  27: 'withdraw_permission_claim_operation',
  28: 'withdraw_permission_delete_operation',
  34: 'worker_create_operation',
  35: 'custom_operation',
  37: 'balance_claim_operation',
  38: 'override_transfer_operation',
};

/** One line of cli_wallet's history: memo, description and the operation object (operation_printer.cpp). */
export function describe(wallet: Wallet, object: HistoryObject): Json {
  const [tag, op] = object.op;
  const name = (id: string) => wallet.state.account(id).name;
  let memo = '';
  const memoText = (data: Memo | undefined): string => {
    if (!data) return '';
    if (wallet.ring.locked) return ' -- Unlock wallet to see memo.';
    memo = wallet.readMemo(data);
    return memo === '' ? ' -- could not decrypt memo' : ` -- Memo: ${memo}`;
  };
  let line: string;
  if (tag === 0)
    line = `Transfer ${wallet.pretty(op.amount)} from ${name(op.from)} to ${name(op.to)}${memoText(op.memo)}`;
  else if (tag === 14)
    line = `${name(op.issuer)} issue ${wallet.pretty(op.asset_to_issue)} to ${name(op.issue_to_account)}${memoText(op.memo)}`;
  else line = `${operationNames[tag]} ${name(feePayer(object.op))}`;
  const result = object.result[0] === 1 ? `   result: ${object.result[1]}` : '';
  return {
    memo,
    description: `${line}   (Fee: ${wallet.pretty(op.fee)})${result}`,
    op: object as unknown as Json,
  };
}
