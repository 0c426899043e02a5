import { inspect } from 'node:util';
import { decryptBts1Export } from '../../src/protocol';
import vector from '../vectors/bts1_key_export.json';
import { errorOf } from '../support/failure';

const { export_file: file, password, decrypted } = vector;

describe('BitShares 1 key export', () => {
  it('gives the keys of every account, from text or from parsed JSON', () => {
    for (const form of [file, JSON.stringify(file)]) {
      const keys = decryptBts1Export(form, password);
      expect(
        keys.map(({ accountName, key }) => ({
          account_name: accountName,
          wif: key.toWif(),
          public_key: key.publicKey.toString('BTS'),
        })),
      ).toEqual(decrypted.map(({ account_name, wif, public_key }) => ({ account_name, wif, public_key })));
    }
  });

  it('refuses a wrong password and repeats neither it nor the checksum', () => {
    const error = errorOf(() => decryptBts1Export(file, 'wrong-password'));
    expect(error).toMatchObject({ code: 'INVALID_PARAMETER', field: 'BitShares 1 Wallet Password' });
    expect(inspect(error)).not.toContain('wrong-password');
  });

  const [first] = file.account_keys;
  const withKey = (ciphertext: unknown): unknown => ({
    ...file,
    account_keys: [{ ...first, encrypted_private_keys: [ciphertext] }],
  });

  it.each([
    ['no JSON', 'not json 5KQwrPbwdL6PhXujxW37FSSQZ1JiwsST4cqQzDeyXtP79zkvFD3'],
    ['a list', []],
    ['nothing', null],
    ['an empty object', {}],
    ['no checksum', { ...file, password_checksum: undefined }],
    ['a short checksum', { ...file, password_checksum: 'abcd' }],
    ['no accounts', { ...file, account_keys: undefined }],
    ['an account that is no object', { ...file, account_keys: ['x'] }],
    ['an account without a name', { ...file, account_keys: [{ encrypted_private_keys: [] }] }],
    ['an account without keys', { ...file, account_keys: [{ account_name: 'a' }] }],
    ['a key that is no text', withKey(5)],
    ['a key that is not hexadecimal', withKey('zz')],
    ['half a block', withKey('1107133cab12c1a0')],
    ['a key that does not decrypt', withKey('00'.repeat(48))],
  ])('refuses %s, without a cause that could carry key material', (_title, form) => {
    const error = errorOf(() =>
      decryptBts1Export(form, password, { file: 'Key Export', password: 'Password' }),
    );
    expect(error.code).toBe('INVALID_PARAMETER');
    expect(error.field).toMatch(/^Key Export/);
    expect(error.cause).toBeUndefined();
    expect(inspect(error)).not.toContain('5KQwrPbw');
    expect(inspect(error)).not.toContain(password);
  });

  it('a file without accounts has no keys', () => {
    expect(decryptBts1Export({ ...file, account_keys: [] }, password)).toEqual([]);
  });
});
