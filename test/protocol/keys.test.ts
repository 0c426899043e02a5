import { inspect } from 'node:util';
import fc from 'fast-check';
import { isWif, nullPublicKey, PrivateKey, PublicKey } from '../../src/protocol';
import fixtures from './fixtures/keys.json';
import vectors from '../vectors/keys.json';
import memoVectors from '../vectors/memo_python.json';
import { errorOf } from '../support/failure';

const secretKey = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .filter((bytes) => bytes.some((byte) => byte !== 0) && (bytes[0] ?? 0) < 0xff);

describe('private keys', () => {
  it.each(vectors.wif_hex)('the key $wif of another implementation has the same bytes and text', (vector) => {
    const key = PrivateKey.fromWif(vector.wif);
    expect(Buffer.from(key.secretBytes()).toString('hex')).toBe(vector.secret_hex);
    expect(key.toWif()).toBe(vector.wif);
  });

  it.each(fixtures.valid.wif)('a key is read $title', ({ text }) => {
    expect(PrivateKey.fromWif(text).toWif()).toBe(vectors.well_known.wif);
    expect(isWif(text)).toBe(true);
  });

  it.each(fixtures.invalid.wif)(
    'a text that is no key is refused without being repeated: $title',
    ({ text }) => {
      const error = errorOf(() => PrivateKey.fromWif(text, 'Active Key'));
      expect(error.code).toBe('INVALID_KEY');
      expect(error.field).toBe('Active Key');
      expect(error.fix).toBeTruthy();
      expect(error.cause).toBeUndefined();
      if (text.trim().length > 8) {
        const shown = inspect(error, { depth: null, showHidden: true }).split('\n    at ')[0] ?? '';
        expect(shown).not.toContain(text.trim());
        expect(shown).not.toContain(text.trim().slice(1, 9));
      }
    },
  );

  it('a key given as something else than text is refused', () => {
    for (const value of [undefined, null, 5, {}, [vectors.well_known.wif]]) {
      expect(errorOf(() => PrivateKey.fromWif(value as never)).code).toBe('INVALID_KEY');
    }
  });

  it('bytes that are no key of the curve are refused', () => {
    for (const bytes of [
      new Uint8Array(31),
      new Uint8Array(33),
      new Uint8Array(32),
      new Uint8Array(32).fill(255),
    ]) {
      expect(errorOf(() => PrivateKey.fromBytes(bytes, 'Memo Key')).field).toBe('Memo Key');
    }
  });

  it('a key never shows its secret when it is printed', () => {
    const key = PrivateKey.fromWif(vectors.well_known.wif);
    expect(key.publicKey.isNull).toBe(false);
    const shown = [
      String(key),
      `${key}`,
      '' + key,
      JSON.stringify({ key, list: [key] }),
      inspect(key, { showHidden: true, depth: null }),
      inspect({ nested: { key } }, { showHidden: true, depth: null }),
      JSON.stringify(Object.entries(key)),
      JSON.stringify(structuredClone({ ...key })),
      inspect(new Error('x', { cause: key })),
    ].join('\n');
    expect(shown).toContain('[secret]');
    expect(shown).not.toContain(vectors.well_known.wif);
    expect(shown).not.toContain(Buffer.from(key.secretBytes()).toString('hex'));
  });

  it('changing what a key gave away does not change the key', () => {
    const key = PrivateKey.fromWif(vectors.well_known.wif);
    key.secretBytes().fill(0);
    key.publicKey.bytes.fill(0);
    expect(key.toWif()).toBe(vectors.well_known.wif);
    expect(key.publicKey.toString('BTS')).toBe(vectors.well_known.public_key);
    const bytes = key.secretBytes();
    const copy = PrivateKey.fromBytes(bytes);
    bytes.fill(1);
    expect(copy.toWif()).toBe(vectors.well_known.wif);
  });

  it('every key survives the way to text and back', () => {
    fc.assert(
      fc.property(secretKey, (bytes) => {
        const text = PrivateKey.fromBytes(bytes).toWif();
        expect(PrivateKey.fromWif(text).secretBytes()).toEqual(bytes);
        expect(isWif(text)).toBe(true);
      }),
    );
  });

  it('no text crashes the reader or is repeated by it', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 20, maxLength: 80 }), (text) => {
        const error = errorOf(() => PrivateKey.fromWif(text));
        expect(error.code).toBe('INVALID_KEY');
        expect(error.message + (error.fix ?? '')).not.toContain(text);
      }),
    );
  });
});

describe('public keys', () => {
  it('the public key of a private key is that of other implementations', () => {
    for (const { seed, public_key: text } of vectors.seed_to_pub) {
      const prefix = text.slice(0, 3);
      expect(PrivateKey.fromSeed(seed).publicKey.toString(prefix)).toBe(text);
    }
    const { private_hex: secret, wif, public_key: text, prefix } = vectors.key_formats;
    const key = PrivateKey.fromBytes(Buffer.from(secret, 'hex'));
    expect(key.toWif()).toBe(wif);
    expect(key.publicKey.toString(prefix)).toBe(text);
    expect(PrivateKey.fromWif(vectors.well_known.wif).publicKey.toString('BTS')).toBe(
      vectors.well_known.public_key,
    );
  });

  it.each(vectors.pubkey_to_address_native)('$pubkey survives the way to bytes and back', ({ pubkey }) => {
    const key = PublicKey.fromString(pubkey, 'BTS');
    expect(key.bytes).toHaveLength(33);
    expect(PublicKey.fromBytes(key.bytes).toString('BTS')).toBe(pubkey);
    expect(key.equals(PublicKey.fromBytes(key.bytes))).toBe(true);
    expect(key.equals(nullPublicKey)).toBe(false);
  });

  it.each(fixtures.invalid.publicKey)('a text that is no public key is refused: $title', ({ text }) => {
    const error = errorOf(() => PublicKey.fromString(text, 'BTS', 'senderMemoKey'));
    expect(error).toMatchObject({ code: 'INVALID_PUBLIC_KEY', field: 'senderMemoKey' });
    if (text !== '') expect(error.message + (error.fix ?? '')).not.toContain(text);
  });

  it('bytes of another length are refused', () => {
    expect(errorOf(() => PublicKey.fromBytes(new Uint8Array(32), 'key'))).toMatchObject({
      code: 'INVALID_PUBLIC_KEY',
      field: 'key',
    });
  });

  it('the null key has the text that the chain gives it', () => {
    expect(nullPublicKey.toString('BTS')).toBe('BTS1111111111111111111111111111111114T1Anm');
    expect(nullPublicKey.toString('CBA')).toBe(vectors.key_formats.null_public_key);
    expect(PublicKey.fromString('BTS1111111111111111111111111111111114T1Anm', 'BTS').isNull).toBe(true);
  });

  it('a key that is no point on the curve is read, as the chain reads it, and shares no secret', () => {
    const offCurve = PublicKey.fromBytes(Buffer.from(`02${'ff'.repeat(32)}`, 'hex'));
    const text = offCurve.toString('BTS');
    expect(PublicKey.fromString(text, 'BTS').equals(offCurve)).toBe(true);
    const key = PrivateKey.fromWif(vectors.well_known.wif);
    expect(key.sharedX(offCurve)).toBeUndefined();
    expect(key.sharedX(nullPublicKey)).toBeUndefined();
    expect(key.sharedX(key.publicKey)).toHaveLength(32);
  });

  it.each(memoVectors.shared_secret_x.cases)(
    '%s shares with %s the x coordinate of other implementations',
    (wif, other, x) => {
      const shared = PrivateKey.fromWif(wif ?? '').sharedX(PublicKey.fromString(other ?? '', 'GPH'));
      expect(Buffer.from(shared ?? []).toString('hex')).toBe(x);
    },
  );

  it('an x coordinate that starts with zero bytes keeps its 32 bytes', () => {
    const sender = PrivateKey.fromWif('5KhsgDGM29LDJGCcKyjCxFiUAVbqWdz85szzXXKGc5HgzmRNbBR');
    const x = PrivateKey.fromWif(vectors.well_known.wif).sharedX(sender.publicKey);
    expect(Buffer.from(x ?? []).toString('hex')).toBe(
      '008d524b652c358e58bdc855a25bc81bad34a0e609fbd1614f9a908c65ea8ca1',
    );
  });

  it('no text crashes the reader', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `BTS${text}`),
        ),
        (text) => {
          expect(errorOf(() => PublicKey.fromString(text, 'BTS')).code).toBe('INVALID_PUBLIC_KEY');
        },
      ),
    );
  });
});
