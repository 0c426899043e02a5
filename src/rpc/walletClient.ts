/**
 * cli_wallet over HTTP JSON-RPC.
 *
 * The wallet asks for no login, so it has to stay on a private address. It is a separate process that exits when its
 * node goes away and starts locked.
 */
import type { Clock } from '../chain/interfaces';
import { BitSharesError } from '../errors';
import { findDestination, type Destination } from './destination';
import { displayEndpoint } from './endpoint';
import { foreignText, quoted } from './foreignText';
import { bytesOf, isCompressed, postTo } from './httpExchange';
import { checkJsonBudget } from './jsonBudget';
import { lookUpHost, post as postOverNetwork, type HostLookup, type HttpAnswer, type Post } from './network';
import { Secret, secretText } from './secretExit';
import { knownParts } from './walletErrors';
import { answerBudget, carriesSecrets, fateOf } from './walletMethods';
import { connectionFailure } from './walletUnreachable';

export interface WalletClientSettings {
  url: string;
  /** Milliseconds until a call without an answer is given up. */
  requestTimeout?: number;
  /** Cut out of every message, beside the secrets of the call. */
  secrets?: readonly string[];
}

/** The network; Node's own where nothing else is given. */
export interface WalletNetwork {
  lookUpHost?: HostLookup;
  post?: Post;
}

/** `import_balance` and a first `unlock` take seconds on a slow machine. */
const defaultRequestTimeoutMs = 30_000;

export interface WalletClient {
  /**
   * Calls a wallet method with positional arguments. Keys and passwords among them are given as `Secret`: they become text
   * when the destination is known and judged.
   *
   * Rejects with WALLET_ERROR (`data.nodeMessage`; the wallet drops most codes of its node) when the wallet refused,
   * NODE_UNREACHABLE when nothing was sent, REQUEST_TIMEOUT and CONNECTION_LOST when nothing is known about the call,
   * INVALID_ANSWER for an answer that no cli_wallet gives. INVALID_PARAMETER and ACCESS_DENIED as `secretText`.
   */
  call(method: string, args: unknown[]): Promise<unknown>;
}

/** A client for one cli_wallet. */
export function openWalletClient(
  settings: WalletClientSettings,
  clock: Clock,
  { lookUpHost: lookUp = lookUpHost, post = postOverNetwork }: WalletNetwork = {},
): WalletClient {
  const { url, requestTimeout = defaultRequestTimeoutMs } = settings;
  const shown = displayEndpoint(url);
  let nextId = 1;

  return {
    call: async (method, args) => {
      const ended = new AbortController();
      let sent = false;
      const timeout = clock.sleep(requestTimeout, ended.signal).then(() => {
        throw timeoutError(shown, method, requestTimeout, sent);
      });
      timeout.catch(() => undefined);

      const exchange = async (): Promise<unknown> => {
        const destination = await findDestination(url, lookUp);
        const { text, secrets } = callText(method, args, nextId++, destination);
        const answer = await post(postTo(destination, text), ended.signal, () => (sent = true)).catch(
          (error: unknown) => {
            throw connectionFailure(shown, method, error, sent);
          },
        );
        const known = { shown, method, secrets: [...(settings.secrets ?? []), ...secrets] };
        return readAnswer(known, answer, await bodyOf(known, answer));
      };
      try {
        return await Promise.race([exchange(), timeout]);
      } finally {
        // Ends the timer, and the connection whatever is still to come over it.
        ended.abort();
      }
    },
  };
}

/** The JSON of the call, with its secrets as the destination may have them. */
function callText(
  method: string,
  params: unknown[],
  id: number,
  destination: Destination,
): { text: string; secrets: string[] } {
  const secrets: string[] = [];
  // Whatever form a caller gave the secret: this method has one.
  if (carriesSecrets(method)) secretText('', destination, 'the address beside it');
  const text = JSON.stringify({ jsonrpc: '2.0', id, method, params }, function (this: unknown, key, value) {
    // `value` is what toJSON made of it: [secret].
    const given = (this as Record<string, unknown>)[key];
    if (!(given instanceof Secret)) return value as unknown;
    const secret = given.textFor(destination);
    secrets.push(secret);
    return secret;
  });
  return { text, secrets };
}

/** What a message needs to know about the call. */
interface Call {
  shown: string;
  method: string;
  secrets: readonly string[];
}

async function bodyOf(call: Call, answer: HttpAnswer): Promise<string> {
  const { shown, method } = call;
  if (isCompressed(answer)) {
    throw invalidAnswer(call, `${shown} answered ${method} in compressed form, which was not asked for`);
  }
  const { characters } = answerBudget(method);
  const bytes = await bytesOf(answer.body, characters).catch((error: unknown) => {
    throw connectionFailure(shown, method, error, true);
  });
  if (bytes === null) {
    throw invalidAnswer(call, `${shown} answered ${method} with more than ${characters} bytes`);
  }
  return new TextDecoder().decode(bytes);
}

function readAnswer(call: Call, { status }: HttpAnswer, text: string): unknown {
  const { shown, method, secrets } = call;
  checkJsonBudget(text, answerBudget(method), `${shown} answered ${method}`);
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    throw notAWallet(call, status);
  }
  if (typeof answer !== 'object' || answer === null) throw notAWallet(call, status);
  const { result, error } = answer as { result?: unknown; error?: { code?: unknown; message?: unknown } };
  // Refusals come with 200, unknown methods with 400; but a result with another status is not the wallet's.
  if (error !== undefined && error !== null) {
    const reason = typeof error.message === 'string' ? error.message : 'no reason given';
    const code = typeof error.code === 'number' ? error.code : 0;
    throw carriesSecrets(method)
      ? refusalOfSecret(method, reason)
      : refusal(method, foreignText(reason, secrets), code);
  }
  if (result === undefined || status !== 200) throw notAWallet(call, status);
  return result;
}

function refusal(method: string, nodeMessage: string, nodeCode: number): BitSharesError {
  return new BitSharesError('WALLET_ERROR', {
    message: `The wallet refused ${method}: ${quoted(nodeMessage)}`,
    data: { method, nodeMessage, nodeCode },
  });
}

/**
 * The wallet may repeat the secret in any spelling, also as a number, so nothing of its answer is kept but what is known to be
 * harmless.
 */
function refusalOfSecret(method: string, reason: string): BitSharesError {
  const nodeMessage = knownParts(reason);
  if (nodeMessage !== '') return refusal(method, nodeMessage, 0);
  return new BitSharesError('WALLET_ERROR', {
    message: `The wallet refused ${method}, and its reason is not shown because it may repeat the secret`,
    fix: 'Read the reason in the output of cli_wallet itself.',
    data: { method, nodeMessage, nodeCode: 0 },
  });
}

function timeoutError(shown: string, method: string, after: number, sent: boolean): BitSharesError {
  const within = `within ${after / 1000} s`;
  return sent
    ? new BitSharesError('REQUEST_TIMEOUT', {
        message: `The wallet at ${shown} did not answer ${method} ${within}`,
        fix: fateOf(method),
      })
    : new BitSharesError('NODE_UNREACHABLE', {
        message: `The wallet at ${shown} is not reachable (no connection ${within})`,
        fix: 'Check the Wallet URL, and that a firewall lets this machine through. Nothing was sent.',
      });
}

function invalidAnswer({ method }: Call, message: string): BitSharesError {
  return new BitSharesError('INVALID_ANSWER', {
    message,
    fix: `Check that the Wallet URL is your own cli_wallet and nothing stands between. ${fateOf(method)}`,
  });
}

function notAWallet({ shown, method }: Call, status: number): BitSharesError {
  const withStatus = status === 200 ? '' : ` (HTTP status ${status})`;
  return new BitSharesError('INVALID_ANSWER', {
    message: `${shown} did not answer ${method} like a cli_wallet${withStatus}`,
    fix: `Check the Wallet URL: cli_wallet answers HTTP on the address given with -H, usually port 8092. ${fateOf(method)}`,
  });
}
