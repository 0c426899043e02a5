/** Reading the credentials of a node inside n8n. */
import type { IExecuteFunctions, ITriggerFunctions } from 'n8n-workflow';
import { BitSharesError } from '../../src/errors';
import { addressHints } from './addressReports';
import { readKeys, type Keys } from './keysCredential';
import { readNodeSettings, type NodeSettings } from './nodeCredential';

type CredentialContext = Pick<IExecuteFunctions | ITriggerFunctions, 'getCredentials' | 'getNode'>;

/** The node credential, which every operation needs. In an action, hints tell of addresses that could not be used. */
export async function nodeSettingsOf(
  context: CredentialContext & Partial<Pick<IExecuteFunctions, 'addExecutionHints'>>,
): Promise<NodeSettings> {
  const settings = readNodeSettings(await context.getCredentials('bitSharesNodeApi'));
  if (context.addExecutionHints === undefined) return settings;
  return { ...settings, onAddress: addressHints(context as Pick<IExecuteFunctions, 'addExecutionHints'>) };
}

/** The keys credential, or undefined when none is selected in the node. */
export async function optionalKeysOf(context: CredentialContext): Promise<Keys | undefined> {
  if (context.getNode().credentials?.bitSharesKeysApi === undefined) return undefined;
  return readKeys(await context.getCredentials('bitSharesKeysApi'));
}

/**
 * The keys credential, for operations that cannot do without.
 *
 * @throws INVALID_PARAMETER when none is selected in the node
 */
export async function keysOf(context: CredentialContext): Promise<Keys> {
  const keys = await optionalKeysOf(context);
  if (keys !== undefined) return keys;
  throw new BitSharesError('INVALID_PARAMETER', {
    field: 'Credential to connect with: BitShares Keys API',
    message: 'no keys credential is selected',
    fix: 'Select a BitShares Keys API credential of the paying account in this node.',
  });
}
