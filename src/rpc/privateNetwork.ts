/** Which IP addresses stay on this machine or in a private network. */

/**
 * True for loopback (127.0.0.0/8, ::1), private (10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, fc00::/7) and link-local
 * addresses (169.254.0.0/16, fe80::/10). Everything else is false: also the range that providers share among their customers
 * (100.64.0.0/10, where the neighbours are strangers), and what is no address.
 */
export function isPrivateAddress(address: string): boolean {
  const v6 = groupsOf(address);
  if (v6 === undefined) return isPrivateV4(address);
  const [first = 0] = v6;
  const lead = v6.slice(0, 5).every((group) => group === 0);
  const [sixth = 0, seventh = 0, last = 0] = v6.slice(5);
  // An IPv4 address in IPv6 clothes: ::ffff:127.0.0.1.
  if (lead && sixth === 0xffff) {
    return isPrivateV4([seventh >> 8, seventh & 0xff, last >> 8, last & 0xff].join('.'));
  }
  if (lead && sixth === 0 && seventh === 0) return last === 1;
  return (first & 0xfe00) === 0xfc00 || (first & 0xffc0) === 0xfe80;
}

function isPrivateV4(address: string): boolean {
  if (!/^\d{1,3}(?:\.\d{1,3}){3}$/.test(address)) return false;
  const [a = 256, b = 256, ...rest] = address.split('.').map(Number);
  if ([a, b, ...rest].some((part) => part > 255)) return false;
  return (
    a === 127 ||
    a === 10 ||
    (a === 172 && b >= 16 && b <= 31) ||
    (a === 192 && b === 168) ||
    (a === 169 && b === 254)
  );
}

/** The eight numbers of an IPv6 address, whatever its spelling; a zone (%eth0) is left out. */
function groupsOf(address: string): number[] | undefined {
  if (!address.includes(':')) return undefined;
  const literal = `http://[${address.replace(/%.*$/, '')}]/`;
  if (!URL.canParse(literal)) return undefined;
  const [head = '', tail] = new URL(literal).hostname.slice(1, -1).split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = new Array<string>(8 - left.length - right.length).fill('0');
  return [...left, ...zeros, ...right].map((group) => Number.parseInt(group, 16));
}
