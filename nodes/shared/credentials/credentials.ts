/**
 * Reading the credentials of a node inside n8n. Their fields may hold expressions, which n8n resolves for the item that is
 * named in the question, and for the first item where none is named. So an action node asks for each item.
 */
import type { IExecuteFunctions, ITriggerFunctions } from 'n8n-workflow';
import { BitSharesError } from '../../../src/errors';
import { addressHints, warningHints } from './addressReports';
import { readKeys, type Keys } from './keysCredential';
import { readNodeSettings, type NodeSettings } from './nodeCredential';

type ActionContext = Pick<IExecuteFunctions, 'addExecutionHints' | 'getCredentials' | 'getNode'>;
type TriggerContext = Pick<ITriggerFunctions, 'getCredentials' | 'getNode'>;

/**
 * The node credential of an item, which every operation of the BitShares node needs. Hints tell of addresses that could not
 * be used.
 */
export async function nodeSettingsOf(context: ActionContext, itemIndex: number): Promise<NodeSettings> {
  const settings = readNodeSettings(await context.getCredentials('bitSharesNodeApi', itemIndex));
  return { ...settings, onAddress: addressHints(context), warn: warningHints(context) };
}

/** The keys credential of an item, or undefined when none is selected in the node. */
export async function optionalKeysOf(context: ActionContext, itemIndex: number): Promise<Keys | undefined> {
  if (context.getNode().credentials?.bitSharesKeysApi === undefined) return undefined;
  return readKeys(await context.getCredentials('bitSharesKeysApi', itemIndex));
}

/**
 * The keys credential of an item, for operations that cannot do without.
 *
 * @throws INVALID_PARAMETER when none is selected in the node
 */
export async function keysOf(context: ActionContext, itemIndex: number): Promise<Keys> {
  const keys = await optionalKeysOf(context, itemIndex);
  if (keys !== undefined) return keys;
  throw new BitSharesError('INVALID_PARAMETER', {
    field: 'Credential to connect with: BitShares Keys API',
    message: 'no keys credential is selected',
    fix: 'Select a BitShares Keys API credential of the paying account in this node.',
  });
}

/** The node credential of a trigger, which has no items. */
export async function triggerNodeSettingsOf(context: TriggerContext): Promise<NodeSettings> {
  return readNodeSettings(await context.getCredentials('bitSharesNodeApi'));
}

/** The keys credential of a trigger, or undefined when none is selected in the node. */
export async function triggerKeysOf(context: TriggerContext): Promise<Keys | undefined> {
  if (context.getNode().credentials?.bitSharesKeysApi === undefined) return undefined;
  return readKeys(await context.getCredentials('bitSharesKeysApi'));
}
