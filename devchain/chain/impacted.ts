/** Whose history an operation enters (db_notify.cpp, account_history_plugin.cpp). */
import { noAuthorities, requiredAuthorities } from './authority';
import { feePayer } from './fees';
import type { Authority, Operation } from '../wire/operations';
import { compareIds } from '../wire/operations';

/**
 * The accounts whose history an operation enters: required authorities and impacted accounts
 * (account_history_plugin.cpp with db_notify.cpp). The operations inside a proposal count only through the
 * authorities that they require, not through their receivers. In the order of account ids.
 */
export function impactedAccounts(operation: Operation, createdAccount?: string): string[] {
  const accounts = new Set<string>();
  const addAuthority = (authority: Authority | undefined): void => {
    for (const [id] of authority?.account_auths ?? []) accounts.add(id);
  };
  const addRequired = (inner: Operation): void => {
    const required = requiredAuthorities(inner, noAuthorities());
    for (const id of required.active) accounts.add(id);
    for (const id of required.owner) accounts.add(id);
    for (const authority of required.other) addAuthority(authority);
  };
  addRequired(operation);
  accounts.add(feePayer(operation));
  if (createdAccount !== undefined) accounts.add(createdAccount);
  const [tag, op] = operation;
  switch (tag) {
    case 0:
      accounts.add(op.to);
      break;
    case 5:
      accounts.add(op.referrer);
      addAuthority(op.owner);
      addAuthority(op.active);
      break;
    case 6:
      addAuthority(op.owner);
      addAuthority(op.active);
      break;
    case 7:
      accounts.add(op.account_to_list);
      break;
    case 11:
      if (op.new_issuer !== undefined) accounts.add(op.new_issuer);
      break;
    case 14:
      accounts.add(op.issue_to_account);
      break;
    case 22:
      for (const { op: inner } of op.proposed_ops) addRequired(inner);
      break;
    case 25:
    case 28:
      accounts.add(op.authorized_account);
      break;
    case 27:
      accounts.add(op.withdraw_from_account);
      break;
    case 38:
      accounts.add(op.from);
      accounts.add(op.to);
      break;
    default:
  }
  return [...accounts].sort(compareIds);
}
