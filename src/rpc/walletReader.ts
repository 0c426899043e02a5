/** Reads accounts, assets, balances and history through cli_wallet, with its answers checked like those of a node. */
import type { ChainReader, HistoryOperation } from '../chain';
import { isBitSharesError, type ErrorCode } from '../errors';
import { Answer } from './answer';
import { chainReader } from './chainReader';
import type { WalletCall } from './walletSession';

/** One line of an account's history in the wallet. */
export interface WalletHistoryLine {
  operation: HistoryOperation;
  /** The memo as the wallet reads it: empty for every failure, and for a memo that is empty. */
  memo: string;
}

export interface WalletReader extends Pick<ChainReader, 'account' | 'assets' | 'balances'> {
  /** The newest operations, newest first. */
  history(nameOrId: string, limit: number): Promise<WalletHistoryLine[]>;
  /** The memo keys of all accounts of which the wallet has keys. */
  memoKeys(): Promise<string[]>;
}

/** The wallet answers with the node's objects, so the node's readers take them. */
export function walletReader(call: WalletCall): WalletReader {
  const node = chainReader(async (_api, method, args) => {
    const [names, ...rest] = args as [string[] | string, ...unknown[]];
    switch (method) {
      case 'get_accounts':
        return eachOf(names, (name) => nullWhen('UNKNOWN_ACCOUNT', call('get_account', [name])));
      case 'lookup_asset_symbols':
        return eachOf(names, (symbol) => nullWhen('UNKNOWN_ASSET', call('get_asset', [symbol])));
      case 'get_account_balances':
        return call('list_account_balances', [names]);
      default:
        return call(method, [names, ...rest]);
    }
  });
  return {
    account: node.account,
    assets: node.assets,
    balances: node.balances,

    history: async (nameOrId, limit) => {
      const lines = new Answer(
        await call('get_account_history', [nameOrId, limit]),
        'get_account_history',
      ).list();
      const operations = await chainReader(() =>
        Promise.resolve(lines.map((line) => line.field('op').raw())),
      ).history(nameOrId, { stop: 0, start: 0, limit });
      return operations.map((operation, i) => ({ operation, memo: lines[i]?.field('memo').text() ?? '' }));
    },

    memoKeys: async () =>
      new Answer(await call('list_my_accounts'), 'list_my_accounts')
        .list()
        .map((account) => account.field('options').field('memo_key').text()),
  };
}

async function eachOf(names: string[] | string, ask: (name: string) => Promise<unknown>): Promise<unknown[]> {
  const found: unknown[] = [];
  for (const name of [names].flat()) found.push(await ask(name));
  return found;
}

function nullWhen(code: ErrorCode, answer: Promise<unknown>): Promise<unknown> {
  return answer.catch((error: unknown) => (isBitSharesError(error, code) ? null : Promise.reject(error)));
}
