import {
  addressForms,
  nativeAddress,
  nullPublicKey,
  parseAddress,
  PrivateKey,
  ptsAddress,
  PublicKey,
} from '../../src/protocol';
import fixtures from './fixtures/keys.json';
import testKeys from '../transcripts/keys.json';
import claims from '../transcripts/claims.json';
import vectors from '../vectors/keys.json';

describe('addresses', () => {
  it.each(vectors.pubkey_to_address_native)(
    'the native address of $pubkey is $address',
    ({ pubkey, address }) => {
      expect(nativeAddress(PublicKey.fromString(pubkey, 'BTS'), 'BTS')).toBe(address);
    },
  );

  it.each(vectors.seed_to_pub.filter((vector) => vector.address !== undefined))(
    'the native address of the seed $seed is that of the core',
    ({ seed, address }) => {
      expect(nativeAddress(PrivateKey.fromSeed(seed).publicKey, 'BTS')).toBe(address);
    },
  );

  it.each(vectors.wif_to_address_of_pts_compressed_v56)(
    'the address of the PTS address of $wif is $address',
    ({ wif, address }) => {
      const form = { compressed: true, version: 56 } as const;
      expect(ptsAddress(PrivateKey.fromWif(wif).publicKey, form, 'BTS')).toBe(address);
    },
  );

  it('the five claimable forms of a key are those of bitsharesjs', () => {
    const vector = vectors.key_formats;
    expect(addressForms(PublicKey.fromString(vector.public_key, 'CBA'), 'CBA')).toEqual([
      vector.address_native,
      vector.address_of_pts_uncompressed_v56,
      vector.address_of_pts_compressed_v56,
      vector.address_of_pts_uncompressed_v0,
      vector.address_of_pts_compressed_v0,
    ]);
  });

  it.each(Object.entries(testKeys))('the five claimable forms of %s are those of the chain', (_name, key) => {
    expect(addressForms(PrivateKey.fromWif(key.wif).publicKey, 'BTS')).toEqual([
      key.addr,
      key.pts.unc56,
      key.pts.cmp56,
      key.pts.unc0,
      key.pts.cmp0,
    ]);
  });

  it('the node finds balances under every form', () => {
    const question = claims.exchanges[0]?.request?.params[2];
    const forms = addressForms(PrivateKey.fromSeed('cold-storage-1').publicKey, 'BTS');
    expect(forms).toEqual(expect.arrayContaining([question].flat(2)));
  });

  it.each(vectors.address_string_to_ripemd160)(
    '$address holds the bytes $hash_hex',
    ({ address, hash_hex: hash }) => {
      expect(Buffer.from(parseAddress(address, 'BTS')).toString('hex')).toBe(hash);
    },
  );

  it.each(fixtures.invalid.address)('a text that is no address is refused: $title', ({ text }) => {
    expect(() => parseAddress(text, 'BTS', 'Address')).toThrow(
      expect.objectContaining({ code: 'INVALID_ADDRESS', field: 'Address' }),
    );
  });

  it('a key that is no point on the curve has no uncompressed form', () => {
    expect(() => ptsAddress(nullPublicKey, { compressed: false, version: 0 }, 'BTS')).toThrow(
      expect.objectContaining({ code: 'INVALID_PUBLIC_KEY' }),
    );
    expect(nativeAddress(nullPublicKey, 'BTS')).toMatch(/^BTS/);
  });
});
