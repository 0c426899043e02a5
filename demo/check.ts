/**
 * The demo without a browser: deposits and withdrawals through n8n's own forms, webhooks and data tables, with n8n killed in
 * between, and what happened compared with the blocks of the chain.
 */

import { baseUnits, type ChainTransfer } from './demoChain';
import { type Exchange, waitUntilActive } from './exchange';
import { DemoFailure } from './failure';
import { agrees, compareLedger } from './ledgerComparison';
import type { DataTableRow } from './n8nApi';
import type { Report } from './report';
import { searchForSecrets } from './secretSearch';
import { pause, waitFor, withDeadline } from './waiting';

const second = 1000;
/** Windows of ten minutes begin with a pause of one irreversibility lag; a settled payment takes one more. */
const settlementDeadline = 120 * second;

interface WithdrawalRequest {
  withdrawalId: string;
  requestedAt: string;
  to: string;
  asset: string;
  amount: string;
  memo: string;
}

interface WebhookAnswer {
  status: number;
  body: Record<string, unknown>;
}

export async function checkExchange(exchange: Exchange, report: Report, signal: AbortSignal): Promise<void> {
  const { chain, n8n } = exchange;
  const { customer, deposits, hotWallet } = chain.accounts;

  report.line();
  report.event('A customer pays 12.5 BTS with the memo "customer 1042" through the n8n form.');
  await submitDepositForm(exchange, { amount: '12.5', memo: 'customer 1042' }, 'Sent. 12.50000 BTS', signal);
  const first = await ledgerRow(exchange, 'customer 1042', signal);
  expectRow(first, { from: customer, amount: '12.50000', asset: 'BTS', memoStatus: 'decoded' });
  report.event(`The ledger has it: ${describe(first)}.`);
  await submitDepositForm(exchange, { amount: '1.123456', memo: 'customer 1042' }, 'Not sent. ', signal);
  report.event('An amount with too many decimals: the form says that nothing was sent, and why.');

  const settled = withdrawalRequest(exchange, 'check-1', '25.5');
  report.event(
    'A system asks for a withdrawal of 25.5 BTS over the webhook, and waits until it is irreversible.',
  );
  const paid = await settle(exchange, settled, report, signal);
  report.event(`Answer: ${describeAnswer(paid)}.`);
  const repeated = await askForWithdrawal(exchange, settled, signal);
  expectSamePayment(repeated, paid);
  report.event(`The same request again: ${describeAnswer(repeated)}. Paid once.`);
  const other = await askForWithdrawal(exchange, { ...settled, amount: '99' }, signal);
  expect(
    other.status === 409,
    `Another amount under the same withdrawalId was answered with ${other.status}.`,
  );
  report.event('The same withdrawalId with another amount: refused (409).');
  await refusals(exchange, report, signal);

  const interrupted = withdrawalRequest(exchange, 'check-2', '7.25');
  report.event('Another withdrawal (7.25 BTS); n8n is killed (kill -9) as soon as it is in a block.');
  const lost = askForWithdrawal(exchange, interrupted, signal).then(
    (answer) => `an answer (${answer.status})`,
    () => 'no answer: the connection was cut',
  );
  await waitFor(async () => findTransfer(chain.transfers(), hotWallet, customer, interrupted.amount), {
    what: 'the second withdrawal in a block',
    deadline: settlementDeadline,
    every: 20,
    signal,
  });
  await n8n.kill();
  report.event(`n8n is dead. The system that asked got ${await lost}.`);
  await chain.pay({ from: customer, to: deposits, amount: '3.00001', memo: 'paid while n8n was dead ✓' });
  report.event('A customer pays 3.00001 BTS while n8n is dead.');
  await pause(3 * second, signal);
  await report.step('Starting n8n again', () => n8n.start(signal));
  await waitUntilActive(exchange, signal);

  const late = await ledgerRow(exchange, 'paid while n8n was dead ✓', signal);
  expectRow(late, { from: customer, amount: '3.00001', asset: 'BTS', memoStatus: 'decoded' });
  report.event(`The ledger has it: ${describe(late)}.`);
  const resumed = await settle(exchange, interrupted, report, signal);
  report.event(`The interrupted withdrawal is asked for again: ${describeAnswer(resumed)}.`);
  expectSamePayment(await askForWithdrawal(exchange, settled, signal), paid);
  report.event(
    'The first withdrawal is asked for again after the restart: the same transaction, not paid again.',
  );

  await requestsWithoutTheirTable(exchange, settled, report, signal);
  await compareWithBlocks(exchange, [settled, interrupted], report, signal);
  await n8n.stop();
  report.event('n8n stopped.');
  await expectNoSecrets(exchange, String(first['depositId']), report);
}

/** Without the first row of an id nobody knows what it stands for: a new request and a paid one are to be asked again later. */
async function requestsWithoutTheirTable(
  exchange: Exchange,
  paid: WithdrawalRequest,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const { api, projectId, tables } = exchange;
  await api.deleteDataTable(projectId, tables.withdrawal_requests.id);
  for (const withdrawal of [withdrawalRequest(exchange, 'check-5', '1.5'), paid]) {
    const { body, status } = await askForWithdrawal(exchange, withdrawal, signal);
    expect(
      status === 503 && body['code'] === 'NOT_STORED' && body['paid'] === false && body['final'] === false,
      `Without its table the webhook answered ${status}: ${JSON.stringify(body)}`,
    );
  }
  report.event(
    'The table of requests is gone: a new request and a paid one are answered with 503, nothing is sent.',
  );
}

/** Requests that are not paid: what each is told, and nothing that belongs inside the exchange. */
async function refusals(exchange: Exchange, report: Report, signal: AbortSignal): Promise<void> {
  const request = withdrawalRequest(exchange, 'check-3', '1.5');
  const cases: [string, object, number, string][] = [
    ['A request with too many decimals', { amount: '1.123456' }, 422, 'INVALID_AMOUNT'],
    ['The same again', { amount: '1.123456' }, 422, 'INVALID_AMOUNT'],
    ['An amount that is a number', { amount: 1.5 }, 422, 'NOT_TEXT'],
    ['An id that is not text', { withdrawalId: true }, 422, 'NOT_TEXT'],
    ['An id with a missing part', { withdrawalId: 'check-undefined' }, 422, 'INVALID_PARAMETER'],
    [
      'A receiver that does not exist',
      { withdrawalId: 'check-4', to: 'nobody-here' },
      503,
      'UNKNOWN_ACCOUNT',
    ],
  ];
  for (const [what, change, status, code] of cases) {
    const answer = await askForWithdrawal(exchange, { ...request, ...change }, signal);
    const { body } = answer;
    expect(
      answer.status === status && body['code'] === code && body['paid'] === false,
      `${what} was answered with ${answer.status}: ${JSON.stringify(body)}`,
    );
    expect(
      typeof body['message'] === 'string' && !/127\.0\.0\.1|\d{5}\.\d{5}/.test(JSON.stringify(body)),
      `${what}: the answer tells too much: ${JSON.stringify(body)}`,
    );
    report.event(`${what}: ${status} ${code}. "${String(body['message'])}"`);
  }
}

function withdrawalRequest({ chain }: Exchange, withdrawalId: string, amount: string): WithdrawalRequest {
  const requestedAt = new Date().toISOString();
  return {
    withdrawalId,
    requestedAt,
    to: chain.accounts.customer,
    asset: '1.3.0',
    amount,
    memo: `withdrawal ${withdrawalId}`,
  };
}

/** Fills in the form and stays until its last page, which has to say `expected`, with the same calls as the script of n8n's form page. */
async function submitDepositForm(
  { n8n }: Exchange,
  fields: { amount: string; memo: string },
  expected: string,
  signal: AbortSignal,
): Promise<void> {
  // The form names its fields by their position.
  const body = new FormData();
  body.set('field-0', fields.amount);
  body.set('field-1', fields.memo);
  const submitted = await request(`${n8n.address}/form/deposit`, { method: 'POST', body }, 60, signal);
  expect(submitted.status === 200, `The form answered ${submitted.status}: ${submitted.text.slice(0, 300)}`);
  const { formWaitingUrl } = JSON.parse(submitted.text) as { formWaitingUrl?: string };
  if (formWaitingUrl === undefined) throw new DemoFailure('The form gave no address of its last page.');

  const statusUrl = new URL(formWaitingUrl);
  statusUrl.pathname += '/n8n-execution-status';
  await waitFor(
    async () => {
      const { text } = await request(statusUrl.href, {}, 10, signal);
      const failed = ['canceled', 'crashed', 'error'].includes(text.trim());
      expect(!failed, `The execution of "Make a deposit" ended with the status ${text.trim()}.`);
      return text.trim() === 'form-waiting' ? true : undefined;
    },
    { what: 'the last page of the form', deadline: settlementDeadline, every: second, signal },
  );
  const page = await request(formWaitingUrl, {}, 30, signal);
  expect(page.text.includes(expected), `The last page of the form does not say "${expected}".`);
}

async function askForWithdrawal(
  { n8n, webhookHeader }: Exchange,
  withdrawal: object,
  signal: AbortSignal,
): Promise<WebhookAnswer> {
  const { status, text } = await request(
    `${n8n.address}/webhook/withdrawal`,
    {
      method: 'POST',
      headers: { 'content-type': 'application/json', [webhookHeader.name]: webhookHeader.value },
      body: JSON.stringify(withdrawal),
    },
    120,
    signal,
  );
  // What n8n itself answers (no such webhook yet, a wrong header) is not ours.
  expect(status === 403 || status === 404 || text.endsWith('}\n'), `The answer has no newline: ${text}`);
  try {
    return { status, body: JSON.parse(text) as Record<string, unknown> };
  } catch {
    return { status, body: { message: text.slice(0, 300) } };
  }
}

async function request(
  url: string,
  options: RequestInit,
  seconds: number,
  signal: AbortSignal,
): Promise<{ status: number; text: string }> {
  return await withDeadline(seconds * second, signal, async (bounded) => {
    const response = await fetch(url, { ...options, signal: bounded });
    return { status: response.status, text: await response.text() };
  });
}

/** Asks until the answer is final, as the asking system does it: asking again is always safe. */
async function settle(
  exchange: Exchange,
  withdrawal: WithdrawalRequest,
  report: Report,
  signal: AbortSignal,
): Promise<WebhookAnswer> {
  return await waitFor(
    async () => {
      const answer = await askForWithdrawal(exchange, withdrawal, signal);
      // n8n answers 404 until its webhooks are there again.
      if (answer.status === 404) return undefined;
      const { body, status } = answer;
      expect([200, 202, 503].includes(status), `The webhook answered ${status}: ${JSON.stringify(body)}`);
      if (body['paid'] === true) return answer;
      expect(body['final'] !== true, `The withdrawal was not paid: ${JSON.stringify(body)}`);
      report.event(`Not settled yet (${String(body['code'])}): ${String(body['message'])}`);
      return undefined;
    },
    {
      what: `the withdrawal ${withdrawal.withdrawalId} to be paid`,
      deadline: settlementDeadline,
      every: second,
      signal,
    },
  );
}

async function ledgerRows({ api, projectId, tables }: Exchange): Promise<DataTableRow[]> {
  return await api.dataTableRows(projectId, tables.deposits.id);
}

async function ledgerRow(exchange: Exchange, memo: string, signal: AbortSignal): Promise<DataTableRow> {
  return await waitFor(async () => (await ledgerRows(exchange)).find((row) => row['memo'] === memo), {
    what: `the deposit with the memo "${memo}" in the ledger`,
    deadline: 90 * second,
    signal,
  });
}

/** Every irreversible payment in the blocks has its row, every row its payment, and each withdrawal one transfer. */
async function compareWithBlocks(
  exchange: Exchange,
  requests: WithdrawalRequest[],
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const { chain } = exchange;
  const { customer, hotWallet } = chain.accounts;
  const transfers = chain.transfers();
  for (const { withdrawalId, amount } of requests) {
    const payments = transfers.filter((transfer) => isPayment(transfer, hotWallet, customer, amount));
    expect(
      payments.length === 1,
      `The blocks hold ${payments.length} payments of the withdrawal ${withdrawalId}.`,
    );
  }
  const payments = transfers.filter((transfer) => transfer.from === hotWallet);
  expect(payments.length === requests.length, `The hot wallet paid ${payments.length} times.`);
  report.event(
    `The blocks hold ${payments.length} payments of the hot wallet for ${requests.length} withdrawals.`,
  );

  const inBlocks = transfers.filter((transfer) => transfer.to === chain.accounts.deposits).length;
  // Time for a deposit that should not be there.
  await pause(2 * second, signal);
  const comparison = await compareLedger(exchange);
  expect(
    agrees(comparison) && comparison.deposits === inBlocks,
    `The ledger and the blocks differ: ${JSON.stringify(comparison)}`,
  );
  report.event(`The blocks hold ${inBlocks} deposits, and the ledger holds the same ones, each once.`);
}

async function expectNoSecrets(exchange: Exchange, depositId: string, report: Report): Promise<void> {
  const { secrets, userFolder } = exchange;
  // A search that cannot find what is surely there proves nothing.
  const control = await searchForSecrets(userFolder, [{ name: 'a deposit id', values: [depositId] }]);
  expect(
    control.findings.length > 0,
    'The search for secrets does not even find the deposit in the database.',
  );
  const result = await searchForSecrets(userFolder, secrets);
  const [finding] = result.findings;
  expect(finding === undefined, `The ${finding?.name} is in ${finding?.file} (${finding?.form}).`);
  const megabytes = (result.bytesSearched / 1e6).toFixed(1);
  report.event(
    `${secrets.length} private keys are nowhere in n8n's database and logs (${result.filesSearched} files, ${megabytes} MB).`,
  );
}

function findTransfer(
  transfers: ChainTransfer[],
  from: string,
  to: string,
  amount: string,
): ChainTransfer | undefined {
  return transfers.find((transfer) => isPayment(transfer, from, to, amount));
}

function isPayment(transfer: ChainTransfer, from: string, to: string, amount: string): boolean {
  return transfer.from === from && transfer.to === to && transfer.amountRaw === baseUnits(amount);
}

function expectRow(row: DataTableRow, fields: Record<string, string>): void {
  for (const [name, value] of Object.entries(fields)) {
    expect(row[name] === value, `The ledger says ${name} = ${String(row[name])} instead of ${value}.`);
  }
}

function expectSamePayment(repeated: WebhookAnswer, paid: WebhookAnswer): void {
  const { body } = repeated;
  expect(
    body['paid'] === true &&
      body['alreadyPaid'] === true &&
      body['transactionId'] === paid.body['transactionId'],
    `The repeated request was answered with ${JSON.stringify(body)}.`,
  );
}

function expect(condition: boolean, message: string): asserts condition {
  if (!condition) throw new DemoFailure(message);
}

function describe(row: DataTableRow): string {
  return `${String(row['amount'])} ${String(row['asset'])} from ${String(row['from'])}, memo "${String(row['memo'])}", ${String(row['depositId'])}`;
}

function describeAnswer({ body }: WebhookAnswer): string {
  const transaction = String(body['transactionId']).slice(0, 12);
  return `outcome ${String(body['outcome'])}, paid ${String(body['paid'])}, alreadyPaid ${String(body['alreadyPaid'])}, block ${String(body['blockNumber'])}, transaction ${transaction}…`;
}
