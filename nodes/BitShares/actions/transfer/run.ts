/** What Send and Prepare do with all items at once, and the context that every transfer operation works in. */
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { BitSharesError } from '../../../../src/errors';
import { WithdrawalCaches } from '../../../../src/withdrawals/evidence';
import type { WithdrawalContext } from '../../../../src/withdrawals/context';
import { runWithdrawals, type RunOptions } from '../../../../src/withdrawals/runner';
import type { WithdrawalOrder, WithdrawalResult } from '../../../../src/withdrawals/withdrawal';
import { systemClock } from '../../../shared/clock';
import { keysOf, nodeSettingsOf } from '../../../shared/credentials';
import type { Keys } from '../../../shared/keysCredential';
import { withNodes, type NodeSettings, type Nodes } from '../../../shared/nodeCredential';
import { errorItem, toNodeError } from '../../../shared/nodeErrors';

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

/** Reads both credentials, connects, and closes the connections whatever happens. */
export async function withWithdrawalContext<T>(
  context: IExecuteFunctions,
  work: (withdrawals: WithdrawalContext, keys: Keys) => Promise<T>,
): Promise<T> {
  const settings = await nodeSettingsOf(context);
  const keys = await keysOf(context);
  const signal = context.getExecutionCancelSignal();
  return withNodes(settings, (nodes) => work({ ...withdrawalContext(settings, keys, nodes), signal }, keys));
}

/**
 * Runs all items as one batch. A parameter that cannot be understood, and a withdrawalId that was used for something
 * else, is an error of its item before anything is sent; everything later is an outcome in an item.
 */
export async function runBatch(
  context: IExecuteFunctions,
  items: INodeExecutionData[],
  withdrawals: WithdrawalContext,
  mode: RunOptions['mode'],
  readOrder: (itemIndex: number) => WithdrawalOrder,
  toJson: (result: WithdrawalResult) => IDataObject,
): Promise<INodeExecutionData[]> {
  if (withdrawals.keys.activeKeys.length === 0 && withdrawals.keys.signer === undefined) {
    throw new BitSharesError('KEY_WITHOUT_AUTHORITY', {
      field: 'Active Key',
      message: 'the keys credential has no active key, so nothing can be signed',
      fix: 'Enter the active key of the account that pays, or use another keys credential.',
    });
  }
  const output: (IDataObject | undefined)[] = items.map(() => undefined);
  const orders: { itemIndex: number; order: WithdrawalOrder }[] = [];
  for (let itemIndex = 0; itemIndex < items.length; itemIndex++) {
    try {
      orders.push({ itemIndex, order: readOrder(itemIndex) });
    } catch (error) {
      if (!context.continueOnFail()) throw toNodeError(context.getNode(), error, itemIndex);
      output[itemIndex] = errorItem(context.getNode(), error);
    }
  }
  const results = await runWithdrawals(
    orders.map(({ order }) => order),
    withdrawals,
    { mode, refuseBatchOnConflict: !context.continueOnFail() },
  );
  results.forEach((result, i) => {
    const itemIndex = orders[i]?.itemIndex ?? 0;
    if (result.conflict === null) {
      output[itemIndex] = toJson(result);
      return;
    }
    if (!context.continueOnFail()) throw toNodeError(context.getNode(), result.conflict, itemIndex);
    output[itemIndex] = errorItem(context.getNode(), result.conflict);
  });
  return output.map((json, item) => ({ json: json ?? {}, pairedItem: { item } }));
}
