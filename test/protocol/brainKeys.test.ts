import { brainKey, normalizeBrainKey, passwordKey, walletAccountKeys } from '../../src/protocol';
import vectors from '../vectors/keys.json';

describe('brain keys', () => {
  it.each(vectors.brainkey_sequence0)(
    'the first key of "$brainkey" is that of graphenelib',
    ({ brainkey, wif }) => {
      expect(brainKey(brainkey, 0).toWif()).toBe(wif);
    },
  );

  it('the following keys of the sequence are those of graphenelib', () => {
    const { brainkey, wifs } = vectors.brainkey_sequences_1_to_10;
    expect(wifs.map((_, index) => brainKey(brainkey, index + 1).toWif())).toEqual(wifs);
  });

  it('white space between the words does not matter, capital letters do', () => {
    expect(normalizeBrainKey('  A\tB \r\n C  ')).toBe('A B C');
    expect(brainKey(' A  B ', 0).toWif()).toBe(brainKey('A B', 0).toWif());
    expect(brainKey('a b', 0).toWif()).not.toBe(brainKey('A B', 0).toWif());
  });

  it('an account of cli_wallet has a chain of three keys, from words in any case', () => {
    const words = vectors.brainkey_sequence0[0]?.brainkey ?? '';
    const keys = walletAccountKeys(words.toLowerCase());
    expect(keys.owner.toWif()).toBe(vectors.brainkey_sequence0[0]?.wif);
    expect(keys.active.toWif()).toBe(brainKey(keys.owner.toWif(), 0).toWif());
    expect(keys.memo.toWif()).toBe(brainKey(keys.active.toWif(), 0).toWif());
  });
});

describe('password keys', () => {
  const { account, role, cases } = vectors.password_keys;

  it.each(cases)('the key of $password is that of graphenelib', ({ password, wif, pubkey_STM: text }) => {
    expect(passwordKey(account, role, password).toWif()).toBe(wif);
    expect(passwordKey(account, role, password).publicKey.toString('STM')).toBe(text);
  });
});
