/**
 * cli_wallet over HTTP JSON-RPC.
 *
 * The wallet asks for no login, so it has to stay on a private address. It is a separate process that exits when its
 * node goes away and starts locked.
 */
import type { Clock } from '../chain';
import { BitSharesError } from '../errors';
import { displayEndpoint } from './endpoint';
import { withoutSecrets } from './secrets';

/** Sends one HTTP POST and gives the body of the answer, whatever its status. */
export type Post = (url: string, body: string, signal: AbortSignal) => Promise<string>;

export interface WalletClientSettings {
  url: string;
  /** Milliseconds until a call without an answer is given up. */
  requestTimeout?: number;
}

/** `import_balance` and a first `unlock` take seconds on a slow machine. */
const defaultRequestTimeoutMs = 30_000;

/**
 * POST by fetch. The daemon closes the connection after each answer without saying so, hence no keep-alive; and it
 * reads chunked bodies as empty, hence a string body, which is sent with its length. User and password of the address are
 * for a proxy in front of the daemon; fetch refuses an address that holds them.
 */
const postByFetch: Post = async (url, body, signal) => {
  const address = new URL(url);
  const login = [address.username, address.password].map(percentDecoded).join(':');
  address.username = '';
  address.password = '';
  const response = await fetch(address, {
    method: 'POST',
    body,
    headers: {
      connection: 'close',
      'content-type': 'application/json',
      ...(login === ':' ? {} : { authorization: `Basic ${Buffer.from(login).toString('base64')}` }),
    },
    redirect: 'error',
    signal,
  });
  return response.text();
};

/** A sign that is no part of a code stays as it is: a password may hold it. */
function percentDecoded(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (codes) =>
    Buffer.from(codes.replaceAll('%', ''), 'hex').toString('utf8'),
  );
}

export interface WalletClient {
  /**
   * Calls a wallet method with positional arguments.
   *
   * `secrets` are those of the arguments that must not come back in a message; they are cut out of error texts.
   *
   * Rejects with WALLET_ERROR (`data.nodeMessage`; the wallet drops most codes of its node) when the wallet refused,
   * NODE_UNREACHABLE when nothing was sent, REQUEST_TIMEOUT and CONNECTION_LOST when nothing is known about the call.
   */
  call(method: string, args: unknown[], secrets?: string[]): Promise<unknown>;
}

/** A client for one cli_wallet. */
export function openWalletClient(
  settings: WalletClientSettings,
  clock: Clock,
  post: Post = postByFetch,
): WalletClient {
  const { url, requestTimeout = defaultRequestTimeoutMs } = settings;
  const shown = displayEndpoint(url);
  let nextId = 1;

  const exchange = async (method: string, body: string): Promise<string> => {
    const abandoned = new AbortController();
    const answered = new AbortController();
    const timeout = clock.sleep(requestTimeout, answered.signal).then(() => {
      abandoned.abort();
      throw new BitSharesError('REQUEST_TIMEOUT', {
        message: `The wallet at ${shown} did not answer ${method} within ${requestTimeout / 1000} s`,
        fix: 'Whether the wallet acted on the call is not known. Look at the account history before trying again.',
      });
    });
    timeout.catch(() => undefined);
    try {
      return await Promise.race([post(url, body, abandoned.signal), timeout]);
    } catch (error) {
      throw error instanceof BitSharesError ? error : transportError(shown, method, error);
    } finally {
      answered.abort();
    }
  };

  return {
    call: async (method, args, secrets = []) => {
      const text = await exchange(
        method,
        JSON.stringify({ jsonrpc: '2.0', id: nextId++, method, params: args }),
      );
      return readAnswer(shown, method, text, secrets);
    },
  };
}

/** Refused connections were never sent; everything else leaves the call's fate open. */
function transportError(shown: string, method: string, error: unknown): BitSharesError {
  const cause = (error as { cause?: { code?: unknown } } | null)?.cause?.code;
  if (cause === 'ECONNREFUSED' || cause === 'ENOTFOUND' || cause === 'EHOSTUNREACH') {
    return new BitSharesError('NODE_UNREACHABLE', {
      message: `The wallet at ${shown} is not reachable`,
      fix: 'Check the Wallet URL and that cli_wallet runs with -H; it exits when its node goes away.',
    });
  }
  return new BitSharesError('CONNECTION_LOST', {
    message: `The connection to the wallet at ${shown} was lost during ${method}`,
    fix: 'Whether the wallet acted on the call is not known. Look at the account history before trying again.',
  });
}

function readAnswer(shown: string, method: string, text: string, secrets: string[]): unknown {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    throw notAWallet(shown);
  }
  if (typeof answer !== 'object' || answer === null) throw notAWallet(shown);
  const { result, error } = answer as { result?: unknown; error?: { code?: unknown; message?: unknown } };
  if (error !== undefined && error !== null) {
    const reason = typeof error.message === 'string' ? error.message.trim() : 'no reason given';
    const nodeMessage = withoutSecrets(reason, secrets).slice(0, 1000);
    throw new BitSharesError('WALLET_ERROR', {
      message: `The wallet refused ${method}: ${nodeMessage}`,
      data: { method, nodeMessage, nodeCode: typeof error.code === 'number' ? error.code : 0 },
    });
  }
  if (result === undefined) throw notAWallet(shown);
  return result;
}

function notAWallet(shown: string): BitSharesError {
  return new BitSharesError('INVALID_ANSWER', {
    message: `${shown} did not answer like a cli_wallet`,
    fix: 'Check the Wallet URL: cli_wallet answers HTTP on the address given with -H, usually port 8092.',
  });
}
