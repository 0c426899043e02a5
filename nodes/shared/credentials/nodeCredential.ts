/** The BitShares Node API credential, from n8n's data to typed settings and clients. */
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import type { NodeEndpoints } from '../../../src/chain/interfaces';
import { BitSharesError } from '../../../src/errors';
import { labels } from '../../../src/labels';
import { customChain, mainnet, testnet, type Chain } from '../../../src/protocol';
import { parseEndpoints } from '../../../src/rpc/endpoint';
import type { AddressObserver } from '../../../src/rpc/addresses';
import { openNodeClient } from '../../../src/rpc/nodeClient';
import { systemClock } from '../clock';
import { textField } from './fields';

export interface NodeSettings {
  chain: Chain;
  /** Real-time nodes; at least one. */
  trustedUrls: string[];
  /** Delayed nodes; empty when the operator has none. */
  delayedUrls: string[];
  user: string;
  password: string;
  /** Is told when the clients leave an address; not a part of the credential. */
  onAddress?: AddressObserver;
  /** Is told of what an operator should mend although work goes on; not a part of the credential. */
  warn?: (warning: BitSharesError) => void;
}

const webSocketProtocols = ['ws:', 'wss:'];

/**
 * Reads and checks the credential.
 *
 * @throws INVALID_CHAIN, INVALID_PARAMETER naming the field
 */
export function readNodeSettings(credential: ICredentialDataDecryptedObject): NodeSettings {
  const trustedUrls = parseEndpoints(
    textField(credential, 'trustedUrls'),
    webSocketProtocols,
    labels.trustedNodeUrls,
  );
  if (trustedUrls.length === 0) {
    throw new BitSharesError('INVALID_PARAMETER', {
      field: labels.trustedNodeUrls,
      message: 'no address is given',
      fix: 'Enter the WebSocket address of your node, such as ws://127.0.0.1:8090.',
    });
  }
  return {
    chain: readChain(credential),
    trustedUrls,
    delayedUrls: parseEndpoints(
      textField(credential, 'delayedUrls'),
      webSocketProtocols,
      labels.delayedNodeUrls,
    ),
    user: textField(credential, 'user'),
    // Not trimmed: blanks are part of a password.
    password: typeof credential.password === 'string' ? credential.password : '',
  };
}

/** The chain that a credential is for. */
export function readChain(credential: ICredentialDataDecryptedObject): Chain {
  switch (credential.chain) {
    case 'mainnet':
      return mainnet;
    case 'testnet':
      return testnet;
    case 'custom':
      return customChain({
        chainId: textField(credential, 'chainId'),
        prefix: textField(credential, 'addressPrefix'),
      });
    default:
      throw new BitSharesError('INVALID_CHAIN', {
        field: labels.chain,
        message: 'no chain is chosen',
        fix: 'Choose Mainnet, Testnet or Custom in the node credential.',
      });
  }
}

/** A client for the given addresses of the credential. Close it when the work is done. */
export function openNode(
  urls: string[],
  settings: NodeSettings,
  onAddress: AddressObserver | undefined = settings.onAddress,
): NodeEndpoints {
  return openNodeClient(
    {
      urls,
      chainId: settings.chain.chainId,
      prefix: settings.chain.prefix,
      user: settings.user,
      password: settings.password,
    },
    { clock: systemClock, onAddress },
  );
}

/** Clients for one execution: the trusted node, and the delayed node where the credential has one. */
export interface Nodes {
  trusted: NodeEndpoints;
  delayed: NodeEndpoints | undefined;
}

/**
 * Runs `work` with a way to connect to the nodes of a credential, and closes all connections whatever happens. Equal
 * settings share their connections; different ones never do, also inside one execution.
 */
export async function withConnections<T>(
  work: (connect: (settings: NodeSettings) => Nodes) => Promise<T>,
): Promise<T> {
  const connected = new Map<string, Nodes>();
  const connect = (settings: NodeSettings): Nodes => {
    const key = JSON.stringify(settings);
    const present = connected.get(key);
    if (present !== undefined) return present;
    const nodes: Nodes = {
      trusted: openNode(settings.trustedUrls, settings),
      delayed: settings.delayedUrls.length === 0 ? undefined : openNode(settings.delayedUrls, settings),
    };
    connected.set(key, nodes);
    return nodes;
  };
  try {
    return await work(connect);
  } finally {
    for (const { trusted, delayed } of connected.values()) {
      trusted.close();
      delayed?.close();
    }
  }
}
