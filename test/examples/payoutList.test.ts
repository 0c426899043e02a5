/** The code of the payout list, run as n8n runs it: with the items of the node before, and of nodes by their names. */
import template from '../../examples/payout-list.json';

interface Item {
  json: Record<string, unknown>;
}

function run(name: string, input: object[], others: Record<string, object[]> = {}): Item[] {
  const code = template.nodes.find((node) => node.name === name)?.parameters.jsCode ?? '';
  const all = (rows: object[]) => ({ all: () => rows.map((json) => ({ json })) });
  return (new Function('$input', '$', code) as (input: unknown, $: unknown) => Item[])(
    all(input),
    (other: string) => all(others[other] ?? []),
  );
}

const row = {
  withdrawalId: 'p-1',
  requestedAt: '2026-11-22T12:00:00Z',
  to: 'alice',
  asset: '1.3.0',
  amount: '0.1',
};
const commas = 'In a CSV, columns are separated by commas, and amounts have a point (0.1, not 0,1).';
const faults = (rows: object[]) => run('Check the list', rows)[0]?.json['faults'];

test('a list of texts is taken as it is; memo may be missing', () => {
  const second = { ...row, withdrawalId: 1002, memo: 'x' };
  expect(run('Check the list', [row, second]).map(({ json }) => json)).toEqual([
    { ...row, memo: '' },
    { ...row, withdrawalId: '1002', memo: 'x' },
  ]);
});

test('an amount that a spreadsheet kept as a number is refused, with its row and what to do', () => {
  expect(faults([row, { ...row, withdrawalId: 'p-2', amount: 0.1 }])).toEqual([
    'Row 3: amount is not text. Format the column as text and type it again, or save the list as CSV.',
  ]);
});

test('one withdrawalId in two rows, a missing cell, no rows, too many rows and a broken file refuse the list', () => {
  expect(faults([row, { ...row, amount: '2' }])).toEqual(['Rows 2 and 3 have the same withdrawalId.']);
  const { to, ...withoutReceiver } = row;
  expect(to).toBe('alice');
  expect(faults([withoutReceiver])).toEqual(['Row 2: to is missing.']);
  expect(faults([{}])).toEqual(['The list has no rows.']);
  expect(faults([{ error: 'Quote Not Closed' }])).toEqual([
    `The file cannot be read: Quote Not Closed. ${commas}`,
  ]);
  const many = Array.from({ length: 501 }, (_, i) => ({ ...row, withdrawalId: `p-${i}` }));
  expect(faults(many)).toEqual(['The list has 501 rows, at most 500 are taken at once.']);
});

test('a list with semicolons is refused with what to write instead', () => {
  expect(
    faults([{ 'withdrawalId;requestedAt;to;asset;amount;memo': 'p-1;2026-11-22;alice;BTS;1;' }]),
  ).toEqual([commas]);
});

const quote = (amountRaw: string, assetId = '1.3.0', precision = 5) => ({
  intent: '{}',
  ...{ amountRaw, assetId, precision, asset: assetId === '1.3.0' ? 'BTS' : 'WHOLE' },
  ...{ from: 'exchange-hot', fromId: '1.2.19' },
});

test('totals are exact for each asset, and what was refused is not in them', () => {
  const quotes = [
    quote('10000'),
    quote('20000'),
    { error: 'To: there is no account <b>', whatToDo: 'Check the name.' },
    quote('9007199254740993', '1.3.7', 0),
    quote('9007199254740993', '1.3.7', 0),
  ];
  const list = quotes.map((_, i) => ({ ...row, withdrawalId: `p-${i + 1}` }));
  const [totals] = run('Totals', quotes, { 'Check the list': list });
  expect(totals?.json).toMatchObject({
    payable: 4,
    totals: [
      { assetId: '1.3.0', amount: '0.30000', rows: 2 },
      { assetId: '1.3.7', amount: '18014398509481986', rows: 2 },
    ],
    refused: ['Row 4: To: there is no account <b>. Check the name. Its id: "p-3"'],
  });
  expect(totals?.json['html']).toContain('no account &lt;b&gt;. Check');
});

test('totals name the account that pays, each of several by itself', () => {
  const other = { ...quote('50000'), from: 'cold', fromId: '1.2.7' };
  const [totals] = run('Totals', [quote('10000'), other], { 'Check the list': [row, row] });
  expect(totals?.json['html']).toContain('<b>0.10000 BTS</b> (1.3.0) from <b>exchange-hot</b> (1.2.19) in 1');
  expect(totals?.json['html']).toContain('<b>0.50000 BTS</b> (1.3.0) from <b>cold</b> (1.2.7) in 1');
});

test('a refused id stands last and quoted, and shows characters that cannot be seen', () => {
  const list = [{ ...row, withdrawalId: 'p"\u202e\u{e0001}' }];
  const [totals] = run('Totals', [{ error: 'Refused' }], { 'Check the list': list });
  expect(totals?.json['refused']).toEqual([String.raw`Row 2: Refused. Its id: "p\"\u202e\udb40\udc01"`]);
});

test('what is sent leaves the memo key of the receiver open: another upload may be quoted with another key', () => {
  const intent = { withdrawalId: 'p-1', to: '1.2.7', amount: '10000', receiverMemoKey: 'BTS6MRy' };
  const quotes = [
    { ...row, intent: JSON.stringify(intent) },
    { error: 'Refused' },
    { ...row, intent: JSON.stringify({ ...intent, receiverMemoKey: 'BTS5Xyz' }) },
  ];
  const sent = run('What was confirmed', [], { Quote: quotes }).map(({ json }) => json['intent'] as string);
  expect(sent.map((text) => JSON.parse(text) as unknown)).toEqual(
    Array(2).fill({ ...intent, receiverMemoKey: null }),
  );
});
