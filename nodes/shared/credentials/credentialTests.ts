/** What the Test button of each credential does. The answer says which part is wrong and what to do. */
import type {
  ICredentialDataDecryptedObject,
  ICredentialTestFunctions,
  ICredentialsDecrypted,
  INodeCredentialTestResult,
} from 'n8n-workflow';
import {
  asDelayed,
  compareDelayed,
  faultsOf,
  irreversibleTimeOf,
  stoppedFault,
  testing,
  type Limits,
  type TwoNodes,
} from '../../../src/chain/health';
import type { Account, Authority, NodeEndpoints } from '../../../src/chain/interfaces';
import { unknownAccount } from '../../../src/chain/references';
import { BitSharesError, isBitSharesError, rethrow } from '../../../src/errors';
import { labels } from '../../../src/labels';
import type { PrivateKey } from '../../../src/protocol';
import { displayEndpoint, parseEndpoints } from '../../../src/rpc/endpoint';
import { readChainIdOf } from '../../../src/rpc/nodeSession';
import { openNodeClient } from '../../../src/rpc/nodeClient';
import { severalErrors } from '../../../src/rpc/severalErrors';
import { systemClock } from '../clock';
import { textField } from './fields';
import { readKeys, type Keys } from './keysCredential';
import { clientSettings, readNodeSettings } from './nodeCredential';

type CredentialTest = (
  this: ICredentialTestFunctions,
  credential: ICredentialsDecrypted<ICredentialDataDecryptedObject>,
) => Promise<INodeCredentialTestResult>;

/**
 * Tests every address of a BitShares Node API credential: reachable, right chain, fit for paying, delayed where it should be.
 * What a payment would find fault with, the test finds fault with.
 */
export const testNodeCredential: CredentialTest = async function (credential) {
  return testResult(async () => {
    const settings = readNodeSettings(credential.data ?? {});
    // Connections of their own: that one is open somewhere says nothing about the next.
    const open = (url: string) => openNodeClient(clientSettings([url], settings), { clock: systemClock });
    const trusted = settings.trustedUrls.map(open);
    const delayed = settings.delayedUrls.map(open);
    try {
      const alone = [
        ...trusted.map((node) => inspect(node, testing)),
        ...delayed.map((node) => inspect(node, asDelayed(testing))),
      ];
      throwFailures(await Promise.allSettled(alone));
      const [reference] = trusted as [NodeEndpoints, ...NodeEndpoints[]];
      throwFailures(await Promise.allSettled(delayed.map((node) => compare(node, reference))));
    } finally {
      for (const node of [...trusted, ...delayed]) node.close();
    }
    return delayed.length === 0
      ? 'Connected. Without a delayed node, deposits are read from the trusted node up to its last irreversible block.'
      : 'Connected: the trusted and the delayed node are on the right chain and in sync.';
  });
};

/** Tests a BitShares Keys API credential: the form of every key, and each key against the account where a node is given. */
export const testKeysCredential: CredentialTest = async function (credential) {
  return testResult(async () => {
    const data = credential.data ?? {};
    const keys = readKeys(data);
    const [url] = parseEndpoints(
      textField(data, 'testNodeUrl'),
      ['ws:', 'wss:'],
      labels.nodeForTheConnectionTest,
    );
    if (url === undefined)
      return 'The keys are well formed. Enter a node for the test to compare them with the account.';
    const chainId = await readChainIdOf(url, systemClock).catch(nameTestNode);
    const node = openNodeClient({ urls: [url], chainId }, { clock: systemClock });
    try {
      const account = await node.account(keys.account);
      if (account === null) throw unknownAccount(keys.account, labels.account, `on ${displayEndpoint(url)}`);
      return compareKeys(keys, account);
    } finally {
      node.close();
    }
  });
};

/** The field is below the keys, and it has a default that few operators entered themselves. */
function nameTestNode(error: unknown): never {
  if (!isBitSharesError(error, 'NODE_UNREACHABLE')) rethrow(error);
  throw new BitSharesError('NODE_UNREACHABLE', {
    message: error.message,
    fix: `${error.fix ?? ''} Or enter another node under "Node for the Connection Test", or none.`.trim(),
  });
}

/** What n8n shows of a test: its last sentence, or what is wrong and what to do about it. */
export async function testResult(test: () => Promise<string>): Promise<INodeCredentialTestResult> {
  try {
    return { status: 'OK', message: await test() };
  } catch (error) {
    if (!isBitSharesError(error)) return { status: 'Error', message: 'The test itself went wrong' };
    return {
      status: 'Error',
      message: error.fix === undefined ? error.message : `${error.message}. ${error.fix}`,
    };
  }
}

/** Names every address that failed: whoever mends the first would learn of the next one only by testing again. */
function throwFailures(inspections: PromiseSettledResult<void>[]): void {
  const reasons = inspections.flatMap((inspection) =>
    inspection.status === 'rejected' ? [inspection.reason as unknown] : [],
  );
  const foreign = reasons.find((reason) => !isBitSharesError(reason));
  if (foreign !== undefined) throw foreign;
  if (reasons.length > 0) throw severalErrors(reasons);
}

/** Every fault of one node. */
async function inspect(node: NodeEndpoints, limits: Limits): Promise<void> {
  const state = await node.state();
  const lastIrreversibleTime = await irreversibleTimeOf(node, state);
  const { endpoint } = node;
  const faults = faultsOf({ endpoint, state, lastIrreversibleTime }, limits, systemClock.now());
  if (faults.length > 0) throw severalErrors(faults);
}

/** A delayed node with the trusted one that is used first. */
async function compare(node: NodeEndpoints, trusted: NodeEndpoints): Promise<void> {
  const look = async (): Promise<TwoNodes> => {
    const delayed = { endpoint: node.endpoint, state: await node.state() };
    const state = await trusted.state();
    const block = (number: number) => trusted.block(number);
    return { delayed, trusted: { endpoint: trusted.endpoint, state, block } };
  };
  const { seen, fault } = await compareDelayed(look, systemClock);
  if (fault !== null) throw fault;
  const irreversibleTime = await irreversibleTimeOf(trusted, seen.trusted.state);
  const stopped = stoppedFault(seen, irreversibleTime, systemClock.now());
  if (stopped !== null) throw stopped;
}

/** Compares by public keys; the chain's prefix is whatever the account's own keys start with. */
function compareKeys(keys: Keys, account: Account): string {
  const belongs = (key: PrivateKey, text: string) => text.endsWith(key.publicKey.toString(''));
  const isIn = (key: PrivateKey, authority: Authority) =>
    authority.keys.some((entry) => belongs(key, entry.key));
  const found: string[] = [];

  if (keys.memoKey !== undefined) {
    if (!belongs(keys.memoKey, account.memoKey)) {
      const role = isIn(keys.memoKey, account.active)
        ? 'it is an active key'
        : isIn(keys.memoKey, account.owner)
          ? 'it is an owner key'
          : 'it may have been replaced';
      throw new BitSharesError('MEMO_KEY_MISMATCH', {
        field: labels.memoKey,
        message: `this is not the memo key of ${account.name} now (${role})`,
        fix: 'Enter the present memo key here. If the account rotated it, keep the one you have under Older Memo Keys.',
      });
    }
    found.push('the memo key matches');
  }
  if (keys.activeKey !== undefined) {
    const entry = account.active.keys.find(
      ({ key }) => keys.activeKey !== undefined && belongs(keys.activeKey, key),
    );
    if (entry === undefined) {
      const role = isIn(keys.activeKey, account.owner)
        ? 'it is an owner key'
        : belongs(keys.activeKey, account.memoKey)
          ? 'it is the memo key'
          : 'it may have been replaced';
      throw new BitSharesError('KEY_WITHOUT_AUTHORITY', {
        field: labels.activeKey,
        message: `this is not an active key of ${account.name} now (${role})`,
        fix: 'Enter the present active key, or leave the field empty to watch without sending.',
      });
    }
    found.push(
      entry.weight >= account.active.threshold
        ? 'the active key matches'
        : `the active key matches, but alone it has weight ${entry.weight} of ${account.active.threshold}: use proposals`,
    );
  }
  const nothingToSend = keys.activeKey === undefined ? '; without an active key nothing can be sent' : '';
  return `${account.name} is ${account.id}: ${found.length === 0 ? 'no memo key and no active key given' : found.join(', ')}${nothingToSend}.`;
}
