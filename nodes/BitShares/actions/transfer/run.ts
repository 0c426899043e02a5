/** The context in which the transfer operations work on each item, by the credentials of that item. */
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { WithdrawalContext } from '../../../../src/withdrawals/sending/context';
import { WithdrawalCaches } from '../../../../src/withdrawals/proof/evidence';
import { systemClock } from '../../../shared/clock';
import { keysOf, nodeSettingsOf } from '../../../shared/credentials/credentials';
import { publicKeysOf, type Keys } from '../../../shared/credentials/keysCredential';
import { withConnections, type NodeSettings, type Nodes } from '../../../shared/credentials/nodeCredential';
import { ofEachItem } from '../../../shared/items/operation';
import type { ItemWithdrawals } from '../../../shared/transfer/batch';

/**
 * Blocks and histories already read by this process, by the nodes that showed them: the nodes of one credential prove nothing
 * to the user of another. Losing them costs time, nothing else.
 */
const caches = new Map<string, WithdrawalCaches>();
const mostCaches = 20;

function cachesOf({ trustedUrls }: NodeSettings): WithdrawalCaches {
  const key = trustedUrls.join(' ');
  const present = caches.get(key);
  if (present !== undefined) return present;
  if (caches.size >= mostCaches) caches.clear();
  const made = new WithdrawalCaches();
  caches.set(key, made);
  return made;
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

/** Everything of the two credentials that a withdrawal needs. */
export function withdrawalContext(settings: NodeSettings, keys: Keys, nodes: Nodes): WithdrawalContext {
  return {
    ...connections(settings, nodes),
    keys: {
      account: keys.account,
      memoKeys: [keys.memoKey, ...keys.olderMemoKeys].filter((key) => key !== undefined),
      activeKeys: keys.activeKey === undefined ? [] : [keys.activeKey],
    },
  };
}

/** A withdrawal's context by the keys credential of its item. */
export interface KeyWithdrawals extends ItemWithdrawals {
  keys: Keys;
}

/**
 * Reads both credentials of every item, connects when an item asks for it, and closes the connections whatever happens.
 */
export async function withWithdrawals<T>(
  context: IExecuteFunctions,
  items: INodeExecutionData[],
  work: (withdrawalsOf: (itemIndex: number) => KeyWithdrawals) => Promise<T>,
): Promise<T> {
  const credentialsOf = await ofEachItem(context, items, async (itemIndex) => ({
    settings: await nodeSettingsOf(context, itemIndex),
    keys: await keysOf(context, itemIndex),
  }));
  const signal = context.getExecutionCancelSignal();
  return withConnections((connect) =>
    work((itemIndex) => {
      const { settings, keys } = credentialsOf(itemIndex);
      const signer = JSON.stringify([keys.account, ...publicKeysOf(keys)]);
      return {
        keys,
        signer,
        group: JSON.stringify([settings, signer]),
        context: { ...withdrawalContext(settings, keys, connect(settings)), signal },
      };
    }),
  );
}
