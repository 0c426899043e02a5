/** Which key owns which address: a key owns the balances of five addresses. */
import { addressForms, parseAddress, PublicKey } from '../protocol';

/** The five forms in the order of `addressForms`, as they are named in items. */
export const addressFormNames = [
  'native',
  'pts_uncompressed_56',
  'pts_compressed_56',
  'pts_uncompressed_0',
  'pts_compressed_0',
] as const;

export type AddressForm = (typeof addressFormNames)[number];

export interface OwnedAddress {
  address: string;
  /** Null where only the address is known. */
  form: AddressForm | null;
  publicKey: PublicKey | null;
}

/** The addresses of these keys, each once, in the order in which cli_wallet asks for them. */
export function addressesOf(publicKeys: readonly PublicKey[], prefix: string): OwnedAddress[] {
  const owned = new Map<string, OwnedAddress>();
  for (const publicKey of publicKeys) {
    for (const [i, address] of addressForms(publicKey, prefix).entries()) {
      if (!owned.has(address)) owned.set(address, { address, form: addressFormNames[i] ?? null, publicKey });
    }
  }
  return [...owned.values()];
}

/**
 * Public keys (all five addresses of each) and addresses out of texts, each once.
 *
 * @throws INVALID_PUBLIC_KEY, INVALID_ADDRESS naming the field and the entry, without repeating it: it may be a private key
 */
export function readOwners(texts: readonly string[], prefix: string, field: string): OwnedAddress[] {
  const owned = new Map<string, OwnedAddress>();
  for (const [i, text] of texts.entries()) {
    const entry = texts.length === 1 ? field : `${field} (entry ${i + 1})`;
    for (const one of readOwner(text, prefix, entry)) {
      if (owned.get(one.address)?.publicKey == null) owned.set(one.address, one);
    }
  }
  return [...owned.values()];
}

/** A public key has 37 bytes with its checksum, an address 24: the length of the text tells them apart. */
const longestAddress = 36;

function readOwner(text: string, prefix: string, field: string): OwnedAddress[] {
  if (text.startsWith(prefix) && text.length - prefix.length <= longestAddress) {
    parseAddress(text, prefix, field);
    return [{ address: text, form: null, publicKey: null }];
  }
  return addressesOf([PublicKey.fromString(text, prefix, field)], prefix);
}
