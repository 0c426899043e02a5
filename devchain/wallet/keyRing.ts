/** The keys of the wallet and their lock (wallet.cpp). */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { at, check, failure } from '../wire/chainError';
import { publicKeyBytes, publicKeyText, secretFromWif, sha512 } from '../wire/keys';

/** The keys of a cli_wallet, locked or not, as its file keeps them: AES-256-CBC under SHA-512 of the password. */
export class KeyRing {
  private keys: Map<string, string> | undefined;
  private password: string | undefined;
  private cipherKeys: Buffer | undefined;
  private savedKeys: Buffer | undefined;

  constructor(private readonly prefix: string) {
    this.keys = new Map();
  }

  get isNew(): boolean {
    return this.cipherKeys === undefined;
  }

  /** A new wallet counts as locked until it has a password and is unlocked. */
  get locked(): boolean {
    return this.isNew || this.keys === undefined;
  }

  /** Sets the password of a new or unlocked wallet, and locks it. */
  setPassword(password: string): void {
    if (!this.isNew)
      check(
        !this.locked,
        '!is_locked()',
        at('wallet.cpp', 1281, 'set_password'),
        'The wallet must be unlocked before the password can be set',
      );
    this.password = password;
    this.encrypt();
    this.keys = undefined;
  }

  lock(): void {
    check(!this.locked, '!is_locked()', at('wallet.cpp', 1256, 'lock'));
    this.encrypt();
    this.keys = undefined;
  }

  unlock(password: string): void {
    check(password.length > 0, 'password.size() > 0', at('wallet.cpp', 1267, 'unlock'));
    const { cipherKeys } = this;
    check(cipherKeys !== undefined, 'cipher_keys.size() > 0', at('wallet.cpp', 1268, 'unlock'));
    try {
      this.keys = this.decrypt(cipherKeys, password);
      this.password = password;
    } catch {
      throw failure(
        18,
        'aes_exception',
        'AES error',
        at('aes.cpp', 271, 'aes_decrypt'),
        'error during aes 256 cbc decrypt final',
        {
          s: 'error:1C800064:Provider routines::bad decrypt',
        },
      ).within('wallet.cpp', 1275, 'unlock');
    }
  }

  /** Writes the wallet file: only what is saved survives a restart. */
  save(): void {
    if (!this.locked) this.encrypt();
    this.savedKeys = this.cipherKeys;
  }

  /** As after the start of a new process: what was saved, and locked. */
  restart(): void {
    this.cipherKeys = this.savedKeys;
    this.keys = this.savedKeys === undefined ? new Map() : undefined;
    this.password = undefined;
  }

  add(wif: string): string {
    const key = publicKeyText(publicKeyBytes(secretFromWif(wif)), this.prefix);
    this.keys?.set(key, wif);
    return key;
  }

  find(publicKey: string): string | undefined {
    return this.keys?.get(publicKey);
  }

  get publicKeys(): string[] {
    return [...(this.keys?.keys() ?? [])];
  }

  private encrypt(): void {
    const seed = sha512(Buffer.from(this.password ?? '', 'utf8'));
    const cipher = createCipheriv('aes-256-cbc', seed.subarray(0, 32), seed.subarray(32, 48));
    const plain = Buffer.from(JSON.stringify([...(this.keys ?? [])]), 'utf8');
    this.cipherKeys = Buffer.concat([cipher.update(Buffer.concat([sha512(plain), plain])), cipher.final()]);
  }

  private decrypt(bytes: Buffer, password: string): Map<string, string> {
    const seed = sha512(Buffer.from(password, 'utf8'));
    const decipher = createDecipheriv('aes-256-cbc', seed.subarray(0, 32), seed.subarray(32, 48));
    const plain = Buffer.concat([decipher.update(bytes), decipher.final()]);
    if (!sha512(plain.subarray(64)).equals(plain.subarray(0, 64))) throw new Error('wrong password');
    return new Map(JSON.parse(plain.subarray(64).toString('utf8')) as [string, string][]);
  }
}
