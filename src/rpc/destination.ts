/** Where a call goes, found out before the call, so that what was judged is what is called. */
import { BitSharesError } from '../errors';
import { displayEndpoint } from './endpoint';
import type { HostLookup } from './network';

export interface Destination {
  url: URL;
  /** The address as it may be shown. */
  shown: string;
  /**
   * Every address that the host stands for: the call goes to one of these, without asking for them again. Undefined over TLS,
   * where the certificate proves who answers, wherever that is.
   */
  addresses: readonly string[] | undefined;
}

/**
 * Looks up an http, https, ws or wss address.
 *
 * @throws NODE_UNREACHABLE for a name without an address
 */
export async function findDestination(endpoint: string, lookUp: HostLookup): Promise<Destination> {
  const url = new URL(endpoint);
  const shown = displayEndpoint(endpoint);
  if (url.protocol === 'https:' || url.protocol === 'wss:') return { url, shown, addresses: undefined };
  const host = url.hostname.replace(/^\[|\]$/g, '');
  // Only an IPv4 address ends in a number once a URL is read, and only an IPv6 address has colons.
  if (host.includes(':') || /(?:^|\.)\d+$/.test(host)) return { url, shown, addresses: [host] };
  const addresses = await lookUp(host).catch((error: unknown) => {
    throw unknownHost(shown, host, (error as { code?: unknown } | null)?.code);
  });
  if (addresses.length === 0) throw unknownHost(shown, host, 'ENOTFOUND');
  return { url, shown, addresses };
}

function unknownHost(shown: string, host: string, code: unknown): BitSharesError {
  return new BitSharesError('NODE_UNREACHABLE', {
    message:
      code === 'EAI_AGAIN'
        ? `${shown} is not reachable: the name server does not answer for ${host}`
        : `${shown} is not reachable: there is no host ${host}`,
    fix: 'Correct the name, or enter the IP address. In a container, localhost is the container itself.',
  });
}
