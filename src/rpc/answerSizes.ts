/**
 * How large an answer may be, by the question. What is larger is never parsed: parsing makes thirty times its size of a
 * hostile text, in the process that runs all other workflows too.
 */
import { jsonBudget, type JsonBudget } from './jsonBudget';

const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;

/** Until the chain id is checked: the answers to a login and to `get_chain_id` have a hundred bytes. */
export const openingBytes = 64 * kibibyte;

/** A message that answers no question. The notice of a block in which a few hundred watched objects change is smaller. */
export const unaskedBytes = 256 * kibibyte;

const usualBytes = mebibyte;
const listBytes = 8 * mebibyte;

/**
 * Answers that are large by nature: lists of objects, and whatever holds whole transactions, which may have
 * `maximum_transaction_size` bytes each (98,304 on mainnet, up to twenty times as much as JSON).
 */
const lists: ReadonlySet<string> = new Set([
  'get_account_balances',
  'get_account_history',
  'get_account_history_by_operations',
  'get_accounts',
  'get_balance_objects',
  'get_block',
  'get_proposed_transactions',
  'get_recent_transaction_by_id',
  'get_relative_account_history',
  'get_transaction',
  'list_assets',
  'lookup_accounts',
  'lookup_asset_symbols',
]);

/** Bytes that the answer to a call may have. */
export function answerBytes(method: string): number {
  return lists.has(method) ? listBytes : usualBytes;
}

/** A block larger than that is asked for again, as the only large answer on its way. */
export function mayBeAskedAlone(method: string): boolean {
  return method === 'get_block';
}

/** A bare transfer has 27 bytes in a block and about 150 as JSON; smaller operations grow more. */
const jsonGrowth = 20;

/** No message is larger than that, whatever maximum a node names. */
const largestMessageBytes = 64 * mebibyte;

/** `maximum_block_size` of mainnet, of the testnet and of a new chain. */
const usualBlockSize = 2_000_000;

/** Bytes that a block may have as JSON, by the `maximum_block_size` of its chain. */
export function blockBytes(maximumBlockSize: number = usualBlockSize): number {
  return Math.min(largestMessageBytes, Math.max(listBytes, jsonGrowth * maximumBlockSize));
}

/** What a message of up to `bytes` may hold. */
export function budgetOf(bytes: number): JsonBudget {
  // A full block of the smallest operations (2,000,000 bytes of cancelled orders) has two million values. Where more than
  // a list may come, room for a value in eight characters would be more than an honest chain can fill.
  return jsonBudget(bytes, bytes > listBytes ? 16 : 8);
}
