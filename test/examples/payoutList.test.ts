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
  expect(faults([{ error: 'Quote Not Closed' }])).toEqual(['The file cannot be read: Quote Not Closed']);
  const many = Array.from({ length: 501 }, (_, i) => ({ ...row, withdrawalId: `p-${i}` }));
  expect(faults(many)).toEqual(['The list has 501 rows, at most 500 are taken at once.']);
});

test('totals are exact for each asset, and what was refused is not in them', () => {
  const quote = (amountRaw: string, assetId = '1.3.0', precision = 5) => ({
    intent: '{}',
    ...{ amountRaw, assetId, precision, asset: assetId === '1.3.0' ? 'BTS' : 'WHOLE' },
  });
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
    refused: ['Row 4 (p-3): To: there is no account <b> Check the name.'],
  });
  expect(totals?.json['html']).toContain('no account &lt;b&gt; Check');
});
