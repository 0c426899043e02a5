/** Private keys out of a BitShares 1 wallet's key export: JSON in which each key is encrypted with the wallet's password. */
import { createDecipheriv } from 'node:crypto';
import { BitSharesError } from '../errors';
import { labels } from '../labels';
import { sha512 } from './hashes';
import { PrivateKey } from './keys';

/** A key and the BitShares 1 account that it belonged to; the name is empty for keys without an account. */
export interface ExportedKey {
  accountName: string;
  key: PrivateKey;
}

/** The names of the fields in which the user gave the export and its password. */
export interface Bts1ExportFields {
  file: string;
  password: string;
}

/**
 * Decrypts a key export (`password_checksum`, `account_keys[].encrypted_private_keys`). The file is its text or its parsed
 * JSON. Errors: INVALID_PARAMETER for another form, for a wrong password, and for a key that does not decrypt. Rule:
 * `import_accounts` of libraries/wallet/wallet_account.cpp.
 */
export function decryptBts1Export(
  file: unknown,
  password: string,
  fields: Bts1ExportFields = { file: 'BitShares 1 Key Export', password: labels.bitShares1WalletPassword },
): ExportedKey[] {
  const content = typeof file === 'string' ? parseJson(file, fields.file) : file;
  const { password_checksum: checksum, account_keys: accounts } = objectOf(content, fields.file);
  if (typeof checksum !== 'string' || !/^[0-9a-fA-F]{128}$/.test(checksum)) {
    throw malformed('it has no password_checksum', fields.file);
  }
  const secret = sha512(password);
  if (sha512(secret).toString('hex') !== checksum.toLowerCase()) {
    throw new BitSharesError('INVALID_PARAMETER', {
      message: 'This is not the password of the exported wallet',
      fix: 'Give the password that the BitShares 1 wallet had when its keys were exported.',
      field: fields.password,
    });
  }
  return listOf(accounts, 'account_keys', fields.file).flatMap((account) => {
    const { account_name: name, encrypted_private_keys: encrypted } = objectOf(account, fields.file);
    if (typeof name !== 'string') throw malformed('an account has no account_name', fields.file);
    return listOf(encrypted, 'encrypted_private_keys', fields.file).map((ciphertext, index) => ({
      accountName: name,
      key: decryptKey(ciphertext, secret, `${fields.file}, key ${index + 1} of "${name}"`),
    }));
  });
}

function decryptKey(ciphertext: unknown, secret: Buffer, field: string): PrivateKey {
  if (typeof ciphertext !== 'string' || !/^(?:[0-9a-fA-F]{32})+$/.test(ciphertext)) {
    throw malformed('the key is not encrypted in whole blocks', field);
  }
  let bytes: Buffer;
  try {
    const decipher = createDecipheriv('aes-256-cbc', secret.subarray(0, 32), secret.subarray(32, 48));
    bytes = Buffer.concat([decipher.update(ciphertext, 'hex'), decipher.final()]);
  } catch {
    // The library's error stays out: it could carry what was decrypted.
    throw malformed('the key does not decrypt with the password', field);
  }
  return PrivateKey.fromBytes(bytes, field);
}

function parseJson(text: string, field: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's error repeats a part of the text.
    throw malformed('it is not JSON', field);
  }
}

function objectOf(value: unknown, field: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw malformed('an object is missing', field);
  }
  return { ...value };
}

function listOf(value: unknown, name: string, field: string): unknown[] {
  if (!Array.isArray(value)) throw malformed(`it has no list ${name}`, field);
  return value;
}

function malformed(reason: string, field: string): BitSharesError {
  return new BitSharesError('INVALID_PARAMETER', {
    message: `This is not a BitShares 1 key export: ${reason}`,
    fix: 'Give the JSON file that the BitShares 1 wallet wrote (Export Keys), unchanged.',
    field,
  });
}
