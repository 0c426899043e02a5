import { inspect } from 'node:util';
import fc from 'fast-check';
import {
  encryptMemo,
  longestMemoText,
  maskPrivateKeys,
  MemoKeyring,
  nullPublicKey,
  PrivateKey,
  publicMemo,
  PublicKey,
  removedPrivateKey,
  type Memo,
} from '../../src/protocol';
import fixtures from './fixtures/memos.json';
import history from '../transcripts/history.json';
import testKeys from '../transcripts/keys.json';
import vectors from '../vectors/memo_python.json';

const own = PrivateKey.fromWif(fixtures.ownWif);
const sender = PrivateKey.fromWif(fixtures.senderWif);
const ring = new MemoKeyring([own], 'BTS');
const unknown = { text: null, hex: null, key: null, neededKey: null, masked: false };

describe('memos of other implementations', () => {
  it.each([...vectors.memos, ...vectors.memos_bad_padding.cases])('$message is read as $plain', (vector) => {
    const key = PrivateKey.fromWif(vector.wif);
    // The suite names the other side only: ours is put in its place.
    const memo = { ...vector, from: vector.to, to: key.publicKey.toString('GPH') };
    const decoded = new MemoKeyring([key], 'GPH').decode(memo);
    expect(decoded).toMatchObject({ status: 'decoded', details: { text: vector.plain, key: memo.to } });
  });

  it.each(vectors.memos)('$plain is encrypted to the same bytes', (vector) => {
    const memo = encryptMemo({
      from: PrivateKey.fromWif(vector.wif),
      to: PublicKey.fromString(vector.to, 'GPH'),
      nonce: BigInt(vector.nonce),
      text: vector.plain,
      prefix: 'GPH',
    });
    expect(memo).toEqual({
      from: PrivateKey.fromWif(vector.wif).publicKey.toString('GPH'),
      to: vector.to,
      nonce: vector.nonce,
      message: vector.message,
    });
  });
});

describe('memos recorded from a real chain', () => {
  const deposit = new MemoKeyring(
    [testKeys['exchange-deposit-memo'], testKeys['exchange-deposit-active']].map(({ wif }) =>
      PrivateKey.fromWif(wif),
    ),
    'BTS',
  );
  const memos = new Map<string, Memo>();
  const collect = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if ('memo' in value && typeof value.memo === 'object' && value.memo !== null && 'message' in value.memo) {
      const memo = value.memo as Memo;
      memos.set(String(memo.nonce), memo);
    }
    Object.values(value).forEach(collect);
  };
  collect(history);

  it.each([
    ['123456789012345678', 'decoded', 'user-42 ünï'],
    ['1001', 'decoded', 'user-42'],
    ['2001', 'decoded', 'user-1'],
    ['2002', 'corrupt', null],
    ['2003', 'no_key', null],
    ['2004', 'decoded', 'user-2'],
    ['2005', 'decoded', 'look-alike symbol'],
    ['2006', 'decoded', 'two in one, a'],
    ['2007', 'decoded', 'two in one, b'],
    ['290025724099030134', 'decoded', 'issued'],
    ['0', 'plain', 'plain memo'],
  ])('the memo with nonce %s is %s', (nonce, status, memo) => {
    expect(deposit.decode(memos.get(nonce))).toMatchObject({ status, memo });
  });

  it('every recorded memo is among them', () => {
    expect(memos.size).toBe(11);
  });
});

describe('decoding', () => {
  it.each(fixtures.valid)('$title: $status', ({ memo, status, text, hex, trimmed, masked }) => {
    expect(ring.decode(memo)).toEqual({
      status,
      memo: trimmed,
      details: { text, hex, key: status === 'plain' ? null : fixtures.ownKey, neededKey: null, masked },
    });
  });

  it.each(fixtures.invalid)('$title: $status, and nothing is invented', ({ memo, status }) => {
    const { to } = memo as Memo;
    const neededKey = status === 'no_key' && to !== nullPublicKey.toString('BTS') ? to : null;
    expect(ring.decode(memo as Memo)).toEqual({ status, memo: null, details: { ...unknown, neededKey } });
  });

  it('a memo without a key here names the key that opens it, on the side that is ours', () => {
    const memo = encryptMemo({ from: sender, to: own.publicKey, nonce: 5n, text: 'in', prefix: 'BTS' });
    const stranger = new MemoKeyring([PrivateKey.fromSeed('stranger')], 'BTS');
    expect(stranger.decode(memo).details).toEqual({ ...unknown, neededKey: memo.to });
    expect(stranger.decode(memo, 'from').details).toEqual({ ...unknown, neededKey: memo.from });
    expect(new MemoKeyring([own], 'BTS').decode(memo, 'from').details.neededKey).toBeNull();
  });

  it('an operation without a memo has the status none', () => {
    expect(ring.decode(undefined)).toEqual({ status: 'none', memo: null, details: unknown });
    expect(ring.decode(null)).toEqual({ status: 'none', memo: null, details: unknown });
  });

  it('the sender reads its own memo with its own key', () => {
    const memo = encryptMemo({ from: sender, to: own.publicKey, nonce: 5n, text: 'out', prefix: 'BTS' });
    const decoded = new MemoKeyring([sender], 'BTS').decode(memo);
    expect(decoded).toMatchObject({ status: 'decoded', memo: 'out', details: { key: memo.from } });
  });

  it('a memo to an older key stays readable after the rotation, and not without that key', () => {
    const present = PrivateKey.fromSeed('present');
    const memo = encryptMemo({ from: sender, to: own.publicKey, nonce: 5n, text: 'old', prefix: 'BTS' });
    expect(new MemoKeyring([present, own], 'BTS').decode(memo)).toMatchObject({
      status: 'decoded',
      memo: 'old',
    });
    expect(new MemoKeyring([present], 'BTS').decode(memo).status).toBe('no_key');
    expect(new MemoKeyring([], 'BTS').decode(memo).status).toBe('no_key');
  });

  it('a memo to oneself is read', () => {
    const memo = encryptMemo({ from: own, to: own.publicKey, nonce: 5n, text: 'self', prefix: 'BTS' });
    expect(ring.decode(memo)).toMatchObject({ status: 'decoded', memo: 'self' });
  });

  it('a public memo is read without any key', () => {
    const memo = publicMemo({ nonce: 1n, text: 'hello', prefix: 'TEST' });
    expect(new MemoKeyring([], 'TEST').decode(memo)).toMatchObject({ status: 'plain', memo: 'hello' });
  });

  it('a long text is cut without cutting a character, and is whole in hexadecimal', () => {
    const text = 'x'.repeat(longestMemoText - 1) + '😀' + 'tail';
    const memo = publicMemo({ nonce: 1n, text, prefix: 'BTS' });
    const decoded = ring.decode(memo);
    expect(decoded.details.text).toBe('x'.repeat(longestMemoText - 1));
    expect(Buffer.from(decoded.details.hex ?? '', 'hex').toString('utf8')).toBe(text);
    const exact = publicMemo({ nonce: 1n, text: 'x'.repeat(longestMemoText), prefix: 'BTS' });
    expect(ring.decode(exact).details.text).toHaveLength(longestMemoText);
  });

  it('a private key at the place where a long text is cut does not show its first half', () => {
    const text = 'x '.repeat(longestMemoText / 2 - 10) + fixtures.ownWif;
    const decoded = ring.decode(publicMemo({ nonce: 1n, text, prefix: 'BTS' }));
    expect(decoded.details).toMatchObject({ masked: true, hex: null });
    expect(decoded.details.text).not.toContain('5KQ');
  });

  it('forgetting the least recently used secret changes no answer', () => {
    const small = new MemoKeyring([own], 'BTS', { cacheSize: 2 });
    const senders = [0, 1, 2, 3].map((number) => PrivateKey.fromSeed(`sender ${number}`));
    for (const turn of [0, 1, 2]) {
      for (const from of senders) {
        const memo = encryptMemo({
          from,
          to: own.publicKey,
          nonce: BigInt(turn),
          text: `turn ${turn}`,
          prefix: 'BTS',
        });
        expect(small.decode(memo)).toMatchObject({ status: 'decoded', memo: `turn ${turn}` });
        expect(small.decode(memo)).toMatchObject({ status: 'decoded', memo: `turn ${turn}` });
      }
    }
    const none = new MemoKeyring([own], 'BTS', { cacheSize: 0 });
    const memo = encryptMemo({ from: sender, to: own.publicKey, nonce: 9n, text: 'x', prefix: 'BTS' });
    expect(none.decode(memo).memo).toBe('x');
    expect(none.decode(memo).memo).toBe('x');
  });

  it('a keyring shows public keys only', () => {
    const shown = inspect(ring, { showHidden: true, depth: null }) + JSON.stringify(ring);
    expect(shown).not.toContain(fixtures.ownWif);
    expect(ring.publicKeys).toEqual([fixtures.ownKey]);
  });

  it('nothing that a chain could hold makes it throw', () => {
    const text = fc.oneof(
      fc.string(),
      fc.constantFrom(fixtures.ownKey, ring.publicKeys[0], nullPublicKey.toString('BTS')),
    );
    const hex = fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes).toString('hex'));
    const memo = fc.oneof(
      fc.anything(),
      fc.record(
        {
          from: fc.oneof(text, fc.constant(sender.publicKey.toString('BTS')), fc.anything()),
          to: fc.oneof(text, fc.anything()),
          nonce: fc.oneof(fc.integer({ min: 0 }), fc.bigInt().map(String), fc.anything()),
          message: fc.oneof(hex, fc.string(), fc.anything()),
        },
        { requiredKeys: [] },
      ),
    );
    fc.assert(
      fc.property(memo, (value) => {
        const decoded = ring.decode(value as Memo);
        expect(['none', 'plain', 'decoded', 'no_key', 'wrong_key', 'corrupt']).toContain(decoded.status);
      }),
      { numRuns: 500 },
    );
  });
});

describe('encrypting', () => {
  it('every text survives the way to the receiver', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
        (text, nonce) => {
          const memo = encryptMemo({ from: sender, to: own.publicKey, nonce, text, prefix: 'BTS' });
          expect(ring.decode(memo)).toMatchObject({ status: 'decoded', details: { text } });
          expect(ring.decode(publicMemo({ nonce, text, prefix: 'BTS' }))).toMatchObject({
            status: 'plain',
            details: { text },
          });
        },
      ),
    );
  });

  it('the same parts give the same memo, another nonce another one', () => {
    const parts = { from: sender, to: own.publicKey, nonce: 7n, text: 'same', prefix: 'BTS' };
    expect(encryptMemo(parts)).toEqual(encryptMemo(parts));
    expect(encryptMemo({ ...parts, nonce: 8n }).message).not.toBe(encryptMemo(parts).message);
  });

  it('a public memo without text only carries its nonce', () => {
    const nobody = 'BTS1111111111111111111111111111111114T1Anm';
    expect(publicMemo({ nonce: 18446744073709551615n, text: '', prefix: 'BTS' })).toEqual({
      from: nobody,
      to: nobody,
      nonce: '18446744073709551615',
      message: '00000000',
    });
  });

  it('half a character is refused and not replaced', () => {
    const action = () =>
      encryptMemo({ from: sender, to: own.publicKey, nonce: 1n, text: 'a\ud800', prefix: 'BTS' });
    expect(action).toThrow(expect.objectContaining({ code: 'INVALID_MEMO' }));
    expect(() => publicMemo({ nonce: 1n, text: '\udc00', prefix: 'BTS' })).toThrow(
      expect.objectContaining({ code: 'INVALID_MEMO' }),
    );
  });

  it('a nonce outside 64 bits is refused', () => {
    for (const nonce of [-1n, 1n << 64n]) {
      expect(() => publicMemo({ nonce, text: '', prefix: 'BTS' })).toThrow(
        expect.objectContaining({ code: 'INVALID_AMOUNT', field: 'nonce' }),
      );
    }
  });

  it("a receiver's key that is no point on the curve is refused", () => {
    for (const to of [nullPublicKey, PublicKey.fromBytes(Buffer.from(`02${'ff'.repeat(32)}`, 'hex'))]) {
      expect(() => encryptMemo({ from: sender, to, nonce: 1n, text: 'x', prefix: 'BTS' })).toThrow(
        expect.objectContaining({ code: 'INVALID_PUBLIC_KEY' }),
      );
    }
  });
});

describe('masking', () => {
  it('every private key is found wherever it stands', () => {
    const bytes = fc
      .uint8Array({ minLength: 32, maxLength: 32 })
      .filter((value) => value.some((byte) => byte !== 0) && (value[0] ?? 0) < 0xff);
    fc.assert(
      fc.property(bytes, fc.string(), fc.string(), (secret, before, after) => {
        const wif = PrivateKey.fromBytes(secret).toWif();
        const { text, masked } = maskPrivateKeys(before + wif + after);
        expect(masked).toBe(true);
        expect(text).toBe(before + removedPrivateKey + after);
      }),
    );
  });

  it('other text stays as it is', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(maskPrivateKeys(text)).toEqual({ text, masked: false });
      }),
    );
  });
});
