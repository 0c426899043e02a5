/** JSON-RPC over HTTP as the daemons speak it: what a request needs, and how much of an answer is read. */
import type { Destination } from './destination';
import type { HttpAnswer, HttpPost } from './network';
import { Secret } from './secretExit';

/** User and password as they were entered. */
export interface HttpLogin {
  user: string;
  password: string;
}

/**
 * The request that takes a body to its destination. The daemons close the connection after each answer without saying so, and
 * they never compress.
 *
 * @throws ACCESS_DENIED for a login that others could read on the way
 */
export function postTo(destination: Destination, body: string, login?: HttpLogin): HttpPost {
  const url = new URL(destination.url);
  url.username = '';
  url.password = '';
  const authorization = authorizationFor(destination, login);
  return {
    url,
    addresses: destination.addresses,
    headers: {
      'accept-encoding': 'identity',
      connection: 'close',
      'content-type': 'application/json',
      ...(authorization === undefined ? {} : { authorization }),
    },
    body,
  };
}

/**
 * The header with a login. User and password of the address are one, for a proxy in front of the daemon; `login` is used
 * where the address has none. Undefined without either.
 *
 * @throws ACCESS_DENIED for a login that others could read on the way
 */
export function authorizationFor(destination: Destination, login?: HttpLogin): string | undefined {
  const { username, password } = destination.url;
  const inAddress = [username, password].map(percentDecoded).join(':');
  const used = inAddress === ':' && login !== undefined ? `${login.user}:${login.password}` : inAddress;
  if (used === ':') return undefined;
  const header = `Basic ${Buffer.from(used).toString('base64')}`;
  return new Secret(header, 'the address beside it').textFor(destination);
}

/** A sign that is no part of a code stays as it is: a password may hold it. */
function percentDecoded(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (codes) =>
    Buffer.from(codes.replaceAll('%', ''), 'hex').toString('utf8'),
  );
}

/** Whether an answer came in compressed form, which nobody asked for. */
export function isCompressed({ contentEncoding }: HttpAnswer): boolean {
  return contentEncoding !== '' && contentEncoding.toLowerCase() !== 'identity';
}

/** The body; null for one of more than `most` bytes, of which no more is read. Rejects with the error of the socket. */
export async function bytesOf(body: AsyncIterable<Uint8Array>, most: number): Promise<Buffer | null> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of body) {
    length += part.length;
    if (length > most) return null;
    parts.push(part);
  }
  return Buffer.concat(parts);
}
