/** Why a connection could not be opened, in words. Nothing was sent yet, so nothing can have happened on the other side. */

export interface ConnectFailure {
  reason: string;
  /** What to do about it, where it is more than looking at the address. */
  fix?: string;
}

const reasons: Record<string, string> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was closed at once',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'there is no route to its network',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the host name could not be looked up',
  EPIPE: 'the connection was closed at once',
  ETIMEDOUT: 'there was no answer to the connection attempt',
};

const trustOwn =
  'If the certificate is your own, set NODE_EXTRA_CA_CERTS to the file of the authority that signed it (or of the certificate itself) before n8n is started.';

const certificateFailures: Record<string, ConnectFailure> = {
  CERT_HAS_EXPIRED: { reason: 'its certificate has expired', fix: 'Renew the certificate.' },
  CERT_NOT_YET_VALID: {
    reason: 'its certificate is not valid yet',
    fix: 'Check the clocks of both machines.',
  },
  DEPTH_ZERO_SELF_SIGNED_CERT: { reason: 'its certificate is self-signed', fix: trustOwn },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    reason: 'its certificate is for another host name',
    fix: 'Use a host name that the certificate names.',
  },
  SELF_SIGNED_CERT_IN_CHAIN: { reason: 'its certificate comes from an unknown authority', fix: trustOwn },
  UNABLE_TO_GET_ISSUER_CERT: { reason: 'its certificate comes from an unknown authority', fix: trustOwn },
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: {
    reason: 'its certificate comes from an unknown authority',
    fix: trustOwn,
  },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: {
    reason: 'its certificate comes from an unknown authority',
    fix: trustOwn,
  },
};

/** What came back is not HTTP, for instance the greeting of another service, or TLS, or it is no WebSocket behind that. */
export const noWebSocket: ConnectFailure = {
  reason: 'what it answers is not a WebSocket',
  fix: 'Enter the port of --rpc-endpoint (usually 8090 or 8091), not that of --p2p-endpoint or of another service, and wss:// if it expects TLS.',
};

/** Words for an answer over HTTP where a WebSocket was asked for. */
export function httpFailure(status: number): ConnectFailure {
  return {
    reason: `it answers with HTTP status ${status} and not as a WebSocket`,
    fix: 'Check port and path of the address, and what a proxy in front of the node allows.',
  };
}

/**
 * Words for an error of the sockets below. n8n replaces messages that contain the system's codes by general ones, so the
 * codes are not repeated.
 */
export function connectFailure(error: Error & { code?: string }): ConnectFailure {
  const code = error.code ?? '';
  const certificate = certificateFailures[code];
  if (certificate !== undefined) return certificate;
  const reason = reasons[code];
  if (reason !== undefined) return { reason };
  // OpenSSL: what came back is not TLS.
  if (code === 'EPROTO' || code.startsWith('ERR_SSL')) {
    return {
      reason: 'it does not speak TLS',
      fix: 'A node itself speaks ws://; wss:// needs a proxy with a certificate in front of it.',
    };
  }
  // Node's HTTP parser.
  if (code.startsWith('HPE_')) return noWebSocket;
  return { reason: error.message };
}
