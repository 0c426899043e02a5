/** Why the connection to a wallet failed, in words, and whether anything was sent over it. */
import { BitSharesError } from '../errors';
import { foreignText } from './foreignText';
import { connectFailure } from './unreachable';
import { fateOf } from './walletMethods';

const isItThere = 'Check the Wallet URL and that cli_wallet runs with -H; it exits when its node goes away.';
const isThereAWay =
  'Check the Wallet URL, that a firewall lets this machine through, and the network between the two.';
const noTls =
  'cli_wallet itself speaks plain HTTP: write http://, or enter the address of the proxy in front of it.';

/** What to do where a wallet needs something else than a node. */
function fixFor(code: string): string | undefined {
  if (code === 'ECONNREFUSED') return isItThere;
  return code === 'EPROTO' || code.startsWith('ERR_SSL') ? noTls : undefined;
}

/**
 * The error of a connection that failed. `sent` says whether the connection stood, so that something may have been sent.
 *
 * Gives NODE_UNREACHABLE for a call that was not sent, CONNECTION_LOST or INVALID_ANSWER for one that may have been.
 */
export function connectionFailure(
  shown: string,
  method: string,
  error: unknown,
  sent: boolean,
): BitSharesError {
  if (error instanceof BitSharesError) return error;
  const code = codeOf(error);
  if (!sent) {
    const message = foreignText(error instanceof Error ? error.message : '') || 'no connection';
    const { reason, fix } = connectFailure(Object.assign(new Error(message), { code }));
    return new BitSharesError('NODE_UNREACHABLE', {
      message: `The wallet at ${shown} is not reachable (${reason})`,
      fix: `${fixFor(code) ?? fix ?? isThereAWay} Nothing was sent.`,
    });
  }
  if (code.startsWith('HPE_')) {
    return new BitSharesError('INVALID_ANSWER', {
      message: `${shown} did not answer ${method} in HTTP`,
      fix: `Check the Wallet URL: cli_wallet answers HTTP on the address given with -H, usually port 8092, and a proxy with TLS needs https://. ${fateOf(method)}`,
    });
  }
  return new BitSharesError('CONNECTION_LOST', {
    message: `The connection to the wallet at ${shown} was lost during ${method}`,
    fix: fateOf(method),
  });
}

/** Where several addresses were tried, the errors of all are in one. */
function codeOf(error: unknown): string {
  const { code, errors } = (error ?? {}) as { code?: unknown; errors?: unknown };
  const [first] = Array.isArray(errors) ? (errors as unknown[]) : [];
  if (typeof code === 'string') return code;
  return first === undefined ? '' : codeOf(first);
}
