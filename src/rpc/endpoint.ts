/** Endpoint URLs: checked when they are read, and without their credentials wherever they are shown. */
import { BitSharesError } from '../errors';
import { maskPrivateKeys } from '../protocol';

/**
 * Splits a list of URLs at commas and white space and checks each.
 *
 * @param protocols accepted protocols, e.g. `['ws:', 'wss:']`
 * @throws INVALID_PARAMETER naming the field, without repeating user names or passwords
 */
export function parseEndpoints(list: string, protocols: string[], field: string): string[] {
  const endpoints = list.split(/[\s,]+/).filter((text) => text !== '');
  for (const [i, endpoint] of endpoints.entries()) {
    if (!isEndpoint(endpoint, protocols)) {
      throw new BitSharesError('INVALID_PARAMETER', {
        field,
        // Not repeated: what is no address may be a key or a password that was pasted here.
        message: `entry ${i + 1} is not a ${protocols.map((p) => `${p}//`).join(' or ')} address`,
        fix: `Write each address like ${protocols[0] ?? ''}//127.0.0.1:8090 and separate several with commas. A # in a password is written %23.`,
      });
    }
  }
  return endpoints;
}

/** Whether a text is an address with one of these protocols. */
export function isEndpoint(text: string, protocols: string[]): boolean {
  const url = URL.canParse(text) ? new URL(text) : null;
  // A fragment is no part of an address: it is what a # in a password leaves behind, with the rest as host and port.
  return url !== null && protocols.includes(url.protocol) && url.hash === '';
}

/** The URL without user name, password, query and fragment. */
export function displayEndpoint(endpoint: string): string {
  if (!URL.canParse(endpoint)) return '[no address]';
  const url = new URL(endpoint);
  return maskPrivateKeys(`${url.protocol}//${url.host}${url.pathname === '/' ? '' : url.pathname}`).text;
}
