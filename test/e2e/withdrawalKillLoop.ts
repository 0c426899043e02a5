/**
 * Withdrawals are asked for over the webhook while n8n is killed (kill -9) every few seconds. Each is asked for again, with the same
 * content, until its answer is final. At the end the chain's blocks must hold exactly one transfer for each.
 *
 *     npx tsx test/e2e/withdrawalKillLoop.ts --withdrawals 500 --seed 1
 */

import { setMaxListeners } from 'node:events';
import { parseArgs } from 'node:util';

import { baseUnits, type ChainTransfer } from '../../demo/demoChain';
import { type Exchange, waitUntilActive } from '../../demo/exchange';
import { DemoFailure, DemoStopped } from '../../demo/failure';
import type { Report } from '../../demo/report';
import { messageOf, pause, waitFor, withDeadline } from '../../demo/waiting';
import { randomNumbers } from '../support/randomNumbers';
import { runOnExchange, wholeNumber } from './exchangeRun';

const second = 1000;
/** Withdrawals that are asked for at the same time. */
const openAtOnce = 50;
/** The share of requests that are sent twice at the same moment. */
const shareSentTwice = 0.1;
/** An execution that n8n lost without closing the connection must not hold its withdrawal for ever. */
const answerDeadline = 90 * second;
/** A window begins with a pause of one irreversibility lag, and a payment takes one more; the rest is for a busy machine. */
const settlementDeadline = 180 * second;

interface Withdrawal {
  withdrawalId: string;
  requestedAt: string;
  to: string;
  asset: string;
  /** Differs from that of every other withdrawal, so that its transfer is recognised in the blocks. */
  amount: string;
  memo: string;
}

/** What the asking system was told in the end. */
interface FinalAnswer {
  transactionId: unknown;
  blockNumber: unknown;
}

interface Progress {
  kills: number;
  requests: number;
  /** How often each kind of answer came that settles nothing. */
  unsettled: Map<string, number>;
  answers: Map<string, FinalAnswer>;
}

interface Verdict {
  paidOnce: number;
  paidTwice: string[];
  missing: string[];
  /** Transfers of the hot wallet that no withdrawal asked for. */
  invented: string[];
  /** Withdrawals whose final answer names another transaction or block than the chain. */
  misreported: string[];
}

function newWithdrawal(number: number, to: string): Withdrawal {
  const withdrawalId = `kill-${number}`;
  return {
    withdrawalId,
    requestedAt: new Date().toISOString(),
    to,
    asset: 'BTS',
    amount: `1.${String(number).padStart(5, '0')}`,
    memo: `withdrawal ${withdrawalId}`,
  };
}

/** Sends the request once. Gives the final answer, or undefined when it has to be sent again. */
async function ask(
  { n8n, webhookHeader }: Exchange,
  withdrawal: Withdrawal,
  progress: Progress,
  signal: AbortSignal,
): Promise<FinalAnswer | undefined> {
  const again = (kind: string): undefined => {
    progress.unsettled.set(kind, (progress.unsettled.get(kind) ?? 0) + 1);
    return undefined;
  };
  progress.requests += 1;
  let status: number;
  let body: Record<string, unknown>;
  try {
    const answer = await withDeadline(answerDeadline, signal, async (bounded) => {
      const response = await fetch(`${n8n.address}/webhook/withdrawal`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', [webhookHeader.name]: webhookHeader.value },
        body: JSON.stringify(withdrawal),
        signal: bounded,
      });
      return { status: response.status, text: await response.text() };
    });
    status = answer.status;
    body = JSON.parse(answer.text) as Record<string, unknown>;
  } catch (error) {
    if (signal.aborted) throw new DemoStopped();
    return again(error instanceof SyntaxError ? 'n8n is starting' : 'no answer');
  }
  if (status === 404) return again('webhook not there yet');
  if (status === 200 && body['paid'] === true && body['final'] === true) {
    return { transactionId: body['transactionId'], blockNumber: body['blockNumber'] };
  }
  // These withdrawals are all payable: an answer that settles one without a payment is a fault.
  if (body['final'] === true || status === 409 || status === 403) {
    throw new DemoFailure(`${withdrawal.withdrawalId} was answered with ${status}: ${JSON.stringify(body)}`);
  }
  if (status === 200) return again(`outcome ${String(body['outcome'])}`);
  return again(`status ${status} ${String(body['message'])}`);
}

/** Asks until an answer is final. Some requests go out twice at once, as from two systems that race. */
async function settle(
  exchange: Exchange,
  number: number,
  progress: Progress,
  random: () => number,
  signal: AbortSignal,
): Promise<void> {
  const withdrawal = newWithdrawal(number, exchange.chain.accounts.customer);
  for (;;) {
    const copies = random() < shareSentTwice ? 2 : 1;
    const answers = await Promise.all(
      Array.from({ length: copies }, () => ask(exchange, withdrawal, progress, signal)),
    );
    const final = answers.filter((answer) => answer !== undefined);
    const [first, other] = final;
    if (first !== undefined) {
      if (other !== undefined && other.transactionId !== first.transactionId) {
        throw new DemoFailure(`${withdrawal.withdrawalId} got two transactions: ${JSON.stringify(final)}`);
      }
      progress.answers.set(withdrawal.withdrawalId, first);
      return;
    }
    await pause((0.5 + random()) * second, signal);
  }
}

async function settleAll(
  exchange: Exchange,
  withdrawals: number,
  progress: Progress,
  random: () => number,
  signal: AbortSignal,
): Promise<void> {
  let begun = 0;
  const worker = async () => {
    while (begun < withdrawals) {
      begun += 1;
      await settle(exchange, begun, progress, random, signal);
    }
  };
  await Promise.all(Array.from({ length: Math.min(openAtOnce, withdrawals) }, worker));
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
  progress: Progress,
  random: () => number,
  report: Report,
  enough: AbortSignal,
  signal: AbortSignal,
): Promise<void> {
  const { chain, n8n } = exchange;
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
    await n8n.kill();
    progress.kills += 1;
    report.event(
      `Kill ${progress.kills}: ${alive.toFixed(2)} s after ${until}; ${payments()} in blocks, ${progress.answers.size} settled.`,
    );
    await n8n.start(signal);
    await untilReady(exchange, signal);
  }
}

/** A busy n8n answers 503 for a moment ("Database is not ready"), which is a reason to look again. */
async function untilReady(exchange: Exchange, signal: AbortSignal): Promise<void> {
  await waitFor(
    async () => {
      try {
        await waitUntilActive(exchange, signal);
        return true;
      } catch (error) {
        if (error instanceof DemoFailure && error.message.includes('n8n answered 503')) return undefined;
        throw error;
      }
    },
    { what: 'n8n to be ready', deadline: settlementDeadline, every: second, signal },
  );
}

/** Compares the hot wallet's transfers in the blocks with what was asked for and answered. */
function judge(
  transfers: ChainTransfer[],
  accounts: Exchange['chain']['accounts'],
  withdrawals: number,
  answers: Progress['answers'],
): Verdict {
  const payments = new Map<bigint, ChainTransfer[]>();
  const invented: string[] = [];
  const expected = new Map(
    Array.from({ length: withdrawals }, (_, index) => {
      const { amount, withdrawalId } = newWithdrawal(index + 1, accounts.customer);
      return [baseUnits(amount), withdrawalId];
    }),
  );
  for (const transfer of transfers.filter(({ from }) => from === accounts.hotWallet)) {
    if (transfer.to === accounts.customer && expected.has(transfer.amountRaw)) {
      payments.set(transfer.amountRaw, [...(payments.get(transfer.amountRaw) ?? []), transfer]);
    } else {
      invented.push(transfer.key);
    }
  }
  const verdict: Verdict = { paidOnce: 0, paidTwice: [], missing: [], invented, misreported: [] };
  for (const [amount, withdrawalId] of expected) {
    const [payment, ...more] = payments.get(amount) ?? [];
    if (payment === undefined) {
      verdict.missing.push(withdrawalId);
      continue;
    }
    if (more.length > 0) verdict.paidTwice.push(withdrawalId);
    else verdict.paidOnce += 1;
    const answer = answers.get(withdrawalId);
    const told =
      answer?.transactionId === payment.transactionId && answer.blockNumber === payment.blockNumber;
    if (!told) verdict.misreported.push(withdrawalId);
  }
  return verdict;
}

async function withdrawalKillLoop(
  exchange: Exchange,
  { withdrawals, seed }: { withdrawals: number; seed: number },
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const { chain, n8n } = exchange;
  const progress: Progress = { kills: 0, requests: 0, unsettled: new Map(), answers: new Map() };
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
  await n8n.stop();
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
  options: { withdrawals: { type: 'string', default: '500' }, seed: { type: 'string', default: '1' } },
});
// The hot wallet of the demo holds 100,000 BTS, and each withdrawal takes about 23 with its fee.
const withdrawals = wholeNumber(values.withdrawals, 'withdrawals', 1, 4000);
const seed = wholeNumber(values.seed, 'seed', 0, 2 ** 31 - 2);
runOnExchange(seed, (exchange, report, signal) =>
  withdrawalKillLoop(exchange, { withdrawals, seed }, report, signal),
);
