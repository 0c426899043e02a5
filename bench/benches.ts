/** All benchmarks, in the order in which they run. */
import type { Bench } from './bench';
import { catchUp } from './chain/catchUp';
import { idle } from './chain/idle';
import { latency } from './chain/latency';
import { newSenders } from './chain/newSenders';
import { recovery } from './chain/recovery';
import { socket } from './chain/socket';
import { testChain } from './chain/testChain';
import { firstBroadcast, withdrawals } from './chain/withdrawals';
import { load } from './load';
import { boot } from './n8n/boot';
import { startedExecution } from './n8n/startedExecution';
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
  socket,
  catchUp,
  newSenders,
  recovery,
  latency,
  withdrawals,
  firstBroadcast,
  testChain,
  load,
  boot,
  startedExecution,
  idle,
];
