/** What is known of each method of cli_wallet: whether it does something, holds secrets, and how large its answer may be. */
import { jsonBudget, type JsonBudget } from './jsonBudget';

/** Methods that change neither the chain nor the wallet. */
const reading =
  /^(?:info|about|help|gethelp|is_\w+|get_\w+|list_\w+|read_memo|sign_memo|add_transaction_signature)$/;

/** Methods that change the wallet itself, to the same when they are repeated. */
const settingTheWallet = /^(?:lock|unlock|set_password|import_key|save_wallet_file)$/;

/** What to tell a user when a call was sent and no answer came that can be believed. */
export function fateOf(method: string): string {
  if (reading.test(method)) return 'The call only reads, so it can be repeated.';
  if (settingTheWallet.test(method)) {
    return 'Whether the wallet acted on the call is not known. Repeating it does no harm.';
  }
  return 'Whether the wallet acted on the call is not known. Look at the account history before trying again.';
}

/** True for methods whose arguments hold keys or passwords: a refusal of the wallet may repeat them. */
export function carriesSecrets(method: string): boolean {
  return /^(?:unlock|set_password|import_\w+)$/.test(method);
}

const usualAnswer = jsonBudget(1024 * 1024);
const largeAnswer = jsonBudget(8 * 1024 * 1024);

/** Pages of a history and lists of accounts are large; the claims of `import_balance` are up to 30 in each transaction. */
export function answerBudget(method: string): JsonBudget {
  return /history|^list_|^import_balance$/.test(method) ? largeAnswer : usualAnswer;
}
