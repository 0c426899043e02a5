/**
 * One reading of a history or of blocks in a process of its own, so that peak memory belongs to it alone. Started with the
 * task as its argument; gives what it saw as one message.
 */
import { createECDH, createHash } from 'node:crypto';
import { getHeapStatistics } from 'node:v8';
import type { NodeSession } from '../../src/chain/interfaces';
import { keyOf, type WatchedAccount } from '../../src/deposits/reading/accountOperation';
import { recoverFromBlocks } from '../../src/deposits/reading/blockRecovery';
import { endOfBlock } from '../../src/deposits/reading/depositKey';
import { finalHeight } from '../../src/deposits/reading/finality';
import { HistoryReader } from '../../src/deposits/reading/historyReader';
import { ItemBuilder } from '../../src/deposits/items/itemBuilder';
import { beginning, type Position } from '../../src/deposits/reading/position';
import { watchedAccount } from '../../src/deposits/reading/watchedAccount';
import { MemoKeyring, PrivateKey, PublicKey } from '../../src/protocol';
import { openNodeClient } from '../../src/rpc/nodeClient';
import { realClock } from '../../test/support/realClock';
import { EventLoopWatch, type LoopReport } from './eventLoop';
import type { ChainFacts } from './messages';

export interface ReadingTask {
  facts: ChainFacts;
  /**
   * `items`: history to items. `answers`: the same pages and blocks, parsed and thrown away; `secrets`: the same with the
   * shared secret of each memo. `recovery`: the operations that concern the account, from blocks. `blocks`: the same blocks,
   * parsed and thrown away.
   */
  what: 'items' | 'answers' | 'secrets' | 'recovery' | 'blocks';
  /** So many deposits wait, the newest of the account: what came before was handled. */
  count: number;
  /** How many operations the node gives in one answer. */
  pageSize: number;
}

export interface ReadingReport {
  read: number;
  /** From the first deposit that waits to the newest block. */
  blocks: number;
  decoded: number;
  seconds: number;
  /** The largest live heap after a collection, and the largest resident set. */
  peakHeapMiB: number;
  peakResidentMiB: number;
  loop: LoopReport;
  /** Processor time of the reading process for each deposit: the figure that a busy machine disturbs least. */
  microsecondsEach: number;
  /** Changes with every item that differs. */
  digest: string;
}

async function work({ facts, what, count, pageSize }: ReadingTask): Promise<ReadingReport> {
  const client = openNodeClient({ urls: [facts.delayedUrl], chainId: facts.chainId }, { clock: realClock });
  const session = await client.session();
  const account = await watchedAccount(session, facts.exchange.id);
  const state = await session.state();
  const from = await positionBefore(session, account, count);
  const digest = createHash('sha256');
  let [read, decoded, peakHeap] = [0, 0, 0];
  // process.memoryUsage() would read the resident set with every page, which takes a millisecond.
  const note = () => {
    peakHeap = Math.max(peakHeap, getHeapStatistics().used_heap_size);
  };
  const loop = new EventLoopWatch();
  const processor = process.cpuUsage();
  const started = performance.now();
  if (what === 'items') {
    const builder = new ItemBuilder({
      chain: { chainId: facts.chainId, prefix: facts.prefix },
      account,
      keyring: new MemoKeyring([PrivateKey.fromWif(facts.exchange.memoKey)], facts.prefix),
      rules: { incoming: true, outgoing: false, kinds: ['transfer'], minimumAmounts: new Map() },
      includeOperation: false,
      clock: realClock,
    });
    const reader = new HistoryReader(session, account);
    for await (const page of reader.read(from, session.endpoint, finalHeight('delayed', state))) {
      for (const { item } of await builder.build(session, page.operations)) {
        read += 1;
        if (item.memoStatus === 'decoded') decoded += 1;
        digest.update(`${item.depositId} ${item.memo} ${item.transactionId}\n`);
      }
      note();
    }
  } else if (what === 'recovery') {
    const stretch = { after: from.key, before: endOfBlock(state.headBlockNumber) };
    for await (const operations of recoverFromBlocks(session, account.id, stretch, from.sequence + 1)) {
      read += operations.length;
      note();
    }
  } else if (what === 'blocks') {
    read = await readBlocks(from.key.block + 1, state.headBlockNumber, (number) =>
      session.call('database', 'get_block', [number]),
    );
  } else {
    const call: Call = (api, method, args) => session.call(api, method, args);
    const seen = what === 'secrets' ? shareSecret(facts) : () => undefined;
    const range = { first: from.sequence + 1, count, pageSize, head: state.headBlockNumber };
    read = await readAnswers(range, call, seen);
    note();
  }
  const seconds = (performance.now() - started) / 1000;
  const used = process.cpuUsage(processor);
  client.close();
  return {
    read,
    blocks: state.headBlockNumber - from.key.block,
    decoded,
    seconds,
    peakHeapMiB: peakHeap / 2 ** 20,
    peakResidentMiB: process.resourceUsage().maxRSS / 2 ** 10,
    loop: await loop.stop(),
    microsecondsEach: (used.user + used.system) / read,
    digest: digest.digest('hex'),
  };
}

/** Where a trigger stands that has handled all but the newest `count` operations. */
async function positionBefore(
  session: NodeSession,
  account: WatchedAccount,
  count: number,
): Promise<Position> {
  const { totalOps } = await session.statistics(account.statisticsId);
  const sequence = totalOps - count;
  if (sequence === 0) return beginning;
  const [last] = await session.history(account.id, { stop: sequence, start: sequence, limit: 1 });
  if (last === undefined) throw new Error(`The account has ${totalOps} operations, and not ${count}.`);
  return { sequence, key: keyOf(last) };
}

type Call = (api: string, method: string, args: unknown[]) => Promise<unknown>;

interface RawOperation {
  block_num: number;
  op: [number, { memo: { from: string } }];
}

/** The least that a memo of a new sender takes with node:crypto. */
function shareSecret({ exchange, prefix }: ChainFacts): (operation: RawOperation) => void {
  const ecdh = createECDH('secp256k1');
  ecdh.setPrivateKey(PrivateKey.fromWif(exchange.memoKey).secretBytes());
  return ({ op: [, { memo }] }) => ecdh.computeSecret(PublicKey.fromString(memo.from, prefix).bytes);
}

/** The limit: the node's answers over the same connection with nothing done to them but JSON.parse. */
async function readAnswers(
  range: { first: number; count: number; pageSize: number; head: number },
  call: Call,
  seen: (operation: RawOperation) => void,
): Promise<number> {
  const { pageSize, head } = range;
  const last = range.first + range.count - 1;
  let read = 0;
  const pages: [number, number][] = [];
  for (let { first } = range; first <= last; first += pageSize)
    pages.push([first, Math.min(last, first + pageSize - 1)]);
  const blocks = new Set<number>();
  const workers = Array.from({ length: 8 }, async () => {
    for (let page = pages.shift(); page !== undefined; page = pages.shift()) {
      const [stop, start] = page;
      const answer = await call('history', 'get_relative_account_history', [
        'exchange',
        stop,
        pageSize,
        start,
      ]);
      const operations = answer as RawOperation[];
      read += operations.length;
      for (const operation of operations) {
        seen(operation);
        const number = operation.block_num;
        if (blocks.has(number) || number > head) continue;
        blocks.add(number);
        await call('database', 'get_block', [number]);
      }
    }
  });
  await Promise.all(workers);
  return read;
}

/** @returns how many transactions they hold */
async function readBlocks(
  first: number,
  head: number,
  block: (number: number) => Promise<unknown>,
): Promise<number> {
  let [next, read] = [first, 0];
  const workers = Array.from({ length: 16 }, async () => {
    while (next <= head) {
      const answer = await block(next++);
      read += (answer as { transactions: unknown[] }).transactions.length;
    }
  });
  await Promise.all(workers);
  return read;
}

process.once('message', (task: ReadingTask) => {
  work(task).then(
    (report) => process.send?.({ report }, () => process.exit(0)),
    (error: unknown) => {
      process.send?.({ failure: error instanceof Error ? error.stack : String(error) }, () =>
        process.exit(1),
      );
    },
  );
});
