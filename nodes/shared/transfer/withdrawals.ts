/** What the credentials of an item give to its withdrawal, whoever signs it. */
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { sha256, type PublicKey } from '../../../src/protocol';
import { WithdrawalCaches } from '../../../src/withdrawals/proof/evidence';
import type { WithdrawalContext } from '../../../src/withdrawals/sending/context';
import { systemClock } from '../clock';
import { withConnections, type NodeSettings, type Nodes } from '../credentials/nodeCredential';
import { ofEachItem } from '../items/operation';

export interface ItemWithdrawals {
  context: WithdrawalContext;
  /** Equal for items whose credentials read the same: only these may be worked on together. */
  group: string;
  /** Equal for items for which the same keys sign. */
  signer: string;
  /** The present memo key of the keys credential; null when it has none. */
  memoKey: PublicKey | null;
}

/**
 * Reads the credentials of every item, connects when an item asks for it, and closes the connections whatever happens.
 * Nothing is done for any item before all credentials are read.
 */
export type OpenWithdrawals = <T>(
  context: IExecuteFunctions,
  items: INodeExecutionData[],
  work: (withdrawalsOf: (itemIndex: number) => ItemWithdrawals) => Promise<T>,
) => Promise<T>;

/** Who signs for an item. */
export interface Signer {
  keys: WithdrawalContext['keys'];
  memoKey: PublicKey | undefined;
  /** Equal for the same keys. */
  identity: string;
  /** What else must read the same for items that are worked on together. */
  credential?: unknown;
}

/** Opens withdrawals with the nodes and the signer that `resolve` finds for each item. */
export async function openWithdrawals<T>(
  context: IExecuteFunctions,
  items: INodeExecutionData[],
  resolve: (itemIndex: number) => Promise<{ settings: NodeSettings; signer: Signer }>,
  work: (withdrawalsOf: (itemIndex: number) => ItemWithdrawals) => Promise<T>,
): Promise<T> {
  const resolved = await ofEachItem(context, items, resolve);
  const signal = context.getExecutionCancelSignal();
  return withConnections((connect) =>
    work((itemIndex) => {
      const { settings, signer } = resolved(itemIndex);
      const { keys, identity, memoKey = null, credential = null } = signer;
      return {
        signer: identity,
        group: JSON.stringify([settings, identity, credential]),
        memoKey,
        context: { ...connections(settings, connect(settings)), keys, signal },
      };
    }),
  );
}

/** What of a withdrawal's context comes from the node credential. */
export function connections(settings: NodeSettings, nodes: Nodes): Omit<WithdrawalContext, 'keys'> {
  const { trusted, delayed } = nodes;
  return {
    chain: settings.chain,
    nodes: {
      trusted: () => trusted.session(),
      delayed: delayed === undefined ? null : () => delayed.session(),
      warn: settings.warn,
    },
    clock: systemClock,
    caches: cachesOf(settings),
  };
}

/**
 * Blocks and histories already read by this process, by all that the credential says: what is shown under one credential proves
 * nothing to the user of another. Losing them costs time, nothing else.
 */
const caches = new Map<string, WithdrawalCaches>();
const mostCaches = 20;

function cachesOf(settings: NodeSettings): WithdrawalCaches {
  // Nothing that outlives an execution holds the password.
  const key = sha256(Buffer.from(JSON.stringify(settings))).toString('hex');
  const present = caches.get(key);
  if (present !== undefined) return present;
  if (caches.size >= mostCaches) caches.clear();
  const made = new WithdrawalCaches();
  caches.set(key, made);
  return made;
}
