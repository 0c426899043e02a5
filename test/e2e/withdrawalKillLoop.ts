/**
 * Withdrawals are asked for over the webhook while n8n is killed (kill -9) every few seconds. Each is asked for again, with the same
 * content, until its answer is final. At the end the chain's blocks must hold exactly one transfer for each. With workers n8n runs in
 * queue mode, and each kill takes the main process or one of the workers.
 *
 *     npx tsx test/e2e/withdrawalKillLoop.ts --withdrawals 500 --seed 1
 *     npx tsx test/e2e/withdrawalKillLoop.ts --withdrawals 200 --seed 1 --workers 2
 */

import { setMaxListeners } from 'node:events';
import { parseArgs } from 'node:util';

import type { Exchange } from '../../demo/exchange';
import { DemoFailure, DemoStopped } from '../../demo/failure';
import type { Report } from '../../demo/report';
import { messageOf, pause, waitFor, withDeadline } from '../../demo/waiting';
import { randomNumbers } from '../support/randomNumbers';
import { runOnExchange, wholeNumber } from './exchangeRun';
import { startAgain } from './startAgain';
import { judge, type Progress, settleAll } from './withdrawalRequests';

const second = 1000;
/** A window begins with a pause of one irreversibility lag, and a payment takes one more; the rest is for a busy machine. */
const settlementDeadline = 180 * second;

interface RunProgress extends Progress {
  kills: number;
}

interface Life {
  /** What has to happen before the countdown to the kill begins, so that there is progress on a slow machine too. */
  until: 'n8n was ready' | 'the first new payment in a block' | 'the first final answer';
  /** The shortest and the longest countdown, in seconds. */
  countdown: [number, number];
}

/** The lives of n8n repeat in this order: cut off anywhere, between payment and irreversibility, and between answers. */
const lives: Life[] = [
  { until: 'n8n was ready', countdown: [2, 8] },
  { until: 'the first final answer', countdown: [2, 8] },
  { until: 'the first new payment in a block', countdown: [0, 4] },
  { until: 'the first final answer', countdown: [2, 8] },
  { until: 'the first new payment in a block', countdown: [0, 4] },
];

/** Kills n8n again and again until `enough` fires, and leaves it running. */
async function keepKilling(
  exchange: Exchange,
  progress: RunProgress,
  random: () => number,
  report: Report,
  enough: AbortSignal,
  signal: AbortSignal,
): Promise<void> {
  const { chain, n8n, workers } = exchange;
  const { hotWallet } = chain.accounts;
  const payments = () => chain.transfers().filter(({ from }) => from === hotWallet).length;
  const counters: Record<Life['until'], (() => number) | undefined> = {
    'n8n was ready': undefined,
    'the first new payment in a block': payments,
    'the first final answer': () => progress.answers.size,
  };
  for (;;) {
    const { until, countdown } = lives[progress.kills % lives.length] as Life;
    const [least, most] = countdown;
    const alive = least + random() * (most - least);
    const counted = counters[until];
    const before = counted?.() ?? 0;
    try {
      await waitFor(async () => (counted === undefined || counted() > before ? true : undefined), {
        what: until,
        deadline: settlementDeadline,
        every: 100,
        signal: enough,
      });
      await pause(alive * second, enough);
    } catch (error) {
      if (enough.aborted) return;
      throw error;
    }
    const victim = Math.floor(random() * (1 + workers.length));
    const killed = workers[victim - 1] ?? n8n;
    await killed.kill();
    progress.kills += 1;
    const name = killed === n8n ? 'n8n' : `worker ${victim}`;
    report.event(
      `Kill ${progress.kills}: ${name}, ${alive.toFixed(2)} s after ${until}; ${payments()} in blocks, ${progress.answers.size} settled.`,
    );
    await startAgain(killed, exchange, report, signal);
  }
}

async function withdrawalKillLoop(
  exchange: Exchange,
  { withdrawals, seed }: { withdrawals: number; seed: number },
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const { chain, n8n, workers } = exchange;
  const progress: RunProgress = { kills: 0, requests: 0, unsettled: new Map(), answers: new Map() };
  const begun = Date.now();
  // Each kill costs a boot of 10 to 30 s, in which only a few withdrawals settle when the machine is busy.
  const limit = (600 + withdrawals * 6) * second;
  let failure: string | undefined;
  try {
    await withDeadline(limit, signal, async (bounded) => {
      const enough = new AbortController();
      const failed = new AbortController();
      // Every open request and every pause listens.
      setMaxListeners(0, failed.signal);
      const stop = () => failed.abort();
      bounded.addEventListener('abort', stop, { once: true });
      // Two sequences: the moments of the kills must not depend on the order in which answers arrive.
      const asking = settleAll(exchange, withdrawals, progress, randomNumbers(seed + 1), failed.signal);
      const killing = keepKilling(
        exchange,
        progress,
        randomNumbers(seed),
        report,
        enough.signal,
        failed.signal,
      );
      const ended = await Promise.allSettled([
        asking
          .catch((error: unknown) => {
            failed.abort();
            throw error;
          })
          .finally(() => enough.abort()),
        killing.catch((error: unknown) => {
          failed.abort();
          throw error;
        }),
      ]);
      const reasons = ended.flatMap((result) =>
        result.status === 'rejected' ? [result.reason as unknown] : [],
      );
      const reason = reasons.find((error) => !(error instanceof DemoStopped)) ?? reasons[0];
      if (reason !== undefined) throw reason;
    });
  } catch (error) {
    const late = Date.now() - begun >= limit;
    const what = late ? `The limit of ${limit / second} s is over.` : messageOf(error);
    failure = `${what} ${progress.answers.size} of ${withdrawals} withdrawals were settled.`;
  }
  const seconds = Math.round((Date.now() - begun) / second);
  // A late copy of a transaction would show up now.
  await pause(3 * second, signal);
  for (const running of [n8n, ...workers]) await running.stop();
  await pause(3 * second, signal);

  const verdict = judge(chain.transfers(), chain.accounts, withdrawals, progress.answers);
  for (const [kind, times] of progress.unsettled) report.line(`  asked again ${times} times: ${kind}`);
  const { paidOnce, paidTwice, missing, invented, misreported } = verdict;
  report.line(
    `withdrawals ${withdrawals}, kills ${progress.kills}, requests sent ${progress.requests}, paid once ${paidOnce}, ` +
      `paid twice ${paidTwice.length}, missing ${missing.length}, invented ${invented.length}, ` +
      `misreported ${misreported.length}, seconds ${seconds}, seed ${seed}`,
  );
  if (failure !== undefined) throw new DemoFailure(failure);
  if (progress.kills === 0) throw new DemoFailure('n8n was never killed: this run proves nothing.');
  if (paidOnce !== withdrawals || invented.length > 0 || misreported.length > 0) {
    throw new DemoFailure(`The blocks differ from the requests: ${JSON.stringify(verdict)}`);
  }
}

const { values } = parseArgs({
  options: {
    withdrawals: { type: 'string', default: '500' },
    seed: { type: 'string', default: '1' },
    workers: { type: 'string', default: '0' },
  },
});
// The hot wallet of the demo holds 100,000 BTS, and each withdrawal takes about 23 with its fee.
const withdrawals = wholeNumber(values.withdrawals, 'withdrawals', 1, 4000);
const seed = wholeNumber(values.seed, 'seed', 0, 2 ** 31 - 2);
const workers = wholeNumber(values.workers, 'workers', 0, 8);
runOnExchange({ seed, workers }, (exchange, report, signal) =>
  withdrawalKillLoop(exchange, { withdrawals, seed }, report, signal),
);
