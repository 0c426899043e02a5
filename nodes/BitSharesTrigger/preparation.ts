/** What a trigger has to know of the chain before it can watch: the account, the assets, and where to begin. */
import type { NodeSession } from '../../src/chain/interfaces';
import type { WatchedAccount } from '../../src/deposits/reading/accountOperation';
import { Agreement, type AssetSource } from '../../src/deposits/reading/secondNode';
import { parseDepositId } from '../../src/deposits/reading/depositKey';
import type { DepositItem } from '../../src/deposits/items/depositItem';
import { findOperation } from '../../src/deposits/reading/findOperation';
import type { FinalHeight } from '../../src/deposits/reading/finality';
import { ItemBuilder, type DepositRules } from '../../src/deposits/items/itemBuilder';
import { movementKinds } from '../../src/deposits/reading/movement';
import { startPosition, type StartFrom } from '../../src/deposits/reading/startPosition';
import { newTriggerState, ownerError, type TriggerState } from '../../src/deposits/trigger/triggerState';
import type { Clock } from '../../src/chain/interfaces';
import { BitSharesError } from '../../src/errors';
import type { Chain, MemoDecoder } from '../../src/protocol';
import type { ChainNodes } from '../shared/deposits/nodes';
import { minimumAmounts } from '../shared/deposits/acceptedAssets';
import { startBlock, type StartSetting } from '../shared/deposits/start';
import { deliverAgain } from './parameters';
import type { TriggerSettings } from './settings';
import type { FoundState } from './state';

export interface Prepared {
  account: WatchedAccount;
  builder: ItemBuilder;
  /** Operations that the node has removed from the history of the account. */
  removedOps: number;
}

/**
 * Resolves the account and the assets, as the trusted node knows them too where there is one beside the node that is read.
 *
 * @throws UNKNOWN_ACCOUNT, UNKNOWN_ASSET, INVALID_AMOUNT, INVALID_ANSWER when the nodes disagree, and what the session throws
 */
export async function prepare(
  session: NodeSession,
  { chain, trusted }: Pick<ChainNodes, 'chain' | 'trusted'>,
  keyring: MemoDecoder,
  settings: TriggerSettings,
  clock: Clock,
): Promise<Prepared> {
  const agreement = new Agreement(clock);
  const account = await agreement.account(session, trusted, settings.account);
  const { removedOps } = await session.statistics(account.statisticsId, account.id);
  const rules: DepositRules = {
    incoming: settings.incoming,
    outgoing: settings.outgoing,
    kinds: settings.kinds,
    minimumAmounts: await minimumAmounts(session, settings.assets, agreement.assetsOf(trusted)),
  };
  const builder = new ItemBuilder({
    chain,
    account,
    keyring,
    rules,
    includeOperation: settings.includeOperation,
    clock,
  });
  return { account, builder, removedOps };
}

/** Why a trigger with nothing to go on from cannot begin, or the position at which it does. */
export async function beginState(
  session: NodeSession,
  chain: Chain,
  account: WatchedAccount,
  start: StartSetting,
  height: FinalHeight,
): Promise<TriggerState> {
  const from: StartFrom =
    start.kind === 'after'
      ? { kind: 'after', key: parseDepositId(start.depositId, chain.chainId, startBlock.label) }
      : start;
  const mark = await startPosition(session, account, from, height);
  return newTriggerState(chain.chainId, account.id, mark.position, mark.frame);
}

/**
 * The state to go on with; null when a new one has to begin as Start From says.
 *
 * @param firstActivation whether there cannot have been a state before
 * @throws POSITION_LOST, POSITION_CORRUPT, POSITION_OF_OTHER_ACCOUNT
 */
export function usableState(
  found: FoundState,
  chain: Chain,
  account: WatchedAccount,
  settings: Pick<TriggerSettings, 'start' | 'startOver'>,
  firstActivation: boolean,
): TriggerState | null {
  const explicit = settings.start.kind !== 'now';
  if (found.kind === 'corrupt') {
    if (!explicit) throw found.error;
    return null;
  }
  if (found.kind === 'missing') {
    if (!firstActivation && !explicit) throw positionLost(account);
    return null;
  }
  const other = ownerError(found.state, chain.chainId, account.id);
  if (other === null) return found.state;
  if (!settings.startOver) throw other;
  return null;
}

/**
 * The item of a deposit that the user wants once more, whatever the rules of the trigger say.
 *
 * @param height read before this call: what is not final yet is no deposit, whoever asks for it
 * @throws INVALID_PARAMETER when there is no such deposit, and what the session throws
 */
export async function itemAgain(
  session: NodeSession,
  chain: Chain,
  account: WatchedAccount,
  keyring: MemoDecoder,
  depositId: string,
  height: FinalHeight,
  assetsOf: AssetSource,
): Promise<DepositItem> {
  const rules = { incoming: true, outgoing: true, kinds: movementKinds, minimumAmounts: new Map() };
  const builder = new ItemBuilder({ chain, account, keyring, rules, includeOperation: false });
  const key = parseDepositId(depositId, chain.chainId, deliverAgain.label);
  const operation =
    key.block > Math.min(height.final, height.head) ? null : await findOperation(session, account, key);
  const [built] = operation === null ? [] : await builder.build(session, [operation], assetsOf);
  if (built === undefined) throw notFound(depositId, account);
  return built.item;
}

function notFound(depositId: string, account: WatchedAccount): BitSharesError {
  return new BitSharesError('INVALID_PARAMETER', {
    message: `the history of ${account.name} shows no deposit ${depositId}`,
    fix: 'Look whether the depositId is one of this account and irreversible. A deposit by proposal that the node has pruned can only be shown by a node with complete history.',
    field: deliverAgain.label,
  });
}

function positionLost(account: WatchedAccount): BitSharesError {
  return new BitSharesError('POSITION_LOST', {
    message: `The position of this trigger for ${account.name} is gone from the static data of the workflow, and nothing is delivered until it is told where to go on`,
    fix: 'Set Start From to Block and Start Block to the depositId that you recorded last (or a block or time before it), and publish again. What arrives twice has the same depositId. Do not write the whole static data of this workflow from a Code node. A trigger that has never delivered begins anew when you unpublish the workflow and publish it again.',
  });
}

export function historyPruned(account: WatchedAccount, removedOps: number): BitSharesError {
  return new BitSharesError('HISTORY_PRUNED', {
    message: `The node has removed ${removedOps} operations of ${account.name} from its history, and goes on removing them`,
    fix: `Deposits that it removes before they are read are recovered from blocks, except those that a proposal executed. Start the node with track-account = "${account.id}" and max-ops-per-account = 1000000 (the config.ini that it wrote by itself says 100), once with --replay-blockchain.`,
    data: { removedOps },
  });
}
