/** Reads accounts, assets, balances and history through cli_wallet, with its answers checked like those of a node. */
import type { ChainReader, HistoryOperation } from '../chain/interfaces';
import { isBitSharesError, rethrow, type ErrorCode } from '../errors';
import { Answer } from './answer';
import { chainReader } from './chainReader';
import type { KnownNode } from './demand';
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

/**
 * The wallet answers with the node's objects, so the node's readers take them, and compare them with the questions.
 *
 * @param chain the chain that the wallet is on
 */
export function walletReader(call: WalletCall, chain?: KnownNode['chain']): WalletReader {
  const known: KnownNode = { endpoint: () => 'behind the wallet', ...(chain === undefined ? {} : { chain }) };
  const node = chainReader(async (_api, method, args) => {
    const [names, ...rest] = args as [string[] | string, ...unknown[]];
    switch (method) {
      case 'get_accounts':
        return eachOf(names, (name) => nullWhen('UNKNOWN_ACCOUNT', call('get_account', [name])));
      case 'lookup_asset_symbols':
        return eachOf(names, (symbol) => nullWhen('UNKNOWN_ASSET', call('get_asset', [symbol])));
      case 'get_account_balances':
        return onlyAsked(await call('list_account_balances', [names]), rest[0] as string[]);
      default:
        return call(method, [names, ...rest]);
    }
  }, known);
  return {
    account: node.account,
    assets: node.assets,
    balances: node.balances,

    history: async (nameOrId, limit) => {
      const lines = new Answer(
        await call('get_account_history', [nameOrId, limit]),
        'get_account_history',
      ).list();
      const operations = await chainReader(
        () => Promise.resolve(lines.map((line) => line.field('op').raw())),
        known,
      ).history(nameOrId, { stop: 0, start: 0, limit });
      return operations.map((operation, i) => ({ operation, memo: lines[i]?.field('memo').text() ?? '' }));
    },

    memoKeys: async () =>
      new Answer(await call('list_my_accounts'), 'list_my_accounts')
        .list()
        .map((account) => account.field('options').field('memo_key').text()),
  };
}

/** The wallet lists all balances of an account that are not zero, whatever was asked. */
function onlyAsked(answer: unknown, assetIds: readonly string[]): unknown {
  if (assetIds.length === 0) return answer;
  const held = new Answer(answer, 'list_account_balances').list().map((balance) => ({
    amount: balance.field('amount').raw(),
    asset_id: balance.field('asset_id').raw(),
  }));
  return assetIds.map(
    (assetId) => held.find(({ asset_id }) => asset_id === assetId) ?? { amount: 0, asset_id: assetId },
  );
}

async function eachOf(names: string[] | string, ask: (name: string) => Promise<unknown>): Promise<unknown[]> {
  const found: unknown[] = [];
  for (const name of [names].flat()) found.push(await ask(name));
  return found;
}

function nullWhen(code: ErrorCode, answer: Promise<unknown>): Promise<unknown> {
  return answer.catch((error: unknown) => (isBitSharesError(error, code) ? null : rethrow(error)));
}
