/**
 * Which accounts an operation of a block concerns, by the rule with which the node fills account histories: the
 * authorities that the operation requires and the accounts that it has an impact on, not every account that it mentions.
 * A count of operations can prove that nothing was missed only when it counts exactly what the node counts.
 *
 * Source of the rule: bitshares-core 7.0, `account_history_plugin.cpp` (update_account_histories), `db_notify.cpp`
 * (get_impacted_account_visitor) and the `fee_payer` and `get_required_*` members of each operation.
 */
import type { Operation } from '../../chain/interfaces';

type Fields = Readonly<Record<string, unknown>>;

/** The field that holds the account that pays the fee, by operation type: it is always a required authority. */
const feePayers: Readonly<Record<number, string>> = {
  0: 'from',
  1: 'seller',
  2: 'fee_paying_account',
  3: 'funding_account',
  4: 'account_id',
  5: 'registrar',
  6: 'account',
  7: 'authorizing_account',
  8: 'account_to_upgrade',
  9: 'account_id',
  10: 'issuer',
  11: 'issuer',
  12: 'issuer',
  13: 'issuer',
  14: 'issuer',
  15: 'payer',
  16: 'from_account',
  17: 'account',
  18: 'issuer',
  19: 'publisher',
  20: 'witness_account',
  21: 'witness_account',
  22: 'fee_paying_account',
  23: 'fee_paying_account',
  24: 'fee_paying_account',
  25: 'withdraw_from_account',
  26: 'withdraw_from_account',
  27: 'withdraw_to_account',
  28: 'withdraw_from_account',
  29: 'committee_member_account',
  30: 'committee_member_account',
  32: 'creator',
  33: 'owner',
  34: 'owner',
  35: 'payer',
  36: 'fee_paying_account',
  37: 'deposit_to_account',
  38: 'issuer',
  39: 'from',
  42: 'account',
  43: 'issuer',
  44: 'account_id',
  45: 'bidder',
  46: 'bidder',
  47: 'issuer',
  48: 'issuer',
  49: 'from',
  50: 'redeemer',
  51: 'to',
  52: 'update_issuer',
  53: 'to',
  54: 'account',
  55: 'account',
  56: 'account',
  57: 'account',
  58: 'account',
  59: 'account',
  60: 'account',
  61: 'account',
  62: 'account',
  63: 'account',
  64: 'owner_account',
  65: 'owner_account',
  66: 'owner_account',
  67: 'borrower',
  68: 'account',
  69: 'owner_account',
  70: 'owner_account',
  71: 'owner_account',
  72: 'borrower',
  73: 'account',
  74: 'borrower',
  75: 'account',
  76: 'account',
  77: 'seller',
};

/** Accounts that pay for operations without an account of their own (bitshares-core `types.hpp`). */
const committeeAccount = '1.2.0';
const temporaryAccount = '1.2.4';

/** Fields with one more account that the operation has an impact on. */
const impactedFields: Readonly<Record<number, readonly string[]>> = {
  0: ['to'],
  5: ['referrer'],
  7: ['account_to_list'],
  11: ['new_issuer'],
  14: ['issue_to_account'],
  25: ['authorized_account'],
  26: ['authorized_account'],
  27: ['withdraw_from_account'],
  28: ['authorized_account'],
  32: ['owner'],
  38: ['from', 'to'],
  41: ['to'],
  48: ['new_issuer'],
  49: ['to'],
  51: ['from', 'to', 'redeemer'],
  74: ['offer_owner', 'borrower'],
};

/** Fields with an authority whose accounts the operation has an impact on. */
const authorityFields: Readonly<Record<number, readonly string[]>> = {
  5: ['owner', 'active'],
  6: ['owner', 'active'],
  54: ['auth'],
  55: ['new_auth'],
};

/** The account that pays the operation's fee; null for types without one. */
export function feePayerOf(operation: Operation): string | null {
  const [type, fields] = parts(operation);
  const account = fields[feePayers[type] ?? ''];
  return typeof account === 'string' ? account : null;
}

/** Whether the node lists the operation, which a transaction of a block holds, in the history of the account. */
export function concernsAccount(operation: Operation, result: unknown, accountId: string): boolean {
  const concerned = new Set<string>();
  addRequired(operation, concerned);
  addImpacted(operation, concerned);
  addResult(operation, result, concerned);
  return concerned.has(accountId);
}

/** `operation_get_required_authorities`: the fee payer, and whoever else has to agree. */
function addRequired(operation: Operation, accounts: Set<string>): void {
  const [type, fields] = parts(operation);
  const payer = feePayers[type];
  if (payer !== undefined) addAccount(fields[payer], accounts);
  if (type === 31) accounts.add(committeeAccount);
  if (type === 40 || type === 41) {
    accounts.add(temporaryAccount);
    for (const input of list(fields['inputs'])) addAuthority(record(input)['owner'], accounts);
  }
  if (type === 35 || type === 36) addAccounts(fields['required_auths'], accounts);
  if (type === 23) {
    for (const name of [
      'active_approvals_to_add',
      'active_approvals_to_remove',
      'owner_approvals_to_add',
      'owner_approvals_to_remove',
    ]) {
      addAccounts(fields[name], accounts);
    }
  }
}

/** `operation_get_impacted_accounts`, apart from the fee payer, whom `addRequired` adds. */
function addImpacted(operation: Operation, accounts: Set<string>): void {
  const [type, fields] = parts(operation);
  for (const name of impactedFields[type] ?? []) addAccount(fields[name], accounts);
  for (const name of authorityFields[type] ?? []) addAuthority(fields[name], accounts);
  // What a proposal would do concerns nobody yet; only those who would have to agree see it.
  if (type === 22) {
    for (const proposed of list(fields['proposed_ops'])) {
      const inner = record(proposed)['op'];
      if (Array.isArray(inner)) addRequired(inner as unknown as Operation, accounts);
    }
  }
  if (type === 39 || type === 40) {
    for (const output of list(fields['outputs'])) addAuthority(record(output)['owner'], accounts);
  }
}

/** A new account is concerned by its own creation; some results name accounts (`impacted_accounts`). */
function addResult(operation: Operation, result: unknown, accounts: Set<string>): void {
  if (!Array.isArray(result)) return;
  const [kind, value] = result as [unknown, unknown];
  if (parts(operation)[0] === 5 && kind === 1) addAccount(value, accounts);
  if (kind === 5) addAccounts(record(value)['impacted_accounts'], accounts);
}

function parts(operation: Operation): [number, Fields] {
  return [operation[0], record(operation[1])];
}

function record(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

function addAccount(value: unknown, accounts: Set<string>): void {
  if (typeof value === 'string') accounts.add(value);
}

function addAccounts(value: unknown, accounts: Set<string>): void {
  for (const entry of list(value)) addAccount(entry, accounts);
}

function addAuthority(value: unknown, accounts: Set<string>): void {
  for (const entry of list(record(value)['account_auths'])) {
    if (Array.isArray(entry)) addAccount(entry[0], accounts);
  }
}
