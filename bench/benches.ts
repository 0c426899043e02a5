/** All benchmarks, in the order in which they run. */
import type { Bench } from './bench';
import { keyExchange } from './protocol/keyExchange';
import { memoDecodeCold, memoDecodeRepeat } from './protocol/memoDecode';
import { memoEncode } from './protocol/memoEncode';
import { transactionDecode } from './protocol/transactionDecode';
import { transfer, transferWithMemo } from './protocol/transfer';

export const benches: readonly Bench[] = [
  memoDecodeCold,
  memoDecodeRepeat,
  memoEncode,
  keyExchange,
  transfer,
  transferWithMemo,
  transactionDecode,
];
