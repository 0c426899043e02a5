/** Whether a transaction may enter: form, size, time, reference block, duplicates and signatures (db_block.cpp _apply_transaction). */
import { verifyAuthority } from './authority';
import { at, check, failure, framed } from '../wire/chainError';
import { applyOperationFramed, validateOperation } from './execution';
import type { Json } from '../wire/json';
import { timeSeconds } from '../wire/json';
import { comparePublicKeys, publicKeyText, recoverKey } from '../wire/keys';
import type { ChainState, OperationResult } from './state';
import type { SignedTransaction } from '../wire/transaction';
import { signingDigest, transactionId } from '../wire/transaction';

/** A transaction with what is computed from it once. */
export interface PreparedTransaction {
  transaction: SignedTransaction;
  id: string;
  packed: Buffer;
  /** Public keys of the signatures; undefined when a bulk load said that signatures are not to be checked. */
  keys: string[] | undefined;
}

/** The checks of one transaction, in the node's order (db_block.cpp), over one state. */
export class TransactionRules {
  constructor(private readonly state: ChainState) {}

  /** Validates, packs and recovers keys: what the node does before it looks at its state (precompute_parallel). */
  prepare(transaction: SignedTransaction, skipSignatures = false): PreparedTransaction {
    check(
      transaction.operations.length > 0,
      'operations.size() > 0',
      at('transaction.cpp', 60, 'validate', 'pool worker'),
      'A transaction must have at least one operation',
    );
    for (const operation of transaction.operations) validateOperation(operation);
    const packed = this.state.wire.pack(transaction);
    return {
      transaction,
      id: transactionId(packed),
      packed,
      keys: skipSignatures ? undefined : this.signatureKeys(transaction, packed),
    };
  }

  signatureKeys(transaction: SignedTransaction, packed = this.state.wire.pack(transaction)): string[] {
    const digest = signingDigest(this.state.chainId, packed);
    const place = (line: number) => at('transaction.cpp', line, 'get_signature_keys', 'pool worker');
    return framed(
      () => {
        const keys: string[] = [];
        for (const signature of transaction.signatures) {
          let key: string;
          try {
            key = publicKeyText(recoverKey(signature, digest), this.state.wire.prefix);
          } catch (error) {
            throw failure(
              0,
              'exception',
              'unspecified',
              place(355),
              error instanceof Error ? error.message : 'unable to reconstruct public key from signature',
            );
          }
          if (keys.includes(key))
            throw failure(
              4010005,
              'tx_duplicate_sig',
              'duplicate signature included',
              place(356),
              'Duplicate Signature detected',
            );
          keys.push(key);
        }
        return keys.sort(comparePublicKeys(this.state.wire.prefix));
      },
      'transaction.cpp',
      363,
      'get_signature_keys',
    );
  }

  /** Applies a transaction in the session that the caller opened; throws the node's error. */
  apply(prepared: PreparedTransaction): OperationResult[] {
    const { transaction, id, packed, keys } = prepared;
    const { state } = this;
    const place = (line: number) => at('db_block.cpp', line, '_apply_transaction');
    return framed(
      () => {
        const known = state.recent.get(id);
        if (known && state.headTime <= known.expiration) {
          throw failure(
            3030001,
            'duplicate_transaction',
            'duplicate transaction',
            place(708),
            "Transaction '${txid}' is already in the database",
            { txid: id },
          );
        }
        if (keys) {
          framed(
            () =>
              verifyAuthority(
                transaction.operations,
                keys,
                { active: (a) => state.account(a).active, owner: (a) => state.account(a).owner },
                state.parameters.max_authority_depth,
                state.wire.prefix,
              ),
            'transaction.cpp',
            475,
            'verify_authority',
            () => ({ '*this': transaction as unknown as Json }),
          );
        }
        this.checkHeader(transaction, packed.length + 1 + transaction.signatures.length * 65);
        state.recent.set(id, {
          packedSigned: state.wire.packSigned(transaction),
          expiration: transaction.expiration,
        });
        state.cursor.opInTrx = 0;
        return transaction.operations.map((operation) => {
          state.cursor.virtualOp = 0;
          const result = applyOperationFramed(state, operation);
          state.cursor.opInTrx++;
          return result;
        });
      },
      'db_block.cpp',
      782,
      '_apply_transaction',
      () => ({ trx: transaction as unknown as Json }),
    );
  }

  private checkHeader(transaction: SignedTransaction, size: number): void {
    const { state } = this;
    const place = (line: number) => at('db_block.cpp', line, '_apply_transaction');
    const now = state.headTime;
    if (state.headNumber > 0) {
      const summary = state.blockSummaries.get(String(transaction.ref_block_num)) ?? '00'.repeat(20);
      const prefix = Buffer.from(summary.slice(8, 16), 'hex').readUInt32LE(0);
      check(
        transaction.ref_block_prefix === prefix,
        'trx.ref_block_prefix == tapos_block_summary.block_id._hash[1].value()',
        place(740),
      );
      const longest = state.parameters.maximum_time_until_expiration;
      check(
        timeSeconds(transaction.expiration) <= timeSeconds(now) + longest,
        'trx.expiration <= now + chain_parameters.maximum_time_until_expiration',
        place(745),
        '',
        {
          'trx.expiration': transaction.expiration,
          now,
          max_til_exp: longest,
        },
      );
      check(now <= transaction.expiration, 'now <= trx.expiration', place(747), '', {
        now,
        'trx.exp': transaction.expiration,
      });
    }
    check(
      size <= state.parameters.maximum_transaction_size,
      'head_block_time() <= HARDFORK_CORE_1573_TIME || trx.get_packed_size() <= chain_parameters.maximum_transaction_size',
      place(749),
      'Transaction exceeds maximum transaction size.',
    );
  }
}
