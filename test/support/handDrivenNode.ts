/** A node whose answers arrive when the test says so, made from what the node has at that moment. */
import type { Account, Block, HistoryOperation } from '../../src/chain/interfaces';
import { BitSharesError } from '../../src/errors';
import type { Operation, TransferOperation } from '../../src/protocol';
import type { WithdrawalReader } from '../../src/withdrawals/proof/reader';

export const sender = { id: '1.2.7', name: 'hot-wallet', statisticsId: '2.6.7' } as Account;

const nobody = 'BTS1111111111111111111111111111111114T1Anm';

export function payment(nonce: number | bigint): TransferOperation {
  return {
    fee: { amount: 0, asset_id: '1.3.0' },
    from: sender.id,
    to: '1.2.8',
    amount: { amount: 1, asset_id: '1.3.0' },
    memo: { from: nobody, to: nobody, nonce: String(nonce), message: '00000000' },
    extensions: [],
  };
}

const idOf = (number: number): string => number.toString(16).padStart(8, '0').padEnd(40, '0');

export function block(number: number, operations: Operation[] = []): Block {
  return {
    number,
    id: idOf(number),
    previous: idOf(number - 1),
    timestamp: 1_700_000_000 + 3 * number,
    transactions: operations.map((operation) => ({
      ref_block_num: 0,
      ref_block_prefix: 0,
      expiration: '2023-11-14T22:13:20',
      operations: [operation],
      extensions: [],
      signatures: [],
    })),
  };
}

/** An operation of the history, alone in its block unless `more` says otherwise. */
export function inHistory(
  blockNumber: number,
  operation: Operation,
  more: Partial<HistoryOperation> = {},
): HistoryOperation {
  return {
    id: '1.11.1',
    operation,
    result: [0, {}],
    blockNumber,
    trxInBlock: 0,
    opInTrx: 0,
    virtualOp: 0,
    isVirtual: false,
    blockTime: block(blockNumber).timestamp,
    ...more,
  };
}

export class HandDrivenNode {
  /** The history of the sender from its first operation on; the first `removed` of them are not shown any more. */
  operations: HistoryOperation[] = [];
  removed = 0;
  hasHistory = true;
  asked = 0;
  readonly reader: WithdrawalReader;
  private open: { answer: () => void; lose: () => void }[] = [];

  constructor(readonly endpoint: string) {
    this.reader = {
      endpoint,
      statistics: (id: string) =>
        this.ask(() => ({
          id,
          ownerId: sender.id,
          totalOps: this.operations.length,
          removedOps: this.removed,
        })),
      history: (_: string, { stop, start, limit }: { stop: number; start: number; limit: number }) =>
        this.ask(() => {
          if (!this.hasHistory) throw new BitSharesError('ACCESS_DENIED', { message: 'Access denied' });
          return this.operations
            .slice(Math.max(stop - 1, this.removed), start)
            .reverse()
            .slice(0, limit);
        }),
    } as unknown as WithdrawalReader;
  }

  /** Answers the oldest open questions. */
  async answer(count = 1): Promise<void> {
    for (let i = 0; i < count; i++) {
      const question = this.open.shift();
      if (question === undefined) throw new Error(`${this.endpoint} was asked nothing`);
      question.answer();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async answerAll(): Promise<void> {
    while (this.open.length > 0) await this.answer();
  }

  async loseConnection(): Promise<void> {
    for (const { lose } of this.open.splice(0)) lose();
    await new Promise((resolve) => setImmediate(resolve));
  }

  private ask<T>(answer: () => T): Promise<T> {
    this.asked += 1;
    return new Promise((resolve, reject) => {
      this.open.push({
        answer: () => {
          try {
            resolve(answer());
          } catch (error) {
            reject(error as Error);
          }
        },
        lose: () => reject(new BitSharesError('CONNECTION_LOST', { message: 'The connection was lost' })),
      });
    });
  }
}
