/** Withdrawals asked for over the webhook until each has its final answer, and the judgement by the blocks. */

import type { ChainTransfer } from '../../demo/demoChain';
import { baseUnits } from '../../demo/demoChain';
import type { Exchange } from '../../demo/exchange';
import { DemoFailure, DemoStopped } from '../../demo/failure';
import { pause, withDeadline } from '../../demo/waiting';

const second = 1000;
/** Withdrawals that are asked for at the same time. */
const openAtOnce = 50;
/** The share of requests that are sent twice at the same moment. */
const shareSentTwice = 0.1;
/** An execution that n8n lost without closing the connection must not hold its withdrawal for ever. */
const answerDeadline = 90 * second;
export interface Withdrawal {
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

export interface Progress {
  requests: number;
  /** How often each kind of answer came that settles nothing. */
  unsettled: Map<string, number>;
  answers: Map<string, FinalAnswer>;
}

export interface Verdict {
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
    asset: '1.3.0',
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
  return again(`status ${status} ${String(body['code'] ?? body['message'])}`);
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

export async function settleAll(
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

/** Compares the hot wallet's transfers in the blocks with what was asked for and answered. */
export function judge(
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
