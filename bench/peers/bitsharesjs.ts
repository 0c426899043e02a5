/** bitsharesjs, used as its own examples use it. */
import { mainnet } from '../../src/protocol';
import { requirePeer } from './installation';

interface Key {
  toPublicKey(): PublicKey;
}

interface PublicKey {
  toPublicKeyString(prefix: string): string;
}

interface TransactionBuilder {
  ref_block_num: number;
  ref_block_prefix: number;
  expiration: string;
  add_type_operation(name: string, fields: object): void;
  add_signer(key: Key, publicKey: PublicKey): void;
  finalize(): Promise<void>;
  id(): string;
  sign(chainId: string): void;
  toObject(): { signatures: string[] };
}

export interface BitSharesJs {
  PrivateKey: { fromWif(wif: string): Key };
  PublicKey: { fromPublicKeyString(text: string, prefix: string): PublicKey };
  Aes: {
    decrypt_with_checksum(key: Key, other: PublicKey | string, nonce: string, message: string): Buffer;
    encrypt_with_checksum(key: Key, other: PublicKey | string, nonce: string, message: Buffer): Buffer;
  };
  TransactionBuilder: new () => TransactionBuilder;
  ops: {
    signed_transaction: {
      fromBuffer(bytes: Buffer): object;
      toObject(value: object): { operations: [number, object][] };
    };
  };
}

interface BitSharesJsWs {
  ChainConfig: { setPrefix(prefix: string): void };
}

export function bitsharesJs(): BitSharesJs {
  (requirePeer('bitsharesjs-ws') as BitSharesJsWs).ChainConfig.setPrefix(mainnet.prefix);
  return requirePeer('bitsharesjs') as BitSharesJs;
}
