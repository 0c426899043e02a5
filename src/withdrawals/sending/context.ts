/** What the withdrawal operations are given: connections, time, caches, keys. */
import { accountDisagreement, assetDisagreement } from '../../chain/disagreement';
import type { Account, Asset, Clock } from '../../chain/interfaces';
import { isAccountName, isObjectId, MemoKeyring, type Chain } from '../../protocol';
import { delayedOf } from '../proof/agreedParameters';
import type { WithdrawalCaches } from '../proof/evidence';
import type { WithdrawalReader } from '../proof/reader';
import type { Lookup, SenderKeys } from '../transaction/request';
import type { ChainView, WithdrawalNodes } from '../proof/view';

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

/** How long to wait after a look until there is a new block to see, in milliseconds. */
export function pauseAfter({ state }: ChainView): number {
  return Math.min(3000, Math.max(500, state.blockInterval * 1000));
}

/** A look later than the last one of this run, shared with the others of this process. */
export function lookAgain(
  { nodes, caches, clock }: Pick<WithdrawalContext, 'nodes' | 'caches' | 'clock'>,
  last: ChainView | null,
): Promise<ChainView> {
  const age = last === null ? 0 : pauseAfter(last) / 2;
  return caches.views.read(nodes, clock, { age, last });
}

/** Reads memos of found payments, to compare their text. */
export function keyringOf({ keys, chain }: Pick<WithdrawalContext, 'keys' | 'chain'>): MemoKeyring {
  return new MemoKeyring(keys.memoKeys, chain.prefix);
}

/** Lookups on the trusted node through one view, each name asked once. */
export function lookupOf({ session }: Pick<ChainView, 'session'>): Pick<Lookup, 'account' | 'asset'> {
  const accounts = new Map<string, Promise<Account | null>>();
  const assets = new Map<string, Promise<Asset | null>>();
  return {
    account: (nameOrId) => once(accounts, nameOrId, () => session.account(nameOrId)),
    asset: (symbolOrId) => once(assets, symbolOrId, () => assetOn(session, symbolOrId)),
  };
}

/**
 * Lookups for what is going to be signed: where there is a delayed node it has to say the same of ids, names, symbols and
 * decimals as the trusted one, which `trusted` asks. Each name is asked once of each node.
 *
 * What they find rejects with NODES_DISAGREE, or with what keeps the delayed node from being used now.
 */
export function agreedLookupOf(view: ChainView, trusted: Pick<Lookup, 'account' | 'asset'>): BatchLookup {
  const accounts = new Map<string, Promise<AgreedAccount>>();
  const assets = new Map<string, Promise<Asset | null>>();
  const account = (nameOrId: string): Promise<AgreedAccount> =>
    once(accounts, nameOrId, () => agreedAccount(view, trusted, nameOrId));
  return {
    account: async (nameOrId) => (await account(nameOrId)).present,
    receiver: async (nameOrId) => (await account(nameOrId)).irreversible,
    asset: (symbolOrId) => once(assets, symbolOrId, () => agreedAsset(view, trusted, symbolOrId)),
    expectReceivers: async (texts) => {
      const names = [...new Set(texts.map((text) => text.trim()))].filter(
        (name) => !accounts.has(name) && (isAccountName(name) || isObjectId(name, 'account')),
      );
      if (view.delayedFault !== null || names.length < 2) return;
      const irreversible = (await view.delayed?.session.accounts(names)) ?? null;
      const present = await view.session.accounts(names);
      for (const [i, name] of names.entries()) {
        const asked = Promise.resolve().then(() =>
          agreed(view, name, present[i] ?? null, irreversible?.[i] ?? null),
        );
        // Only the withdrawals that pay this one are concerned, where they ask for it.
        asked.catch(() => undefined);
        accounts.set(name, asked);
      }
    },
  };
}

interface BatchLookup extends Lookup {
  /** Asks for many receivers in few calls, so that each is known when its withdrawal asks for it. */
  expectReceivers(namesOrIds: string[]): Promise<void>;
}

interface AgreedAccount {
  /** As the trusted node has it, with everything that is pending. */
  present: Account | null;
  /** As irreversible blocks have it. */
  irreversible: Account | null;
}

async function agreedAccount(
  view: ChainView,
  trusted: Pick<Lookup, 'account'>,
  nameOrId: string,
): Promise<AgreedAccount> {
  // First the node that is behind: what it has, the other one has by then.
  const irreversible = (await delayedOf(view)?.session.account(nameOrId)) ?? null;
  return agreed(view, nameOrId, await trusted.account(nameOrId), irreversible);
}

/**
 * The id that a pending transaction gives to a new account can end with somebody else, so an account counts as irreversible
 * only when the delayed node has it, or without one when the block that created it is irreversible.
 */
function agreed(
  view: ChainView,
  nameOrId: string,
  present: Account | null,
  irreversible: Account | null,
): AgreedAccount {
  if (view.delayed === null) {
    const createdIn = present?.creationBlock ?? 0;
    return { present, irreversible: createdIn > view.state.lastIrreversibleBlock ? null : present };
  }
  const fault = accountDisagreement(nameOrId, [
    { endpoint: view.session.endpoint, account: present },
    { endpoint: view.delayed.session.endpoint, account: irreversible },
  ]);
  if (fault !== null) throw fault;
  return { present, irreversible };
}

async function agreedAsset(
  view: ChainView,
  trusted: Pick<Lookup, 'asset'>,
  symbolOrId: string,
): Promise<Asset | null> {
  const other = delayedOf(view);
  if (other === null) return trusted.asset(symbolOrId);
  const settled = await assetOn(other.session, symbolOrId);
  const present = await trusted.asset(symbolOrId);
  const fault = assetDisagreement(symbolOrId, [
    { endpoint: view.session.endpoint, asset: present },
    { endpoint: other.session.endpoint, asset: settled },
  ]);
  if (fault !== null) throw fault;
  return present;
}

async function assetOn(reader: WithdrawalReader, symbolOrId: string): Promise<Asset | null> {
  return (await reader.assets([symbolOrId]))[0] ?? null;
}

function once<T>(known: Map<string, Promise<T>>, key: string, ask: () => Promise<T>): Promise<T> {
  const present = known.get(key);
  if (present !== undefined) return present;
  const asked = ask();
  known.set(key, asked);
  return asked;
}
