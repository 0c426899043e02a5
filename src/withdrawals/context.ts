/** What the withdrawal operations are given: connections, time, caches, keys. */
import type { Account, Asset, Clock } from '../chain';
import { BitSharesError } from '../errors';
import { MemoKeyring, type Chain } from '../protocol';
import type { WithdrawalCaches } from './evidence';
import type { Lookup, SenderKeys } from './request';
import type { ChainView, WithdrawalNodes } from './view';

export interface WithdrawalContext {
  chain: Chain;
  nodes: WithdrawalNodes;
  clock: Clock;
  caches: WithdrawalCaches;
  keys: SenderKeys;
  /** The account that a proposal lets pay, when it is not the one that signs: name or `1.2.x`. */
  payingAccount?: string;
  /** Aborts when n8n stops the execution. Nothing is sent after it: an operator who stops everything relies on that. */
  signal?: AbortSignal | undefined;
}

/** Reads memos of found payments, to compare their text. */
export function keyringOf({ keys, chain }: Pick<WithdrawalContext, 'keys' | 'chain'>): MemoKeyring {
  return new MemoKeyring(keys.memoKeys, chain.prefix);
}

/** Lookups through one view, each name asked once. */
export function lookupOf(view: ChainView, hasDelayedNode: boolean): Lookup {
  const accounts = new Map<string, Promise<Account | null>>();
  const receivers = new Map<string, Promise<Account | null>>();
  const assets = new Map<string, Promise<Asset | null>>();
  return {
    account: (nameOrId) => once(accounts, nameOrId, () => view.session.account(nameOrId)),
    receiver: (nameOrId) =>
      once(receivers, nameOrId, () => irreversibleAccount(view, hasDelayedNode, nameOrId)),
    asset: (symbolOrId) =>
      once(assets, symbolOrId, async () => (await view.session.assets([symbolOrId]))[0] ?? null),
  };
}

/**
 * An account as irreversible blocks have it. The id that a pending transaction gives to a new account can end with somebody
 * else, so an account counts only when the delayed node has it, or when the block that created it is irreversible.
 */
async function irreversibleAccount(
  view: ChainView,
  hasDelayedNode: boolean,
  nameOrId: string,
): Promise<Account | null> {
  if (hasDelayedNode) {
    if (view.delayed !== null) return view.delayed.session.account(nameOrId);
    throw (
      view.delayedFault ??
      new BitSharesError('NODE_UNREACHABLE', { message: 'The delayed node cannot be used now' })
    );
  }
  const account = await view.session.account(nameOrId);
  const createdIn = account?.creationBlock ?? 0;
  return createdIn > view.state.lastIrreversibleBlock ? null : account;
}

function once<T>(known: Map<string, Promise<T>>, key: string, ask: () => Promise<T>): Promise<T> {
  const present = known.get(key);
  if (present !== undefined) return present;
  const asked = ask();
  known.set(key, asked);
  return asked;
}
