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
 * they never compress. User and password of the address are a login, for a proxy in front of it; `login` is used where
 * the address has none.
 *
 * @throws ACCESS_DENIED for a login that others could read on the way
 */
export function postTo(destination: Destination, body: string, login?: HttpLogin): HttpPost {
  const url = new URL(destination.url);
  const { username, password } = url;
  url.username = '';
  url.password = '';
  const inAddress = [username, password].map(percentDecoded).join(':');
  const used = inAddress === ':' && login !== undefined ? `${login.user}:${login.password}` : inAddress;
  return {
    url,
    addresses: destination.addresses,
    headers: {
      'accept-encoding': 'identity',
      connection: 'close',
      'content-type': 'application/json',
      ...(used === ':'
        ? {}
        : {
            authorization: new Secret(
              `Basic ${Buffer.from(used).toString('base64')}`,
              'the address beside it',
            ).textFor(destination),
          }),
    },
    body,
  };
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
