/** Why the connection to a wallet failed, in words, and whether anything was sent over it. */
import { BitSharesError } from '../errors';
import { foreignText } from './foreignText';
import { fateOf } from './walletMethods';

interface Reason {
  text: string;
  fix: string;
}

const isItThere = 'Check the Wallet URL and that cli_wallet runs with -H; it exits when its node goes away.';
const isThereAWay =
  'Check the Wallet URL, that a firewall lets this machine through, and the network between the two.';
const trustIt =
  'Put the certificate, or that of the authority that signed it, into a file and start n8n with NODE_EXTRA_CA_CERTS=that file.';

const reasons: Record<string, Reason> = {
  ECONNREFUSED: { text: 'nothing listens at this address', fix: isItThere },
  ENOTFOUND: {
    text: 'there is no host of this name',
    fix: 'Correct the name, or enter the IP address.',
  },
  EAI_AGAIN: { text: 'the name server does not answer', fix: 'Check the name service of this machine.' },
  EHOSTUNREACH: { text: 'the host cannot be reached', fix: isThereAWay },
  ENETUNREACH: { text: 'the network cannot be reached', fix: isThereAWay },
  EADDRNOTAVAIL: { text: 'the address cannot be reached from here', fix: isThereAWay },
  ETIMEDOUT: { text: 'the host does not answer', fix: isThereAWay },
  DEPTH_ZERO_SELF_SIGNED_CERT: { text: 'its certificate is self-signed', fix: trustIt },
  SELF_SIGNED_CERT_IN_CHAIN: { text: 'its certificate is signed by an authority of its own', fix: trustIt },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: {
    text: 'its certificate is signed by an unknown authority',
    fix: trustIt,
  },
  UNABLE_TO_GET_ISSUER_CERT: { text: 'its certificate is signed by an unknown authority', fix: trustIt },
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: {
    text: 'its certificate is signed by an unknown authority',
    fix: trustIt,
  },
  CERT_HAS_EXPIRED: {
    text: 'its certificate has expired',
    fix: 'Renew the certificate, and check the clock of this machine.',
  },
  CERT_NOT_YET_VALID: {
    text: 'its certificate is not valid yet',
    fix: 'Check the clock of this machine and of the wallet’s.',
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    text: 'its certificate is for another host name',
    fix: 'Enter the name for which the certificate was made.',
  },
  EPROTO: noTls(),
  ERR_SSL_WRONG_VERSION_NUMBER: noTls(),
  ERR_SSL_PACKET_LENGTH_TOO_LONG: noTls(),
};

function noTls(): Reason {
  return {
    text: 'it does not speak TLS',
    fix: 'cli_wallet itself speaks plain HTTP: write http://, or enter the address of the proxy in front of it.',
  };
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
    const { text, fix } = reasons[code] ?? {
      text: foreignText(error instanceof Error ? error.message : '') || 'no connection',
      fix: isThereAWay,
    };
    return new BitSharesError('NODE_UNREACHABLE', {
      message: `The wallet at ${shown} is not reachable (${text})`,
      fix: `${fix} Nothing was sent.`,
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
