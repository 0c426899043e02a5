/**
 * Everything that Node's own network modules are used for: looking up names, one HTTP POST, and the request that begins a
 * WebSocket.
 *
 * n8n's rules allow neither module. fetch cannot take their place: it chooses the address by itself, after it was judged,
 * writes the Host header by itself, and inflates what it receives.
 */
import { lookup } from 'node:dns/promises';
import { Agent as HttpAgent, request as httpRequest, type ClientRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { Duplex } from 'node:stream';

/** Every address that a host name stands for, as the operating system looks them up (also in its hosts file). */
export type HostLookup = (host: string) => Promise<readonly string[]>;

export const lookUpHost: HostLookup = async (host) =>
  (await lookup(host, { all: true })).map(({ address }) => address);

/** A lookup for Node's sockets that knows these addresses and asks nobody. */
function fixedLookup(addresses: readonly string[]): LookupFunction {
  const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  return (host, { all }, done) => {
    const [first] = found;
    if (first === undefined) done(new Error(`${host} has no address`), '');
    else if (all) done(null, found);
    else done(null, first.address, first.family);
  };
}

interface HttpRequest {
  /** http or https. */
  url: URL;
  /** Where to connect instead of asking for the host's addresses again; undefined: the system decides. */
  addresses: readonly string[] | undefined;
  headers: Record<string, string>;
}

export interface HttpPost extends HttpRequest {
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

export const post: Post = ({ body, ...to }, signal, connected) =>
  new Promise((resolve, reject) => {
    const request = requestTo(to, 'POST', signal);
    request.once('socket', (socket) => {
      socket.once(isSecure(to) ? 'secureConnect' : 'connect', connected);
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

/** The other side speaks another protocol from here on. */
export interface Upgraded {
  status: number;
  /** Names and values in turn. */
  rawHeaders: readonly string[];
  /** What follows, of which nothing was read yet. */
  stream: Duplex;
}

export interface UpgradeEvents {
  /** The other side accepts connections. TLS comes after that. */
  accepted(): void;
  upgraded(upgraded: Upgraded): void;
  /** It answered, and goes on with HTTP. */
  refused(status: number): void;
  /** There was no answer. The `code` of the error says why. */
  failed(error: Error): void;
}

/** Asks the other side to go on with another protocol, over a connection of its own. `signal` ends it, then as well. */
export function upgrade(to: HttpRequest, signal: AbortSignal, events: UpgradeEvents): void {
  const request = requestTo(to, 'GET', signal);
  request.once('socket', (socket) => {
    socket.once('connect', () => events.accepted());
  });
  request.on('error', (error) => events.failed(error));
  request.on('response', (response) => {
    response.destroy();
    events.refused(response.statusCode ?? 0);
  });
  request.on('upgrade', ({ statusCode = 0, rawHeaders }, stream, begin) => {
    signal.addEventListener('abort', () => stream.destroy(), { once: true });
    if (begin.length > 0) stream.unshift(begin);
    events.upgraded({ status: statusCode, rawHeaders, stream });
  });
  request.end();
}

function isSecure({ url }: HttpRequest): boolean {
  return url.protocol === 'https:';
}

function requestTo(to: HttpRequest, method: string, signal: AbortSignal): ClientRequest {
  const { url, addresses, headers } = to;
  return (isSecure(to) ? httpsRequest : httpRequest)({
    // A URL writes IPv6 addresses in brackets, a socket does not.
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? undefined : url.port,
    path: url.pathname + url.search,
    method,
    headers,
    // An agent of its own: the global one may keep connections, or be n8n's for a proxy.
    agent: isSecure(to) ? new HttpsAgent() : new HttpAgent(),
    signal,
    ...(addresses === undefined ? {} : { lookup: fixedLookup(addresses) }),
  });
}
