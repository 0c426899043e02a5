/**
 * The withdrawal examples in a real n8n with PostgreSQL: requests, decisions by the form, settlement, kill -9, a node that stalls,
 * payout lists. At the end the chain's blocks must hold exactly the payments that were approved.
 *
 *     npm run test:approval
 */

import { Cleanup, type Exchange } from '../../demo/exchange';
import { baseUnits } from '../../demo/demoChain';
import { DemoFailure } from '../../demo/failure';
import type { Report } from '../../demo/report';
import { searchForSecrets } from '../../demo/secretSearch';
import { pause, waitFor } from '../../demo/waiting';
import { downloads, FormVisitor } from './approvalForms';
import { type Approval, setUpApproval, type WithdrawalRequest } from './approvalSetup';
import { runOnExchange } from './exchangeRun';

const second = 1000;
/** A window begins with a pause of one irreversibility lag, and a payment takes one more; the rest is for a busy machine. */
const settlementDeadline = 150 * second;

/** A run of the examples: what the parts below share. */
interface Run extends Approval {
  report: Report;
  signal: AbortSignal;
  person: FormVisitor;
  /** The amounts that the hot wallet has to have paid at the end, each once. */
  owed: string[];
}

async function approvalRun(exchange: Exchange, report: Report, signal: AbortSignal): Promise<void> {
  const cleanup = new Cleanup();
  try {
    const approval = await report.step('Starting PostgreSQL, importing the examples', () =>
      setUpApproval(exchange, cleanup, signal),
    );
    const person = new FormVisitor(exchange.n8n.address, signal);
    await person.signIn(exchange.owner);
    const run: Run = { ...approval, report, signal, person, owed: [] };
    await requests(run);
    await decisions(run);
    await killedInSettlement(run);
    await stalledNode(run);
    await payoutLists(run);
    await databaseGone(run);
    await comparison(run);
  } finally {
    await cleanup.run();
  }
}

async function requests(run: Run): Promise<void> {
  const { report, request, sql, status } = run;
  const first = withdrawal(run, 'r-1', '25.5');
  expectAnswer(await request(first, 'wrong'), 403);
  expectAnswer(await request(first), 202, { state: 'waiting', paid: false, final: false });
  expectAnswer(await request(first), 200, { state: 'waiting' });
  expectAnswer(await request({ ...first, amount: '99' }), 409);
  expectAnswer(await request({ ...first, memo: 'another' }), 409);
  expectAnswer(await request({ ...first, requestedAt: '2026-01-01T00:00:00Z' }), 409);
  report.event(
    'A request is stored (202), repeated (200), and refused with other content (409) or header (403).',
  );

  const racing = withdrawal(run, 'r-2', '2.00002');
  const answers = await Promise.all(Array.from({ length: 5 }, () => request(racing)));
  for (const { status: code } of answers)
    expect(code === 202 || code === 200, `A racing request got ${code}.`);
  const other = withdrawal(run, 'r-3', '3.00003');
  const rivals = await Promise.all([request(other), request({ ...other, amount: '4' })]);
  const codes = rivals.map(({ status: code }) => code).sort();
  expect(String(codes) === '202,409', `Two contents of one id at once got ${String(codes)}.`);
  const [stored] = await sql("SELECT amount FROM withdrawals WHERE withdrawal_id = 'r-3'");
  other.amount = stored?.[0];
  report.event(
    'Five equal requests at once make one row; of two different ones with one id the first counts.',
  );

  const bad = withdrawal(run, 'bad', '1');
  expectAnswer(await request({ ...bad, amount: 25.5 }), 422, {
    code: 'NOT_TEXT',
    field: 'amount',
    paid: false,
  });
  expectAnswer(await request({ ...bad, amount: '1.123456' }), 422, { code: 'INVALID_AMOUNT', final: true });
  // Not proved: the account may be there once the node has caught up.
  expectAnswer(await request({ ...bad, to: 'nobody-here' }), 503, { code: 'UNKNOWN_ACCOUNT', final: false });
  expectAnswer(await request({ ...bad, requestedAt: 'yesterday' }), 422, { code: 'INVALID_TIME' });
  expectAnswer(await request({ ...bad, withdrawalId: 'w-1\u202e' }), 422, { code: 'INVALID_PARAMETER' });
  expectAnswer(await request({ ...bad, withdrawalId: 'w-undefined' }), 422, { code: 'INVALID_PARAMETER' });
  expectAnswer(await request({ ...bad, amount: '9999999' }), 503, {
    code: 'INSUFFICIENT_BALANCE',
    message: 'The hot wallet has too little now. Ask again with the same body.',
  });
  report.event('Refused quotes say why by a fixed text, and leave no row.');

  const hostile = withdrawal(run, hostileId, '5.00005', `'; <b>{{ 1 }}", id "r-1"\u202e\u{e0001}`);
  expectAnswer(await request(hostile), 202, { withdrawalId: hostile.withdrawalId, memo: hostile.memo });
  expectAnswer(await status(hostile.withdrawalId), 200, { withdrawalId: hostile.withdrawalId });
  expectAnswer(await status('nobody asked'), 404);
  for (const change of [
    "UPDATE withdrawals SET intent = ''",
    'DELETE FROM withdrawals',
    'TRUNCATE withdrawals',
  ]) {
    const done = await sql(`SET ROLE n8n_withdrawals; ${change}`).then(
      () => true,
      () => false,
    );
    expect(!done, `n8n's role may ${change}.`);
  }
  const [count] = await sql('SELECT count(*) FROM withdrawals');
  expect(count?.[0] === '4', `There are ${count?.[0]} rows instead of 4.`);
  report.event(
    "SQL and expressions in an id and a memo stay text; n8n's role can change no intent and delete no row.",
  );
}

async function decisions(run: Run): Promise<void> {
  const { exchange, person, report, request, signal, sql, status, owed } = run;
  const stranger = await new FormVisitor(exchange.n8n.address, signal).look('approve-withdrawals');
  expect(
    new URL(stranger.address).pathname !== '/form/approve-withdrawals',
    'Strangers see the approval form.',
  );

  const waiting = withdrawal(run, 'r-4', '40.00004');
  expectAnswer(await request(waiting), 202, { state: 'waiting' });
  // Two people have the same list open.
  const page = await openDecisions(person);
  const late = await openDecisions(person);
  expect(
    page.choices.some((choice) =>
      /^#\d+: 25\.50000 BTS \(1\.3\.0\) from exchange-hot \(1\.2\.\d+\) to customer \(1\.2\.\d+\), memo "withdrawal r-1", id "r-1"$/.test(
        choice,
      ),
    ),
    `The form shows ${JSON.stringify(page.choices)}`,
  );
  const choose = (...ids: string[]) =>
    page.choices.filter((choice) => ids.some((id) => choice.endsWith(`, id ${JSON.stringify(id)}`)));

  const hostile = choose(hostileId);
  const escaped = String.raw`memo "'; <b>{{ 1 }}\", id \"r-1\"\u202e\udb40\udc01", id `;
  expect(
    /^#\d+: 5\.00005 BTS /.test(hostile[0] ?? '') && hostile[0]?.includes(escaped) === true,
    `A hostile row is shown as ${JSON.stringify(hostile)}`,
  );
  const declined = await page.submit(
    { 0: hostile, 1: ['Decline'], 2: "don't; --" },
    '1 of 1 written: Decline',
  );
  expect(
    declined.html.includes('What was declined is not paid.'),
    'The page does not say what declining does.',
  );
  const approved = choose('r-1', 'r-2');
  await late.submit({ 0: [...approved, ...hostile], 1: ['Approve'], 2: '' }, '2 of 3 written: Approve');
  report.event('A person declines one and approves two; what somebody else decided before stays.');

  const [decided] = await sql("SELECT decided_by FROM withdrawals WHERE withdrawal_id = 'r-1'");
  expect(decided?.[0] === exchange.owner.email, `The row says that ${decided?.[0]} decided.`);
  expectAnswer(await status(hostileId), 200, {
    state: 'declined',
    final: true,
    message: "Declined: it is not paid. don't; --",
    code: 'DECLINED',
  });
  owed.push('25.5', '2.00002');
  await untilPaid(run, ['r-1', 'r-2']);
  expectAnswer(await request(withdrawal(run, 'r-2', '2.00002')), 200, { paid: true, final: true });
  report.event('Both are paid for good; asked for again, the answer is the paid row.');
}

async function killedInSettlement(run: Run): Promise<void> {
  const { exchange, report, request, signal, sql, owed } = run;
  const { chain, n8n } = exchange;
  await sql("INSERT INTO approval_limits VALUES ('1.3.0', 10)");
  expectAnswer(await request(withdrawal(run, 'k-0', '10.00001')), 202, { state: 'waiting' });
  const before = chain.transfers().length;
  const amounts = ['1.00001', '1.00002', '1.00003', '1.00004', '10'];
  for (const [index, amount] of amounts.entries())
    expectAnswer(await request(withdrawal(run, `k-${index + 1}`, amount)), 202, { state: 'approved' });
  owed.push(...amounts);
  await sql(`INSERT INTO withdrawals
    (withdrawal_id, requested_at, receiver, asset, amount, memo, intent, description, state, decided_by, decided_at)
    VALUES ('k-broken', '', '', '', '1', '', '{}', '', 'approved', 'nobody', now())`);
  report.event('Up to the approval limit no person is asked; above it a row waits.');

  await waitFor(async () => (chain.transfers().length > before ? true : undefined), {
    what: 'a payment in a block',
    deadline: settlementDeadline,
    every: 20,
    signal,
  });
  await n8n.kill();
  const open = await sql("SELECT withdrawal_id FROM withdrawals WHERE state = 'approved'");
  expect(open.length > 0, 'Nothing was open when n8n was killed: this run proves nothing.');
  report.event(`n8n was killed (kill -9) in the middle of the settlement, ${open.length} rows are open.`);
  await report.step('Starting n8n again', () => n8n.start(signal));
  await run.untilActive();
  await untilPaid(run, ['k-1', 'k-2', 'k-3', 'k-4', 'k-5']);
  const { body } = await run.status('k-broken');
  expect(
    body['state'] === 'approved' && body['code'] === 'INVALID_PARAMETER' && body['outcome'] === 'unknown',
    `The row without a readable intent: ${JSON.stringify(body)}`,
  );
  report.event(
    'The next runs settle them; a row whose intent cannot be read says so, and keeps nobody back.',
  );
}

async function stalledNode(run: Run): Promise<void> {
  const { exchange, link, person, report, request, signal, sql, status, workflows, owed } = run;
  expectAnswer(await request(withdrawal(run, 'u-1', '11.00001')), 202, { state: 'waiting' });
  expectAnswer(await request(withdrawal(run, 'u-2', '12.00002')), 202, { state: 'waiting' });
  link.stall();
  const page = await openDecisions(person);
  const both = page.choices.filter((choice) => /, id "u-[12]"$/.test(choice));
  await page.submit({ 0: both, 1: ['Approve'], 2: 'while the node stalls' }, '2 of 2 written: Approve');
  await waitFor(
    async () => {
      const { body } = await status('u-1');
      expect(body['paid'] === false && body['final'] === false, 'A row was settled without a node.');
      expect(
        !/ws:|127\.0\.0\.1/.test(JSON.stringify(body)),
        `The status names a node: ${JSON.stringify(body)}`,
      );
      return body['outcome'] === 'unknown' ? true : undefined;
    },
    { what: 'the outcome "unknown"', deadline: settlementDeadline, every: second, signal },
  );
  const told = async () => {
    const executions = await exchange.api.executions(workflows.settle.id, 100);
    return executions.filter(({ status: result }) => result === 'error');
  };
  expect((await told()).length === 0, 'Something was reported that is not late.');
  report.event('The trusted node stalls: both rows are unknown, nobody is told yet.');

  await sql(
    "UPDATE withdrawals SET decided_at = decided_at - interval '16 minutes' WHERE withdrawal_id = 'u-1'",
  );
  const failed = await waitFor(async () => (await told())[0], {
    what: 'a failed execution that reports the late row',
    deadline: 60 * second,
    signal,
  });
  const details = JSON.stringify(await exchange.api.call('GET', `/executions/${failed.id}`));
  expect(details.includes('11.00001 BTS (1.3.0) from'), 'The report does not name the late row.');
  expect(!details.includes('12.00002 BTS'), 'The report names a row that is not late.');
  await pause(11 * second, signal);
  expect((await told()).length === 1, 'The late row was reported again at once.');
  report.event('After 15 minutes (by a date moved in the table) the late row is reported, once.');

  link.resume();
  owed.push('11.00001', '12.00002');
  await untilPaid(run, ['u-1', 'u-2']);
  report.event('The node is back: both rows are paid.');
}

async function payoutLists(run: Run): Promise<void> {
  const { person, report, owed } = run;
  const now = new Date().toISOString();
  const rows = [`p-1,${now},customer,1.3.0,0.1,"November, first"`, `p-2,${now},customer,BTS,0.2,`];
  const list = ['withdrawalId,requestedAt,to,asset,amount,memo', ...rows, `p-3,${now},nobody-here,BTS,7,`];
  const upload = async (name: string, lines: string[], expected: string) => {
    const form = await person.open('payout-list');
    return form.submit({ 0: new File([lines.join('\n')], name, { type: 'text/csv' }) }, expected);
  };
  const pay = async (name: string, lines: string[]): Promise<string[]> => {
    const totals = await upload(name, lines, 'Pay this list?');
    const choice = totals.choices.find((text) => text === 'Pay 2 of 3 rows');
    expect(choice !== undefined && totals.html.includes('p-3'), 'The page does not show what is refused.');
    expect(
      /BTS<\/b> \(1\.3\.0\) from <b>exchange-hot<\/b> \(1\.2\.\d+\) in 2 of them/.test(totals.html),
      'The page does not show the totals, or from where they are paid.',
    );
    const [result = ''] = downloads(await totals.submit({ 0: '', 1: [choice] }, 'of 2 paid'));
    return result.trim().split('\n').slice(1);
  };

  owed.push('0.1', '0.2');
  const paid = await pay('november.csv', list);
  expect(
    paid.length === 2 && paid.every((line) => /^p-[12],irreversible,TRUE,FALSE,/.test(line)),
    `The result of the list: ${paid.join(' | ')}`,
  );
  const again = await pay('november.csv', list);
  expect(
    again.every((line) => /^p-[12],irreversible,TRUE,TRUE,/.test(line)),
    `The result of the second upload: ${again.join(' | ')}`,
  );
  const edited = await pay(
    'november.csv',
    list.map((line) => line.replace(',0.1,', ',0.5,')),
  );
  expect(
    edited[0]?.startsWith('p-1,WITHDRAWAL_CONFLICT,FALSE,FALSE,customer,0.50000,BTS,') === true &&
      /^p-2,irreversible,TRUE,TRUE,/.test(edited[1] ?? ''),
    `The result of the edited list: ${edited.join(' | ')}`,
  );
  report.event('A payout list is paid; uploaded again it pays nothing, and an edited row is refused.');

  await upload('twice.csv', [...list, rows[0] ?? ''], 'Rows 2 and 5 have the same withdrawalId.');
  await upload(
    'excel.csv',
    list.map((line) => line.replaceAll(',', ';')),
    'In a CSV, columns are separated by commas',
  );
  await upload('cut.csv', [...list.slice(0, 2), '"p-4,2026'], 'The list is refused');
  await upload('list.xlsx', ['this is no workbook'], 'The list is refused');
  const putAside = await upload(
    'november.csv',
    list.map((line) => line.replace(/^p-/, 'q-')),
    'Pay this list?',
  );
  await putAside.submit({ 0: '', 1: ['Pay nothing'] }, 'Nothing was paid');
  report.event('A list that cannot be read is refused whole; nothing is paid without a confirmation.');
}

async function databaseGone(run: Run): Promise<void> {
  await run.stopDatabase();
  expectAnswer(await run.request(withdrawal(run, 'lost', '6.00006')), 503, {
    ...{ code: 'NOT_STORED', withdrawalId: 'lost', paid: false, final: false, state: null },
  });
  expectAnswer(await run.status('r-1'), 503, {
    code: 'NOT_STORED',
    withdrawalId: 'r-1',
    paid: false,
    final: false,
  });
  run.report.event('Without its database the webhook promises nothing (503).');
}

async function comparison({ exchange, owed, report }: Run): Promise<void> {
  const { chain, n8n, secrets, userFolder } = exchange;
  const paid = chain.transfers().filter(({ from }) => from === chain.accounts.hotWallet);
  const sorted = (amounts: bigint[]) => amounts.map(String).sort().join();
  expect(
    sorted(paid.map(({ amountRaw }) => amountRaw)) === sorted(owed.map(baseUnits)),
    `The hot wallet owed ${owed.join(', ')} and paid ${paid.map(({ amountRaw }) => amountRaw).join(', ')} base units.`,
  );
  report.event(`The blocks hold ${paid.length} payments of the hot wallet: each that was approved, once.`);
  await n8n.stop();
  const { findings } = await searchForSecrets(userFolder, secrets);
  expect(findings.length === 0, `A private key is in ${findings[0]?.file}.`);
  report.event('No private key is in what n8n wrote.');
}

function openDecisions(person: FormVisitor) {
  return person.open('approve-withdrawals').then((form) => form.submit({}, 'Write the decision'));
}

const requestedAt = new Date().toISOString();
/** It also pretends to be another row of the form. */
const hostileId = `x'); DELETE FROM withdrawals; --{{ 1 + 1 }}$1 #9: 1.00000 BTS, id "r-1"`;

function withdrawal(
  { exchange }: Run,
  withdrawalId: string,
  amount: string,
  memo = `withdrawal ${withdrawalId}`,
): WithdrawalRequest {
  return { withdrawalId, requestedAt, to: exchange.chain.accounts.customer, asset: '1.3.0', amount, memo };
}

async function untilPaid({ signal, status }: Run, withdrawalIds: string[]): Promise<void> {
  for (const withdrawalId of withdrawalIds) {
    await waitFor(
      async () => {
        const { body } = await status(withdrawalId);
        expect(body['state'] !== 'refused', `${withdrawalId}: ${JSON.stringify(body)}`);
        return body['paid'] === true && body['outcome'] === 'irreversible' ? true : undefined;
      },
      { what: `${withdrawalId} to be paid`, deadline: settlementDeadline, every: second, signal },
    );
  }
}

function expectAnswer(
  { status, body }: { status: number; body: Record<string, unknown> },
  code: number,
  fields: Record<string, unknown> = {},
): void {
  const right = Object.entries(fields).every(([name, value]) => body[name] === value);
  expect(
    status === code && right,
    `The answer was ${status} ${JSON.stringify(body)} instead of ${code} ${JSON.stringify(fields)}.`,
  );
}

function expect(condition: boolean, message: string): asserts condition {
  if (!condition) throw new DemoFailure(message);
}

runOnExchange({ workers: 0 }, approvalRun);
