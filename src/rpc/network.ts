/**
 * Everything that Node's own network modules are used for: looking up names, and one HTTP POST.
 *
 * n8n's rules allow neither module. fetch cannot take their place: it chooses the address by itself, after it was judged,
 * writes the Host header by itself, and inflates what it receives.
 */
import { lookup } from 'node:dns/promises';
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';

/** Every address that a host name stands for, as the operating system looks them up (also in its hosts file). */
export type HostLookup = (host: string) => Promise<readonly string[]>;

export const lookUpHost: HostLookup = async (host) =>
  (await lookup(host, { all: true })).map(({ address }) => address);

/** A lookup for Node's sockets that knows these addresses and asks nobody. */
export function fixedLookup(addresses: readonly string[]): LookupFunction {
  const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  return (host, { all }, done) => {
    const [first] = found;
    if (first === undefined) done(new Error(`${host} has no address`), '');
    else if (all) done(null, found);
    else done(null, first.address, first.family);
  };
}

export interface HttpPost {
  /** http or https. */
  url: URL;
  /** Where to connect instead of asking for the host's addresses again; undefined: the system decides. */
  addresses: readonly string[] | undefined;
  headers: Record<string, string>;
  body: string;
}

export interface HttpAnswer {
  status: number;
  /** Empty when the header is missing. */
  contentEncoding: string;
  /** As it arrives and as it was sent: nothing is inflated. Leaving the loop early ends the connection. */
  body: AsyncIterable<Uint8Array>;
}

/**
 * Sends one POST over a connection of its own and gives the answer as soon as its headers are here. `connected` is told
 * when the connection stands, TLS included: before that nothing of the request has left this machine. Redirects are
 * answers like any other. Rejects with the error of the socket, whose `code` says why.
 */
export type Post = (request: HttpPost, signal: AbortSignal, connected: () => void) => Promise<HttpAnswer>;

export const post: Post = ({ url, addresses, headers, body }, signal, connected) => {
  const secure = url.protocol === 'https:';
  return new Promise((resolve, reject) => {
    const request = (secure ? httpsRequest : httpRequest)({
      // A URL writes IPv6 addresses in brackets, a socket does not.
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port === '' ? undefined : url.port,
      path: url.pathname + url.search,
      method: 'POST',
      headers,
      // An agent of its own: the global one may keep connections, or be n8n's for a proxy.
      agent: secure ? new HttpsAgent() : new HttpAgent(),
      signal,
      ...(addresses === undefined ? {} : { lookup: fixedLookup(addresses) }),
    });
    request.once('socket', (socket) => {
      socket.once(secure ? 'secureConnect' : 'connect', connected);
    });
    request.on('error', reject);
    request.on('response', (response) => {
      resolve({
        status: response.statusCode ?? 0,
        contentEncoding: response.headers['content-encoding'] ?? '',
        body: response,
      });
    });
    request.end(body);
  });
};
